// Enforces the retention limits in the background.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/clock/scheduler.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"

namespace bw::event_store {

/// Asks the store for eviction steps every `interval`, one after the other while there is more to
/// do, so that each commit carries at most one bounded batch.
class Retention {
 public:
  struct Environment {
    Store& store;
    Scheduler& scheduler;
    Telemetry& telemetry;
  };

  /// Everything in `environment` must outlive the retention.
  Retention(const Environment& environment, const RetentionLimits& limits,
            std::chrono::milliseconds interval);
  /// Stop.
  ~Retention();

  void Start();
  /// A step under way ends; no other follows.
  void Stop();

 private:
  struct State;
  static void Step(const std::shared_ptr<State>& state);
  static void Later(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;
};

}  // namespace bw::event_store
