// The port that turns credentials into an access token and what the token says about the account.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace bw::tool_service {

/// Claims are read, not verified (Bandwidth's token is a JWT; the API verifies it).
struct AccessToken {
  /// Secret.
  std::string value;
  /// Claim `accounts`: the ids the token reaches. Empty: a system-wide credential, the user must
  /// name the account. The first entry is not necessarily the main one.
  std::vector<std::string> accounts;
  /// Claim `roles`.
  std::vector<std::string> roles;
  /// Claim `express`: a trial account, voice only.
  bool express = false;
  std::chrono::steady_clock::time_point expires;
};

/// Thread-safe.
class TokenSource {
 public:
  using Done = std::function<void(StatusOr<AccessToken>)>;

  virtual ~TokenSource() = default;
  /// A token good for at least a minute, from memory or fetched; callers who come meanwhile share
  /// one fetch. `done` runs exactly once, on any thread, perhaps before Get returns.
  /// DEADLINE_EXCEEDED when `deadline` (of Clock::Steady) comes first, whatever others wait for.
  /// FAILED_PRECONDITION: no credentials are set; UNAUTHENTICATED: they were refused (the message
  /// has the status and the beginning of the answer); UNAVAILABLE, DEADLINE_EXCEEDED: the token
  /// endpoint was not reached.
  virtual void Get(const std::string& tenant, std::chrono::steady_clock::time_point deadline,
                   Done done) = 0;
  /// Forgets `token` if it is still the current one: an API refused it.
  virtual void Invalidate(const std::string& tenant, const std::string& token) = 0;
};

}  // namespace bw::tool_service
