#include "common/http/message.h"

#include <gtest/gtest.h>

#include "common/http/response_head.h"

namespace bw::http {
namespace {

TEST(HeadersTest, NamesCompareWithoutCaseAndDuplicatesAreKept) {
  Headers headers;
  headers.Add("Mcp-Session-Id", "a");
  headers.Add("MCP-SESSION-ID", "  b\t");
  EXPECT_EQ(headers.Get("mcp-session-id"), "a");
  EXPECT_EQ(headers.GetAll("Mcp-session-Id"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(headers.Get("mcp-session"), std::nullopt);
}

TEST(PercentDecodeTest, Table) {
  struct Row {
    std::string_view text;
    bool plus_is_blank;
    std::optional<std::string> decoded;
  };
  const Row rows[] = {
      {"", false, ""},         {"a%20b", false, "a b"}, {"a+b", false, "a+b"},
      {"a+b", true, "a b"},    {"%2B", true, "+"},      {"%c3%A9", false, "\xc3\xa9"},
      {"%", false, {}},        {"%2", false, {}},       {"ab%2", false, {}},
      {"%zz", false, {}},      {"%2g", false, {}},      {"%%20", false, {}},
      {"%25%32", false, "%2"}, {"%-1", false, {}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(PercentDecode(row.text, row.plus_is_blank), row.decoded) << row.text;
  }
}

TEST(PercentEncodeTest, KeepsOnlyUnreservedAndRoundTrips) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("+1 /?#\xc3"), "%2B1%20%2F%3F%23%C3");
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  EXPECT_EQ(PercentDecode(PercentEncode(every_byte)), every_byte);
}

TEST(ReasonPhraseTest, KnowsRegisteredCodesOnly) {
  EXPECT_EQ(ReasonPhrase(100), "Continue");
  EXPECT_EQ(ReasonPhrase(404), "Not Found");
  EXPECT_EQ(ReasonPhrase(511), "Network Authentication Required");
  EXPECT_EQ(ReasonPhrase(299), "");
  EXPECT_EQ(ReasonPhrase(0), "");
  EXPECT_EQ(ReasonPhrase(600), "");
}

TEST(FormatHttpDateTest, FollowsTheRfcExample) {
  EXPECT_EQ(FormatHttpDate(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(FormatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ResponseHeadTest, FramingFieldsAreTheServersToSet) {
  Response response = JsonResponse(201, "{}");
  response.headers.Add("content-length", "99");
  response.headers.Add("Transfer-Encoding", "gzip");
  response.headers.Add("DATE", "never");
  response.headers.Add("Connection", "close");
  response.headers.Add("X-Kept", "yes");
  EXPECT_TRUE(AsksToClose(response));
  EXPECT_EQ(SerializeResponseHead(response, {.keep_alive = false, .now_ms = 0}),
            "HTTP/1.1 201 Created\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            "Content-Type: application/json\r\nX-Kept: yes\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\n");
}

TEST(ResponseHeadTest, StatusesWithoutABodySayNoLength) {
  for (const int status : {204, 304}) {
    const std::string head = SerializeResponseHead(TextResponse(status, "ignored"), {});
    EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  }
}

TEST(ResponseHeadTest, RefusesWhatWouldSplitTheReply) {
  const auto with = [](std::string name, std::string value) {
    Response response;
    response.headers.Add(std::move(name), std::move(value));
    return response;
  };
  EXPECT_TRUE(IsSendable(with("X-A", "b c\t\xc3\xa9")));
  EXPECT_FALSE(IsSendable(with("X-A", "b\r\nSet-Cookie: c")));
  EXPECT_FALSE(IsSendable(with("X-A", "b\nc")));
  EXPECT_FALSE(IsSendable(with("X-A", std::string("b\0c", 3))));
  EXPECT_FALSE(IsSendable(with("X A", "b")));
  EXPECT_FALSE(IsSendable(with("X:A", "b")));
  EXPECT_FALSE(IsSendable(with("", "b")));
  for (const int status : {199, 600, 0, -1}) EXPECT_FALSE(IsSendable(TextResponse(status, "")));
  for (const int status : {200, 599}) EXPECT_TRUE(IsSendable(TextResponse(status, "")));
}

}  // namespace
}  // namespace bw::http
