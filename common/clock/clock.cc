#include "common/clock/clock.h"

#include <absl/strings/string_view.h>
#include <absl/time/time.h>

namespace bw {
namespace {

class RealClock : public Clock {
 public:
  std::int64_t NowMs() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace

const Clock& SystemClock() {
  static const RealClock clock;
  return clock;
}

std::int64_t FakeClock::NowMs() const {
  const std::lock_guard lock(mutex_);
  return now_ms_ + elapsed_.count();
}

std::chrono::steady_clock::time_point FakeClock::Steady() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::time_point() + std::chrono::hours(1) + elapsed_;
}

void FakeClock::Advance(std::chrono::milliseconds by) {
  const std::lock_guard lock(mutex_);
  elapsed_ += by;
}

std::string FormatIso8601(std::int64_t epoch_ms) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::FromUnixMillis(epoch_ms),
                          absl::UTCTimeZone());
}

StatusOr<std::int64_t> ParseIso8601(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, {text.data(), text.size()}, &time, &error)) {
    return InvalidArgument("not an ISO 8601 date-time such as 2026-03-02T10:15:30.120Z");
  }
  return absl::ToUnixMillis(time);
}

}  // namespace bw
