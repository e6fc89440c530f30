#include "tool-service/core/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kTemplate = "bandwidth://calls/{call_id}";

bool Everything(std::string_view) { return true; }
bool Nothing(std::string_view) { return false; }

CallRecord MakeCall(const std::string& id, EventDirection direction, const std::string& from,
                    const std::string& to) {
  CallRecord call;
  call.call_id = id;
  call.state = "answered";
  call.direction = direction;
  call.from = from;
  call.to = to;
  call.application_id = "voice-app-2";
  return call;
}

Event MakeMessage(EventDirection direction, const std::string& from, std::vector<std::string> to) {
  Event message = MakeEvent(1, "message-received");
  message.channel = EventChannel::kMessaging;
  message.direction = direction;
  message.from = from;
  message.to = std::move(to);
  message.application_id = "message-app-2";
  return message;
}

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() {
    facts.account_id = "9900000";
    facts.number = "+15550100002";
    facts.voice_application_id = "voice-app-1";
    facts.messaging_application_id = "message-app-1";
  }
  StatusOr<Completion> Ask(CompletionQuery query, const HasTool& has_tool = &Everything) {
    const Completions completions(facts, credentials, journal, clock);
    StatusOr<Completion> outcome = Internal("not answered");
    completions.Complete(query, has_tool, {},
                         [&](StatusOr<Completion> answer) { outcome = std::move(answer); });
    return outcome;
  }
  Completion Prompt(const std::string& name, const std::string& argument,
                    const std::string& value = "", PromptArguments settled = {}) {
    const auto answer =
        Ask({CompletionQuery::Reference::kPrompt, name, argument, value, std::move(settled)});
    EXPECT_TRUE(answer.ok()) << ToString(answer.status());
    return answer.ok() ? *answer : Completion();
  }
  Completion CallId(const std::string& value, const std::string& argument = "call_id") {
    const auto answer =
        Ask({CompletionQuery::Reference::kResource, kTemplate, argument, value, {}});
    EXPECT_TRUE(answer.ok()) << ToString(answer.status());
    return answer.ok() ? *answer : Completion();
  }
  void HaveCallsAndTexts() {
    journal.call_pages = {
        CallPage{{MakeCall("c-2", EventDirection::kOutbound, "+15550100003", "+15550100009"),
                  MakeCall("c-1", EventDirection::kInbound, "+15550100001", "+15550100002")},
                 ""}};
    journal.pages = {PageOf(
        {MakeMessage(EventDirection::kInbound, "+15550100007", {"+15550100002"}),
         MakeMessage(EventDirection::kOutbound, "+15550100004", {"+15550100001", "+15550100005"}),
         MakeMessage(EventDirection::kInbound, "+15550100006", {"+15550100002", "+15550100008"})})};
  }

  ServerFacts facts;
  CredentialStore credentials;
  FakeJournal journal;
  FakeClock clock;
};

TEST_F(CompletionTest, CallIdsTheMostRecentFirst) {
  HaveCallsAndTexts();
  const Completion all = CallId("");
  EXPECT_THAT(all.values, ElementsAre("c-2", "c-1"));
  EXPECT_EQ(all.total, 2u);
  EXPECT_FALSE(all.has_more);
  EXPECT_TRUE(journal.queries.empty());
}

TEST_F(CompletionTest, ComparesTheBeginningWithoutCase) {
  HaveCallsAndTexts();
  EXPECT_THAT(CallId("C-1").values, ElementsAre("c-1"));
  HaveCallsAndTexts();
  EXPECT_THAT(CallId("1").values, IsEmpty());
  HaveCallsAndTexts();
  EXPECT_THAT(CallId("c-11").values, IsEmpty());
  EXPECT_THAT(Prompt("make_call", "locale", "EN_").values, ElementsAre("en_US", "en_UK"));
}

TEST_F(CompletionTest, NumbersOfTheOtherSideAndOurs) {
  HaveCallsAndTexts();
  EXPECT_THAT(
      Prompt("make_call", "to").values,
      ElementsAre("+15550100009", "+15550100001", "+15550100006", "+15550100005", "+15550100007"));
  HaveCallsAndTexts();
  EXPECT_THAT(Prompt("send_text", "from").values,
              ElementsAre("+15550100002", "+15550100003", "+15550100004"));
  EXPECT_EQ(journal.queries.back().filter.channels, std::vector{EventChannel::kMessaging});
  EXPECT_EQ(journal.queries.back().filter.since_ms, clock.NowMs() - Completions::kTextAgeMs);
}

TEST_F(CompletionTest, ApplicationsThatAreConfiguredAndSeen) {
  HaveCallsAndTexts();
  EXPECT_THAT(Prompt("make_call", "application_id").values,
              ElementsAre("voice-app-1", "voice-app-2"));
  HaveCallsAndTexts();
  EXPECT_THAT(Prompt("send_text", "application_id").values,
              ElementsAre("message-app-1", "message-app-2"));
  HaveCallsAndTexts();
  EXPECT_THAT(Prompt("set_up_callbacks", "application_id").values,
              ElementsAre("voice-app-1", "message-app-1", "voice-app-2", "message-app-2"));
  HaveCallsAndTexts();
  EXPECT_THAT(Prompt("set_up_callbacks", "application_id", "", {{"kind", "messaging"}}).values,
              ElementsAre("message-app-1", "message-app-2"));
}

TEST_F(CompletionTest, ConversationsAreJoinedWhileTheyLast) {
  CallRecord over = MakeCall("c-1", EventDirection::kInbound, "+15550100001", "+15550100002");
  over.state = "disconnected";
  journal.call_pages = {CallPage{{over, MakeCall("c-2", EventDirection::kInbound, "", "")}, ""}};
  EXPECT_THAT(Prompt("hold_conversation", "call_id").values, ElementsAre("c-2"));
}

TEST_F(CompletionTest, AccountsOfTheTenant) {
  EXPECT_THAT(Prompt("set_up_callbacks", "account_id").values, ElementsAre("9900000"));
  ASSERT_TRUE(credentials.Set("default", {"id", "secret", "9900001"}).ok());
  EXPECT_THAT(Prompt("set_up_callbacks", "account_id").values, ElementsAre("9900001", "9900000"));
}

TEST_F(CompletionTest, WhatNobodyCanCompleteHasNoValues) {
  HaveCallsAndTexts();
  for (const char* argument : {"message", "nope", ""}) {
    const Completion completion = Prompt("make_call", argument);
    EXPECT_THAT(completion.values, IsEmpty()) << argument;
    EXPECT_EQ(completion.total, 0u);
    EXPECT_FALSE(completion.has_more);
  }
  EXPECT_THAT(CallId("", "nope").values, IsEmpty());
  EXPECT_THAT(
      Ask({CompletionQuery::Reference::kResource, "bandwidth://calls", "x", "", {}})->values,
      IsEmpty());
  EXPECT_TRUE(journal.call_queries.empty());
}

TEST_F(CompletionTest, WhatDoesNotExistIsNotFound) {
  using Reference = CompletionQuery::Reference;
  EXPECT_EQ(Ask({Reference::kPrompt, "nope", "to", "", {}}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Ask({Reference::kPrompt, "make_call", "to", "", {}}, &Nothing).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(Ask({Reference::kResource, "bandwidth://nope/{id}", "id", "", {}}).status().code(),
            StatusCode::kNotFound);
}

CallPage PageOfCalls(std::size_t first, std::size_t count, const std::string& next) {
  CallPage page;
  page.next_page_token = next;
  for (std::size_t i = first; i < first + count; ++i) {
    page.calls.push_back(MakeCall("c-" + std::to_string(i), EventDirection::kInbound, "", ""));
  }
  return page;
}

TEST_F(CompletionTest, AsManyValuesAsAllowedAndNotOneMore) {
  journal.call_pages = {PageOfCalls(0, Completions::kMaxValues, "")};
  Completion completion = CallId("");
  EXPECT_EQ(completion.values.size(), Completions::kMaxValues);
  EXPECT_EQ(completion.total, Completions::kMaxValues);
  EXPECT_FALSE(completion.has_more);
  journal.call_pages = {PageOfCalls(0, Completions::kMaxValues + 1, "")};
  completion = CallId("");
  EXPECT_EQ(completion.values.size(), Completions::kMaxValues);
  EXPECT_EQ(completion.total, Completions::kMaxValues + 1);
  EXPECT_TRUE(completion.has_more);
}

TEST_F(CompletionTest, LooksThroughSoManyCallsAndSaysThatThereMayBeMore) {
  journal.call_pages = {PageOfCalls(0, 3, "p2"), PageOfCalls(3, 3, "")};
  Completion completion = CallId("");
  EXPECT_EQ(completion.total, 6u);
  EXPECT_FALSE(completion.has_more);
  EXPECT_EQ(journal.call_queries.back().page_token, "p2");
  EXPECT_EQ(journal.call_queries.back().page_size, Completions::kCallPageSize);
  journal.call_queries.clear();
  journal.call_pages = {PageOfCalls(0, 3, "p2"), PageOfCalls(3, 3, "p3"), PageOfCalls(6, 3, "")};
  completion = CallId("");
  EXPECT_EQ(journal.call_queries.size(), static_cast<std::size_t>(Completions::kMaxCallPages));
  EXPECT_EQ(completion.values.size(), 6u);
  EXPECT_EQ(completion.total, 0u);
  EXPECT_TRUE(completion.has_more);
}

TEST_F(CompletionTest, LooksThroughSoManyTexts) {
  EventPage page = PageOf({MakeMessage(EventDirection::kInbound, "+15550100007", {})});
  page.has_more = true;
  for (int i = 0; i < Completions::kMaxTextPages + 1; ++i) journal.pages.push_back(page);
  const Completion completion = Prompt("send_text", "to");
  EXPECT_EQ(journal.pages.size(), 1u);
  EXPECT_THAT(completion.values, ElementsAre("+15550100007"));
  EXPECT_EQ(completion.total, 0u);
  EXPECT_TRUE(completion.has_more);
}

TEST_F(CompletionTest, AStoreThatIsGoneIsReportedWhereItIsNeeded) {
  journal.failure = Unavailable("gone");
  EXPECT_EQ(
      Ask({CompletionQuery::Reference::kResource, kTemplate, "call_id", "", {}}).status().code(),
      StatusCode::kUnavailable);
  EXPECT_THAT(Prompt("hold_conversation", "listen").values, ElementsAre("keys", "speech"));
  journal.failure = OkStatus();
  journal.pages = {Unavailable("gone")};
  EXPECT_EQ(Ask({CompletionQuery::Reference::kPrompt, "send_text", "to", "", {}}).status().code(),
            StatusCode::kUnavailable);
}

}  // namespace
}  // namespace bw::tool_service
