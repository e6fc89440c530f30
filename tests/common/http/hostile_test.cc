// What hostile and odd clients send, over real sockets: the statuses they get and whether the
// connection goes on. After every row another client must still be served.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/http/server.h"
#include "tests/common/http/raw_client.h"

namespace bw::http {
namespace {

enum class After { kOpen, kClosed };

struct Row {
  std::string name;
  std::string bytes;
  std::vector<int> statuses;
  After after;
};

constexpr std::size_t kMaxHeader = 16u << 10;
constexpr std::size_t kMaxBody = 65'536;
constexpr After kOpen = After::kOpen;
constexpr After kClosed = After::kClosed;

class HostileTest : public ::testing::TestWithParam<Row> {
 protected:
  static void SetUpTestSuite() {
    ServerOptions options;
    options.max_header_bytes = kMaxHeader;
    options.max_body_bytes = kMaxBody;
    auto server = StartServer(options, [](const std::shared_ptr<Exchange>& exchange) {
      if (exchange->request().path == "/smuggled") ++smuggled_;
      exchange->Reply(TextResponse(200, exchange->request().path));
    });
    ASSERT_TRUE(server.ok()) << ToString(server.status());
    server_ = std::move(server).value();
  }
  static void TearDownTestSuite() { server_.reset(); }

  static std::unique_ptr<Server> server_;
  static std::atomic<int> smuggled_;
};

std::unique_ptr<Server> HostileTest::server_;
std::atomic<int> HostileTest::smuggled_{0};

void ExpectReplies(RawClient& client, const Row& row) {
  const bool head = row.bytes.rfind("HEAD ", 0) == 0;
  for (const int status : row.statuses) {
    const RawResponse response = client.Read(head);
    ASSERT_EQ(response.status, status) << response.status_line;
    EXPECT_TRUE(status < 400 || !response.body.empty()) << "an error says what was wrong";
  }
  if (row.after == kClosed) {
    EXPECT_TRUE(client.AtEnd());
  } else {
    client.Send(Get("/probe"));
    EXPECT_EQ(client.Read().body, "/probe");
  }
}

TEST_P(HostileTest, InOnePiece) {
  RawClient client(server_->port());
  client.Send(GetParam().bytes);
  ExpectReplies(client, GetParam());
  RawClient other(server_->port());
  other.Send(Get("/other"));
  EXPECT_EQ(other.Read().body, "/other");
  EXPECT_EQ(smuggled_, 0);
}

TEST_P(HostileTest, ByteByByte) {
  if (GetParam().bytes.size() > 1000) return;  // the large rows are about size, not splits
  RawClient client(server_->port());
  for (const char c : GetParam().bytes) {
    if (!client.Send(std::string_view(&c, 1))) break;
  }
  ExpectReplies(client, GetParam());
  EXPECT_EQ(smuggled_, 0);
}

std::string Lines(std::initializer_list<std::string> lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\r\n";
  return text + "\r\n";
}

std::string WithField(const std::string& field) {
  return Lines({"GET /hello HTTP/1.1", "Host: x", field});
}

std::string Repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

std::string WithLength(const std::string& length, const std::string& body = "abc") {
  return Lines({"POST /e HTTP/1.1", "Host: x", "Content-Length: " + length}) + body;
}

std::string Chunked(const std::string& body, const std::string& coding = "chunked") {
  return Lines({"POST /e HTTP/1.1", "Host: x", "Transfer-Encoding: " + coding}) + body;
}

const std::string kHello = Lines({"GET /hello HTTP/1.1", "Host: x"});
const std::string kSmuggled = Lines({"GET /smuggled HTTP/1.1", "Host: x"});
const std::string kThree = "3\r\nabc\r\n0\r\n\r\n";

std::vector<Row> Connections() {
  return {
      {"Head", "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n", {200}, kOpen},
      {"Pipelined", kHello + kHello + kHello, {200, 200, 200}, kOpen},
      {"ConnectionClose", WithField("Connection: close"), {200}, kClosed},
      {"ConnectionCloseInList", WithField("Connection: x, Close"), {200}, kClosed},
      {"RequestsAfterClose", WithField("Connection: close") + kSmuggled, {200}, kClosed},
      {"Http10", "GET /hello HTTP/1.0\r\n\r\n", {200}, kClosed},
      {"Http10KeepAlive", "GET /h HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {200}, kOpen},
      {"KeepAliveUpperCase", WithField("Connection: KEEP-ALIVE"), {200}, kOpen},
      {"Upgrade", WithField("Connection: keep-alive, Upgrade"), {200}, kOpen},
      {"Http2Upgrade", WithField("Connection: Upgrade, HTTP2-Settings"), {200}, kOpen},
      {"UnknownExpectation", WithField("Expect: foo"), {417}, kClosed},
  };
}

std::vector<Row> Lengths() {
  const std::string limit(kMaxBody, 'a');
  return {
      {"BodyAtLimit", Post("/e", limit), {200}, kOpen},
      {"BodyPastLimit", Post("/e", limit + "a"), {413}, kClosed},
      {"BodyPastLimitHidesRequests", Post("/e", limit + Repeat(kSmuggled, 99)), {413}, kClosed},
      {"Length10G", WithLength("10000000000"), {413}, kClosed},
      {"Length1e18", WithLength("1000000000000000000"), {413}, kClosed},
      {"LengthOverflows", WithLength("99999999999999999999999"), {400}, kClosed},
      {"LengthNegative", WithLength("-5"), {400}, kClosed},
      {"LengthPlus", WithLength("+3"), {400}, kClosed},
      {"LengthWord", WithLength("abc"), {400}, kClosed},
      {"LengthHex", WithLength("0x3"), {400}, kClosed},
      {"LengthEmpty", WithLength(""), {400}, kClosed},
      {"LengthList", WithLength("3, 3"), {400}, kClosed},
      {"LengthListDiffers", WithLength("3, 5"), {400}, kClosed},
      {"LengthBlankInside", WithLength("3 3"), {400}, kClosed},
      {"LengthTwice", WithLength("3\r\nContent-Length: 3"), {400}, kClosed},
      {"LengthTwiceDiffers", WithLength("3\r\ncontent-length: 5", "abcde"), {400}, kClosed},
      {"LengthThenChunked", WithLength("3\r\nTransfer-Encoding: chunked", kThree), {400}, kClosed},
      {"ChunkedThenLength", Chunked(kThree, "chunked\r\nContent-Length: 3"), {400}, kClosed},
      {"LengthZeroPadded", WithLength("0003"), {200}, kOpen},
  };
}

std::vector<Row> Chunks() {
  const std::string last = "0\r\n\r\n";
  return {
      {"Chunked", Chunked("3\r\nabc\r\n4\r\ndefg\r\n" + last), {200}, kOpen},
      {"ChunkedUpperCase", Chunked(kThree, "Chunked"), {200}, kOpen},
      {"ChunkExtension", Chunked("3;a=b\r\nabc\r\n" + last), {200}, kOpen},
      {"ChunkTrailer", Chunked("3\r\nabc\r\n0\r\nX: y\r\n\r\n"), {200}, kOpen},
      {"ChunkSizeWord", Chunked("ZZ\r\nabc\r\n" + last), {400}, kClosed},
      {"ChunkSizeEmpty", Chunked("\r\nabc\r\n" + last), {400}, kClosed},
      {"ChunkSizeNegative", Chunked("-3\r\nabc\r\n" + last), {400}, kClosed},
      {"ChunkSizeMinusOne", Chunked("-1\r\nabc\r\n" + last), {400}, kClosed},
      {"ChunkSizePrefixed", Chunked("0x3\r\nabc\r\n" + last), {400}, kClosed},
      {"ChunkSizeHuge", Chunked("7fffffffffffffff\r\nabc\r\n" + last), {413}, kClosed},
      {"ChunkSize16G", Chunked("400000000\r\nabc\r\n" + last), {413}, kClosed},
      {"ChunkSizeOverflows", Chunked("10000000000000003\r\nabc\r\n" + last), {400}, kClosed},
      {"ChunkWithoutCrLf", Chunked("3\r\nabcXX4\r\ndefg\r\n" + last), {400}, kClosed},
      {"ChunkTooLong", Chunked("3\r\nabcd\r\n" + last), {400}, kClosed},
      {"ChunkLineFeed", Chunked("3\nabc\r\n" + last), {400}, kClosed},
      {"ChunkLineEndless", Chunked("3;" + std::string(2000, 'e')), {400}, kClosed},
      {"TrailersEndless", Chunked("0\r\nX: " + std::string(kMaxHeader, 'y')), {431}, kClosed},
      {"Gzip", Chunked("abc", "gzip"), {400}, kClosed},
      {"GzipChunked", Chunked(kThree, "gzip, chunked"), {400}, kClosed},
      {"ChunkedTwice", Chunked(kThree, "chunked, chunked"), {400}, kClosed},
      {"ChunkedTwoFields",
       Chunked(kThree, "chunked\r\nTransfer-Encoding: chunked"),
       {400},
       kClosed},
      {"ChunkedParameter", Chunked(kThree, "chunked;q=1"), {400}, kClosed},
      {"Identity", Chunked("abc", "identity"), {400}, kClosed},
      {"XChunked", Chunked(kThree, "xchunked"), {400}, kClosed},
      {"CodingEmpty", Chunked("abc", ""), {400}, kClosed},
      {"CodingOnHttp10",
       "POST /e HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kThree,
       {400},
       kClosed},
  };
}

std::vector<Row> Lines() {
  return {
      {"BlankLineFirst", "\r\n" + kHello, {200}, kOpen},
      {"NoColon", WithField("nocolonhere"), {400}, kClosed},
      {"NoColonThenValid", WithField("nocolon\r\nA: b"), {400}, kClosed},
      {"BlankBeforeColon", WithField("A : b"), {400}, kClosed},
      {"EmptyName", WithField(": b"), {400}, kClosed},
      {"LineFeedsOnly", "GET /e HTTP/1.1\nHost: x\n\n", {400}, kClosed},
      {"OneLineFeed", "GET /e HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", {400}, kClosed},
      {"CarriageReturnInside", WithField("A: b\rc"), {400}, kClosed},
      {"ObsoleteFolding", WithField("A: a\r\n b"), {400}, kClosed},
      {"NulInField", WithField(std::string("A: a\0b", 6)), {400}, kClosed},
      {"Garbage", std::string("\0\1\2\3\r\n\r\n", 8), {400}, kClosed},
      {"TlsHello", "\x16\x03\x01\xa5\x01", {400}, kClosed},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}, kClosed},
      {"VersionUnknown", "GET /hello HTTP/9.9\r\nHost: x\r\n\r\n", {505}, kClosed},
      {"VersionMissing", "GET /hello \r\nHost: x\r\n\r\n", {400}, kClosed},
      {"VersionLowerCase", "GET /hello http/1.1\r\nHost: x\r\n\r\n", {400}, kClosed},
      {"Http09", "GET /hello\r\nHost: x\r\n\r\n", {400}, kClosed},
      {"LeadingBlank", " GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", {400}, kClosed},
      {"TabInRequestLine", "GET\t/hello HTTP/1.1\r\nHost: x\r\n\r\n", {400}, kClosed},
      {"TwoBlanks", "GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n", {400}, kClosed},
      {"MethodOdd", "G@T /hello HTTP/1.1\r\nHost: x\r\n\r\n", {400}, kClosed},
      {"MethodLowerCase", "get /hello HTTP/1.1\r\nHost: x\r\n\r\n", {200}, kOpen},
      {"MethodToken", "M-SEARCH /hello HTTP/1.1\r\nHost: x\r\n\r\n", {200}, kOpen},
      {"FieldTooLarge", WithField("X-Big: " + std::string(60'000, 'a')), {431}, kClosed},
      {"TooManyFields", WithField(Repeat("X-N: 1\r\n", 3000) + "Y: 1"), {431}, kClosed},
  };
}

std::vector<Row> Targets() {
  const auto get = [](const std::string& target, const std::string& host = "Host: x") {
    return Lines({"GET " + target + " HTTP/1.1", host});
  };
  return {
      {"NoHost", "GET /hello HTTP/1.1\r\n\r\n", {400}, kClosed},
      {"TwoHosts", get("/hello", "Host: x\r\nHost: x"), {400}, kClosed},
      {"HostEmpty", get("/hello", "Host: "), {200}, kOpen},
      {"HostIpv6", get("/hello", "Host: [::1]:80"), {200}, kOpen},
      {"HostWithPath", get("/hello", "Host: x/y"), {400}, kClosed},
      {"HostWithUser", get("/hello", "Host: a@b"), {400}, kClosed},
      {"AbsoluteForm", get("http://x/hello"), {200}, kOpen},
      {"AbsoluteFormOtherHost", get("http://y/hello"), {400}, kClosed},
      {"AbsoluteFormOtherScheme", get("ftp://x/hello"), {400}, kClosed},
      {"QueryOdd", get("/e?&&=a&="), {200}, kOpen},
      {"EscapeCutShort", get("/a%2"), {400}, kClosed},
      {"EscapeInvalid", get("/%zz"), {400}, kClosed},
      {"EscapeInvalidInQuery", get("/a?b=%"), {400}, kClosed},
      {"EscapedNul", get("/a%00b"), {400}, kClosed},
      {"Fragment", get("/a#b"), {400}, kClosed},
      {"NoSlash", get("hello"), {400}, kClosed},
      {"AsteriskGet", get("*"), {400}, kClosed},
      {"AsteriskOptions", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", {200}, kOpen},
      {"Connect", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", {200}, kOpen},
  };
}

// Odd but harmless: a field this server does not interpret must not be able to fail a request.
std::vector<Row> Harmless() {
  const std::vector<std::string> fields = {"Accept: foo",
                                           "Accept: ",
                                           "Accept: */*;q=1.0001",
                                           "Content-Type: bar",
                                           "Content-Type: ",
                                           "Content-Type: multipart/form-data; boundary=a b\"",
                                           "Date: garbage",
                                           "Authorization: xyz",
                                           "Authorization: ",
                                           "Cookie: a",
                                           "Cookie: a=b; ; c",
                                           "Cookie: ;;;=",
                                           "Accept-Encoding: zstd, br;q=0.1",
                                           "Cache-Control: foo=bar, max-age=x",
                                           "Last-Modified: x",
                                           "Allow: FOO",
                                           "Content-Encoding: foo",
                                           "Server: ",
                                           "User-Agent: ",
                                           "ETag: x",
                                           "Set-Cookie: =",
                                           "Traceparent: 00-a-b-01",
                                           "Mcp-Protocol-Version: 2025-06-18",
                                           "Last-Event-ID: 5",
                                           "X-Latin: \xe9"};
  std::vector<Row> rows;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    rows.push_back({"Harmless" + std::to_string(i), WithField(fields[i]), {200}, kOpen});
  }
  return rows;
}

std::vector<Row> AllRows() {
  std::vector<Row> all;
  for (const auto& rows : {Connections(), Lengths(), Chunks(), Lines(), Targets(), Harmless()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

INSTANTIATE_TEST_SUITE_P(Rows, HostileTest, ::testing::ValuesIn(AllRows()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace bw::http
