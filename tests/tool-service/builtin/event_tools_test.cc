#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(GetCallbackEvents, PassesTheFilterOn) {
  Toolkit kit;
  kit.journal.pages = {PageOf({MakeEvent(8, "gather", "c-1", {{"digits", "5"}})})};
  const ToolResult result = kit.Call("getCallbackEvents", {{"types", {"gather", "disconnect"}},
                                                           {"channel", "voice"},
                                                           {"direction", "outbound"},
                                                           {"call_id", "c-1"},
                                                           {"phone_number", "+15550100001"},
                                                           {"after_seq", 7},
                                                           {"limit", 20},
                                                           {"wait_seconds", 2}});
  ASSERT_FALSE(result.is_error) << TextOf(result);
  const EventQuery& query = kit.journal.queries.at(0);
  EXPECT_THAT(query.filter.types, ElementsAre("gather", "disconnect"));
  EXPECT_THAT(query.filter.channels, ElementsAre(EventChannel::kVoice));
  EXPECT_EQ(query.filter.direction, EventDirection::kOutbound);
  EXPECT_EQ(query.filter.call_id, "c-1");
  EXPECT_EQ(query.filter.phone_number, "+15550100001");
  EXPECT_EQ(query.filter.since_ms, 0);
  EXPECT_EQ(query.after_seq, 7u);
  EXPECT_EQ(query.limit, 20u);
  EXPECT_EQ(query.wait_ms, 2'000u);
  EXPECT_EQ((*result.structured)["events"][0]["digits"], "5");
  EXPECT_EQ((*result.structured)["next_after_seq"], 8);
  EXPECT_THAT(TextOf(result), HasSubstr("after_seq 8"));
}

TEST(GetCallbackEvents, WithoutAStartItGoesBackOneHour) {
  Toolkit kit;
  const ToolResult result = kit.Call("getCallbackEvents", Json::object());
  EXPECT_EQ(kit.journal.queries.at(0).filter.since_ms, kit.clock.NowMs() - 3'600'000);
  EXPECT_EQ(kit.journal.queries.at(0).wait_ms, 0u);
  EXPECT_THAT(TextOf(result), HasSubstr("Nothing has happened"));
  for (const char* start : {"call_id", "message_id", "reader"}) {
    kit.Call("getCallbackEvents", {{start, "x"}});
    EXPECT_EQ(kit.journal.queries.back().filter.since_ms, 0) << start;
  }
}

TEST(GetCallbackEvents, AReaderGetsWhatIsUnread) {
  Toolkit kit;
  kit.journal.unread = {PageOf({MakeEvent(3, "initiate", "c-9")})};
  const ToolResult result = kit.Call("getCallbackEvents", {{"reader", "me"}, {"wait_seconds", 50}});
  EXPECT_THAT(kit.journal.readers, ElementsAre("me"));
  EXPECT_EQ((*result.structured)["events"].size(), 1u);
  EXPECT_THAT(TextOf(result), HasSubstr("reader me"));
}

TEST(GetCallbackEvents, AReaderWithNothingUnreadWaitsAndReadsAgain) {
  Toolkit kit;
  EventPage none;
  none.next_after_seq = 10;
  kit.journal.unread = {none, PageOf({MakeEvent(11, "answer", "c-1")})};
  kit.journal.pages = {PageOf({MakeEvent(11, "answer", "c-1")})};
  const ToolResult result = kit.Call("getCallbackEvents", {{"reader", "me"}, {"wait_seconds", 50}});
  EXPECT_THAT(kit.journal.readers, ElementsAre("me", "me"));
  EXPECT_EQ(kit.journal.queries.at(1).after_seq, 10u);
  EXPECT_EQ(kit.journal.queries.at(1).wait_ms, 50'000u);
  EXPECT_EQ((*result.structured)["events"][0]["seq"], 11);
}

TEST(GetCallbackEvents, AReaderWhoseWaitEndsGetsNothing) {
  Toolkit kit;
  const ToolResult result = kit.Call("getCallbackEvents", {{"reader", "me"}, {"wait_seconds", 1}});
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(kit.journal.readers, ElementsAre("me"));
}

TEST(GetCallbackEvents, PayloadsAndMore) {
  Toolkit kit;
  EventPage page = PageOf({MakeEvent(1, "answer", "c-1", {{"callUrl", "https://x"}})});
  page.has_more = true;
  kit.journal.pages = {page};
  const ToolResult result =
      kit.Call("getCallbackEvents", {{"call_id", "c-1"}, {"include_payload", true}});
  EXPECT_EQ((*result.structured)["events"][0]["payload"]["callUrl"], "https://x");
  EXPECT_EQ((*result.structured)["has_more"], true);
  EXPECT_THAT(TextOf(result), HasSubstr("There is more"));
}

TEST(GetCallbackEvents, ErrorsNameTheField) {
  struct Case {
    Json arguments;
    const char* field;
  };
  for (const Case& row :
       {Case{{{"reader", "me"}, {"after_seq", 1}}, "reader"}, Case{{{"limit", 0}}, "limit"},
        Case{{{"limit", 201}}, "limit"}, Case{{{"after_seq", -1}}, "after_seq"},
        Case{{{"channel", "radio"}}, "channel"}, Case{{{"type", "gather"}}, "type"},
        Case{{{"types", "gather"}}, "types"}, Case{{{"wait_seconds", 56}}, "wait_seconds"},
        Case{{{"types", Json(std::vector<std::string>(33, "x"))}}, "types"}}) {
    Toolkit kit;
    const ToolResult result = kit.Call("getCallbackEvents", row.arguments);
    EXPECT_TRUE(result.is_error) << row.field;
    EXPECT_THAT(TextOf(result), HasSubstr(row.field));
    EXPECT_TRUE(kit.journal.queries.empty());
  }
}

TEST(GetCallbackEvents, AStoreThatIsGone) {
  Toolkit kit;
  kit.journal.pages = {Unavailable("gone")};
  const ToolResult result = kit.Call("getCallbackEvents", {{"call_id", "c-1"}});
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("try again"));
}

TEST(GetInboundMessages, AsksForTextsSentToUs) {
  Toolkit kit;
  Event text = MakeEvent(5, "message-received", "", {{"message", {{"text", "hello"}}}});
  kit.journal.unread = {PageOf({text})};
  const ToolResult result =
      kit.Call("getInboundMessages", {{"reader", "texts"}, {"from", "+15550100001"}});
  const EventFilter& filter = kit.journal.queries.at(0).filter;
  EXPECT_THAT(filter.types, testing::Contains("message-received"));
  EXPECT_EQ(filter.direction, EventDirection::kInbound);
  EXPECT_EQ(filter.phone_number, "+15550100001");
  EXPECT_EQ((*result.structured)["events"][0]["text"], "hello");
}

TEST(WaitForEvents, WaitsFromNowOn) {
  Toolkit kit;
  kit.journal.pages = {PageOf({MakeEvent(12, "initiate", "c-9")})};
  const ToolResult result = kit.Call("waitForEvents", {{"types", {"initiate"}}});
  ASSERT_FALSE(result.is_error) << TextOf(result);
  const EventQuery& query = kit.journal.queries.at(0);
  EXPECT_EQ(query.wait_ms, 50'000u);
  EXPECT_EQ(query.filter.since_ms, kit.clock.NowMs());
  EXPECT_THAT(query.filter.types, ElementsAre("initiate"));
  EXPECT_EQ((*result.structured)["events"][0]["call_id"], "c-9");
  EXPECT_EQ((*result.structured)["next_after_seq"], 12);
}

TEST(WaitForEvents, GoesOnWhereItWasOrWithACallFromItsBeginning) {
  for (const Json& start :
       {Json{{"after_seq", 4}}, Json{{"call_id", "c-1"}}, Json{{"message_id", "m-1"}}}) {
    Toolkit kit;
    kit.Call("waitForEvents", start);
    EXPECT_EQ(kit.journal.queries.at(0).filter.since_ms, 0);
    EXPECT_EQ(kit.journal.queries.at(0).after_seq, start.contains("after_seq") ? 4u : 0u);
  }
}

TEST(WaitForEvents, TakesAnyFilterAndWaitsNoLongerThanItsCaller) {
  Toolkit kit;
  CallContext context;
  context.deadline = kit.clock.Steady() + std::chrono::seconds(10);
  kit.Call("waitForEvents",
           {{"channel", "messaging"},
            {"direction", "inbound"},
            {"phone_number", "+15550100001"},
            {"wait_seconds", 55}},
           context);
  const EventQuery& query = kit.journal.queries.at(0);
  EXPECT_THAT(query.filter.channels, ElementsAre(EventChannel::kMessaging));
  EXPECT_EQ(query.filter.direction, EventDirection::kInbound);
  EXPECT_EQ(query.filter.phone_number, "+15550100001");
  EXPECT_EQ(query.wait_ms, 9'500u);
}

TEST(WaitForEvents, EmptyHandedIsNoError) {
  Toolkit kit;
  const ToolResult result = kit.Call("waitForEvents", {{"wait_seconds", 0}});
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["events"], Json::array());
  EXPECT_TRUE(kit.Call("waitForEvents", {{"wait_seconds", 56}}).is_error);
  EXPECT_TRUE(kit.Call("waitForEvents", {{"reader", "me"}}).is_error);
}

}  // namespace
}  // namespace bw::tool_service
