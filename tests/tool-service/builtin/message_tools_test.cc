#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

Event Report(const std::string& type, const std::string& to, std::int64_t code = 0,
             const Json& all = Json::array({"+15550100077"})) {
  Json payload = {{"type", type},
                  {"to", to},
                  {"time", "2026-03-02T10:20:00.000Z"},
                  {"description", "as the carrier says"},
                  {"message", {{"to", all}}}};
  if (code != 0) payload["errorCode"] = code;
  Event event = MakeEvent(5, type, "", payload);
  event.channel = EventChannel::kMessaging;
  event.direction = EventDirection::kOutbound;
  event.message_id = "m-1";
  event.to = {to};
  return event;
}

HttpResponse Records(const Json& messages) {
  return Answer(200, json::Dump({{"totalCount", messages.size()}, {"messages", messages}}));
}

Json Record(const std::string& status, std::int64_t code = 0) {
  return {{"messageId", "m-1"},
          {"destinationTn", "+15550100077"},
          {"messageStatus", status},
          {"errorCode", code}};
}

struct Account : Toolkit {
  Account() { tokens.token = TokenFor({"9900000"}); }
  ToolResult Ask(double wait_seconds = 0) {
    return Call("getMessageStatus", {{"message_id", "m-1"}, {"wait_seconds", wait_seconds}});
  }
};

TEST(GetMessageStatus, AReportHereIsEnough) {
  Account kit;
  kit.journal.pages = {PageOf({Report("message-delivered", "+15550100077")})};
  const ToolResult result = kit.Ask();
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_EQ((*result.structured)["status"], "delivered");
  EXPECT_EQ((*result.structured)["final"], true);
  EXPECT_EQ((*result.structured)["reported_here"], true);
  EXPECT_EQ((*result.structured)["recipients"][0]["to"], "+15550100077");
  EXPECT_EQ(kit.journal.queries.at(0).filter.message_id, "m-1");
  EXPECT_EQ(kit.journal.queries.at(0).wait_ms, 0u);
  EXPECT_TRUE(kit.http.requests.empty());
}

TEST(GetMessageStatus, AFailureSaysWhyAndWhatToDo) {
  Account kit;
  kit.journal.pages = {PageOf({Report("message-failed", "+15550100077", 4476)})};
  const ToolResult result = kit.Ask();
  EXPECT_EQ((*result.structured)["status"], "failed");
  EXPECT_EQ((*result.structured)["recipients"][0]["error_code"], 4476);
  EXPECT_THAT(TextOf(result), HasSubstr("not registered to a campaign"));
  EXPECT_THAT(TextOf(result), HasSubstr("as the carrier says"));
}

TEST(GetMessageStatus, TheAccountIsAskedWhenNothingWasReported) {
  Account kit;
  kit.http.script = {Records(Json::array({Record("DELIVERED")}))};
  const ToolResult result = kit.Ask();
  EXPECT_EQ((*result.structured)["status"], "delivered");
  EXPECT_EQ((*result.structured)["reported_here"], false);
  EXPECT_EQ(kit.http.requests.at(0).url,
            "https://messaging.bandwidth.com/api/v2/users/9900000/messages?messageId=m-1");
}

TEST(GetMessageStatus, OfAGroupEachRecipientCounts) {
  const Json all = {"+15550100077", "+15550100078"};
  Account kit;
  kit.journal.pages = {PageOf({Report("message-delivered", "+15550100077", 0, all)})};
  kit.http.script = {Records(Json::array())};
  const ToolResult half = kit.Ask();
  EXPECT_EQ((*half.structured)["status"], "pending");
  EXPECT_EQ((*half.structured)["final"], false);
  kit.journal.pages = {PageOf({Report("message-delivered", "+15550100077", 0, all),
                               Report("message-failed", "+15550100078", 4750, all)})};
  const ToolResult both = kit.Ask();
  EXPECT_EQ((*both.structured)["status"], "partly_failed");
  EXPECT_EQ((*both.structured)["recipients"].size(), 2u);
}

TEST(GetMessageStatus, AFinalReportStandsWhateverComesAfterIt) {
  Account kit;
  kit.journal.pages = {PageOf({Report("message-delivered", "+15550100077"),
                               Report("message-sending", "+15550100077"),
                               Report("message-failed", "+15550100077", 9902)})};
  EXPECT_EQ((*kit.Ask().structured)["status"], "delivered");
}

TEST(GetMessageStatus, WaitsForTheOutcome) {
  Account kit;
  kit.http.script = {Records(Json::array({Record("QUEUED")}))};
  kit.journal.pages = {PageOf({}), PageOf({Report("message-sending", "+15550100077")}),
                       PageOf({Report("message-delivered", "+15550100077")})};
  const ToolResult result = kit.Ask(20);
  EXPECT_EQ((*result.structured)["status"], "delivered");
  ASSERT_EQ(kit.journal.queries.size(), 3u);
  EXPECT_EQ(kit.journal.queries[1].wait_ms, 20'000u);
  EXPECT_EQ(kit.journal.queries[1].after_seq, 7u);
  EXPECT_EQ(kit.journal.queries[2].after_seq, 5u);
  EXPECT_EQ(kit.http.requests.size(), 1u);
}

TEST(GetMessageStatus, AWaitInVainSaysSo) {
  Account kit;
  kit.http.script = {Records(Json::array({Record("SENT")}))};
  const ToolResult result = kit.Ask(5);
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["status"], "sent");
  EXPECT_THAT(TextOf(result), HasSubstr("do not resend"));
  EXPECT_THAT(TextOf(result), HasSubstr("checkMessagingReadiness"));
}

TEST(GetMessageStatus, UnknownEverywhere) {
  Account kit;
  kit.http.script = {Records(Json::array())};
  const ToolResult result = kit.Ask();
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["status"], "unknown");
  EXPECT_THAT(TextOf(result), HasSubstr("Check the id"));
}

TEST(GetMessageStatus, OneSourceIsEnough) {
  Account kit;
  kit.journal.pages = {Unavailable("gone")};
  kit.http.script = {Records(Json::array({Record("FAILED", 4795)}))};
  const ToolResult result = kit.Ask();
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["status"], "failed");
  EXPECT_THAT(TextOf(result), HasSubstr("Reports could not be read: gone"));
}

TEST(GetMessageStatus, NoSourceIsAnError) {
  struct Case {
    StatusOr<HttpResponse> answer;
    const char* text;
  };
  for (const Case& row : {Case{Answer(401), "BW_CLIENT_ID"}, Case{Answer(429), "Wait"},
                          Case{Answer(200, "no JSON"), "could not be read"},
                          Case{Unavailable("no route"), "did not answer"}}) {
    Account kit;
    kit.http.script = {row.answer};
    const ToolResult result = kit.Ask();
    EXPECT_TRUE(result.is_error);
    EXPECT_THAT(TextOf(result), HasSubstr(row.text));
  }
}

TEST(GetMessageStatus, Arguments) {
  Account kit;
  EXPECT_THAT(TextOf(kit.Call("getMessageStatus", Json::object())), HasSubstr("message_id"));
  EXPECT_THAT(TextOf(kit.Ask(55.5)), HasSubstr("wait_seconds"));
  EXPECT_TRUE(kit.journal.queries.empty());
}

}  // namespace
}  // namespace bw::tool_service
