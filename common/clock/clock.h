// Time, passed in. The only place that reads the system's clocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw {

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since the Unix epoch, UTC.
  virtual std::int64_t NowMs() const = 0;
  /// Never goes back; for measuring and deadlines.
  virtual std::chrono::steady_clock::time_point Steady() const = 0;
};

/// The system's clocks; lives for ever.
const Clock& SystemClock();

/// For tests: stands still until told otherwise; both clocks move together. Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(std::int64_t now_ms = 1'772'000'000'000) : now_ms_(now_ms) {}
  std::int64_t NowMs() const override;
  std::chrono::steady_clock::time_point Steady() const override;
  void Advance(std::chrono::milliseconds by);

 private:
  mutable std::mutex mutex_;  // guards now_ms_, elapsed_
  std::int64_t now_ms_;
  std::chrono::milliseconds elapsed_{0};
};

/// "2026-03-02T10:15:30.120Z"
std::string FormatIso8601(std::int64_t epoch_ms);
/// Accepts what Bandwidth sends: an RFC 3339 date-time, fraction optional, Z or an offset.
/// INVALID_ARGUMENT otherwise.
StatusOr<std::int64_t> ParseIso8601(std::string_view text);

}  // namespace bw
