// "Run this later", passed in like the clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "common/clock/clock.h"

namespace bw {

/// Thread-safe. Callbacks must not block: they share one thread.
class Scheduler {
 public:
  using Id = std::uint64_t;
  virtual ~Scheduler() = default;
  virtual Id After(std::chrono::milliseconds delay, std::function<void()> callback) = 0;
  /// True when the callback will not run; false when it ran, runs, or was cancelled before.
  virtual bool Cancel(Id id) = 0;
};

/// One thread and an ordered queue. Destruction drops what has not run and joins.
std::unique_ptr<Scheduler> MakeThreadScheduler();

/// For tests: callbacks run inside Advance, in the order of their time, on the calling thread.
class ManualScheduler : public Scheduler {
 public:
  explicit ManualScheduler(FakeClock& clock) : clock_(clock) {}
  Id After(std::chrono::milliseconds delay, std::function<void()> callback) override;
  bool Cancel(Id id) override;
  /// Moves the clock forward step by step, running what falls due.
  void Advance(std::chrono::milliseconds by);
  std::size_t pending() const;

 private:
  FakeClock& clock_;
  mutable std::mutex mutex_;  // guards next_, due_
  Id next_ = 1;
  std::map<std::pair<std::int64_t, Id>, std::function<void()>> due_;
};

}  // namespace bw
