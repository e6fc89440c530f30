// OAuth2 access tokens as Bandwidth's token endpoint gives them out: they look like a JWT, name the
// accounts and roles in their claims, and expire.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "sandbox/core/random.h"

namespace bw::sandbox {

/// Not thread-safe.
class TokenStore {
 public:
  /// Live tokens; the one that expires first makes room for a new one.
  static constexpr std::size_t kMaxTokens = 1000;

  TokenStore(const Clock& clock, Random& random, std::string account_id,
             std::chrono::seconds lifetime);

  std::string Issue();
  /// True while `token` was issued here and has not expired.
  bool IsValid(std::string_view token) const;
  std::chrono::seconds lifetime() const { return lifetime_; }

 private:
  const Clock& clock_;
  Random& random_;
  const std::string account_id_;
  const std::chrono::seconds lifetime_;
  std::map<std::string, std::int64_t, std::less<>> expiry_ms_;
};

}  // namespace bw::sandbox
