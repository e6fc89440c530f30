// OAuth2 client credentials (RFC 6749 §4.4): one token per tenant, fetched when needed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/clock/clock.h"
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
  /// What is referred to outlives the cache; `client` must have finished its requests before the
  /// cache goes.
  TokenCache(TokenCacheOptions options, const CredentialStore& credentials, HttpClient& client,
             const Clock& clock, UpstreamObserver& observer);

  void Get(const std::string& tenant, Done done) override;
  void Invalidate(const std::string& tenant, const std::string& token) override;

 private:
  struct Entry {
    /// Of the credentials that `token` was, or is being, made from.
    std::uint64_t generation = 0;
    AccessToken token;
    bool fetching = false;
    std::vector<Done> waiting;
  };

  void Forget(const std::string& tenant);
  void Fetch(const std::string& tenant, const CredentialStore::Entry& credentials);
  void OnAnswer(const std::string& tenant, std::uint64_t generation, StatusOr<HttpResponse> answer);

  const TokenCacheOptions options_;
  const CredentialStore& credentials_;
  HttpClient& client_;
  const Clock& clock_;
  UpstreamObserver& observer_;
  std::mutex mutex_;  // guards entries_
  /// At most one per tenant that has credentials, which CredentialStore bounds.
  std::map<std::string, Entry> entries_;
};

/// The token endpoint's answer as a token. UNAUTHENTICATED for a refusal (with its status and the
/// beginning of its body), DATA_LOSS for an answer that makes no sense.
StatusOr<AccessToken> ReadTokenAnswer(const HttpResponse& answer,
                                      std::chrono::steady_clock::time_point now);

}  // namespace bw::tool_service
