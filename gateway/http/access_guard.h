// Who may talk to the endpoint at all: decided from headers alone, before any MCP is read, the same
// for both eras. (2025-11-25 and 2026-07-28 basic/transports, security; basic/authorization)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "gateway/core/authenticator.h"

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

/// A host name without port or brackets, lower case; nullopt when `authority` is malformed.
std::optional<std::string> HostOf(std::string_view authority);
/// Whether an address or name to listen on is reached from this machine only.
bool IsLoopback(std::string_view host);

/// Thread-safe: immutable.
class AccessGuard {
 public:
  /// `authenticator` may be null: nobody has to authenticate.
  AccessGuard(AccessOptions options, const Authenticator* authenticator)
      : options_(std::move(options)), authenticator_(authenticator) {}

  enum class Refusal { kHost, kOrigin, kToken };
  struct Verdict {
    std::optional<Refusal> refusal;
    Principal principal;
    /// A token was sent and is good for nothing.
    bool invalid_token = false;
  };
  /// Host and Origin only: for CORS preflights, which carry no credentials.
  std::optional<Refusal> CheckSource(const http::Headers& headers) const;
  Verdict Check(const http::Headers& headers) const;

 private:
  bool AllowsHost(const http::Headers& headers) const;
  bool AllowsOrigin(const http::Headers& headers) const;

  const AccessOptions options_;
  const Authenticator* const authenticator_;
};

}  // namespace bw::gateway
