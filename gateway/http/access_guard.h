// Who may talk to the endpoint at all: decided before any MCP is read, the same for both eras.
// (2025-11-25 and 2026-07-28 basic/transports, security; basic/authorization; RFC 6750)
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "gateway/core/authenticator.h"
#include "gateway/core/failure_throttle.h"

namespace bw::gateway {

struct AccessOptions {
  /// Bound to loopback: the Host header must then name this machine or one of `allowed_hosts`, so
  /// that a web page cannot reach the endpoint through a name that resolves here.
  bool loopback = true;
  /// Origins ("https://app.example.com") or host names ("app.example.com", any scheme and port) of
  /// web pages that may call; localhost names are allowed on loopback anyway.
  std::vector<std::string> allowed_origins{};
  /// Host names, without port. Not empty: no other Host is served.
  std::vector<std::string> allowed_hosts{};
  /// Who everybody is where nobody has to authenticate.
  Principal anonymous{};
};

/// Longer credentials are malformed.
constexpr std::size_t kMaxTokenBytes = 8192;

/// Whose failures are counted together: an IPv4 address, or the /64 network of an IPv6 one, as a
/// single household or machine has all of its addresses. `peer` is "address:port".
std::string PeerNetwork(std::string_view peer);

/// Thread-safe.
class AccessGuard {
 public:
  /// `authenticator` may be null: nobody has to authenticate. Both outlive the guard and the
  /// authenticator outlives every check.
  AccessGuard(AccessOptions options, Authenticator* authenticator, FailureThrottle& failures)
      : options_(std::move(options)), authenticator_(authenticator), failures_(failures) {}

  enum class Refusal {
    kHost,
    kOrigin,
    kQueryToken,
    kNoToken,
    kMalformed,
    kInvalidToken,
    kForbidden,
    kThrottled,
    kUndecided,
  };
  struct Verdict {
    std::optional<Refusal> refusal{};
    Principal principal{};
    /// Of a token that was looked at.
    std::optional<AuthReason> reason{};
    /// Of kThrottled.
    std::chrono::milliseconds retry_after{0};
    /// This peer's last failure was one too many.
    bool starts_throttling = false;
  };
  using Done = std::function<void(Verdict)>;

  /// Host and Origin only: for CORS preflights, which carry no credentials.
  std::optional<Refusal> CheckSource(const http::Headers& headers) const;
  /// `done` runs exactly once, on any thread, perhaps before this returns. `request` lives until
  /// then.
  void Check(const http::Request& request, Done done) const;

 private:
  bool AllowsHost(const http::Headers& headers) const;
  bool AllowsOrigin(const http::Headers& headers) const;
  Verdict Judge(AuthResult result, std::string_view peer) const;

  const AccessOptions options_;
  Authenticator* const authenticator_;
  FailureThrottle& failures_;
};

}  // namespace bw::gateway
