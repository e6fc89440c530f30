// Compressed answers, and what a hostile one may cost.
#include <gtest/gtest.h>
#include <zlib.h>

#include "common/http_client/http_client.h"
#include "tests/common/http_client/fault_server.h"

namespace bw::http_client {
namespace {

using test::FaultConnection;
using test::FaultServer;

// RFC 1952.
std::string Gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Answers with `body` under Content-Encoding `coding`, and keeps the last request.
class CodedServer {
 public:
  CodedServer(const std::string& coding, const std::string& body)
      : server_([this, coding, body](FaultConnection& connection) {
          for (std::string text = connection.ReadRequest(); !text.empty();
               text = connection.ReadRequest()) {
            request = text;
            connection.Send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                "Content-Encoding: " +
                coding + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
          }
        }) {}
  StatusOr<Response> Ask(std::size_t max_bytes, bool decode = true) {
    Options options;
    options.decode_gzip = decode;
    Request get;
    get.url = server_.Url();
    get.max_response_bytes = max_bytes;
    return SendAndWait(*MakeHttpClient(options), get);
  }
  std::string request;

 private:
  FaultServer server_;
};

TEST(ContentCoding, GzipIsOfferedAndDecoded) {
  const std::string text(100'000, 'x');
  CodedServer server("gzip", Gzip(text));
  const auto answer = server.Ask(1 << 20);
  ASSERT_TRUE(answer.ok()) << ToString(answer.status());
  EXPECT_NE(server.request.find("Accept-Encoding: gzip, deflate\r\n"), std::string::npos);
  EXPECT_EQ(answer->body, text);
  EXPECT_EQ(FindHeader(answer->headers, "content-encoding"), "");
  EXPECT_EQ(FindHeader(answer->headers, "content-length"), "");
  EXPECT_EQ(FindHeader(answer->headers, "content-type"), "application/json");
}

TEST(ContentCoding, TheDecodedSizeIsBounded) {
  const std::string text(100'000, 'x');
  CodedServer server("gzip", Gzip(text));
  EXPECT_TRUE(server.Ask(100'000).ok());
  EXPECT_EQ(server.Ask(99'999).status().code(), StatusCode::kResourceExhausted);
}

TEST(ContentCoding, ABombIsDefused) {
  const std::string bomb = Gzip(std::string(64u << 20, '\0'));
  ASSERT_LT(bomb.size(), 128u << 10);
  CodedServer server("gzip", bomb);
  EXPECT_EQ(server.Ask(1 << 20).status().code(), StatusCode::kResourceExhausted);
  // Packed twice, it is still large after one layer.
  CodedServer twice("gzip, gzip", Gzip(bomb));
  EXPECT_EQ(twice.Ask(1 << 20).status().code(), StatusCode::kResourceExhausted);
}

TEST(ContentCoding, BrokenAndUnknownCodingsAreErrors) {
  const std::pair<std::string, std::string> rows[] = {{"gzip", "not gzip at all"},
                                                      {"x-unknown", "abc"}};
  for (const auto& [coding, body] : rows) {
    CodedServer server(coding, body);
    const auto answer = server.Ask(1 << 20);
    EXPECT_FALSE(answer.ok()) << coding << " " << answer->body;
  }
}

TEST(ContentCoding, NothingIsOfferedOrDecodedUnlessAskedFor) {
  CodedServer server("gzip", "as it is");
  const auto answer = server.Ask(100, false);
  ASSERT_TRUE(answer.ok()) << ToString(answer.status());
  EXPECT_EQ(answer->body, "as it is");
  EXPECT_EQ(FindHeader(answer->headers, "content-encoding"), "gzip");
  EXPECT_EQ(server.request.find("Accept-Encoding"), std::string::npos);
}

}  // namespace
}  // namespace bw::http_client
