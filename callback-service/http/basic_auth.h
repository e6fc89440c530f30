// HTTP Basic authentication of webhooks (RFC 7617). The platform sends the first request without
// credentials and only answers a challenge: without WWW-Authenticate in the 401 there is no second
// one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw::callback_service {

/// The value of WWW-Authenticate.
inline constexpr std::string_view kBasicChallenge = "Basic realm=\"bandwidth\"";

enum class AuthResult { kAccepted, kMissing, kWrong };

/// Thread-safe: never changes.
class BasicAuth {
 public:
  /// Both empty: every request is accepted.
  BasicAuth(std::string_view username, std::string_view password);

  bool is_enabled() const { return !expected_.empty(); }
  /// `authorization` is the header's value. The time it takes does not depend on how much of the
  /// credentials is right.
  AuthResult Check(std::optional<std::string_view> authorization) const;

 private:
  // Base64 of "username:password", without padding. Comparing what was sent in its encoded form
  // needs no decoder for bytes of strangers.
  std::string expected_;
};

/// Whether the two are equal, in a time that depends on `expected`'s length only.
bool EqualsInConstantTime(std::string_view given, std::string_view expected);

}  // namespace bw::callback_service
