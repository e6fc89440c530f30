#include "gateway/core/questions.h"

#include <optional>
#include <string>
#include <vector>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

class QuestionsTest : public ::testing::Test {
 protected:
  using Outcome = std::optional<StatusOr<ClientAnswer>>;

  // The id of a question whose answer goes to `outcome`.
  static std::string Open(Questions& questions, Outcome& outcome) {
    const auto id = questions.Open(kAnn, [&outcome](StatusOr<ClientAnswer> answer) {
      EXPECT_FALSE(outcome.has_value()) << "answered twice";
      outcome = std::move(answer);
    });
    EXPECT_TRUE(id.ok());
    return id.value_or("");
  }
  static Message Response(const std::string& id, const char* result) {
    Message message;
    message.kind = Message::Kind::kResponse;
    message.id = RequestId{Quote(id)};
    message.result = *json::Parse(result);
    return message;
  }

  static inline const Respondent kAnn{"acme", "session-of-ann"};

  FakeClock clock;
  ManualScheduler scheduler{clock};
  FakeSealer sealer;
  FakeMailbox mailbox;
  RecordingQuestionObserver observer;
  Questions here{sealer, &mailbox, scheduler, observer};
};

TEST_F(QuestionsTest, AnAnswerGoesToItsQuestion) {
  Outcome first;
  Outcome second;
  const std::string first_id = Open(here, first);
  const std::string second_id = Open(here, second);
  EXPECT_NE(first_id, second_id);
  here.Deliver(kAnn, Response(second_id, R"({"action":"accept"})"));
  EXPECT_FALSE(first.has_value());
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE((*second)->is_error);
  EXPECT_EQ(json::GetString((*second)->body, "action"), "accept");
  EXPECT_EQ(here.open(), 1u);
  EXPECT_EQ(observer.ended, std::vector<QuestionEnd>{QuestionEnd::kAnswered});
  EXPECT_EQ(mailbox.puts, 0);
  EXPECT_EQ(mailbox.waiting(), 1u);
}

TEST_F(QuestionsTest, AnErrorIsAnAnswer) {
  Outcome outcome;
  Message response = Response(Open(here, outcome), "{}");
  response.result = nullptr;
  response.error = *json::Parse(R"({"code":-1,"message":"no"})");
  here.Deliver(kAnn, response);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE((*outcome)->is_error);
  EXPECT_EQ(json::GetString((*outcome)->body, "message"), "no");
  EXPECT_EQ(observer.ended, std::vector<QuestionEnd>{QuestionEnd::kFailed});
}

TEST_F(QuestionsTest, AnAnswerReachesTheReplicaThatAsked) {
  Questions there(sealer, &mailbox, scheduler, observer);
  for (const bool is_error : {false, true}) {
    Outcome outcome;
    Message response = Response(Open(here, outcome), R"({"n":[1]})");
    if (is_error) std::swap(response.result, response.error);
    there.Deliver(kAnn, response);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ((*outcome)->is_error, is_error);
    EXPECT_EQ((*outcome)->body, *json::Parse(R"({"n":[1]})"));
  }
  EXPECT_EQ(mailbox.puts, 2);
  EXPECT_EQ(mailbox.waiting(), 0u);
  EXPECT_EQ(here.open(), 0u);
}

TEST_F(QuestionsTest, NobodyAnswersForAnother) {
  Outcome outcome;
  const std::string id = Open(here, outcome);
  here.Deliver({"acme", "session-of-bob"}, Response(id, "{}"));
  here.Deliver({"acme", ""}, Response(id, "{}"));
  here.Deliver(kAnn, Response("made-up", "{}"));
  here.Deliver(kAnn, Response(sealer.Seal("mcp-session", sealer.Digest(kAnn.scope)), "{}"));
  Message numbered = Response(id, "{}");
  numbered.id = RequestId{"7"};
  here.Deliver(kAnn, numbered);
  numbered.id = std::nullopt;
  here.Deliver(kAnn, numbered);
  EXPECT_FALSE(outcome.has_value());
  EXPECT_EQ(observer.stray, 6);
  EXPECT_EQ(mailbox.puts, 0);
}

TEST_F(QuestionsTest, AWithdrawnQuestionHearsNothing) {
  Outcome outcome;
  const std::string id = Open(here, outcome);
  EXPECT_TRUE(here.Withdraw(id, QuestionEnd::kTimedOut));
  EXPECT_FALSE(here.Withdraw(id, QuestionEnd::kTimedOut));
  EXPECT_EQ(mailbox.waiting(), 0u);
  here.Deliver(kAnn, Response(id, "{}"));
  EXPECT_FALSE(outcome.has_value());
  EXPECT_EQ(observer.ended, std::vector<QuestionEnd>{QuestionEnd::kTimedOut});
}

TEST_F(QuestionsTest, AloneALateAnswerIsStray) {
  Questions alone(sealer, nullptr, scheduler, observer);
  Outcome outcome;
  const std::string id = Open(alone, outcome);
  alone.Deliver(kAnn, Response(id, "{}"));
  EXPECT_TRUE(outcome.has_value());
  alone.Deliver(kAnn, Response(id, "{}"));
  EXPECT_EQ(observer.stray, 1);
}

TEST_F(QuestionsTest, MailThatFailsIsReported) {
  Questions there(sealer, &mailbox, scheduler, observer);
  Outcome outcome;
  const std::string id = Open(here, outcome);
  mailbox.status = Unavailable("down");
  there.Deliver(kAnn, Response(id, "{}"));
  EXPECT_FALSE(outcome.has_value());
  EXPECT_EQ(observer.mail_failures, std::vector<Status>{Unavailable("down")});
}

TEST_F(QuestionsTest, OpenQuestionsAreBounded) {
  QuestionLimits limits;
  limits.max_open = 2;
  Questions bounded(sealer, nullptr, scheduler, observer, limits);
  Outcome first;
  Outcome second;
  const std::string id = Open(bounded, first);
  Open(bounded, second);
  const auto refused = bounded.Open(kAnn, [](StatusOr<ClientAnswer>) { FAIL(); });
  EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(observer.refused, 1);
  bounded.Deliver(kAnn, Response(id, "{}"));
  Outcome third;
  Open(bounded, third);
  EXPECT_EQ(bounded.open(), 2u);
}

TEST_F(QuestionsTest, AnswersAreBounded) {
  QuestionLimits limits;
  limits.max_answer_bytes = std::string_view(R"({"result":{"text":"12345"}})").size();
  Questions bounded(sealer, nullptr, scheduler, observer, limits);
  Outcome fits;
  bounded.Deliver(kAnn, Response(Open(bounded, fits), R"({"text":"12345"})"));
  EXPECT_FALSE((*fits)->is_error);
  Outcome past;
  bounded.Deliver(kAnn, Response(Open(bounded, past), R"({"text":"123456"})"));
  EXPECT_TRUE((*past)->is_error);
  EXPECT_LE(QuestionLimits().max_answer_bytes, Mailbox::kMaxBodyBytes);
}

TEST_F(QuestionsTest, StoppingEndsThemAll) {
  Outcome first;
  Outcome second;
  const std::string id = Open(here, first);
  Open(here, second);
  here.Stop();
  EXPECT_EQ(first->status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(second->status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(mailbox.waiting(), 0u);
  EXPECT_EQ(here.Open(kAnn, [](StatusOr<ClientAnswer>) { FAIL(); }).status().code(),
            StatusCode::kUnavailable);
  here.Deliver(kAnn, Response(id, "{}"));
  EXPECT_EQ(mailbox.puts, 0);
}

}  // namespace
}  // namespace bw::gateway
