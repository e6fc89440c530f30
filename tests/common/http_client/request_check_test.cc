#include "common/http_client/request_check.h"

#include <gtest/gtest.h>

namespace bw::http_client {
namespace {

Request Good() {
  Request request;
  request.url = "https://voice.bandwidth.com/api/v2?a=b%20c";
  request.headers = {{"Accept", "application/json"}, {"X-Empty", ""}};
  return request;
}

TEST(CheckRequest, AcceptsWhatIsWellFormed) {
  EXPECT_TRUE(CheckRequest(Good()).ok());
  Request request = Good();
  request.headers.emplace_back("X-Tab", "a\tb \xc3\xa9");
  EXPECT_TRUE(CheckRequest(request).ok());
}

TEST(CheckRequest, RefusesWhatCouldEndALine) {
  for (const std::string& bad :
       {std::string("a\r\nb"), std::string("a\nb"), std::string("a\0b", 3)}) {
    Request in_value = Good();
    in_value.headers.emplace_back("X-A", bad);
    EXPECT_EQ(CheckRequest(in_value).code(), StatusCode::kInvalidArgument);
    Request in_name = Good();
    in_name.headers.emplace_back(bad, "x");
    EXPECT_FALSE(CheckRequest(in_name).ok());
    Request in_url = Good();
    in_url.url += bad;
    EXPECT_FALSE(CheckRequest(in_url).ok());
    Request in_method = Good();
    in_method.method = bad;
    EXPECT_FALSE(CheckRequest(in_method).ok());
  }
}

TEST(CheckRequest, NamesTheHeaderButNotItsValue) {
  Request request = Good();
  request.headers.emplace_back("Authorization", "Bearer hidden\r\n");
  const Status status = CheckRequest(request);
  EXPECT_NE(Message(status).find("Authorization"), std::string_view::npos);
  EXPECT_EQ(Message(status).find("hidden"), std::string_view::npos);
}

TEST(CheckRequest, OnlyWebUrls) {
  for (const char* url :
       {"", "file:///etc/passwd", "gopher://x/", "//host/", "HTTP ://x", "ftp://x/"}) {
    Request request = Good();
    request.url = url;
    EXPECT_EQ(CheckRequest(request).code(), StatusCode::kInvalidArgument) << url;
  }
}

TEST(CheckRequest, UrlLengthAtTheLimitAndOnePast) {
  Request request = Good();
  request.url = "http://h/";
  request.url.append((16u << 10) - request.url.size(), 'a');
  EXPECT_TRUE(CheckRequest(request).ok());
  request.url += 'a';
  EXPECT_FALSE(CheckRequest(request).ok());
}

TEST(CheckRequest, HeaderBytesAtTheLimitAndOnePast) {
  Request request = Good();
  request.headers = {{"A", std::string((64u << 10) - 5, 'x')}};
  EXPECT_TRUE(CheckRequest(request).ok());
  request.headers[0].second += 'x';
  EXPECT_FALSE(CheckRequest(request).ok());
}

}  // namespace
}  // namespace bw::http_client
