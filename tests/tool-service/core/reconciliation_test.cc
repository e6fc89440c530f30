#include "tool-service/core/reconciliation.h"

#include <deque>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using json::Json;
using std::chrono::milliseconds;
using testing::HasSubstr;

class ReconcilerTest : public testing::Test {
 protected:
  ReconcilerTest() {
    context_.deadline = clock_.Steady() + std::chrono::seconds(60);
    for (const char* name : {"listCalls", "listMessages", "ListOrders", "RetrieveOrder",
                             "ReadDisconnectOrders", "ReadDisconnectOrder"}) {
      tools_[name] = std::make_shared<FakeTool>(
          name, [this, name](Json arguments, CallContext, Tool::Done done) {
            asked_.push_back(std::string(name) + " " + arguments.dump());
            auto& script = answers_[name];
            if (script.empty()) return done(TextResult("[]"));
            StatusOr<ToolOutcome> answer = std::move(script.front());
            script.pop_front();
            done(std::move(answer));
          });
    }
  }

  static ToolResult Structured(const char* text) {
    ToolResult result = TextResult(text);
    result.structured = Json::parse(text);
    return result;
  }
  LostCall Lost(const char* tool, const char* arguments, bool is_own_reference = false) {
    return {FindLookRow(tool), Json::parse(arguments), clock_.NowMs(), is_own_reference};
  }
  LostCall LostPhoneCall() {
    return Lost("createCall", R"({"accountId":"9","to":"+1","from":"+2","applicationId":"a"})");
  }
  // An entry of listCalls that was made `later` after it was sent.
  std::string Entry(const std::string& id, milliseconds later = milliseconds(100),
                    const std::string& more = "") {
    return R"({"callId":")" + id +
           R"(","to":"+1","from":"+2","applicationId":"a","direction":"outbound","startTime":")" +
           FormatIso8601(clock_.NowMs() + later.count()) + "\"" + more + "}";
  }
  void Look(LostCall lost) {
    reconciler_.Look(std::move(lost), context_, [this](LookFinding finding) {
      ++count_;
      finding_ = std::move(finding);
    });
  }
  LookFinding Found(LostCall lost) {
    Look(std::move(lost));
    scheduler_.Advance(std::chrono::seconds(30));
    EXPECT_EQ(count_, 1);
    return finding_;
  }

  FakeClock clock_;
  StopGate gate_;
  ManualScheduler scheduler_{clock_};
  std::map<std::string, std::shared_ptr<Tool>> tools_;
  Reconciler reconciler_{[this](std::string_view name) {
                           const auto found = tools_.find(std::string(name));
                           return found == tools_.end() ? nullptr : found->second;
                         },
                         scheduler_, clock_, gate_};
  std::map<std::string, std::deque<StatusOr<ToolOutcome>>> answers_;
  std::vector<std::string> asked_;
  CallContext context_;
  int count_ = 0;
  LookFinding finding_;
};

TEST_F(ReconcilerTest, FindsTheOneThatWasMadeSince) {
  answers_["listCalls"] = {TextResult("[" + Entry("c-1") + "]")};
  const LookFinding finding = Found(LostPhoneCall());
  EXPECT_TRUE(finding.happened) << finding.why_unknown;
  EXPECT_EQ(finding.id, "c-1");
  EXPECT_EQ(finding.entry["from"], "+2");
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_THAT(asked_[0], HasSubstr(R"("minStartTime":")"));
  EXPECT_THAT(asked_[0], HasSubstr(R"("accountId":"9")"));
}

TEST_F(ReconcilerTest, LooksAgainBecauseListingsLag) {
  answers_["listCalls"] = {TextResult("[]"), Unavailable("not now"),
                           TextResult("[" + Entry("c-1") + "]")};
  EXPECT_TRUE(Found(LostPhoneCall()).happened);
  EXPECT_EQ(asked_.size(), 3u);
}

TEST_F(ReconcilerTest, StopsAfterTheLastLookAndSaysHowToGoOn) {
  const LookFinding finding = Found(LostPhoneCall());
  EXPECT_FALSE(finding.happened);
  EXPECT_EQ(asked_.size(), Reconciler::kMaxLooks);
  EXPECT_THAT(finding.why_unknown, HasSubstr("Looked 3 times"));
  EXPECT_THAT(finding.why_unknown, HasSubstr(R"(listCalls {"accountId":"9")"));
}

TEST_F(ReconcilerTest, WhatIsOlderOrOthersIsNotOurs) {
  const milliseconds margin(Reconciler::kClockMarginMs);
  answers_["listCalls"] = {
      TextResult("[" + Entry("old", -margin - milliseconds(1)) + "," +
                 Entry("in", milliseconds(1), R"(,"direction":"inbound")") + "," +
                 Entry("elsewhere", milliseconds(1), R"(,"to":"+3")") + "," +
                 Entry("without time", milliseconds(1), R"(,"startTime":null)") + "]")};
  EXPECT_FALSE(Found(LostPhoneCall()).happened);
  answers_["listCalls"] = {TextResult("[" + Entry("c-1", -margin) + "]")};
  count_ = 0;
  EXPECT_TRUE(Found(LostPhoneCall()).happened) << "the API's clock may be behind";
}

TEST_F(ReconcilerTest, OfTwoNoneIsGuessed) {
  answers_["listCalls"] = {TextResult("[" + Entry("c-1") + "," + Entry("c-2") + "]")};
  const LookFinding finding = Found(LostPhoneCall());
  EXPECT_FALSE(finding.happened);
  EXPECT_THAT(finding.why_unknown, HasSubstr("Several look like it (c-1, c-2)"));
  EXPECT_EQ(asked_.size(), 1u) << "they will not become fewer";
}

TEST_F(ReconcilerTest, TheSameIdTwiceIsOne) {
  answers_["listCalls"] = {TextResult("[" + Entry("c-1") + "," + Entry("c-1") + "]")};
  EXPECT_TRUE(Found(LostPhoneCall()).happened);
}

TEST_F(ReconcilerTest, AMessageIsKnownByItsEndsAndTime) {
  const auto entry = [this] {
    return R"({"messages":[{"messageId":"m-1","sourceTn":"+2","destinationTn":"+1",)"
           R"("messageDirection":"OUTBOUND","receiveTime":")" +
           FormatIso8601(clock_.NowMs()) + R"("}]})";
  };
  answers_["listMessages"] = {Structured(entry().c_str())};
  const LookFinding finding =
      Found(Lost("createMessage", R"({"accountId":"9","to":["+1","+3"],"from":"+2","text":"x"})"));
  EXPECT_TRUE(finding.happened) << finding.why_unknown;
  EXPECT_EQ(finding.id, "m-1");
  EXPECT_THAT(asked_.at(0), HasSubstr(R"("destinationTn":"+1")"));
  count_ = 0;
  answers_["listMessages"] = {Structured(entry().c_str())};
  EXPECT_TRUE(Found(Lost("createMultiChannelMessage",
                         R"({"accountId":"9","to":"+1","channelList":[{"from":"agent"},)"
                         R"({"from":"+2"}]})"))
                  .happened);
}

TEST_F(ReconcilerTest, AnOrderIsKnownByItsReference) {
  const char* arguments = R"({"accountId":"9","CustomerOrderId":"bw-1"})";
  answers_["ListOrders"] = {Structured(
      R"({"ListOrderIdUserIdDate":{"OrderIdUserIdDate":[{"orderId":"o-1","CustomerOrderId":"bw-2"},
      {"orderId":"o-2","CustomerOrderId":"bw-1","OrderDate":"2020-01-01T00:00:00Z"}]}})")};
  EXPECT_EQ(Found(Lost("CreateOrder", arguments, true)).id, "o-2");
  EXPECT_THAT(asked_.at(0), HasSubstr(R"("customerOrderId":"bw-1")"));
  count_ = 0;
  answers_["ListOrders"] = {Structured(
      R"([{"orderId":"o-2","CustomerOrderId":"bw-1","OrderDate":"2020-01-01T00:00:00Z"}])")};
  EXPECT_FALSE(Found(Lost("CreateOrder", arguments, false)).happened)
      << "the caller may have used the reference before";
}

TEST_F(ReconcilerTest, WhereAListingDoesNotNameTheReferenceTheDetailsDo) {
  const char* arguments = R"({"accountId":"9","CustomerOrderId":"bw-1"})";
  answers_["ReadDisconnectOrders"] = {Structured(R"([{"OrderId":"o-1"},{"OrderId":"o-2"}])")};
  answers_["ReadDisconnectOrder"] = {
      Structured(R"({"orderRequest":{"id":"o-2","CustomerOrderId":"x"}})"),
      Structured(R"({"orderRequest":{"id":"o-1","CustomerOrderId":"bw-1"}})")};
  const LookFinding finding = Found(Lost("CreateDisconnectOrder", arguments, true));
  EXPECT_TRUE(finding.happened) << finding.why_unknown;
  EXPECT_EQ(finding.id, "o-1");
  EXPECT_THAT(asked_.at(0), HasSubstr(R"("enddate":)"));
  EXPECT_EQ(asked_.at(1), R"(ReadDisconnectOrder {"accountId":"9","disconnectId":"o-2"})");
}

TEST_F(ReconcilerTest, DetailsAreBoundedAndTheirFailureIsNoAnswer) {
  const char* arguments = R"({"accountId":"9","CustomerOrderId":"bw-1"})";
  Json many = Json::array();
  for (std::size_t i = 0; i < Reconciler::kMaxDetails; ++i) {
    many.push_back({{"OrderId", "o-" + std::to_string(i)}});
  }
  answers_["ReadDisconnectOrders"] = {Structured(many.dump().c_str())};
  answers_["ReadDisconnectOrder"] = {ErrorResult("no"),
                                     Structured(R"({"CustomerOrderId":"bw-1"})")};
  EXPECT_FALSE(Found(Lost("CreateDisconnectOrder", arguments, true)).happened)
      << "the one that failed may be ours too";
  EXPECT_EQ(asked_.size(), 1 + Reconciler::kMaxDetails + 2);
  count_ = 0;
  asked_.clear();
  many.push_back({{"OrderId", "o-x"}});
  answers_["ReadDisconnectOrders"] = {Structured(many.dump().c_str())};
  Found(Lost("CreateDisconnectOrder", arguments, true));
  EXPECT_EQ(asked_.size(), Reconciler::kMaxLooks) << "one more than are looked at";
}

TEST_F(ReconcilerTest, EndsWithTheDeadline) {
  context_.deadline = clock_.Steady() + Reconciler::kPauses[0];
  Look(LostPhoneCall());
  EXPECT_EQ(count_, 1);
  EXPECT_THAT(finding_.why_unknown, HasSubstr("no time left"));
  context_.deadline += milliseconds(1);
  count_ = 0;
  EXPECT_FALSE(Found(LostPhoneCall()).happened);
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(ReconcilerTest, EndsWhenTheCallerLeaves) {
  std::function<void()> cancel;
  context_.on_cancel = [&](std::function<void()> action) { cancel = std::move(action); };
  Look(LostPhoneCall());
  EXPECT_EQ(count_, 0);
  cancel();
  EXPECT_EQ(count_, 1);
  EXPECT_FALSE(finding_.happened);
  EXPECT_EQ(scheduler_.pending(), 0u);
  cancel();
  EXPECT_EQ(count_, 1);
}

TEST_F(ReconcilerTest, UsesNothingOnceTheGateIsStopped) {
  Look(LostPhoneCall());
  gate_.Stop();
  scheduler_.Advance(std::chrono::seconds(30));
  EXPECT_EQ(count_, 1);
  EXPECT_TRUE(asked_.empty());
  Look(LostPhoneCall());
  EXPECT_EQ(count_, 2);
  EXPECT_EQ(scheduler_.pending(), 0u);
}

TEST_F(ReconcilerTest, WithoutTheListingItSaysSo) {
  tools_.erase("listCalls");
  EXPECT_THAT(Found(LostPhoneCall()).why_unknown, HasSubstr("listCalls is not loaded"));
}

TEST(LookRows, AreSortedAndUnique) {
  for (std::size_t i = 1; i < LookRows().size(); ++i) {
    EXPECT_LT(LookRows()[i - 1].tool, LookRows()[i].tool);
  }
  EXPECT_EQ(FindLookRow("createMedia"), nullptr);
}

}  // namespace
}  // namespace bw::tool_service
