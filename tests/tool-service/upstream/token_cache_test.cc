#include "tool-service/upstream/token_cache.h"

#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "tests/tool-service/upstream/fake_http_client.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string TokenBody(const std::string& token,
                      const std::string& expires = ",\"expires_in\":3600") {
  return "{\"access_token\":\"" + token + "\",\"token_type\":\"bearer\"" + expires + "}";
}

class CountingObserver : public IgnoringObserver {
 public:
  void OnTokenFetched(bool ok) override { ++(ok ? fetched : failed); }
  int fetched = 0;
  int failed = 0;
};

class TokenCacheTest : public ::testing::Test {
 protected:
  TokenCacheTest() { EXPECT_TRUE(store_.Set("default", {"id", "s3cret", "9900000"}).ok()); }

  StatusOr<AccessToken> Get() {
    StatusOr<AccessToken> result = Internal("not called");
    cache_.Get("default", clock_.Steady() + seconds(30),
               [&](StatusOr<AccessToken> token) { result = std::move(token); });
    return result;
  }
  std::string GetValue() {
    const auto token = Get();
    return token.ok() ? token->value : ToString(token.status());
  }

  FakeHttpClient http_;
  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  CredentialStore store_;
  CountingObserver observer_;
  TokenCache cache_{{.token_url = "https://api/token", .max_waiting = 3},
                    store_,
                    http_,
                    clock_,
                    scheduler_,
                    observer_};
};

TEST_F(TokenCacheTest, AUserAndPasswordAloneMakeNoToken) {
  ASSERT_TRUE(store_.Set("default", {"", "", "", "user", "pass"}).ok());
  EXPECT_EQ(Get().status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(TokenCacheTest, AsksAsTheApiWantsIt) {
  http_.script = {Answer(200, TokenBody("t1"))};
  EXPECT_EQ(GetValue(), "t1");
  ASSERT_EQ(http_.requests.size(), 1u);
  const HttpRequest& request = http_.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api/token");
  EXPECT_EQ(HeaderOf(request, "Authorization"), "Basic " + Base64Encode("id:s3cret"));
  EXPECT_EQ(HeaderOf(request, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body, "grant_type=client_credentials");
  EXPECT_EQ(request.timeout, seconds(15));
  EXPECT_EQ(observer_.fetched, 1);
}

TEST_F(TokenCacheTest, KeepsATokenUntilAMinuteBeforeItsEnd) {
  http_.script = {Answer(200, TokenBody("t1")), Answer(200, TokenBody("t2"))};
  EXPECT_EQ(GetValue(), "t1");
  clock_.Advance(seconds(3540));
  EXPECT_EQ(GetValue(), "t1");
  clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(GetValue(), "t2");
}

TEST_F(TokenCacheTest, AMissingLifetimeIsAnHour) {
  http_.script = {Answer(200, TokenBody("t1", "")), Answer(200, TokenBody("t2", ""))};
  EXPECT_EQ(GetValue(), "t1");
  clock_.Advance(seconds(3540));
  EXPECT_EQ(GetValue(), "t1");
  clock_.Advance(seconds(1));
  EXPECT_EQ(GetValue(), "t2");
}

TEST_F(TokenCacheTest, AShortLivedTokenIsStillHandedOut) {
  http_.script = {Answer(200, TokenBody("t1", ",\"expires_in\":5"))};
  EXPECT_EQ(GetValue(), "t1");
}

TEST_F(TokenCacheTest, CallersShareOneFetchAndOneTooManyIsRefused) {
  std::vector<std::string> got;
  for (int i = 0; i < 4; ++i) {
    cache_.Get("default", clock_.Steady() + seconds(30), [&](StatusOr<AccessToken> token) {
      got.push_back(token.ok() ? token->value : std::string(CodeName(token.status().code())));
    });
  }
  EXPECT_EQ(http_.requests.size(), 1u);
  EXPECT_EQ(got, std::vector<std::string>{"RESOURCE_EXHAUSTED"});
  http_.Complete(Answer(200, TokenBody("t1")));
  EXPECT_EQ(got, (std::vector<std::string>{"RESOURCE_EXHAUSTED", "t1", "t1", "t1"}));
}

TEST_F(TokenCacheTest, EachCallerWaitsNoLongerThanItsOwnDeadline) {
  std::vector<std::string> got;
  for (const int patience : {2, 9}) {
    cache_.Get("default", clock_.Steady() + seconds(patience),
               [&, patience](StatusOr<AccessToken> token) {
                 got.push_back(std::to_string(patience) + " " +
                               (token.ok() ? token->value : ToString(token.status())));
               });
  }
  scheduler_.Advance(milliseconds(1'999));
  EXPECT_TRUE(got.empty());
  scheduler_.Advance(milliseconds(1));
  const std::string late =
      "2 DEADLINE_EXCEEDED: the access token did not come within the allowed time";
  EXPECT_EQ(got, std::vector<std::string>{late});
  http_.Complete(Answer(200, TokenBody("t1")));
  EXPECT_EQ(got, (std::vector<std::string>{late, "9 t1"}));
  EXPECT_EQ(scheduler_.pending(), 0u);
  EXPECT_EQ(http_.requests.size(), 1u);
}

TEST_F(TokenCacheTest, WhoGaveUpMakesRoomForAnother) {
  int gave_up = 0;
  for (int i = 0; i < 3; ++i) {
    cache_.Get("default", clock_.Steady(), [&](StatusOr<AccessToken>) { ++gave_up; });
  }
  scheduler_.Advance(milliseconds(0));
  EXPECT_EQ(gave_up, 3);
  std::string got;
  cache_.Get("default", clock_.Steady() + seconds(1),
             [&](StatusOr<AccessToken> token) { got = token.ok() ? token->value : "refused"; });
  EXPECT_EQ(http_.requests.size(), 1u) << "the fetch under way serves it too";
  http_.Complete(Answer(200, TokenBody("t1")));
  EXPECT_EQ(got, "t1");
}

TEST_F(TokenCacheTest, AfterStopNothingIsTimed) {
  cache_.StopTiming();
  int answers = 0;
  cache_.Get("default", clock_.Steady() + seconds(1), [&](StatusOr<AccessToken>) { ++answers; });
  EXPECT_EQ(scheduler_.pending(), 0u);
  http_.Complete(Answer(200, TokenBody("t1")));
  EXPECT_EQ(answers, 1);
}

TEST_F(TokenCacheTest, ARefusalShowsStatusAndAnswerButNoSecret) {
  http_.script = {Answer(401, "{\"error\":\"invalid_client\"}\r\n" + std::string(5000, 'x'))};
  const auto token = Get();
  EXPECT_EQ(token.status().code(), StatusCode::kUnauthenticated);
  const std::string message(Message(token.status()));
  EXPECT_NE(message.find("401"), std::string::npos);
  EXPECT_NE(message.find("invalid_client"), std::string::npos);
  EXPECT_EQ(message.find("s3cret"), std::string::npos);
  EXPECT_NE(message.find("correct BW_CLIENT_ID"), std::string::npos) << "what to do next";
  EXPECT_LT(message.size(), 600u);
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_EQ(observer_.failed, 1);
}

TEST_F(TokenCacheTest, FailuresAreNotKept) {
  http_.script = {Unavailable("no route"), Answer(503, "busy"), Answer(200, "not json"),
                  Answer(200, "{\"access_token\":\"a\\r\\nb\"}"), Answer(200, TokenBody("t1"))};
  EXPECT_EQ(Get().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Get().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Get().status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(Get().status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(GetValue(), "t1");
}

TEST_F(TokenCacheTest, WithoutCredentialsNothingIsSent) {
  EXPECT_TRUE(store_.Clear("default"));
  const auto token = Get();
  EXPECT_EQ(token.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(token.status()).find("BW_CLIENT_ID"), std::string_view::npos);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(TokenCacheTest, ReplacedCredentialsMakeANewToken) {
  http_.script = {Answer(200, TokenBody("t1")), Answer(200, TokenBody("t2"))};
  EXPECT_EQ(GetValue(), "t1");
  ASSERT_TRUE(store_.Set("default", {"id2", "other", ""}).ok());
  EXPECT_EQ(GetValue(), "t2");
  EXPECT_EQ(HeaderOf(http_.requests[1], "Authorization"), "Basic " + Base64Encode("id2:other"));
}

TEST_F(TokenCacheTest, AnAnswerToOldCredentialsIsNotUsedForNewOnes) {
  std::vector<std::string> got;
  const auto collect = [&](StatusOr<AccessToken> token) {
    got.push_back(token.ok() ? token->value : std::string(CodeName(token.status().code())));
  };
  cache_.Get("default", clock_.Steady() + seconds(30), collect);
  ASSERT_TRUE(store_.Set("default", {"id2", "other", ""}).ok());
  cache_.Get("default", clock_.Steady() + seconds(30), collect);
  EXPECT_EQ(got, std::vector<std::string>{"UNAVAILABLE"});
  http_.Complete(Answer(200, TokenBody("old")));
  http_.Complete(Answer(200, TokenBody("new")));
  EXPECT_EQ(got, (std::vector<std::string>{"UNAVAILABLE", "new"}));
}

TEST_F(TokenCacheTest, InvalidateForgetsOnlyTheTokenThatWasRefused) {
  http_.script = {Answer(200, TokenBody("t1")), Answer(200, TokenBody("t2"))};
  EXPECT_EQ(GetValue(), "t1");
  cache_.Invalidate("default", "another");
  EXPECT_EQ(GetValue(), "t1");
  cache_.Invalidate("default", "t1");
  EXPECT_EQ(GetValue(), "t2");
}

TEST_F(TokenCacheTest, ReadsTheClaims) {
  const std::string claims =
      R"({"accounts":["9900000","9900001",7],"roles":["HttpVoice"],"express":true})";
  http_.script = {Answer(200, TokenBody("e30." + Base64UrlEncode(claims) + ".sig"))};
  const auto token = Get();
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->accounts, (std::vector<std::string>{"9900000", "9900001"}));
  EXPECT_EQ(token->roles, std::vector<std::string>{"HttpVoice"});
  EXPECT_TRUE(token->express);
}

TEST_F(TokenCacheTest, ATokenWithoutReadableClaimsWorks) {
  for (const char* value : {"opaque", "a.b", "a.!!!.c", "a.e30.c"}) {
    const auto token = ReadTokenAnswer(Answer(200, TokenBody(value)), clock_.Steady());
    ASSERT_TRUE(token.ok()) << value;
    EXPECT_TRUE(token->accounts.empty());
  }
}

}  // namespace
}  // namespace bw::tool_service
