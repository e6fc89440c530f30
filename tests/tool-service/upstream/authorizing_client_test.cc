#include "tool-service/upstream/authorizing_client.h"

#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "common/status/unsent.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/upstream/routing_client.h"

namespace bw::tool_service {
namespace {

class FakeTokens : public TokenSource {
 public:
  void Get(const std::string& tenant, std::chrono::steady_clock::time_point, Done done) override {
    ++asked;
    if (hold) {
      held.push_back(std::move(done));
    } else if (problem.ok()) {
      AccessToken token;
      token.value = tenant + "-token-" + std::to_string(number);
      done(token);
    } else {
      done(problem);
    }
  }
  void Invalidate(const std::string&, const std::string& token) override {
    invalidated.push_back(token);
    ++number;
  }

  int asked = 0;
  int number = 1;
  bool hold = false;
  Status problem;
  std::vector<std::string> invalidated;
  std::vector<Done> held;
};

class AuthorizingClientTest : public ::testing::Test {
 protected:
  HttpRequest Request() {
    HttpRequest request;
    request.url = "https://api.bandwidth.com/x";
    request.tenant = "a";
    return request;
  }

  // First: what is still under way when the test ends answers into it.
  Result result_;
  CredentialStore credentials_;
  FakeTokens tokens_;
  FakeClock clock_;
  FakeHttpClient http_;
  AuthorizingClient client_{credentials_, tokens_, clock_, http_};
};

TEST_F(AuthorizingClientTest, AddsTheTenantsToken) {
  http_.script = {Answer(200)};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 200);
  EXPECT_EQ(HeaderOf(http_.requests[0], "Authorization"), "Bearer a-token-1");
}

TEST_F(AuthorizingClientTest, WithoutAuthorizationNoTokenIsAskedFor) {
  HttpRequest request = Request();
  request.authorize = false;
  http_.script = {Answer(401)};
  client_.Send(std::move(request), result_.Done());
  EXPECT_EQ(result_.answer->status, 401);
  EXPECT_EQ(tokens_.asked, 0);
  EXPECT_EQ(HeaderOf(http_.requests[0], "Authorization"), "");
}

TEST_F(AuthorizingClientTest, A401IsTriedOnceMoreWithAFreshToken) {
  http_.script = {Answer(401), Answer(200)};
  std::vector<Setback> setbacks;
  HttpRequest request = Request();
  request.on_setback = [&](const Setback& setback) { setbacks.push_back(setback); };
  client_.Send(std::move(request), result_.Done());
  ASSERT_EQ(setbacks.size(), 1u);
  EXPECT_EQ(setbacks[0].status, 401);
  EXPECT_EQ(setbacks[0].what.find("a-token"), std::string::npos);
  EXPECT_EQ(result_.answer->status, 200);
  EXPECT_EQ(tokens_.invalidated, std::vector<std::string>{"a-token-1"});
  ASSERT_EQ(http_.requests.size(), 2u);
  EXPECT_EQ(HeaderOf(http_.requests[1], "Authorization"), "Bearer a-token-2");
}

TEST_F(AuthorizingClientTest, ASecond401IsTheAnswer) {
  http_.script = {Answer(401), Answer(401), Answer(200)};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 401);
  EXPECT_EQ(result_.count, 1);
  EXPECT_EQ(http_.requests.size(), 2u);
}

TEST_F(AuthorizingClientTest, TokenProblemsAreHandedOn) {
  tokens_.problem = FailedPrecondition("set BW_CLIENT_ID");
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(AuthorizingClientTest, CancelWhileWaitingForTheTokenAnswersAtOnce) {
  tokens_.hold = true;
  const auto call = client_.Send(Request(), result_.Done());
  call->Cancel();
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kCancelled);
  AccessToken late;
  late.value = "late";
  tokens_.held[0](late);
  EXPECT_TRUE(http_.requests.empty());
  EXPECT_EQ(result_.count, 1);
}

TEST_F(AuthorizingClientTest, CancelReachesTheRequest) {
  const auto call = client_.Send(Request(), result_.Done());
  call->Cancel();
  EXPECT_TRUE(http_.FirstWaitingIsCancelled());
  http_.Complete(Cancelled("by the client"));
  EXPECT_EQ(result_.count, 1);
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kCancelled);
}

TEST_F(AuthorizingClientTest, TheWaitForTheTokenCountsTowardsTheTimeout) {
  tokens_.hold = true;
  HttpRequest request = Request();
  request.timeout = std::chrono::seconds(10);
  client_.Send(request, result_.Done());
  clock_.Advance(std::chrono::seconds(4));
  tokens_.held[0](AccessToken{});
  EXPECT_EQ(http_.requests[0].timeout, std::chrono::seconds(6));

  Result late;
  client_.Send(request, late.Done());
  clock_.Advance(std::chrono::seconds(10));
  tokens_.held[1](AccessToken{});
  EXPECT_EQ(late.answer.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(http_.requests.size(), 1u);
}

class PasswordTest : public AuthorizingClientTest {
 protected:
  PasswordTest() { Configure("id"); }
  void Configure(std::string client_id) {
    EXPECT_TRUE(credentials_.Set("a", {std::move(client_id), "secret", "", "user", "pass"}).ok());
  }
  HttpRequest MfaRequest() {
    HttpRequest request = Request();
    request.rules.prefers_password = true;
    return request;
  }
  std::vector<std::string> Sent() const {
    std::vector<std::string> sent;
    for (const HttpRequest& request : http_.requests) {
      sent.push_back(HeaderOf(request, "Authorization"));
    }
    return sent;
  }
  const std::string basic_ = "Basic " + Base64Encode("user:pass");
};

TEST_F(PasswordTest, IsUsedWhereItIsPreferredOnly) {
  http_.script = {Answer(200), Answer(200)};
  client_.Send(MfaRequest(), result_.Done());
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(Sent(), (std::vector<std::string>{basic_, "Bearer a-token-1"}));
}

TEST_F(PasswordTest, WithoutOneTheTokenIsUsed) {
  ASSERT_TRUE(credentials_.Set("a", {"id", "secret", ""}).ok());
  http_.script = {Answer(200)};
  client_.Send(MfaRequest(), result_.Done());
  EXPECT_EQ(Sent(), std::vector<std::string>{"Bearer a-token-1"});
}

TEST_F(PasswordTest, AnotherTenantsIsNotUsed) {
  http_.script = {Answer(200)};
  HttpRequest request = MfaRequest();
  request.tenant = "b";
  client_.Send(std::move(request), result_.Done());
  EXPECT_EQ(Sent(), std::vector<std::string>{"Bearer b-token-1"});
}

TEST_F(PasswordTest, RefusedItGivesWayToATokenAndThatToAFreshOne) {
  http_.script = {Answer(401), Answer(401), Answer(401), Answer(200)};
  client_.Send(MfaRequest(), result_.Done());
  EXPECT_EQ(Sent(), (std::vector<std::string>{basic_, "Bearer a-token-1", "Bearer a-token-2"}));
  EXPECT_EQ(result_.answer->status, 401);
  EXPECT_EQ(result_.count, 1);
}

TEST_F(PasswordTest, RefusedWithNoTokenToTryIsTheAnswer) {
  Configure("");
  http_.script = {Answer(401), Answer(200)};
  client_.Send(MfaRequest(), result_.Done());
  EXPECT_EQ(result_.answer->status, 401);
  EXPECT_EQ(tokens_.asked, 0);
}

TEST_F(AuthorizingClientTest, ATokenOfAnotherEnvironmentIsNotSent) {
  HttpRequest request = Request();
  request.rules.token_problem = "another environment";
  client_.Send(std::move(request), result_.Done());
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(result_.answer.status()), "another environment");
  EXPECT_TRUE(IsUnsent(result_.answer.status()));
  EXPECT_EQ(tokens_.asked, 0);
  EXPECT_TRUE(http_.requests.empty());
}

// Host, authorization wanted, credentials sent: the whole rule.
TEST_F(AuthorizingClientTest, EachApiGetsItsOwnCredentials) {
  ASSERT_TRUE(credentials_.Set("a", {"id", "secret", "", "user", "pass"}).ok());
  RoutingClient routing(*HostTable::Make("", {}), client_);
  struct Row {
    const char* url;
    bool authorize;
    const char* scheme;
  };
  for (const Row& row :
       {Row{"https://voice.bandwidth.com/api/v2/x", true, "Bearer"},
        Row{"https://messaging.bandwidth.com/api/v2/x", true, "Bearer"},
        Row{"https://insights.bandwidth.com/api/x", true, "Bearer"},
        Row{"https://dashboard.bandwidth.com/api/x", true, "Bearer"},
        Row{"https://mfa.bandwidth.com/api/v1/x", true, "Basic"},
        Row{"https://api.bandwidth.com/api/v1/express/registration", false, ""},
        Row{"https://mfa.bandwidth.com/api/v1/x", false, ""},
        Row{"https://mfa.bandwidth.com.evil.example/x", true, ""},
        Row{"https://mfa.bandwidth.com:8443/x", true, ""},
        Row{"http://mfa.bandwidth.com/x", true, ""}, Row{"https://own.example/api", true, ""}}) {
    http_.script = {Answer(200)};
    HttpRequest request = Request();
    request.url = row.url;
    request.authorize = row.authorize;
    routing.Send(std::move(request), result_.Done());
    const std::string sent = HeaderOf(http_.requests.back(), "Authorization");
    EXPECT_EQ(sent.substr(0, sent.find(' ')), row.scheme) << row.url;
  }
}

TEST_F(AuthorizingClientTest, UnknownHostsGetNoCredentials) {
  RoutingClient routing(*HostTable::Make("test", {}), client_);
  http_.script = {Answer(200), Answer(200)};
  HttpRequest foreign = Request();
  foreign.url = "https://evil.example/x";
  routing.Send(foreign, result_.Done());
  EXPECT_EQ(HeaderOf(http_.requests[0], "Authorization"), "");
  EXPECT_EQ(tokens_.asked, 0);
  routing.Send(Request(), result_.Done());
  EXPECT_EQ(http_.requests[1].url, "https://test.api.bandwidth.com/x");
  EXPECT_NE(HeaderOf(http_.requests[1], "Authorization"), "");
}

}  // namespace
}  // namespace bw::tool_service
