// Slows down whoever tries tokens: after some failures a peer's unknown tokens are not looked at
// for a while. Tokens that are known pass, so that one guest cannot lock out a whole network.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/clock/clock.h"

namespace bw::gateway {

struct FailureLimits {
  /// In one window; 0: as many as they like.
  int max_failures = 20;
  std::chrono::milliseconds window{60'000};
  /// Peers kept count of; beyond it the longest known is forgotten.
  std::size_t max_peers = 10'000;
};

/// Thread-safe.
class FailureThrottle {
 public:
  FailureThrottle(const Clock& clock, FailureLimits limits) : clock_(clock), limits_(limits) {}

  /// How long tokens from `peer` are not looked at; nullopt: they are.
  std::optional<std::chrono::milliseconds> Pause(std::string_view peer) const;
  /// A token from `peer` was good for nothing. True when it was one too many.
  bool AddFailure(std::string_view peer);
  std::size_t tracked() const;

 private:
  struct Window {
    std::string peer;
    std::chrono::steady_clock::time_point ends;
    int failures = 0;
  };
  using Windows = std::list<Window>;

  // With mutex_ held.
  void DropEnded();

  const Clock& clock_;
  const FailureLimits limits_;
  mutable std::mutex mutex_;  // guards all below
  /// In the order in which they end.
  Windows windows_;
  std::unordered_map<std::string_view, Windows::iterator> by_peer_;
};

}  // namespace bw::gateway
