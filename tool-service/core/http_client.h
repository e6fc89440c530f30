// The port through which tools reach the APIs behind them. The adapter (tool-service/upstream)
// stacks what this needs (credentials, redirects, retries) on the project's HTTP client; tests put
// a fake behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status/status.h"

namespace bw::tool_service {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// What delays an answer: an exchange that is repeated, a token that is renewed.
struct Setback {
  /// "retrying after 429"
  std::string what;
  /// The HTTP status; 0 when there was none.
  int status = 0;
  /// Until the next attempt.
  std::chrono::milliseconds pause{0};
};

struct HttpRequest {
  std::string method = "GET";
  /// Absolute, percent-encoded, naming the production host as the OpenAPI document does; the
  /// adapter sends it to the host that the configuration puts in its place.
  std::string url;
  HttpHeaders headers;
  std::string body;
  /// Whose credentials go with it; they are only ever attached for hosts known to be Bandwidth's.
  std::string tenant = "default";
  /// False for operations that declare `security: []`: no credentials are attached.
  bool authorize = true;
  /// The whole exchange with retries; beyond it DEADLINE_EXCEEDED.
  std::chrono::milliseconds timeout{30'000};
  /// A larger answer is refused with RESOURCE_EXHAUSTED.
  std::size_t max_response_bytes = 16u << 20;
  /// False where only the host of `url` may answer: a redirection is then the answer.
  bool follow_redirects = true;
  /// Told of each setback if set: on any thread, without a lock; must not block.
  std::function<void(const Setback&)> on_setback = {};

  /// What the outer parts of the adapter tell its inner ones; tools leave it alone.
  struct Rules {
    /// The API wants user and password rather than a token, where they are configured.
    bool prefers_password = false;
    /// Not empty: why a token would be refused there. Static text.
    std::string_view token_problem = {};
    /// Only to an address of the public internet.
    bool public_peers_only = false;
  };
  Rules rules = {};
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  /// Whether a redirection (3xx) came from an address of the public internet.
  bool peer_is_public = true;
};

/// A request under way. Cancel is safe from any thread, more than once, and after completion.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
  virtual void Cancel() = 0;
};

/// Thread-safe. Any status received is a response; a GET's redirections are followed first. Errors:
/// UNAVAILABLE (not reached, not trusted, reset, failing for some time), DEADLINE_EXCEEDED,
/// RESOURCE_EXHAUSTED (too much in flight, too large an answer), INVALID_ARGUMENT (malformed URL or
/// header), DATA_LOSS (an answer that cannot be decoded), PERMISSION_DENIED (a redirection that
/// must not be followed), FAILED_PRECONDITION (no credentials are set, or none for this
/// environment; the message says what to set), UNAUTHENTICATED (the token endpoint refused them)
/// and CANCELLED. Errors that came before the request was sent are marked (common/status/unsent.h).
class HttpClient {
 public:
  using Done = std::function<void(StatusOr<HttpResponse>)>;

  virtual ~HttpClient() = default;
  /// `done` runs exactly once, on any thread, perhaps before Send returns; it must not block. The
  /// result is never null and may be dropped: that cancels nothing.
  virtual std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) = 0;
};

}  // namespace bw::tool_service
