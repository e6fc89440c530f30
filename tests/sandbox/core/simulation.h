// A sandbox without sockets: a fake clock, a scheduler that is advanced by hand, and somebody who
// answers webhooks.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "sandbox/core/account.h"
#include "sandbox/core/call_simulator.h"
#include "sandbox/core/message_simulator.h"
#include "sandbox/core/random.h"
#include "sandbox/core/script.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

class CountingRandom : public Random {
 public:
  std::uint64_t Next() override { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

/// Answers every webhook a few milliseconds later by asking `answer`.
class FakeWebhooks : public WebhookClient {
 public:
  using Answer = std::function<StatusOr<WebhookReply>(const WebhookRequest&)>;

  explicit FakeWebhooks(Scheduler& scheduler) : scheduler_(scheduler) {}

  void Send(WebhookRequest request, Done done) override {
    sent.push_back(request);
    auto reply = answer(request);
    // A webhook nobody answers ends when its patience does.
    const bool timeout = reply.status().code() == StatusCode::kDeadlineExceeded;
    scheduler_.After(timeout ? request.timeout : std::chrono::milliseconds(5),
                     [done = std::move(done), reply = std::move(reply)] { done(reply); });
  }

  std::vector<WebhookRequest> sent;
  Answer answer = [](const WebhookRequest&) -> StatusOr<WebhookReply> { return WebhookReply{200}; };

 private:
  Scheduler& scheduler_;
};

inline WebhookReply Bxml(const std::string& verbs) {
  return {200, "application/xml", "", "<Response>" + verbs + "</Response>"};
}

class SimulationTest : public ::testing::Test {
 protected:
  SimulationTest() : account(MakeAccount({})) {}

  /// Lets `answer` reply with BXML by event type; events without an entry get 200 and nothing.
  void AnswerWith(std::map<std::string, std::vector<std::string>> verbs_by_event) {
    documents_ = std::move(verbs_by_event);
    webhooks.answer = [this](const WebhookRequest& request) -> StatusOr<WebhookReply> {
      auto& left = documents_[TypeOf(request)];
      if (left.empty()) return WebhookReply{200};
      const std::string verbs = left.front();
      if (left.size() > 1) left.erase(left.begin());
      return Bxml(verbs);
    };
  }

  static json::Json BodyOf(const WebhookRequest& request) {
    auto parsed = json::Parse(request.body);
    return parsed.ok() ? *std::move(parsed) : json::Json();
  }
  static std::string TypeOf(const WebhookRequest& request) {
    const json::Json body = BodyOf(request);
    if (body.is_array()) return json::StringOr(body[0], "type");
    return json::StringOr(body, "eventType");
  }
  /// The types of all webhooks so far, in order.
  std::vector<std::string> Events() const {
    std::vector<std::string> types;
    for (const WebhookRequest& request : webhooks.sent) types.push_back(TypeOf(request));
    return types;
  }
  /// The body of the last webhook of `type`, or null.
  json::Json Last(const std::string& type) const {
    for (auto request = webhooks.sent.rbegin(); request != webhooks.sent.rend(); ++request) {
      if (TypeOf(*request) == type) return BodyOf(*request);
    }
    return nullptr;
  }

  json::Json CallBody() const {
    return {{"from", account.numbers[0].number},
            {"to", kPerson},
            {"applicationId", account.applications[0].id},
            {"answerUrl", "https://app.example.net/voice/answer"},
            {"disconnectUrl", "https://app.example.net/voice/end"}};
  }
  /// Creates a call from `body` and returns its id.
  std::string Create(const json::Json& body) {
    const auto created = calls.CreateCall(body);
    EXPECT_TRUE(created.ok()) << ToString(created.status());
    return created.ok() ? created->at("callId").get<std::string>() : "";
  }
  std::string Create() { return Create(CallBody()); }
  std::string StateOf(const std::string& call_id) const {
    const auto state = calls.GetCall(call_id);
    return state.ok() ? state->at("state").get<std::string>() : ToString(state.status());
  }
  std::string CauseOf(const std::string& call_id) const {
    const auto state = calls.GetCall(call_id);
    return state.ok() && state->at("disconnectCause").is_string()
               ? state->at("disconnectCause").get<std::string>()
               : "";
  }
  void Advance(int ms) { scheduler.Advance(std::chrono::milliseconds(ms)); }
  void SetScript(const std::string& number, CallerScript script) {
    EXPECT_TRUE(scripts.Set(number, std::move(script)).ok());
  }

  static constexpr const char* kPerson = "+15550123456";

  FakeClock clock;
  ManualScheduler scheduler{clock};
  CountingRandom random;
  FakeWebhooks webhooks{scheduler};
  SimulationSettings settings;
  Account account;
  ScriptBook scripts;
  CallSimulator calls{settings, account, clock, scheduler, random, webhooks, scripts};
  MessageSimulator messages{settings, account, clock, scheduler, random, webhooks, scripts};

 private:
  std::map<std::string, std::vector<std::string>> documents_;
};

}  // namespace bw::sandbox
