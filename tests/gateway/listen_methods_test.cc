// subscriptions/listen without a transport.
#include <gmock/gmock.h>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

using testing::HasSubstr;

class ListenTest : public CoreTest {
 protected:
  ~ListenTest() override { subscriptions.Stop(); }

  std::shared_ptr<RecordingSink> Listen(const std::string& notifications,
                                        const std::string& id = "7") {
    auto sink = Send(MakeRequest(Revision::k2026_07_28, "subscriptions/listen",
                                 R"({"notifications":)" + notifications + "}", id));
    provider.catalogue_changed({"t1", "p1", "r1"});
    return sink;
  }
  // The code of the error that answers these params at once.
  int ErrorOf(const std::string& params) {
    const auto body = Ask(Revision::k2026_07_28, "subscriptions/listen", params).body;
    const json::Json* error = json::FindObject(body, "error");
    return error == nullptr ? 0 : static_cast<int>(json::GetInt(*error, "code").value_or(-1));
  }
};

TEST_F(ListenTest, TheAcknowledgementComesFirstAndNamesWhatIsHonoured) {
  const auto sink = Listen(
      R"({"toolsListChanged":true,"promptsListChanged":false,"vendor":1,)"
      R"("resourceSubscriptions":["bandwidth://calls","bandwidth://calls","bandwidth://events"]})",
      R"("a-1")");
  ASSERT_EQ(sink->notifications.size(), 1u);
  EXPECT_EQ(*json::Parse(sink->notifications[0]), *json::Parse(R"({
    "jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{
      "notifications":{"toolsListChanged":true,
                       "resourceSubscriptions":["bandwidth://calls","bandwidth://events"]},
      "_meta":{"io.modelcontextprotocol/subscriptionId":"a-1"}}})"));
  EXPECT_FALSE(sink->reply.has_value());
}

TEST_F(ListenTest, EveryNotificationCarriesTheIdVerbatim) {
  const auto sink =
      Listen(R"({"resourcesListChanged":true,"resourceSubscriptions":["bandwidth://calls"]})", "7");
  feed.Happen({VoiceEvent("c-1")});
  provider.catalogue_changed({"t2", "p2", "r2"});
  ASSERT_EQ(sink->notifications.size(), 3u) << "only what was asked for";
  EXPECT_EQ(*json::Parse(sink->notifications[1]), *json::Parse(R"({
    "jsonrpc":"2.0","method":"notifications/resources/updated","params":{
      "uri":"bandwidth://calls","_meta":{"io.modelcontextprotocol/subscriptionId":7}}})"));
  EXPECT_EQ(*json::Parse(sink->notifications[2]), *json::Parse(R"({
    "jsonrpc":"2.0","method":"notifications/resources/list_changed","params":{
      "_meta":{"io.modelcontextprotocol/subscriptionId":7}}})"));
}

TEST_F(ListenTest, NothingWantedIsAcknowledgedAsNothing) {
  const auto sink = Listen("{}");
  ASSERT_EQ(sink->notifications.size(), 1u);
  EXPECT_THAT(sink->notifications[0], HasSubstr(R"("notifications":{})"));
}

TEST_F(ListenTest, MalformedWishesAreRefused) {
  for (const char* params : {
           "{}",
           R"({"notifications":null})",
           R"({"notifications":[]})",
           R"({"notifications":{"toolsListChanged":"yes"}})",
           R"({"notifications":{"promptsListChanged":1}})",
           R"({"notifications":{"resourcesListChanged":null}})",
           R"({"notifications":{"resourceSubscriptions":"bandwidth://calls"}})",
           R"({"notifications":{"resourceSubscriptions":[1]}})",
           R"({"notifications":{"resourceSubscriptions":[""]}})",
       }) {
    EXPECT_EQ(ErrorOf(params), -32602) << params;
  }
  const auto with_uri = [](std::size_t bytes) {
    return R"({"notifications":{"resourceSubscriptions":[")" + std::string(bytes, 'u') + "\"]}}";
  };
  EXPECT_EQ(ErrorOf(with_uri(kMaxSubscribedUriBytes + 1)), -32602);
  EXPECT_EQ(subscriptions.streams(), 0u);
  Send(
      MakeRequest(Revision::k2026_07_28, "subscriptions/listen", with_uri(kMaxSubscribedUriBytes)));
  EXPECT_EQ(subscriptions.streams(), 1u);
}

TEST_F(ListenTest, TooManyResourcesAreACapacityErrorInBand) {
  const auto with_uris = [](std::size_t count) {
    std::string uris;
    for (std::size_t i = 0; i < count; ++i)
      uris += (i > 0 ? ",\"u" : "\"u") + std::to_string(i) + '"';
    return R"({"notifications":{"resourceSubscriptions":[)" + uris + "]}}";
  };
  const SubscriptionLimits defaults;
  const auto refused = Ask(Revision::k2026_07_28, "subscriptions/listen",
                           with_uris(defaults.max_uris_per_stream + 1));
  EXPECT_EQ(refused.http_status, 200);
  EXPECT_EQ(refused.body["error"]["code"], -32603);
  EXPECT_TRUE(refused.notifications.empty());
  Send(MakeRequest(Revision::k2026_07_28, "subscriptions/listen",
                   with_uris(defaults.max_uris_per_stream)));
  EXPECT_EQ(subscriptions.streams(), 1u);
}

TEST_F(ListenTest, TheServersEndIsTheResult) {
  const auto sink = Listen(R"({"toolsListChanged":true})", R"("a-1")");
  subscriptions.EndAll();
  ASSERT_TRUE(sink->reply.has_value());
  EXPECT_EQ(sink->notifications.size(), 1u);
  EXPECT_EQ(*json::Parse(sink->reply->body), *json::Parse(R"({
    "jsonrpc":"2.0","id":"a-1","result":{"resultType":"complete","_meta":{
      "io.modelcontextprotocol/subscriptionId":"a-1",
      "io.modelcontextprotocol/serverInfo":{
        "name":"bandwidth-mcp","title":"Bandwidth","version":"1"}}}})"));
}

TEST_F(ListenTest, WhereStreamsShareAChannelACancellationComesBeforeTheResult) {
  Request request =
      MakeRequest(Revision::k2026_07_28, "subscriptions/listen", R"({"notifications":{}})", "7");
  request.audience.transport = Transport::kStdio;
  const auto sink = Send(std::move(request));
  subscriptions.EndAll();
  ASSERT_EQ(sink->notifications.size(), 2u);
  EXPECT_EQ(*json::Parse(sink->notifications[1]), *json::Parse(R"({
    "jsonrpc":"2.0","method":"notifications/cancelled","params":{
      "requestId":7,"_meta":{"io.modelcontextprotocol/subscriptionId":7}}})"));
  EXPECT_TRUE(sink->reply.has_value());
}

TEST_F(ListenTest, ACancelledListenerHearsNothingMore) {
  Request request =
      MakeRequest(Revision::k2026_07_28, "subscriptions/listen",
                  R"({"notifications":{"resourceSubscriptions":["bandwidth://calls"]}})", "7");
  request.cancel_scope = "here";
  const auto sink = Send(std::move(request));
  provider.catalogue_changed({});
  Message cancelled;
  cancelled.kind = Message::Kind::kNotification;
  cancelled.method = "notifications/cancelled";
  cancelled.params = *json::Parse(R"({"requestId":7})");
  dispatcher.HandleNotification(cancelled, "here");
  feed.Happen({VoiceEvent("c-1")});
  subscriptions.EndAll();
  EXPECT_TRUE(sink->abandoned);
  EXPECT_FALSE(sink->reply.has_value());
  EXPECT_EQ(sink->notifications.size(), 1u);
  EXPECT_EQ(subscriptions.streams(), 0u);
}

TEST_F(ListenTest, WhoListsAtOnceAfterAChangeSeesTheNewList) {
  const auto sink = Listen(R"({"toolsListChanged":true})");
  EXPECT_EQ(Ask(Revision::k2026_07_28, "tools/list").body["result"]["tools"].size(), 3u);
  provider.tools.tools.push_back(MakeTool("new"));
  provider.tools.revision = "r2";
  EXPECT_EQ(Ask(Revision::k2026_07_28, "tools/list").body["result"]["tools"].size(), 3u)
      << "the list is still fresh";
  provider.catalogue_changed({"t2", "p1", "r1"});
  EXPECT_EQ(sink->notifications.size(), 2u);
  EXPECT_EQ(Ask(Revision::k2026_07_28, "tools/list").body["result"]["tools"].size(), 4u);
}

}  // namespace
}  // namespace bw::gateway
