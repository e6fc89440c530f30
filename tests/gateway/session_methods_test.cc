// What legacy clients set for their sessions.
#include <gmock/gmock.h>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SessionMethodsTest : public CoreTest {
 protected:
  ~SessionMethodsTest() override { subscriptions.Stop(); }

  Answer AskInSession(const std::string& method, const std::string& params) {
    Request request = MakeRequest(Revision::k2025_11_25, method, params);
    request.session = ref;
    const auto sink = Send(std::move(request));
    // A first subscription waits for the feeds.
    if (!sink->reply) provider.catalogue_changed({});
    EXPECT_TRUE(sink->reply.has_value());
    return {sink->reply->http_status, *json::Parse(sink->reply->body), {}, {}};
  }

  const SessionRef ref{"d1", "default", "ann", 4'000'000'000'000};
};

TEST_F(SessionMethodsTest, SubscriptionsBelongToTheSession) {
  const auto subscribed = AskInSession("resources/subscribe", R"({"uri":"bandwidth://calls"})");
  EXPECT_EQ(subscribed.body["result"], json::Json::object());
  EXPECT_THAT(directory.Uris("d1"), ElementsAre("bandwidth://calls"));
  const auto left = AskInSession("resources/unsubscribe", R"({"uri":"bandwidth://calls"})");
  EXPECT_EQ(left.body["result"], json::Json::object());
  EXPECT_THAT(directory.Uris("d1"), IsEmpty());
}

TEST_F(SessionMethodsTest, TheAnswerWaitsForTheFeedsSoThatNothingAfterItIsMissed) {
  Request request =
      MakeRequest(Revision::k2025_11_25, "resources/subscribe", R"({"uri":"bandwidth://calls"})");
  request.session = ref;
  const auto sink = Send(std::move(request));
  EXPECT_FALSE(sink->reply.has_value());
  scheduler.Advance(SubscriptionLimits{}.feed_patience);
  EXPECT_TRUE(sink->reply.has_value());
}

TEST_F(SessionMethodsTest, UrisAreChecked) {
  const std::string longest(kMaxSubscribedUriBytes, 'u');
  for (const char* method : {"resources/subscribe", "resources/unsubscribe"}) {
    EXPECT_EQ(AskInSession(method, "{}").body["error"]["code"], -32602);
    EXPECT_EQ(AskInSession(method, R"({"uri":1})").body["error"]["code"], -32602);
    EXPECT_EQ(AskInSession(method, R"({"uri":""})").body["error"]["code"], -32602);
    EXPECT_EQ(AskInSession(method, R"({"uri":"u)" + longest + "\"}").body["error"]["code"], -32602);
    EXPECT_TRUE(AskInSession(method, R"({"uri":")" + longest + "\"}").body.contains("result"));
  }
}

TEST_F(SessionMethodsTest, LimitsAreErrorsInBand) {
  for (std::size_t i = 0; i < DirectoryLimits{}.max_uris_per_session; ++i) {
    directory.Subscribe(ref, "u" + std::to_string(i), [](const Status&) {});
  }
  const auto answer = AskInSession("resources/subscribe", R"({"uri":"bandwidth://calls"})");
  EXPECT_EQ(answer.http_status, 200);
  EXPECT_EQ(answer.body["error"]["code"], -32603);
}

TEST_F(SessionMethodsTest, TheLogLevelBelongsToTheSession) {
  EXPECT_EQ(AskInSession("logging/setLevel", R"({"level":"warning"})").body["result"],
            json::Json::object());
  EXPECT_EQ(directory.LogLevel("d1"), "warning");
  for (const char* params : {"{}", R"({"level":"loud"})", R"({"level":3})"}) {
    EXPECT_EQ(AskInSession("logging/setLevel", params).body["error"]["code"], -32602) << params;
  }
  EXPECT_EQ(directory.LogLevel("d1"), "warning");
}

TEST_F(SessionMethodsTest, CallsOfTheSessionAreMadeWithItsLogLevel) {
  const auto level_of_call = [this](const SessionRef& session) {
    Request request = MakeRequest(Revision::k2025_11_25, "tools/call", R"({"name":"hold"})");
    request.session = session;
    const auto sink = Send(std::move(request));
    const auto held = provider.Take();
    held->done(TextResult("done"));
    return held->call.log_level;
  };
  SessionRef other = ref;
  other.digest = "d2";
  AskInSession("logging/setLevel", R"({"level":"critical"})");
  EXPECT_EQ(level_of_call(ref), "critical");
  EXPECT_EQ(level_of_call(other), "info");
}

TEST_F(SessionMethodsTest, WithoutASessionThereIsNothingToSet) {
  for (const char* method : {"resources/subscribe", "resources/unsubscribe", "logging/setLevel"}) {
    const auto answer =
        Ask(Revision::k2025_11_25, method, R"({"uri":"bandwidth://calls","level":"info"})");
    EXPECT_EQ(answer.http_status, 400) << method;
    EXPECT_EQ(answer.body["error"]["code"], -32000) << method;
  }
}

}  // namespace
}  // namespace bw::gateway
