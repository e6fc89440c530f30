// What tests of the core share: a dispatcher over fakes, and a sink that remembers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "gateway/core/dispatcher.h"
#include "tests/gateway/fake_event_feed.h"
#include "tests/gateway/fake_mailbox.h"
#include "tests/gateway/fake_tool_provider.h"
#include "tests/gateway/recording_push_observer.h"

namespace bw::gateway {

struct RecordingSink : ReplySink {
  void Notify(std::string message) override { notifications.push_back(std::move(message)); }
  void Finish(Reply answer) override {
    EXPECT_FALSE(reply.has_value()) << "answered twice";
    reply = std::move(answer);
  }
  void Abandon() override { abandoned = true; }
  bool takes_notifications() const override { return reads_notifications; }

  std::vector<std::string> notifications;
  std::optional<Reply> reply;
  bool abandoned = false;
  bool reads_notifications = true;
};

struct RecordingObserver : Observer {
  struct Record {
    std::string method;
    Outcome outcome;
    int error_code;
  };
  void RequestStarted() override { ++under_way; }
  void RequestFinished(const RequestRecord& record) override {
    --under_way;
    records.push_back({std::string(record.method), record.outcome, record.error_code});
  }
  void CatalogueDegraded(std::string_view what, const Status&) override {
    degraded.emplace_back(what);
  }
  void ToolDropped(std::string_view name, const Status&) override { dropped.emplace_back(name); }

  int under_way = 0;
  std::vector<Record> records;
  std::vector<std::string> degraded;
  std::vector<std::string> dropped;
};

/// Not a cipher: hex of the purpose and the text, which is enough to tell right from wrong.
class FakeSealer : public Sealer {
 public:
  std::string Seal(std::string_view purpose, std::string_view text) override {
    return Base64UrlEncode(std::string(purpose) + "|" + std::to_string(++seals_) + "|" +
                           std::string(text));
  }
  std::optional<std::string> Open(std::string_view purpose, std::string_view sealed) override {
    const auto plain = Base64UrlDecode(sealed);
    if (!plain || !plain->starts_with(std::string(purpose) + "|")) return std::nullopt;
    return plain->substr(plain->find('|', purpose.size() + 1) + 1);
  }
  std::string Digest(std::string_view text) const override {
    return "digest-of-" + std::to_string(std::hash<std::string_view>()(text));
  }

 private:
  int seals_ = 0;
};

struct RecordingQuestionObserver : QuestionObserver {
  void QuestionAsked() override { ++asked; }
  void QuestionEnded(QuestionEnd end) override { ended.push_back(end); }
  void QuestionRefused() override { ++refused; }
  void StrayAnswer() override { ++stray; }
  void MailFailed(const Status& why) override { mail_failures.push_back(why); }
  void RequestStateRefused() override { ++states_refused; }

  int asked = 0;
  std::vector<QuestionEnd> ended;
  int refused = 0;
  int stray = 0;
  std::vector<Status> mail_failures;
  int states_refused = 0;
};

class CoreTest : public ::testing::Test {
 protected:
  struct Answer {
    int http_status = 0;
    json::Json body;
    std::string session_id;
    std::vector<std::string> notifications;
  };

  /// A request of `revision` with these params (an object's JSON text).
  Request MakeRequest(Revision revision, std::string method, const std::string& params = "{}",
                      const std::string& id = "1") {
    Request request;
    request.message.kind = Message::Kind::kRequest;
    request.message.id = RequestId{id};
    request.message.method = std::move(method);
    request.message.params = *json::Parse(params);
    request.revision = revision;
    request.era = EraOf(revision);
    return request;
  }

  std::shared_ptr<RecordingSink> Send(Request request) {
    auto sink = std::make_shared<RecordingSink>();
    last_call = dispatcher.Dispatch(std::move(request), sink);
    return sink;
  }

  /// Sends and expects an answer at once.
  Answer Ask(Revision revision, std::string method, const std::string& params = "{}") {
    return Ask(MakeRequest(revision, std::move(method), params));
  }
  Answer Ask(Request request) {
    const auto sink = Send(std::move(request));
    if (!sink->reply) {
      ADD_FAILURE() << "no answer";
      return {};
    }
    auto body = json::Parse(sink->reply->body, {64u << 20, 64});
    EXPECT_TRUE(body.ok()) << sink->reply->body;
    return {sink->reply->http_status, body.value_or(json::Json()), sink->reply->session_id,
            sink->notifications};
  }

  FakeClock clock;
  FakeToolProvider provider;
  RecordingObserver observer;
  FakeSealer sealer;
  RecordingPushObserver push_observer;
  ManualScheduler scheduler{clock};
  SessionDirectory directory{nullptr, clock, push_observer};
  Sessions sessions{clock, sealer, directory};
  FakeEventFeed feed;
  Subscriptions subscriptions{{&feed, provider, scheduler, clock, push_observer}, {}};
  CatalogueLimits limits;
  RecordingQuestionObserver question_observer;
  FakeMailbox mailbox;
  Questions questions{sealer, &mailbox, scheduler, question_observer};
  RequestStates request_states{clock, sealer};
  Dispatcher dispatcher{
      {provider, observer, clock, sessions, questions, request_states, directory, subscriptions},
      {"bandwidth-mcp", "Bandwidth", "1"},
      limits};
  std::shared_ptr<Call> last_call;
};

}  // namespace bw::gateway
