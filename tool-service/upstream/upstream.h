// The way to Bandwidth's APIs, put together: routing → redirecting → authorizing → breaking →
// retrying → curl.
#pragma once

#include <functional>
#include <memory>

#include "common/clock/clock.h"
#include "common/http_client/http_client.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/token_source.h"
#include "tool-service/upstream/breaking_client.h"
#include "tool-service/upstream/host_table.h"
#include "tool-service/upstream/redirecting_client.h"
#include "tool-service/upstream/retrying_client.h"
#include "tool-service/upstream/token_cache.h"
#include "tool-service/upstream/upstream_observer.h"

namespace bw::tool_service {

struct UpstreamOptions {
  http_client::Options http_client;
  RedirectOptions redirect;
  BreakerOptions breaker;
  RetryOptions retry;
  /// token_url is taken from the host table.
  TokenCacheOptions token;
};

/// Thread-safe. Destruction cancels what is running and waits for its callbacks.
class Upstream {
 public:
  virtual ~Upstream() = default;
  virtual HttpClient& http_client() = 0;
  virtual TokenSource& tokens() = 0;
};

/// `credentials`, `clock` and `observer` outlive the upstream. The store may change at any time.
std::unique_ptr<Upstream> MakeUpstream(const UpstreamOptions& options, HostTable hosts,
                                       const CredentialStore& credentials, const Clock& clock,
                                       UpstreamObserver& observer);

}  // namespace bw::tool_service
