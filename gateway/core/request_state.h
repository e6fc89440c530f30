// The requestState of multi-round-trip requests: what a tool must remember between two rounds
// travels through the client, sealed, so that any replica can serve the next round.
// (2026-07-28 basic/patterns/mrtr)
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "gateway/core/call.h"
#include "gateway/core/sealer.h"

namespace bw::gateway {

struct RequestStateLimits {
  /// The person's time to answer.
  std::chrono::milliseconds max_age = std::chrono::minutes(10);
  /// Of what the tool remembers.
  std::size_t max_state_bytes = 32u << 10;
  /// Of what a client may present.
  std::size_t max_sealed_bytes = 48u << 10;
};

/// A sealed state is good for one caller (tenant and principal), one method and one set of params,
/// until it is too old; it can be used more than once within these bounds. Thread-safe.
class RequestStates {
 public:
  /// Both outlive it.
  RequestStates(const Clock& clock, Sealer& sealer, RequestStateLimits limits = {})
      : clock_(clock), sealer_(sealer), limits_(limits) {}

  /// RESOURCE_EXHAUSTED for a state over the limit.
  StatusOr<std::string> Seal(const Request& request, std::string_view state) const;
  /// What was sealed for a request like this one. INVALID_ARGUMENT says what is wrong: not sealed
  /// here or changed, expired, another caller's, another request's.
  StatusOr<std::string> Open(const Request& request, std::string_view sealed) const;

 private:
  std::string CallerDigest(const Request& request) const;
  std::string RequestDigest(const Request& request) const;

  const Clock& clock_;
  Sealer& sealer_;
  const RequestStateLimits limits_;
};

}  // namespace bw::gateway
