// The account's API credentials, replaceable while the service runs (setCredentials,
// clearCredentials).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/status/status.h"

namespace bw::tool_service {

/// OAuth2 client credentials. `secret` and `password` must never reach a log, an error message or a
/// result.
struct Credentials {
  std::string client_id;
  std::string secret;
  /// Empty: taken from the token when that names exactly one account.
  std::string account_id;
  /// Legacy API user, for the APIs that want one (MFA); empty: none.
  std::string username = {};
  std::string password = {};
};

/// Thread-safe.
class CredentialStore {
 public:
  static constexpr std::size_t kMaxTenants = 10'000;

  struct Entry {
    Credentials credentials;
    /// Differs after every Set, so that a token made from older credentials is recognised.
    std::uint64_t generation = 0;
  };

  /// RESOURCE_EXHAUSTED when kMaxTenants others have credentials.
  Status Set(const std::string& tenant, Credentials credentials) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= kMaxTenants && !entries_.contains(tenant)) {
      return ResourceExhausted("credentials of too many tenants are held");
    }
    entries_[tenant] = Entry{std::move(credentials), ++last_generation_};
    return OkStatus();
  }

  /// Whether there were any.
  bool Clear(const std::string& tenant) {
    const std::lock_guard lock(mutex_);
    return entries_.erase(tenant) > 0;
  }

  std::optional<Entry> Get(const std::string& tenant) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(tenant);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
  }

 private:
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Entry> entries_;
  std::uint64_t last_generation_ = 0;
};

}  // namespace bw::tool_service
