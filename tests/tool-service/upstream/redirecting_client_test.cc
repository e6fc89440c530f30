#include "tool-service/upstream/redirecting_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/upstream/fake_http_client.h"

namespace bw::tool_service {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

HttpResponse Redirect(int status, std::string location, bool peer_is_public = true) {
  HttpResponse answer = Answer(status, "", {{"Location", std::move(location)}});
  answer.peer_is_public = peer_is_public;
  return answer;
}

class CountingObserver : public IgnoringObserver {
 public:
  void OnRedirect() override { ++followed; }
  void OnRefused(UpstreamRefusal why) override { refused += why == UpstreamRefusal::kRedirect; }
  int followed = 0;
  int refused = 0;
};

class RedirectingClientTest : public ::testing::Test {
 protected:
  HttpRequest Request() {
    HttpRequest request;
    request.url = "https://api.bandwidth.com/api/v1/reports/1/file?x=1";
    request.headers = {{"Accept", "application/zip"}, {"X-Api-Key", "secret"},
                       {"Cookie", "a=secret"},        {"Authorization", "secret"},
                       {"traceparent", "00-1-2-01"},  {"Content-Type", "text/plain"}};
    request.timeout = seconds(30);
    request.tenant = "a";
    request.max_response_bytes = 123;
    return request;
  }
  // Of a request that was answered by one redirection to `location`.
  Status RefusalOf(const HttpResponse& redirection) {
    http_.script = {redirection};
    client_.Send(Request(), result_.Done());
    return result_.answer.status();
  }

  // First: what is still under way when the test ends answers into it.
  Result result_;
  FakeClock clock_;
  FakeHttpClient http_;
  CountingObserver observer_;
  RedirectingClient client_{{.max_redirects = 3}, clock_, observer_, http_};
};

TEST_F(RedirectingClientTest, FollowsTheThreeKinds) {
  for (const int status : {303, 307, 308}) {
    http_.requests.clear();
    http_.script = {Redirect(status, "/elsewhere?y=2"), Answer(200, "found")};
    client_.Send(Request(), result_.Done());
    ASSERT_TRUE(result_.answer.ok()) << status;
    EXPECT_EQ(result_.answer->body, "found");
    ASSERT_EQ(http_.requests.size(), 2u);
    const HttpRequest& second = http_.requests[1];
    EXPECT_EQ(second.method, "GET");
    EXPECT_EQ(second.url, "https://api.bandwidth.com/elsewhere?y=2");
    EXPECT_EQ(second.headers, Request().headers);
    EXPECT_TRUE(second.authorize) << "the same origin";
    EXPECT_EQ(second.tenant, "a");
    EXPECT_EQ(second.max_response_bytes, 123u);
  }
  EXPECT_EQ(observer_.followed, 3);
}

TEST_F(RedirectingClientTest, OtherStatusesAndMethodsAreHandedOut) {
  for (const int status : {300, 301, 302, 304, 305, 306}) {
    http_.script = {Redirect(status, "/elsewhere")};
    client_.Send(Request(), result_.Done());
    EXPECT_EQ(result_.answer->status, status);
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "HEAD"}) {
    http_.script = {Redirect(307, "/elsewhere"), Answer(200)};
    HttpRequest request = Request();
    request.method = method;
    client_.Send(std::move(request), result_.Done());
    EXPECT_EQ(result_.answer->status, 307) << method;
    http_.script.clear();
  }
  http_.script = {Answer(307)};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 307) << "no Location";
  EXPECT_EQ(observer_.followed + observer_.refused, 0);
}

TEST_F(RedirectingClientTest, WhereOnlyTheHostItselfMayAnswerTheRedirectionIsTheAnswer) {
  HttpRequest request = Request();
  request.follow_redirects = false;
  http_.script = {Redirect(307, "/elsewhere")};
  client_.Send(request, result_.Done());
  ASSERT_TRUE(result_.answer.ok());
  EXPECT_EQ(result_.answer->status, 307);
  EXPECT_EQ(http_.requests.size(), 1u);
}

TEST_F(RedirectingClientTest, AnotherOriginLearnsNoSecrets) {
  for (const char* location :
       {"https://storage.example/f?sig=1", "https://voice.bandwidth.com/x",
        "https://api.bandwidth.com:8443/x", "//api.bandwidth.com.evil.example/x"}) {
    http_.requests.clear();
    http_.script = {Redirect(307, location), Redirect(307, "https://api.bandwidth.com/back"),
                    Answer(200)};
    client_.Send(Request(), result_.Done());
    ASSERT_EQ(http_.requests.size(), 3u) << location;
    for (const std::size_t later : {1u, 2u}) {
      EXPECT_FALSE(http_.requests[later].authorize) << "nor on the way back";
      EXPECT_EQ(http_.requests[later].headers,
                (HttpHeaders{{"Accept", "application/zip"}, {"traceparent", "00-1-2-01"}}));
    }
  }
}

TEST_F(RedirectingClientTest, LoopsEnd) {
  for (int i = 0; i < 10; ++i) http_.script.push_back(Redirect(307, "/round"));
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(http_.requests.size(), 4u);
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(Message(result_.answer.status())), HasSubstr("more than 3 times"));
  EXPECT_EQ(observer_.refused, 1);
}

TEST_F(RedirectingClientTest, AsManyAsAllowedAreFollowed) {
  http_.script = {Redirect(307, "/1"), Redirect(303, "/2"), Redirect(308, "/3"), Answer(200)};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 200);
  RedirectingClient none({.max_redirects = 0}, clock_, observer_, http_);
  http_.script = {Redirect(307, "/1")};
  none.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 307);
}

TEST_F(RedirectingClientTest, NeverFromHttpsToHttp) {
  const Status refusal = RefusalOf(Redirect(307, "http://api.bandwidth.com/secret-path?sig=1"));
  EXPECT_EQ(refusal.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(Message(refusal)), HasSubstr("http://api.bandwidth.com:80"));
  EXPECT_THAT(std::string(Message(refusal)), Not(HasSubstr("secret-path")));
  HttpRequest plain = Request();
  plain.url = "http://own.example/x";
  http_.script = {Redirect(307, "http://other.example/"), Redirect(307, "https://other.example/"),
                  Answer(200)};
  client_.Send(std::move(plain), result_.Done());
  EXPECT_EQ(result_.answer->status, 200);
}

TEST_F(RedirectingClientTest, NeverToWhatIsNoWebAddress) {
  for (const char* location : {"file:///etc/passwd", "ftp://h/x", "javascript:x", "http://",
                               "https://user:pw@storage.example/", "/x\r\nA: b"}) {
    EXPECT_EQ(RefusalOf(Redirect(307, location)).code(), StatusCode::kPermissionDenied) << location;
  }
  EXPECT_EQ(http_.requests.size(), 6u) << "nothing was followed";
}

TEST_F(RedirectingClientTest, FromAPublicAddressToPublicOnesOnly) {
  http_.script = {Redirect(307, "https://storage.example/"), PermissionDenied("not public")};
  client_.Send(Request(), result_.Done());
  EXPECT_FALSE(http_.requests[0].rules.public_peers_only);
  EXPECT_TRUE(http_.requests[1].rules.public_peers_only);
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(Message(result_.answer.status())), HasSubstr("redirection"));
  EXPECT_EQ(observer_.refused, 1);
}

TEST_F(RedirectingClientTest, FromAPrivateAddressAnywhereButOnlyOutOfIt) {
  http_.script = {Redirect(307, "https://other.example/", false),
                  Redirect(307, "https://third.example/", true),
                  Redirect(307, "https://fourth.example/", false), Answer(200)};
  client_.Send(Request(), result_.Done());
  ASSERT_EQ(http_.requests.size(), 4u);
  EXPECT_FALSE(http_.requests[1].rules.public_peers_only);
  EXPECT_TRUE(http_.requests[2].rules.public_peers_only);
  EXPECT_TRUE(http_.requests[3].rules.public_peers_only) << "once outside, never in again";
}

TEST_F(RedirectingClientTest, AllStepsShareOneDeadline) {
  client_.Send(Request(), result_.Done());
  clock_.Advance(seconds(12));
  http_.Complete(Redirect(307, "/1"));
  EXPECT_EQ(http_.requests[1].timeout, seconds(18));
  clock_.Advance(seconds(18));
  http_.Complete(Redirect(307, "/2"));
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(http_.requests.size(), 2u);
}

TEST_F(RedirectingClientTest, CancelReachesTheStepUnderWay) {
  http_.script = {Redirect(307, "/1")};
  const auto call = client_.Send(Request(), result_.Done());
  ASSERT_EQ(http_.waiting(), 1u);
  call->Cancel();
  EXPECT_TRUE(http_.FirstWaitingIsCancelled());
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kCancelled);
  http_.Complete(Redirect(307, "/2"));
  EXPECT_EQ(result_.count, 1);
  EXPECT_EQ(http_.requests.size(), 2u);
}

}  // namespace
}  // namespace bw::tool_service
