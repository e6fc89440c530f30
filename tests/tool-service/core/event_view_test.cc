#include "tool-service/core/event_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

TEST(DescribeEvent, ShowsWhatMattersAndLeavesOutTheRest) {
  Event event = MakeEvent(12, "gather", "c-1",
                          {{"digits", "42"}, {"terminatingDigit", "#"}, {"callUrl", "https://x"}});
  event.from = "+15550100001";
  event.to = {"+15550100002"};
  event.direction = EventDirection::kInbound;
  event.event_time_ms = 1'772'446'530'120;
  EXPECT_EQ(DescribeEvent(event), (Json{{"seq", 12},
                                        {"type", "gather"},
                                        {"channel", "voice"},
                                        {"call_id", "c-1"},
                                        {"time", "2026-03-02T10:15:30.120Z"},
                                        {"from", "+15550100001"},
                                        {"to", "+15550100002"},
                                        {"direction", "inbound"},
                                        {"digits", "42"},
                                        {"terminatingDigit", "#"}}));
  EXPECT_EQ(DescribeEvent(event, true)["payload"]["callUrl"], "https://x");
  EXPECT_EQ(EventLine(event),
            "[12] gather call c-1 +15550100001 -> +15550100002: digits \"42\", terminatingDigit "
            "\"#\"");
}

TEST(DescribeEvent, NoDigitsAreShownAsNone) {
  const Event event = MakeEvent(1, "gather", "c-1", {{"digits", ""}, {"terminatingDigit", ""}});
  EXPECT_EQ(DescribeEvent(event)["digits"], "");
  EXPECT_FALSE(DescribeEvent(event).contains("terminatingDigit"));
  EXPECT_THAT(EventLine(event), HasSubstr("digits \"\""));
}

TEST(DescribeEvent, ReadsTheWordsOfAText) {
  Event event = MakeEvent(3, "message-received", "",
                          {{"description", "in"}, {"message", {{"text", "hi"}, {"media", {"u"}}}}});
  event.message_id = "m-1";
  event.to = {"+1", "+2"};
  const Json described = DescribeEvent(event);
  EXPECT_EQ(described["text"], "hi");
  EXPECT_EQ(described["media"], Json::array({"u"}));
  EXPECT_EQ(described["to"], Json::array({"+1", "+2"}));
}

TEST(DescribeEvent, AnUnreadablePayloadHarmsNothing) {
  Event event = MakeEvent(4, "disconnect", "c-1", nullptr);
  EXPECT_EQ(DescribeEvent(event)["type"], "disconnect");
  event.payload = Json::array({1, 2});
  EXPECT_EQ(EventLine(event), "[4] disconnect call c-1");
}

TEST(DescribeCall, ShowsTurnsWithoutPasswords) {
  CallRecord call;
  call.call_id = "c-1";
  call.state = "answered";
  call.webhook_held = true;
  call.queued = Receipt{"r-9", "c-1", ReceiptState::kQueued, 0, 0, 0, ""};
  call.turns = {{5, "answer", 0, "r-1", "<Gather username=\"u\" password=\"top\"/>"}};
  const Json described = DescribeCall(call);
  EXPECT_EQ(described["caller_waits_for_answer"], true);
  EXPECT_EQ(described["queued"]["state"], "queued");
  EXPECT_EQ(described["turns"][0]["bxml"], "<Gather username=\"u\" password=\"***\"/>");
  EXPECT_THAT(CallLine(call), HasSubstr("waits for your answer"));
}

TEST(RedactBxml, Table) {
  struct Case {
    std::string_view bxml;
    std::string expected;
  };
  for (const auto& [bxml, expected] :
       {Case{"", ""}, Case{"<A/>", "<A/>"},
        Case{"<A password='x' b='y'/>", "<A password='***' b='y'/>"},
        Case{"<A fallbackPassword=\"x\"/><B destinationPassword=\"y\"/>",
             "<A fallbackPassword=\"***\"/><B destinationPassword=\"***\"/>"},
        Case{"password=", "password="}, Case{"password=\"open", "password=\"***\""},
        Case{"password=plain", "password=plain"}}) {
    EXPECT_EQ(RedactBxml(bxml), expected);
  }
}

TEST(Names, CoverEveryValue) {
  EXPECT_EQ(ChannelName(EventChannel::kNotification), "notification");
  EXPECT_EQ(DirectionName(EventDirection::kOutbound), "outbound");
  EXPECT_EQ(ReceiptStateName(ReceiptState::kCallEnded), "call_ended");
}

}  // namespace
}  // namespace bw::tool_service
