// OAuth2 client credentials (RFC 6749 §4.4): one token per tenant, fetched when needed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/token_source.h"
#include "tool-service/upstream/upstream_observer.h"

namespace bw::tool_service {

struct TokenCacheOptions {
  std::string token_url;
  /// A token with less time left is fetched anew.
  std::chrono::seconds margin{60};
  std::chrono::milliseconds timeout{15'000};
  /// Callers who wait for one fetch; one more is refused with RESOURCE_EXHAUSTED.
  std::size_t max_waiting = 4096;
};

class TokenCache : public TokenSource {
 public:
  /// What is referred to outlives the cache, but see StopTiming; `client` must have finished its
  /// requests before the cache goes.
  TokenCache(TokenCacheOptions options, const CredentialStore& credentials, HttpClient& client,
             const Clock& clock, Scheduler& scheduler, UpstreamObserver& observer);

  void Get(const std::string& tenant, std::chrono::steady_clock::time_point deadline,
           Done done) override;
  void Invalidate(const std::string& tenant, const std::string& token) override;
  /// From now on the scheduler is not used any more: it may go before the cache does.
  void StopTiming();

 private:
  struct Waiter {
    std::uint64_t id = 0;
    Scheduler::Id timer = 0;
    Done done;
  };
  struct Entry {
    /// Of the credentials that `token` was, or is being, made from.
    std::uint64_t generation = 0;
    AccessToken token;
    bool fetching = false;
    std::vector<Waiter> waiting;
  };

  // Both under the lock.
  Waiter MakeWaiter(const std::string& tenant, std::chrono::steady_clock::time_point deadline,
                    Done done);
  std::vector<Waiter> TakeWaiting(Entry& entry);
  void GiveUp(const std::string& tenant, std::uint64_t waiter);
  void Forget(const std::string& tenant);
  void Fetch(const std::string& tenant, const CredentialStore::Entry& credentials);
  void OnAnswer(const std::string& tenant, std::uint64_t generation, StatusOr<HttpResponse> answer);

  const TokenCacheOptions options_;
  const CredentialStore& credentials_;
  HttpClient& client_;
  const Clock& clock_;
  UpstreamObserver& observer_;
  Scheduler& scheduler_;
  std::mutex mutex_;  // guards all below
  bool stopped_ = false;
  std::uint64_t last_waiter_ = 0;
  /// At most one per tenant that has credentials, which CredentialStore bounds.
  std::map<std::string, Entry> entries_;
};

/// The token endpoint's answer as a token. UNAUTHENTICATED for a refusal (with its status and the
/// beginning of its body), DATA_LOSS for an answer that makes no sense.
StatusOr<AccessToken> ReadTokenAnswer(const HttpResponse& answer,
                                      std::chrono::steady_clock::time_point now);

}  // namespace bw::tool_service
