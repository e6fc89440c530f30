// Whether the event store is really there: asked again and again, because health is reported from
// it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/clock/scheduler.h"
#include "tool-service/core/event_journal.h"

namespace bw::tool_service {

struct ProbeTimes {
  std::chrono::milliseconds while_down{500};
  std::chrono::milliseconds while_up{5'000};
  /// A probe without an answer by then has failed.
  std::chrono::milliseconds timeout{2'000};
};

/// Thread-safe.
class StoreProbe {
 public:
  /// Asks at once and then at intervals. `on_result` gets every result, one at a time, on any
  /// thread, and must not destroy the probe. All references outlive it.
  StoreProbe(EventJournal& journal, Scheduler& scheduler, const Clock& clock, std::string tenant,
             std::function<void(bool reached)> on_result, ProbeTimes times = {});
  /// Stop.
  ~StoreProbe();
  StoreProbe(const StoreProbe&) = delete;
  StoreProbe& operator=(const StoreProbe&) = delete;

  /// Nothing is asked and no result reported after it; waits for a question that is just being
  /// sent. Idempotent; not from `on_result`.
  void Stop();
  /// The last result; false before the first.
  bool reached() const;

 private:
  struct State;
  static void Ask(const std::shared_ptr<State>& state);
  static void OnAnswer(const std::shared_ptr<State>& state, const Status& status);

  std::shared_ptr<State> state_;
};

}  // namespace bw::tool_service
