#include "tool-service/core/confirming_tool.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

class RecordedEvents : public CertaintyObserver {
 public:
  void OnCertainty(CertaintyEvent event) override { events.push_back(event); }
  std::vector<CertaintyEvent> events;
};

// Fills in the account, or says why it cannot.
class AccountDefault : public NoDefaults {
 public:
  Status failure = OkStatus();
  std::string account = "9900000";
  void Fill(std::string_view, const Json&, Json arguments, const CallContext&, Done done) override {
    if (!failure.ok()) return done(failure);
    if (!arguments.contains("accountId")) arguments["accountId"] = account;
    done(std::move(arguments));
  }
};

class ConfirmingToolTest : public testing::Test {
 protected:
  ConfirmingToolTest() {
    inner_ = std::make_shared<FakeTool>(
        "deleteThing", [this](Json arguments, CallContext context, Tool::Done done) {
          run_.push_back(std::move(arguments));
          contexts_.push_back(std::move(context));
          if (answers_.empty()) return done(TextResult("deleted"));
          StatusOr<ToolOutcome> answer = std::move(answers_.front());
          answers_.pop_front();
          done(std::move(answer));
        });
    inner_->definition_.title = "Delete a thing";
    inner_->definition_.traits = {.destructive = true, .irreversible = true};
    inner_->definition_.input_schema = Json::parse(
        R"({"type":"object","additionalProperties":false,"required":["thingId"],"properties":
            {"thingId":{"type":"string"},"accountId":{"type":"string"}}})");
    tool_ = ConfirmingTool::Make(inner_, {&defaults_, clock_, observer_});
    context_.client_capabilities = ClientCapabilities(R"({"elicitation":{}})");
  }

  StatusOr<ToolOutcome> Call(const char* arguments = R"({"thingId":"t-1"})") {
    StatusOr<ToolOutcome> outcome = Internal("not answered");
    tool_->Call(Json::parse(arguments), context_,
                [&outcome](StatusOr<ToolOutcome> got) { outcome = std::move(got); });
    return outcome;
  }
  // What is asked; the context is then that of the repeated call, without an answer yet.
  InputRequired Ask(const char* arguments = R"({"thingId":"t-1"})") {
    const auto outcome = Call(arguments);
    const auto* question = outcome.ok() ? std::get_if<InputRequired>(&*outcome) : nullptr;
    if (question == nullptr) {
      ADD_FAILURE() << "nothing is asked: " << TextOf(ResultOf(outcome));
      return {};
    }
    context_.request_state = question->state;
    return *question;
  }
  void Answer(const char* response) {
    context_.input_responses = {{"confirm", Json::parse(response)}};
  }
  static constexpr const char* kYes = R"({"action":"accept","content":{"confirm":true}})";

  FakeClock clock_;
  RecordedEvents observer_;
  AccountDefault defaults_;
  std::shared_ptr<FakeTool> inner_;
  std::shared_ptr<Tool> tool_;
  std::deque<StatusOr<ToolOutcome>> answers_;
  std::vector<Json> run_;
  std::vector<CallContext> contexts_;
  CallContext context_;
};

TEST_F(ConfirmingToolTest, AsksAndDoesWhatWasAskedAbout) {
  const InputRequired question = Ask();
  EXPECT_TRUE(run_.empty());
  const Json& request = question.requests.at("confirm");
  EXPECT_EQ(request["method"], "elicitation/create");
  EXPECT_THAT(request["params"]["message"].get<std::string>(),
              HasSubstr("Delete a thing (deleteThing) in account 9900000.\n- thingId: t-1\n"));
  const Json& schema = request["params"]["requestedSchema"];
  EXPECT_EQ(schema["required"], Json::parse(R"(["confirm"])"));
  EXPECT_EQ(schema["properties"]["confirm"]["type"], "boolean");
  Answer(kYes);
  EXPECT_EQ(TextOf(ResultOf(Call())), "deleted");
  EXPECT_EQ(run_, std::vector<Json>{Json::parse(R"({"thingId":"t-1","accountId":"9900000"})")});
  EXPECT_TRUE(contexts_[0].request_state.empty());
  EXPECT_TRUE(contexts_[0].input_responses.empty());
  EXPECT_EQ(observer_.events, (std::vector{CertaintyEvent::kAsked, CertaintyEvent::kConfirmed}));
}

TEST_F(ConfirmingToolTest, EveryOtherAnswerIsNo) {
  for (const char* no :
       {R"({"action":"decline"})", R"({"action":"cancel"})", R"({"action":"accept"})",
        R"({"action":"accept","content":{}})", R"({"action":"accept","content":{"confirm":false}})",
        R"({"action":"accept","content":{"confirm":"true"}})",
        R"({"action":"decline","content":{"confirm":true}})", "{}"}) {
    context_.request_state.clear();
    context_.input_responses = Json::object();
    Ask();
    Answer(no);
    const ToolResult result = ResultOf(Call());
    EXPECT_TRUE(result.is_error) << no;
    EXPECT_THAT(TextOf(result), HasSubstr("said no")) << no;
    EXPECT_EQ(observer_.events.back(), CertaintyEvent::kDeclined);
  }
  EXPECT_TRUE(run_.empty());
}

TEST_F(ConfirmingToolTest, WithoutElicitationNothingIsDone) {
  for (const char* capabilities : {"", "{}", R"({"sampling":{}})", R"({"elicitation":{"url":{}}})",
                                   R"({"elicitation":true})"}) {
    context_.client_capabilities = ClientCapabilities(capabilities);
    const ToolResult result = ResultOf(Call());
    EXPECT_TRUE(result.is_error) << capabilities;
    EXPECT_THAT(TextOf(result), HasSubstr("Nothing was sent")) << capabilities;
    EXPECT_THAT(TextOf(result), HasSubstr("BW_MCP_CONFIRM")) << capabilities;
  }
  EXPECT_TRUE(run_.empty());
  EXPECT_EQ(observer_.events.back(), CertaintyEvent::kNotAskable);
  context_.client_capabilities = ClientCapabilities(R"({"elicitation":{"url":{},"form":{}}})");
  Ask();
}

TEST_F(ConfirmingToolTest, ChecksTheArgumentsBeforeItAsks) {
  EXPECT_THAT(TextOf(ResultOf(Call(R"({"thingId":7})"))), HasSubstr("thingId"));
  EXPECT_THAT(TextOf(ResultOf(Call(R"({"thingId":null})"))), HasSubstr("thingId"));
  EXPECT_THAT(TextOf(ResultOf(Call("[1]"))), HasSubstr("must be an object"));
  defaults_.failure = FailedPrecondition("accountId: pass one");
  EXPECT_EQ(TextOf(ResultOf(Call())), "accountId: pass one");
  EXPECT_TRUE(observer_.events.empty());
}

TEST_F(ConfirmingToolTest, AYesCountsForNothingElse) {
  Ask();
  Answer(kYes);
  Ask(R"({"thingId":"t-2"})");
  EXPECT_TRUE(run_.empty()) << "other arguments";
  context_.request_state = R"({"tool":"deleteAll"})";
  Ask();
  context_.request_state = "not ours";
  Ask();
  defaults_.account = "9900001";
  Ask();
  EXPECT_TRUE(run_.empty()) << "the same arguments, but in another account";
  context_.request_state.clear();
  Ask();
  EXPECT_TRUE(run_.empty()) << "an answer that was not asked for";
}

TEST_F(ConfirmingToolTest, AYesDoesNotLastForEver) {
  Ask();
  Answer(kYes);
  clock_.Advance(kConfirmationLifetime);
  EXPECT_EQ(TextOf(ResultOf(Call())), "deleted");
  clock_.Advance(std::chrono::milliseconds(1));
  Ask();
  EXPECT_EQ(run_.size(), 1u);
}

TEST_F(ConfirmingToolTest, AnAnswerThatIsMissingIsAskedForAgain) {
  Ask();
  Ask();
  EXPECT_TRUE(run_.empty());
}

TEST_F(ConfirmingToolTest, QuestionsOfTheToolItselfComeAfterTheConfirmation) {
  InputRequired own;
  own.requests = {{"name", {{"method", "elicitation/create"}}}};
  own.state = "inner";
  answers_ = {own, TextResult("deleted")};
  Ask();
  Answer(kYes);
  const InputRequired question = Ask();
  EXPECT_TRUE(question.requests.contains("name"));
  context_.input_responses = {{"name", {{"action", "accept"}}}};
  EXPECT_EQ(TextOf(ResultOf(Call())), "deleted");
  EXPECT_EQ(contexts_[1].request_state, "inner");
  EXPECT_EQ(contexts_[1].input_responses, context_.input_responses);
}

TEST(ConfirmPolicy, DecidesByTraits) {
  const ToolTraits harmless;
  const ToolTraits costly = {.costly = true};
  const ToolTraits destructive = {.destructive = true};
  for (const ToolTraits& traits : {harmless, costly, destructive}) {
    EXPECT_FALSE(NeedsConfirmation(ConfirmPolicy::kNever, traits));
  }
  EXPECT_FALSE(NeedsConfirmation(ConfirmPolicy::kDestructive, harmless));
  EXPECT_FALSE(NeedsConfirmation(ConfirmPolicy::kDestructive, costly));
  EXPECT_TRUE(NeedsConfirmation(ConfirmPolicy::kDestructive, destructive));
  EXPECT_FALSE(NeedsConfirmation(ConfirmPolicy::kCostly, harmless));
  EXPECT_TRUE(NeedsConfirmation(ConfirmPolicy::kCostly, costly));
  EXPECT_TRUE(NeedsConfirmation(ConfirmPolicy::kCostly, destructive));
  EXPECT_EQ(ConfirmPolicyOf("never"), ConfirmPolicy::kNever);
  EXPECT_EQ(ConfirmPolicyOf("destructive"), ConfirmPolicy::kDestructive);
  EXPECT_EQ(ConfirmPolicyOf("costly"), ConfirmPolicy::kCostly);
  EXPECT_EQ(ConfirmPolicyOf("?"), ConfirmPolicy::kCostly);
}

}  // namespace
}  // namespace bw::tool_service
