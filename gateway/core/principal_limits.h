// How often and how much at once one principal may ask, so that none can take the service from the
// others.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/clock/clock.h"
#include "gateway/core/admission.h"

namespace bw::gateway {

struct PrincipalLimitOptions {
  /// On average; 0: as many as they like.
  int requests_per_second = 100;
  /// At once after a pause; at least 1.
  int burst = 200;
  /// Under way; 0: as many as they like.
  std::size_t max_concurrent = 256;
  /// Principals kept count of. A principal is forgotten when its place is needed and it has nothing
  /// under way and its whole burst left; while there is none of these, a new principal waits.
  std::size_t max_principals = 10'000;
};

/// A token bucket (as the time at which it is full again) and a count for each principal, by
/// Principal::Key(). Thread-safe.
class PrincipalLimits {
 public:
  PrincipalLimits(const Clock& clock, PrincipalLimitOptions options)
      : clock_(clock), options_(options) {}

  /// Takes note of one request more. A value: not now, but after that time.
  std::optional<std::chrono::milliseconds> Charge(const std::string& principal);
  /// Takes note of `requests` that came with one that was let in (a batch), to be worked off before
  /// the next.
  void Owe(const std::string& principal, std::size_t requests);
  /// Room for `count` requests under way; one that is larger than the limit needs all of it. False
  /// when there is not enough.
  Admission::Slot TryEnter(const std::string& principal, std::size_t count = 1);
  std::size_t tracked() const;

 private:
  struct Account {
    Account(const std::string& principal, std::size_t max_concurrent)
        : name(principal), under_way(max_concurrent) {}
    const std::string name;
    /// When all that was charged is worked off at the average rate; from then on the whole burst
    /// is left.
    std::chrono::steady_clock::time_point even{};
    Admission under_way;
  };
  using Accounts = std::list<Account>;

  // With mutex_ held; null when the table is full of busy ones.
  Account* Open(const std::string& principal);
  // How long one request takes at the average rate.
  std::chrono::nanoseconds Pace() const;
  bool IsIdle(const Account& account) const;

  const Clock& clock_;
  const PrincipalLimitOptions options_;
  Admission unlimited_{std::numeric_limits<std::size_t>::max() / 2};
  mutable std::mutex mutex_;  // guards all below
  /// The longest unused first.
  Accounts accounts_;
  std::unordered_map<std::string_view, Accounts::iterator> by_name_;
};

}  // namespace bw::gateway
