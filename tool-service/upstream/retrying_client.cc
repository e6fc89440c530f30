#include "tool-service/upstream/retrying_client.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/http_client/http_client.h"
#include "common/status/unsent.h"
#include "tool-service/upstream/pending_call.h"
#include "tool-service/upstream/retry_after.h"

namespace bw::tool_service {
namespace {

constexpr std::array<std::string_view, 4> kRepeatable = {"GET", "HEAD", "PUT", "DELETE"};
constexpr std::array kBusy = {429, 502, 503, 504};

std::chrono::milliseconds Share(std::chrono::milliseconds time, double share) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time * share);
}

void TellOfRetry(const HttpRequest& request, const StatusOr<HttpResponse>& answer,
                 std::chrono::milliseconds pause) {
  if (!request.on_setback) return;
  Setback setback;
  setback.status = answer.ok() ? answer->status : 0;
  setback.what = answer.ok() ? "retrying after " + std::to_string(answer->status)
                             : "retrying because the API was not reached";
  setback.pause = pause;
  request.on_setback(setback);
}

}  // namespace

struct RetryingClient::Exchange {
  HttpRequest request;
  std::string host;
  bool repeatable = false;
  std::shared_ptr<PendingCall> call;
  std::chrono::steady_clock::time_point deadline;
  std::chrono::steady_clock::time_point attempt_began;
  int attempts = 0;
};

RetryingClient::RetryingClient(RetryOptions options, const Clock& clock, Scheduler& scheduler,
                               std::function<double()> random, UpstreamObserver& observer,
                               HttpClient& next)
    : options_(options),
      clock_(clock),
      scheduler_(scheduler),
      random_(std::move(random)),
      observer_(observer),
      next_(next) {}

std::shared_ptr<HttpCall> RetryingClient::Send(HttpRequest request, Done done) {
  auto exchange = std::make_shared<Exchange>();
  exchange->deadline = clock_.Steady() + request.timeout;
  exchange->host = HostOf(request.url);
  exchange->repeatable =
      std::find(kRepeatable.begin(), kRepeatable.end(), request.method) != kRepeatable.end();
  exchange->request = std::move(request);
  exchange->call = std::make_shared<PendingCall>(std::move(done));
  Attempt(exchange);
  return exchange->call;
}

void RetryingClient::Attempt(const std::shared_ptr<Exchange>& exchange) {
  exchange->attempt_began = clock_.Steady();
  ++exchange->attempts;
  HttpRequest request = exchange->repeatable ? exchange->request : std::move(exchange->request);
  request.timeout =
      std::max(std::chrono::milliseconds(1), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                 exchange->deadline - exchange->attempt_began));
  exchange->call->Run(next_, std::move(request), [this, exchange](StatusOr<HttpResponse> answer) {
    OnAnswer(exchange, std::move(answer));
  });
}

void RetryingClient::OnAnswer(const std::shared_ptr<Exchange>& exchange,
                              StatusOr<HttpResponse> answer) {
  observer_.OnExchange(exchange->host, answer.ok() ? answer->status : 0, answer.status().code(),
                       clock_.Steady() - exchange->attempt_began);
  if (answer.status().code() == StatusCode::kResourceExhausted) {
    observer_.OnRefused(IsUnsent(answer.status()) ? UpstreamRefusal::kInFlight
                                                  : UpstreamRefusal::kAnswerBytes);
  }
  const auto pause = PauseAfter(*exchange, answer);
  if (pause && Pause(exchange, *pause)) {
    observer_.OnRetry(exchange->host);
    TellOfRetry(exchange->request, answer, *pause);
  } else {
    exchange->call->Finish(std::move(answer));
  }
}

// False when there is no room, or no time left at all.
bool RetryingClient::Pause(const std::shared_ptr<Exchange>& exchange,
                           std::chrono::milliseconds pause) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  if (pausing_ >= options_.max_pausing) {
    observer_.OnRefused(UpstreamRefusal::kRetryRoom);
    return false;
  }
  ++pausing_;
  scheduler_.After(pause, [this, exchange] {
    {
      const std::lock_guard ending(mutex_);
      --pausing_;
    }
    if (!exchange->call->finished()) Attempt(exchange);
  });
  return true;
}

void RetryingClient::StopRetrying() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

std::optional<std::chrono::milliseconds> RetryingClient::PauseAfter(
    const Exchange& exchange, const StatusOr<HttpResponse>& answer) const {
  const bool busy = answer.ok()
                        ? std::find(kBusy.begin(), kBusy.end(), answer->status) != kBusy.end()
                        : answer.status().code() == StatusCode::kUnavailable;
  if (!exchange.repeatable || !busy || exchange.attempts >= options_.max_attempts)
    return std::nullopt;
  const auto backoff =
      std::min(options_.max_delay, options_.first_delay * (1 << (exchange.attempts - 1)));
  auto pause = Share(backoff, 1 - random_() / 2);
  if (answer.ok()) {
    const auto asked =
        ParseRetryAfter(http_client::FindHeader(answer->headers, "retry-after"), clock_.NowMs());
    // All who were told the same time must not come at the same time.
    if (asked) pause = std::max(pause, *asked + Share(options_.first_delay, random_()));
  }
  // A pause that leaves no time for an answer only delays the bad news.
  if (clock_.Steady() + pause >= exchange.deadline) return std::nullopt;
  return pause;
}

std::string_view HostOf(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace bw::tool_service
