// Webhooks over the project's HTTP client.
#pragma once

#include "common/clock/scheduler.h"
#include "common/http_client/http_client.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

/// Hands every reply to the scheduler's thread, where the simulation lives. Both outlive it. Used
/// on that thread.
class WebhookSender : public WebhookClient {
 public:
  WebhookSender(http_client::HttpClient& client, Scheduler& scheduler)
      : client_(client), scheduler_(scheduler) {}
  void Send(WebhookRequest request, Done done) override;
  /// From now on webhooks are dropped, unanswered: the client may go.
  void Stop() { stopped_ = true; }

 private:
  http_client::HttpClient& client_;
  Scheduler& scheduler_;
  bool stopped_ = false;
};

}  // namespace bw::sandbox
