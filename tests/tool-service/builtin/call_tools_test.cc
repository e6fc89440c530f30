#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

TEST(GetCall, ShowsStateTurnsAndReceipts) {
  Toolkit kit;
  CallRecord call;
  call.call_id = "c-1";
  call.state = "answered";
  call.turns = {{5, "answer", 0, "r-1", "<Response><Hangup/></Response>"},
                {6, "gather", 0, "", ""},
                {7, "redirect", 0, "r-gone", "<Response/>"}};
  kit.journal.calls["c-1"] = call;
  kit.journal.receipts["r-1"] = {"r-1", "c-1", ReceiptState::kDelivered, 1, 2, 5, ""};
  const ToolResult result = kit.Call("getCall", {{"call_id", "c-1"}, {"receipt_id", "r-1"}});
  ASSERT_FALSE(result.is_error) << TextOf(result);
  const Json& turns = (*result.structured)["turns"];
  EXPECT_EQ(turns[0]["type"], "answer");
  EXPECT_EQ(turns[0]["receipt"]["state"], "delivered");
  EXPECT_FALSE(turns[1].contains("receipt"));
  EXPECT_FALSE(turns[2].contains("receipt"));
  EXPECT_EQ((*result.structured)["receipt"]["state"], "delivered");
  EXPECT_THAT(TextOf(result), HasSubstr("[5] answer answered <Response><Hangup/></Response> "
                                        "(delivered)"));
  EXPECT_THAT(TextOf(result), HasSubstr("receipt r-1: delivered"));
}

TEST(GetCall, LooksUpTheReceiptsOfTheLastTurnsOnly) {
  for (const std::size_t turns : {20u, 21u}) {
    Toolkit kit;
    CallRecord& call = kit.journal.calls["c-1"];
    for (std::size_t i = 0; i < turns; ++i) {
      const std::string id = "r-" + std::to_string(i);
      call.turns.push_back({i, "gather", 0, id, "<Response/>"});
      kit.journal.receipts[id] = {id, "c-1", ReceiptState::kDelivered, 1, 2, i, ""};
    }
    const ToolResult result = kit.Call("getCall", {{"call_id", "c-1"}});
    const Json& shown = (*result.structured)["turns"];
    EXPECT_EQ(shown[0].contains("receipt"), turns == 20);
    EXPECT_TRUE(shown[1].contains("receipt"));
    EXPECT_TRUE(shown[turns - 1].contains("receipt"));
  }
}

TEST(GetCall, UnknownCallAndReceipt) {
  Toolkit kit;
  EXPECT_TRUE(kit.Call("getCall", {{"call_id", "c-1"}}).is_error);
  kit.journal.calls["c-1"] = {};
  EXPECT_FALSE(kit.Call("getCall", {{"call_id", "c-1"}}).is_error);
  EXPECT_TRUE(kit.Call("getCall", {{"call_id", "c-1"}, {"receipt_id", "r-1"}}).is_error);
}

struct Account : Toolkit {
  Account() { tokens.token = TokenFor({"9900000"}); }
  ToolResult Diagnose() { return Call("diagnoseCall", {{"call_id", "c-1"}}); }
};

HttpResponse State(const Json& state) { return Answer(200, json::Dump(state)); }

TEST(DiagnoseCall, PutsAllSourcesTogether) {
  Account kit;
  CallRecord call;
  call.call_id = "c-1";
  call.state = "disconnected";
  kit.journal.calls["c-1"] = call;
  kit.journal.pages = {PageOf({MakeEvent(3, "disconnect", "c-1", {{"sipResponseCode", 486}})})};
  kit.http.script = {State({{"state", "disconnected"}, {"disconnectCause", "busy"}})};
  const ToolResult result = kit.Diagnose();
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_EQ((*result.structured)["state"], "disconnected");
  EXPECT_EQ((*result.structured)["cause"], "busy");
  EXPECT_THAT(TextOf(result), HasSubstr("The line was busy."));
  EXPECT_THAT(TextOf(result), HasSubstr("SIP response 486"));
  EXPECT_EQ(kit.http.requests.at(0).url,
            "https://voice.bandwidth.com/api/v2/accounts/9900000/calls/c-1");
  EXPECT_EQ(kit.journal.queries.at(0).filter.call_id, "c-1");
}

TEST(DiagnoseCall, ACallThatNeverReachedUs) {
  Account kit;
  kit.http.script = {State({{"state", "disconnected"}, {"disconnectCause", "callback-error"}})};
  const ToolResult result = kit.Diagnose();
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("BW_MCP_BASE_URL"));
}

TEST(DiagnoseCall, NobodyKnowsIt) {
  Account kit;
  kit.http.script = {Answer(404)};
  const ToolResult result = kit.Diagnose();
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("Neither Bandwidth nor this server"));
}

TEST(DiagnoseCall, GoesOnWithoutASourceAndSaysSo) {
  Account kit;
  kit.journal.failure = Unavailable("gone");
  kit.http.script = {State({{"state", "answered"}})};
  const ToolResult without_store = kit.Diagnose();
  EXPECT_FALSE(without_store.is_error);
  EXPECT_THAT(TextOf(without_store), HasSubstr("this server's events could not be read: gone"));
  kit.journal.failure = OkStatus();
  kit.journal.calls["c-1"].state = "answered";
  kit.http.script = {Answer(403)};
  const ToolResult without_platform = kit.Diagnose();
  EXPECT_FALSE(without_platform.is_error);
  EXPECT_THAT(TextOf(without_platform), HasSubstr("the platform's state of the call could not"));
}

TEST(DiagnoseCall, WithoutAnySourceItIsAnError) {
  Account kit;
  kit.journal.failure = Unavailable("gone");
  kit.http.script = {Unavailable("no route")};
  const ToolResult result = kit.Diagnose();
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("gone"));
  EXPECT_THAT(TextOf(result), HasSubstr("no route"));
}

TEST(DiagnoseCall, AnIdCannotChangeThePath) {
  Account kit;
  kit.http.script = {Answer(404)};
  kit.Call("diagnoseCall", {{"call_id", "../applications?x"}});
  EXPECT_THAT(kit.http.requests.at(0).url, HasSubstr("/calls/..%2Fapplications%3Fx"));
  EXPECT_TRUE(kit.Call("diagnoseCall", {{"call_id", ""}}).is_error);
}

}  // namespace
}  // namespace bw::tool_service
