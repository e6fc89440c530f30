// HTTP in, HTTP out: finds the route, checks the credentials and the method, lets core decide, and
// writes what it decided.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "callback-service/core/call_ledger.h"
#include "callback-service/core/inbox.h"
#include "callback-service/core/voice.h"
#include "callback-service/http/basic_auth.h"
#include "callback-service/http/routes.h"
#include "callback-service/metrics.h"
#include "common/clock/clock.h"
#include "common/http/server.h"

namespace bw::callback_service {

struct EndpointOptions {
  /// How long a message's webhook waits for the store: the platform gives it 10 s.
  std::chrono::milliseconds messaging_store_wait{3'000};
  /// The same for notifications.
  std::chrono::milliseconds notification_store_wait{5'000};
};

/// The labels of Metrics.
std::vector<std::string_view> RouteLabels();
std::vector<std::string_view> EventTypeLabels();

/// Thread-safe. All references outlive it and every Exchange it was given.
class WebhookEndpoint {
 public:
  WebhookEndpoint(Voice& voice, CallLedger& ledger, BasicAuth auth, Metrics& metrics,
                  const Clock& clock, EndpointOptions options = {});

  /// Answers `exchange`, now or later. Never blocks.
  void Handle(std::shared_ptr<http::Exchange> exchange);

 private:
  struct Arrival;

  bool IsAuthorized(const Arrival& arrival);
  void HandleVoice(Arrival arrival);
  void HandleMessaging(Arrival arrival);
  void HandleNotification(Arrival arrival);
  void AnswerVoice(const Arrival& arrival, VoiceReply reply);
  void AnswerInbox(const Arrival& arrival, const InboxResult& result, int ok_status);
  void Record(Arrival arrival, std::vector<Event> events, std::chrono::milliseconds store_wait,
              int ok_status);
  void Send(const Arrival& arrival, Outcome outcome, http::Response response,
            std::function<void(bool)> written = nullptr);
  VoiceWebhook ReadVoice(const Arrival& arrival) const;

  Voice& voice_;
  CallLedger& ledger_;
  const BasicAuth auth_;
  Metrics& metrics_;
  const Clock& clock_;
  const EndpointOptions options_;
};

}  // namespace bw::callback_service
