// Repeats what may be repeated: reads, replacements and deletions that met a busy or absent API.
// What creates (POST, PATCH) is never sent twice: there is no idempotency key, and a second call
// rings a second phone.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "tool-service/core/http_client.h"
#include "tool-service/upstream/upstream_observer.h"

namespace bw::tool_service {

struct RetryOptions {
  /// The first included.
  int max_attempts = 3;
  /// Before the second attempt; doubled for each further one, less up to half by chance.
  std::chrono::milliseconds first_delay{250};
  std::chrono::milliseconds max_delay{5'000};
  /// Requests pausing at once; one more is answered with what came.
  int max_pausing = 1024;
};

class RetryingClient : public HttpClient {
 public:
  /// `random` gives numbers in [0, 1), from any thread. All outlive the client, but see
  /// StopRetrying.
  RetryingClient(RetryOptions options, const Clock& clock, Scheduler& scheduler,
                 std::function<double()> random, UpstreamObserver& observer, HttpClient& next);
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;
  /// From now on the scheduler is not used any more: it may go before the client does.
  void StopRetrying();

 private:
  struct Exchange;
  bool Pause(const std::shared_ptr<Exchange>& exchange, std::chrono::milliseconds pause);
  void Attempt(const std::shared_ptr<Exchange>& exchange);
  void OnAnswer(const std::shared_ptr<Exchange>& exchange, StatusOr<HttpResponse> answer);
  /// How long to pause before the next attempt; nullopt: do not.
  std::optional<std::chrono::milliseconds> PauseAfter(const Exchange& exchange,
                                                      const StatusOr<HttpResponse>& answer) const;

  const RetryOptions options_;
  const Clock& clock_;
  Scheduler& scheduler_;
  const std::function<double()> random_;
  UpstreamObserver& observer_;
  HttpClient& next_;
  std::mutex mutex_;  // guards all below
  int pausing_ = 0;
  bool stopped_ = false;
};

/// "https://voice.bandwidth.com/api" → "voice.bandwidth.com"
std::string_view HostOf(std::string_view url);

}  // namespace bw::tool_service
