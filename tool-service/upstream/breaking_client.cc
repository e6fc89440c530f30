#include "tool-service/upstream/breaking_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/status/unsent.h"
#include "tool-service/upstream/pending_call.h"
#include "tool-service/upstream/retrying_client.h"

namespace bw::tool_service {
namespace {

// The host's trouble; 500 is the trouble of one request.
constexpr std::array kHostFails = {502, 503, 504};

std::string Seconds(std::chrono::steady_clock::duration time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return std::to_string(std::max<std::int64_t>(seconds, 1)) + " s";
}

}  // namespace

BreakingClient::BreakingClient(BreakerOptions options, const Clock& clock,
                               UpstreamObserver& observer, HttpClient& next)
    : options_(options), clock_(clock), observer_(observer), next_(next) {}

std::shared_ptr<HttpCall> BreakingClient::Send(HttpRequest request, Done done) {
  if (options_.failures_to_open == 0) return next_.Send(std::move(request), std::move(done));
  std::string name(HostOf(request.url));
  Admission admission = Admit(name);
  if (!admission.refused.ok()) {
    observer_.OnRefused(UpstreamRefusal::kBreaker);
    done(MarkUnsent(std::move(admission.refused)));
    return std::make_shared<PendingCall>(nullptr);
  }
  const std::chrono::milliseconds timeout = request.timeout;
  return next_.Send(std::move(request),
                    [this, name = std::move(name), is_probe = admission.is_probe, timeout,
                     done = std::move(done)](StatusOr<HttpResponse> answer) {
                      Settle(name, is_probe, Judge(answer, timeout));
                      done(std::move(answer));
                    });
}

BreakingClient::Admission BreakingClient::Admit(const std::string& name) {
  if (failing_ == 0) return {};
  const std::lock_guard lock(mutex_);
  const auto found = hosts_.find(name);
  if (found == hosts_.end() || !found->second.open) return {};
  Host& host = found->second;
  const Time now = clock_.Steady();
  if (now >= host.next_attempt && !host.probing) {
    host.probing = true;
    return {OkStatus(), true};
  }
  const std::string failing =
      "the API at " + name + " has been failing for " + Seconds(now - host.first_failure) + "; ";
  return {Unavailable(failing + (host.probing
                                     ? "an attempt is under way"
                                     : "next attempt in " + Seconds(host.next_attempt - now)))};
}

BreakingClient::Verdict BreakingClient::Judge(const StatusOr<HttpResponse>& answer,
                                              std::chrono::milliseconds timeout) const {
  if (answer.ok()) {
    const bool fails =
        std::find(kHostFails.begin(), kHostFails.end(), answer->status) != kHostFails.end();
    return fails ? Verdict::kFails : Verdict::kWorks;
  }
  switch (answer.status().code()) {
    case StatusCode::kUnavailable:
      return Verdict::kFails;
    case StatusCode::kDeadlineExceeded:
      return timeout >= options_.patience ? Verdict::kFails : Verdict::kSilent;
    default:
      return Verdict::kSilent;
  }
}

void BreakingClient::Settle(const std::string& name, bool is_probe, Verdict verdict) {
  if (verdict == Verdict::kFails) return Fail(name, is_probe);
  if (failing_ == 0) return;
  const std::lock_guard lock(mutex_);
  const auto found = hosts_.find(name);
  if (found == hosts_.end()) return;
  if (verdict == Verdict::kSilent) {
    // The next request probes instead.
    if (is_probe) found->second.probing = false;
    return;
  }
  const bool was_open = found->second.open;
  hosts_.erase(found);
  failing_ = hosts_.size();
  if (was_open) observer_.OnBreaker(name, false, --open_hosts_);
}

void BreakingClient::Fail(const std::string& name, bool is_probe) {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.Steady();
  if (!hosts_.contains(name)) {
    MakeRoom(now);
    if (hosts_.size() >= options_.max_hosts) return;
  }
  Host& host = hosts_[name];
  failing_ = hosts_.size();
  if (!host.open) return CountFailure(name, host, now);
  // Those that were sent before the host was left alone change nothing.
  if (!is_probe) return;
  host.probing = false;
  host.pause = std::min(2 * host.pause, options_.max_pause);
  host.next_attempt = now + host.pause;
}

void BreakingClient::CountFailure(const std::string& name, Host& host, Time now) {
  if (host.failures == 0 || now - host.last_failure > options_.max_pause) {
    host = Host();
    host.first_failure = now;
  }
  host.last_failure = now;
  if (++host.failures < options_.failures_to_open) return;
  host.open = true;
  host.pause = options_.first_pause;
  host.next_attempt = now + host.pause;
  observer_.OnBreaker(name, true, ++open_hosts_);
}

// Hosts that failed now and then, long ago, need not be remembered.
void BreakingClient::MakeRoom(Time now) {
  if (hosts_.size() < options_.max_hosts) return;
  std::erase_if(hosts_, [&](const auto& entry) {
    return !entry.second.open && now - entry.second.last_failure > options_.max_pause;
  });
}

}  // namespace bw::tool_service
