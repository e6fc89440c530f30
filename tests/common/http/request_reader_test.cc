#include "common/http/request_reader.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bw::http {
namespace {

using Outcome = RequestReader::Outcome;

constexpr RequestReader::Limits kLimits{.header_bytes = 4096, .body_bytes = 100};

// The first request of `text`, read in one piece; the test fails if there is none.
Request ReadOne(std::string_view text) {
  RequestReader reader(kLimits);
  std::size_t consumed = 0;
  EXPECT_EQ(reader.Read(text, &consumed), Outcome::kRequest) << text << reader.refusal().reason;
  EXPECT_EQ(consumed, text.size());
  return reader.TakeRequest();
}

int RefusedWith(std::string_view text, RequestReader::Limits limits = kLimits) {
  RequestReader reader(limits);
  std::size_t consumed = 0;
  const Outcome outcome = reader.Read(text, &consumed);
  return outcome == Outcome::kRefused ? reader.refusal().status : 0;
}

TEST(RequestReaderTest, TargetForms) {
  struct Row {
    std::string_view line;
    std::string_view path;
    std::vector<std::pair<std::string, std::string>> query;
  };
  const Row rows[] = {
      {"GET / HTTP/1.1", "/", {}},
      {"GET /a%20b/%2F?x=1&y=a+b&x=2&z HTTP/1.1",
       "/a b//",
       {{"x", "1"}, {"y", "a b"}, {"x", "2"}, {"z", ""}}},
      {"GET /?&&=a&=&b== HTTP/1.1", "/", {{"", "a"}, {"", ""}, {"b", "="}}},
      {"GET /a+b HTTP/1.1", "/a+b", {}},
      {"GET http://x/hello?q=1 HTTP/1.1", "/hello", {{"q", "1"}}},
      {"GET HTTP://X HTTP/1.1", "/", {}},
      {"GET http://x?q HTTP/1.1", "/", {{"q", ""}}},
      {"OPTIONS * HTTP/1.1", "*", {}},
      {"CONNECT x:443 HTTP/1.1", "x:443", {}},
      {"PURGE-ALL.v2 /x HTTP/1.1", "/x", {}},
  };
  for (const auto& row : rows) {
    const Request request = ReadOne(std::string(row.line) + "\r\nHost: x\r\n\r\n");
    EXPECT_EQ(request.path, row.path) << row.line;
    EXPECT_EQ(request.query, row.query) << row.line;
  }
}

TEST(RequestReaderTest, KeepsFieldsInOrderWithDuplicates) {
  const Request request =
      ReadOne("GET /t?a HTTP/1.1\r\nhost: x\r\nX-A:  1 \r\nx-a: 2\r\nCookie: \r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/t?a");
  EXPECT_EQ(request.headers.GetAll("X-A"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(request.headers.Get("cookie"), "");
  EXPECT_EQ(request.headers.all().size(), 4u);
}

TEST(RequestReaderTest, TrailersNeverBecomeFields) {
  const Request request = ReadOne(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;a=b\r\nabc\r\n00004\r\ndefg\r\n0;z\r\nAuthorization: evil\r\nHost: y\r\n\r\n");
  EXPECT_EQ(request.body, "abcdefg");
  EXPECT_FALSE(request.headers.Get("Authorization"));
  EXPECT_EQ(request.headers.Get("Host"), "x");
}

TEST(RequestReaderTest, HeaderLimitIsExact) {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(RefusedWith(head, {.header_bytes = head.size(), .body_bytes = 0}), 0);
  EXPECT_EQ(RefusedWith(head, {.header_bytes = head.size() - 1, .body_bytes = 0}), 431);
  const std::string endless = "GET / HTTP/1.1\r\nX: " + std::string(kLimits.header_bytes, 'a');
  EXPECT_EQ(RefusedWith(endless.substr(0, kLimits.header_bytes - 1)), 0);
  EXPECT_EQ(RefusedWith(endless.substr(0, kLimits.header_bytes)), 431);
}

TEST(RequestReaderTest, BodyLimitIsExactForBothFramings) {
  const auto sized = [](std::size_t size) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(size, 'a');
  };
  EXPECT_EQ(ReadOne(sized(100)).body.size(), 100u);
  EXPECT_EQ(RefusedWith(sized(101)), 413);
  const std::string chunked =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n32\r\n" +
      std::string(50, 'a') + "\r\n";
  EXPECT_EQ(ReadOne(chunked + "32\r\n" + std::string(50, 'b') + "\r\n0\r\n\r\n").body.size(), 100u);
  EXPECT_EQ(RefusedWith(chunked + "33\r\n" + std::string(51, 'b') + "\r\n0\r\n\r\n"), 413);
}

TEST(RequestReaderTest, ChunkLineAndTrailerLimitsAreExact) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto line = [&](std::size_t size) {
    return head + "1;" + std::string(size - 2, 'e') + "\r\na\r\n0\r\n\r\n";
  };
  EXPECT_EQ(ReadOne(line(kMaxChunkLineBytes - 1)).body, "a");
  EXPECT_EQ(RefusedWith(line(kMaxChunkLineBytes)), 400);
  const auto trailer = [&](std::size_t size) {
    return head + "0\r\nT: " + std::string(size - 6, 't') + "\r\n\r\n";
  };
  EXPECT_EQ(ReadOne(trailer(kLimits.header_bytes - 1)).body, "");
  EXPECT_EQ(RefusedWith(trailer(kLimits.header_bytes)), 431);
}

TEST(RequestReaderTest, BlankLinesBeforeARequestAreToleratedUpToTheLimit) {
  std::string text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < kMaxBlankLines; ++i) text.insert(0, "\r\n");
  EXPECT_EQ(ReadOne(text).path, "/");
  EXPECT_EQ(RefusedWith("\r\n" + text), 400);
}

TEST(RequestReaderTest, AnnouncedLengthsReserveNoMemory) {
  RequestReader reader({.header_bytes = 4096, .body_bytes = std::size_t{1} << 40});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\nabc";
  std::size_t consumed = 0;
  EXPECT_EQ(reader.Read(head, &consumed), Outcome::kNeedMore);
  EXPECT_EQ(consumed, head.size());
  EXPECT_TRUE(reader.awaits_body());
}

TEST(RequestReaderTest, ContinueIsWishedOnceAndOnlyWhileNoBodyHasCome) {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n";
  std::size_t consumed = 0;
  RequestReader waiting(kLimits);
  EXPECT_EQ(waiting.Read(head, &consumed), Outcome::kNeedMore);
  EXPECT_TRUE(waiting.TakeContinueWish());
  EXPECT_FALSE(waiting.TakeContinueWish());
  RequestReader impatient(kLimits);
  EXPECT_EQ(impatient.Read(head + "a", &consumed), Outcome::kNeedMore);
  EXPECT_FALSE(impatient.TakeContinueWish());
}

TEST(RequestReaderTest, AFaultIsFoundAtOnceWithoutTheRestOfTheHead) {
  EXPECT_EQ(RefusedWith("\x16\x03\x01"), 400);      // a TLS handshake
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\n"), 400);  // a bare line feed
  EXPECT_EQ(RefusedWith(" "), 400);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\nA: b\rc"), 400);
}

TEST(RequestReaderTest, AMarkThatStraddlesTheLimitIsWaitedFor) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string line = "1;" + std::string(kMaxChunkLineBytes - 3, 'e') + "\r\na\r\n";
  const std::string trailers = "0\r\nT: " + std::string(kLimits.header_bytes - 9, 't') + "\r\n\r\n";
  RequestReader reader(kLimits);
  std::string pending;
  Outcome outcome = Outcome::kNeedMore;
  for (const char c : head + line + trailers) {
    ASSERT_EQ(outcome, Outcome::kNeedMore) << reader.refusal().reason;
    pending += c;
    std::size_t consumed = 0;
    outcome = reader.Read(pending, &consumed);
    pending.erase(0, consumed);
  }
  EXPECT_EQ(outcome, Outcome::kRequest);
}

TEST(RequestReaderTest, EverySplitReadsTheSame) {
  const std::string text =
      "\r\nPOST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: u\r\n\r\n"
      "PUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); second += 7) {
      RequestReader reader(kLimits);
      std::vector<std::string> bodies;
      std::string pending;
      for (const auto& piece :
           {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
        pending += piece;
        std::size_t consumed = 0;
        Outcome outcome = Outcome::kRequest;
        while (outcome == Outcome::kRequest) {
          outcome = reader.Read(pending, &consumed);
          ASSERT_NE(outcome, Outcome::kRefused) << first << " " << second;
          pending.erase(0, consumed);
          if (outcome == Outcome::kRequest) bodies.push_back(reader.TakeRequest().body);
        }
      }
      ASSERT_EQ(bodies, (std::vector<std::string>{"abcdefg", "hello"})) << first << " " << second;
    }
  }
}

}  // namespace
}  // namespace bw::http
