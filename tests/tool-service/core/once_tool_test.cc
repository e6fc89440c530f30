#include "tool-service/core/once_tool.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"
#include "tool-service/core/once_entry.h"

namespace bw::tool_service {
namespace {

using json::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class RecordedEvents : public CertaintyObserver {
 public:
  void OnCertainty(CertaintyEvent event) override { events.push_back(event); }
  std::vector<CertaintyEvent> events;
};

// Fills in what a configured server fills in.
class SenderDefaults : public NoDefaults {
 public:
  void Fill(std::string_view, const Json&, Json arguments, const CallContext&, Done done) override {
    arguments.update(Json::parse(R"({"accountId":"9","from":"+2","applicationId":"a"})"));
    done(std::move(arguments));
  }
};

class OnceToolTest : public testing::Test {
 protected:
  OnceToolTest() {
    context_.deadline = clock_.Steady() + seconds(60);
    context_.principal = "ann";
    Wrap("createCall");
    list_ = std::make_shared<FakeTool>("list", [this](Json, CallContext, Tool::Done done) {
      ++looks_;
      if (listed_.empty()) return done(TextResult("[]"));
      const std::string text = listed_.front();
      listed_.pop_front();
      done(TextResult(text));
    });
  }

  // A tool of that name that answers from `answers_`, else waits for `open_`.
  void Wrap(const std::string& name) {
    inner_ = std::make_shared<FakeTool>(
        name, [this](Json arguments, CallContext context, Tool::Done done) {
          sent_.push_back(std::move(arguments));
          deadlines_.push_back(context.deadline);
          if (answers_.empty()) return open_.push_back(std::move(done));
          StatusOr<ToolOutcome> answer = std::move(answers_.front());
          answers_.pop_front();
          done(std::move(answer));
        });
    inner_->definition_.input_schema = {{"type", "object"},
                                        {"properties", {{"to", {{"type", "string"}}}}},
                                        {"additionalProperties", false}};
    tool_ = OnceTool::Make(inner_, ports_);
  }
  static ToolResult Lost() {
    ToolResult result = ErrorResult("The API did not answer.\nNext: look.");
    result.effect_unknown = true;
    return result;
  }
  std::string Entry(const std::string& id) {
    return R"([{"callId":")" + id +
           R"(","to":"+1","from":"+2","applicationId":"a","direction":"outbound","startTime":")" +
           FormatIso8601(clock_.NowMs()) + R"("}])";
  }
  // Begins a call; its outcome is added to `outcomes_`.
  void Begin(const char* arguments) {
    tool_->Call(Json::parse(arguments), context_,
                [this](StatusOr<ToolOutcome> outcome) { outcomes_.push_back(std::move(outcome)); });
  }
  // A call that ends within half a minute.
  ToolResult Call(const char* arguments) {
    const std::size_t before = outcomes_.size();
    context_.deadline = clock_.Steady() + seconds(60);
    Begin(arguments);
    scheduler_.Advance(seconds(30));
    EXPECT_EQ(outcomes_.size(), before + 1);
    return outcomes_.size() > before ? ResultOf(outcomes_.back()) : ToolResult();
  }
  OnceEntry Kept() {
    for (const auto& [key, value] : journal_.values) {
      if (!value.empty()) return *ReadOnceEntry(value);
    }
    ADD_FAILURE() << "nothing is kept";
    return {};
  }
  bool NothingIsKept() {
    return std::all_of(journal_.values.begin(), journal_.values.end(),
                       [](const auto& row) { return row.second.empty(); });
  }

  static constexpr const char* kWithKey = R"({"to":"+1","idempotency_key":"k"})";

  FakeClock clock_;
  StopGate gate_;
  ManualScheduler scheduler_{clock_};
  FakeJournal journal_;
  RecordedEvents observer_;
  SenderDefaults defaults_;
  std::shared_ptr<FakeTool> list_;
  Reconciler reconciler_{[this](std::string_view) -> std::shared_ptr<Tool> { return list_; },
                         scheduler_, clock_, gate_};
  int references_ = 0;
  std::shared_ptr<const OncePorts> ports_{
      new OncePorts{journal_, &defaults_, reconciler_, scheduler_, clock_, observer_, gate_,
                    [this] { return "bw-" + std::to_string(++references_); }}};
  std::shared_ptr<FakeTool> inner_;
  std::shared_ptr<Tool> tool_;
  std::deque<StatusOr<ToolOutcome>> answers_;
  std::deque<std::string> listed_;
  int looks_ = 0;
  std::vector<Json> sent_;
  std::vector<std::chrono::steady_clock::time_point> deadlines_;
  std::vector<Tool::Done> open_;
  std::vector<StatusOr<ToolOutcome>> outcomes_;
  CallContext context_;
};

TEST_F(OnceToolTest, PublishesTheKeyAndKeepsItToItself) {
  const Json& schema = tool_->definition().input_schema;
  EXPECT_EQ(schema["properties"]["idempotency_key"]["maxLength"], 128);
  EXPECT_TRUE(schema["properties"].contains("to"));
  EXPECT_EQ(tool_->definition().name, "createCall");
  answers_ = {TextResult("made")};
  Call(kWithKey);
  EXPECT_EQ(sent_, std::vector<Json>{Json::parse(R"({"to":"+1"})")});
}

TEST_F(OnceToolTest, WithoutAKeyNothingIsKeptAndNoStoreIsNeeded) {
  journal_.value_failures = {Unavailable("down")};
  answers_ = {TextResult("1"), TextResult("2"), TextResult("3")};
  EXPECT_EQ(TextOf(Call(R"({"to":"+1"})")), "1");
  EXPECT_EQ(TextOf(Call(R"({"to":"+1"})")), "2");
  EXPECT_EQ(TextOf(Call(R"({"to":"+1","idempotency_key":null})")), "3");
  EXPECT_TRUE(journal_.value_requests.empty());
}

TEST_F(OnceToolTest, TheSameKeyGivesTheFirstResultAgain) {
  ToolResult made = TextResult("made");
  made.structured = Json{{"callId", "c-1"}};
  answers_ = {made};
  EXPECT_EQ(Call(kWithKey).content.size(), 1u);
  const ToolResult again = Call(R"({"idempotency_key":"k","to":"+1"})");
  EXPECT_FALSE(again.is_error);
  EXPECT_EQ(TextOf(again), "made");
  EXPECT_THAT(again.content.at(1).text, HasSubstr("Nothing was sent now"));
  EXPECT_EQ(again.structured, made.structured);
  EXPECT_EQ(sent_.size(), 1u);
  EXPECT_EQ(observer_.events, std::vector{CertaintyEvent::kRepeated});
  EXPECT_EQ(journal_.value_requests[0].time_to_live, std::chrono::hours(24));
}

TEST_F(OnceToolTest, OtherKeysCallersAndTenantsAreOtherCalls) {
  answers_ = {TextResult("1"), TextResult("2"), TextResult("3"), TextResult("4")};
  EXPECT_EQ(TextOf(Call(kWithKey)), "1");
  EXPECT_EQ(TextOf(Call(R"({"to":"+1","idempotency_key":"k2"})")), "2");
  context_.principal = "bob";
  EXPECT_EQ(TextOf(Call(kWithKey)), "3");
  context_.tenant = "other";
  EXPECT_EQ(TextOf(Call(kWithKey)), "4");
}

TEST_F(OnceToolTest, OtherArgumentsAreRefused) {
  answers_ = {TextResult("made")};
  Call(kWithKey);
  const ToolResult refused = Call(R"({"to":"+2","idempotency_key":"k"})");
  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(TextOf(refused), HasSubstr("idempotency_key: was used with other arguments"));
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(OnceToolTest, AKeyIsATextOfBoundedLength) {
  answers_ = {TextResult("made")};
  const std::string longest(kMaxIdempotencyKeyBytes, 'k');
  const auto with = [](const Json& key) { return Json{{"idempotency_key", key}}.dump(); };
  EXPECT_FALSE(Call(with(longest).c_str()).is_error);
  for (const Json& key : {Json(longest + "k"), Json(""), Json(7), Json::array()}) {
    const ToolResult refused = Call(with(key).c_str());
    EXPECT_TRUE(refused.is_error) << key;
    EXPECT_THAT(TextOf(refused), HasSubstr("idempotency_key: must be a text of 1 to 128 bytes"));
  }
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(OnceToolTest, WithoutTheStoreACallWithAKeyIsRefusedUnsent) {
  journal_.value_failures = {Unavailable("down")};
  const ToolResult refused = Call(kWithKey);
  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(TextOf(refused), HasSubstr("Nothing was sent"));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(OnceToolTest, ADefiniteRefusalGivesTheKeyBack) {
  answers_ = {ErrorResult("HTTP 400"), Unavailable("overloaded"), InputRequired(),
              TextResult("made")};
  EXPECT_EQ(TextOf(Call(kWithKey)), "HTTP 400");
  EXPECT_TRUE(NothingIsKept());
  Call(kWithKey);
  EXPECT_EQ(outcomes_.back().status().code(), StatusCode::kUnavailable);
  Call(kWithKey);
  EXPECT_TRUE(std::holds_alternative<InputRequired>(*outcomes_.back()));
  EXPECT_EQ(TextOf(Call(kWithKey)), "made");
  EXPECT_EQ(sent_.size(), 4u);
  EXPECT_EQ(looks_, 0);
}

TEST_F(OnceToolTest, ALostAnswerIsLookedForAndFound) {
  answers_ = {Lost()};
  listed_ = {"[]", Entry("c-1")};
  const ToolResult found = Call(kWithKey);
  EXPECT_FALSE(found.is_error);
  EXPECT_THAT(TextOf(found), HasSubstr("It did happen"));
  EXPECT_EQ((*found.structured)["callId"], "c-1");
  EXPECT_EQ((*found.structured)["reconciled"], true);
  EXPECT_EQ(looks_, 2);
  const ToolResult again = Call(kWithKey);
  EXPECT_EQ((*again.structured)["callId"], "c-1");
  EXPECT_EQ(sent_.size(), 1u);
  EXPECT_EQ(observer_.events, (std::vector{CertaintyEvent::kFound, CertaintyEvent::kRepeated}));
}

TEST_F(OnceToolTest, WithoutAKeyToo) {
  answers_ = {Lost(), Lost()};
  listed_ = {Entry("c-1")};
  EXPECT_EQ((*Call(R"({"to":"+1"})").structured)["callId"], "c-1");
  const ToolResult unknown = Call(R"({"to":"+1"})");
  EXPECT_TRUE(unknown.is_error && unknown.effect_unknown);
  EXPECT_THAT(TextOf(unknown), HasSubstr("It is unknown whether this happened"));
  EXPECT_THAT(TextOf(unknown), HasSubstr("do not repeat it yet"));
  EXPECT_TRUE(journal_.value_requests.empty());
}

TEST_F(OnceToolTest, WhatIsNotFoundStaysUnknownAndIsNeverSentAgain) {
  answers_ = {Lost()};
  const std::string listed = Entry("c-1");
  const ToolResult unknown = Call(kWithKey);
  EXPECT_TRUE(unknown.is_error && unknown.effect_unknown);
  EXPECT_THAT(TextOf(unknown), HasSubstr("The API did not answer."));
  EXPECT_THAT(TextOf(unknown), HasSubstr("with the same idempotency_key: that looks and sends"));
  EXPECT_EQ(Kept().state, OnceEntry::State::kUnknown);
  listed_ = {listed};
  const ToolResult later = Call(kWithKey);
  EXPECT_FALSE(later.is_error) << "it is listed by now, at the time of the first call";
  EXPECT_EQ((*later.structured)["callId"], "c-1");
  EXPECT_EQ(sent_.size(), 1u);
  EXPECT_EQ(Kept().state, OnceEntry::State::kDone);
}

TEST_F(OnceToolTest, ASecondCallWaitsForTheFirst) {
  Begin(kWithKey);
  Begin(kWithKey);
  scheduler_.Advance(kOncePollPause);
  EXPECT_TRUE(outcomes_.empty());
  ASSERT_EQ(open_.size(), 1u);
  open_[0](TextResult("made"));
  scheduler_.Advance(kOncePollPause);
  ASSERT_EQ(outcomes_.size(), 2u);
  EXPECT_EQ(TextOf(ResultOf(outcomes_[1])), "made");
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(OnceToolTest, ASecondCallTakesOverWhenTheFirstWasRefused) {
  Begin(kWithKey);
  Begin(kWithKey);
  answers_ = {TextResult("made")};
  open_[0](ErrorResult("HTTP 429"));
  scheduler_.Advance(kOncePollPause);
  ASSERT_EQ(outcomes_.size(), 2u);
  EXPECT_EQ(TextOf(ResultOf(outcomes_[0])), "HTTP 429");
  EXPECT_EQ(TextOf(ResultOf(outcomes_[1])), "made");
}

TEST_F(OnceToolTest, ASecondCallDoesNotWaitBeyondItsTime) {
  Begin(kWithKey);
  context_.deadline = clock_.Steady() + kOncePollPause;
  Begin(kWithKey);
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_THAT(TextOf(ResultOf(outcomes_[0])), HasSubstr("still under way elsewhere"));
  context_.deadline = clock_.Steady() + seconds(60);
  std::function<void()> cancel;
  context_.on_cancel = [&](std::function<void()> action) { cancel = std::move(action); };
  Begin(kWithKey);
  EXPECT_EQ(outcomes_.size(), 1u);
  cancel();
  EXPECT_EQ(outcomes_.size(), 2u);
  EXPECT_EQ(scheduler_.pending(), 0u);
}

TEST_F(OnceToolTest, WhoeverWentAwayWithoutAWordIsLookedAfter) {
  Begin(kWithKey);
  const std::string listed = Entry("c-1");
  clock_.Advance(seconds(60) + kOnceMargin - milliseconds(1));
  context_.deadline = clock_.Steady() + seconds(60);
  Begin(kWithKey);
  EXPECT_EQ(looks_, 0) << "it may still be at it";
  listed_ = {listed};
  scheduler_.Advance(seconds(5));
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_EQ((*ResultOf(outcomes_[0]).structured)["callId"], "c-1");
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(OnceToolTest, AResultThatCannotBeKeptIsAResult) {
  journal_.value_failures = {OkStatus(), Unavailable("down")};
  answers_ = {TextResult("made")};
  const ToolResult result = Call(kWithKey);
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(result.content.at(1).text, HasSubstr("could not be kept"));
}

TEST_F(OnceToolTest, AnUnreadableEntryStopsTheCall) {
  journal_.values["default:" + OnceStoreKey("createCall", "ann", "k")] = "{}";
  const ToolResult refused = Call(kWithKey);
  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(TextOf(refused), HasSubstr("Nothing was sent"));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(OnceToolTest, TimeIsLeftForLooking) {
  const auto now = clock_.Steady();
  answers_ = {TextResult("1"), TextResult("2"), TextResult("3")};
  context_.deadline = now + seconds(60);
  Begin(R"({"to":"+1"})");
  context_.deadline = now + seconds(8);
  Begin(R"({"to":"+1"})");
  context_.deadline = std::chrono::steady_clock::time_point::max();
  Begin(R"({"to":"+1"})");
  EXPECT_EQ(deadlines_[0], now + seconds(50));
  EXPECT_EQ(deadlines_[1], now + seconds(6));
  EXPECT_EQ(deadlines_[2], std::chrono::steady_clock::time_point::max());
}

TEST_F(OnceToolTest, AnOrderGetsAReferenceByWhichItIsFound) {
  Wrap("CreateOrder");
  answers_ = {TextResult("made"), TextResult("made"), Lost()};
  Call(R"({"SiteId":1})");
  EXPECT_EQ(sent_[0]["CustomerOrderId"], "bw-1");
  Call(R"({"SiteId":1,"CustomerOrderId":"mine"})");
  EXPECT_EQ(sent_[1]["CustomerOrderId"], "mine");
  listed_ = {R"([{"orderId":"o-1","CustomerOrderId":"bw-2"}])"};
  const ToolResult found = Call(R"({"SiteId":1,"idempotency_key":"k"})");
  EXPECT_EQ((*found.structured)["orderId"], "o-1") << TextOf(found);
}

TEST_F(OnceToolTest, ALaterLookKnowsTheReferenceOfTheFirstCall) {
  Wrap("CreateOrder");
  answers_ = {Lost()};
  EXPECT_TRUE(Call(R"({"SiteId":1,"idempotency_key":"k"})").is_error);
  listed_ = {R"([{"orderId":"o-1","CustomerOrderId":"bw-1"}])"};
  EXPECT_EQ((*Call(R"({"SiteId":1,"idempotency_key":"k"})").structured)["orderId"], "o-1");
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(OnceToolTest, OnceTheGateIsStoppedNothingIsUsedAndTheKeyIsLeftToALaterCall) {
  Begin(kWithKey);
  gate_.Stop();
  ASSERT_EQ(open_.size(), 1u);
  open_[0](TextResult("made"));
  EXPECT_EQ(TextOf(ResultOf(outcomes_.at(0))), "made");
  EXPECT_EQ(Kept().state, OnceEntry::State::kPending);
  Begin(R"({"to":"+1","idempotency_key":"other"})");
  EXPECT_THAT(TextOf(ResultOf(outcomes_.at(1))), HasSubstr("Nothing was sent"));
  EXPECT_EQ(journal_.value_requests.size(), 1u);
}

TEST_F(OnceToolTest, WhatIsNoObjectIsLeftToTheTool) {
  answers_ = {ErrorResult("The arguments must be an object.")};
  EXPECT_EQ(TextOf(Call("[1]")), "The arguments must be an object.");
}

}  // namespace
}  // namespace bw::tool_service
