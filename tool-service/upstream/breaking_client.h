// A circuit breaker for each host: an API that keeps failing is left alone for a while, and callers
// learn so at once instead of each waiting for the same silence.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "common/clock/clock.h"
#include "tool-service/core/http_client.h"
#include "tool-service/upstream/upstream_observer.h"

namespace bw::tool_service {

struct BreakerOptions {
  /// Requests in a row that failed; the host is then left alone. 0: never.
  int failures_to_open = 10;
  /// Until one request is let through again; doubled each time that one fails too.
  std::chrono::milliseconds first_pause{5'000};
  /// Failures further apart are not in a row.
  std::chrono::milliseconds max_pause{60'000};
  /// A request that was allowed less time and ran out of it says nothing about the API.
  std::chrono::milliseconds patience{1'000};
  /// Failing hosts that are remembered; others are never left alone.
  std::size_t max_hosts = 256;
};

class BreakingClient : public HttpClient {
 public:
  /// All outlive the client.
  BreakingClient(BreakerOptions options, const Clock& clock, UpstreamObserver& observer,
                 HttpClient& next);
  /// UNAVAILABLE, unsent, while the host is left alone: "the API at voice.bandwidth.com has been
  /// failing for 12 s; next attempt in 4 s".
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Host {
    int failures = 0;
    Time first_failure;
    Time last_failure;
    bool open = false;
    Time next_attempt;
    std::chrono::milliseconds pause{0};
    /// The one request that was let through is under way.
    bool probing = false;
  };
  /// kSilent: the answer says nothing about the host.
  enum class Verdict { kWorks, kFails, kSilent };
  struct Admission {
    Status refused;
    bool is_probe = false;
  };

  Admission Admit(const std::string& name);
  void Settle(const std::string& name, bool is_probe, Verdict verdict);
  void Fail(const std::string& name, bool is_probe);
  Verdict Judge(const StatusOr<HttpResponse>& answer, std::chrono::milliseconds timeout) const;
  void CountFailure(const std::string& name, Host& host, Time now);
  void MakeRoom(Time now);

  const BreakerOptions options_;
  const Clock& clock_;
  UpstreamObserver& observer_;
  HttpClient& next_;
  /// hosts_.size(), so that nothing is locked while every host works.
  std::atomic<std::size_t> failing_{0};
  std::mutex mutex_;  // guards all below
  std::map<std::string, Host> hosts_;
  std::size_t open_hosts_ = 0;
};

}  // namespace bw::tool_service
