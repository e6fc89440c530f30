#include "event-store/core/retention.h"

#include <mutex>

namespace bw::event_store {

struct Retention::State {
  Environment environment;
  RetentionLimits limits;
  std::chrono::milliseconds interval;
  std::mutex mutex;  // guards all below
  bool stopped = false;
  Scheduler::Id timer = 0;
};

Retention::Retention(const Environment& environment, const RetentionLimits& limits,
                     std::chrono::milliseconds interval)
    : state_(new State{environment, limits, interval, {}, false, 0}) {}

Retention::~Retention() { Stop(); }

void Retention::Start() { Later(state_); }

void Retention::Stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->environment.scheduler.Cancel(state_->timer);
}

void Retention::Later(const std::shared_ptr<State>& state) {
  const std::lock_guard lock(state->mutex);
  if (state->stopped) return;
  state->timer = state->environment.scheduler.After(state->interval, [state] { Step(state); });
}

void Retention::Step(const std::shared_ptr<State>& state) {
  {
    const std::lock_guard lock(state->mutex);
    if (state->stopped) return;
  }
  state->environment.store.Evict(state->limits, [state](StatusOr<EvictResult> result) {
    if (result.ok()) {
      const std::lock_guard lock(state->mutex);
      if (!state->stopped) {
        state->environment.telemetry.Evicted(
            {result->events, result->calls, result->state_entries});
      }
    }
    if (result.ok() && result->more) return Step(state);
    Later(state);
  });
}

}  // namespace bw::event_store
