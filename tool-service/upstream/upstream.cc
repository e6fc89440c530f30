#include "tool-service/upstream/upstream.h"

#include <mutex>
#include <random>
#include <utility>

#include "common/clock/scheduler.h"
#include "tool-service/upstream/authorizing_client.h"
#include "tool-service/upstream/curl_client.h"
#include "tool-service/upstream/routing_client.h"

namespace bw::tool_service {
namespace {

// Jitter needs spread, not secrecy.
class Jitter {
 public:
  double Next() {
    const std::lock_guard lock(mutex_);
    return distribution_(engine_);
  }

 private:
  std::mutex mutex_;  // guards engine_, distribution_
  std::minstd_rand engine_{std::random_device()()};
  std::uniform_real_distribution<double> distribution_{0.0, 1.0};
};

TokenCacheOptions WithUrl(TokenCacheOptions options, std::string url) {
  options.token_url = std::move(url);
  return options;
}

class StackedUpstream : public Upstream {
 public:
  StackedUpstream(const UpstreamOptions& options, const HostTable& hosts,
                  const CredentialStore& credentials, const Clock& clock,
                  UpstreamObserver& observer)
      : curl_(std::make_unique<CurlClient>(options.http_client)),
        scheduler_(MakeThreadScheduler()),
        retrying_(
            options.retry, clock, *scheduler_, [this] { return jitter_.Next(); }, observer, *curl_),
        breaking_(options.breaker, clock, observer, retrying_),
        tokens_(WithUrl(options.token, hosts.TokenUrl()), credentials, breaking_, clock,
                *scheduler_, observer),
        authorizing_(credentials, tokens_, clock, breaking_),
        redirecting_(options.redirect, clock, observer, authorizing_),
        routing_(hosts, redirecting_) {}

  // No pause may begin, then none may end in a new request, then no answer may come: each calls
  // into what is destroyed after it. Calls that were pausing finish as cancelled.
  ~StackedUpstream() override {
    retrying_.StopRetrying();
    tokens_.StopTiming();
    scheduler_.reset();
    curl_.reset();
  }

  HttpClient& http_client() override { return routing_; }
  TokenSource& tokens() override { return tokens_; }

 private:
  Jitter jitter_;
  std::unique_ptr<CurlClient> curl_;
  std::unique_ptr<Scheduler> scheduler_;
  RetryingClient retrying_;
  BreakingClient breaking_;
  TokenCache tokens_;
  AuthorizingClient authorizing_;
  RedirectingClient redirecting_;
  RoutingClient routing_;
};

}  // namespace

std::unique_ptr<Upstream> MakeUpstream(const UpstreamOptions& options, HostTable hosts,
                                       const CredentialStore& credentials, const Clock& clock,
                                       UpstreamObserver& observer) {
  return std::make_unique<StackedUpstream>(options, hosts, credentials, clock, observer);
}

}  // namespace bw::tool_service
