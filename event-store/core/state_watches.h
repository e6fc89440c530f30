// Everyone who watches state.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "event-store/core/state_watch.h"

namespace bw::event_store {

struct StateWatchLimits {
  std::size_t max_watchers = 1'000;
  StateWatchOptions watch;
};

/// Thread-safe. There is about one watcher for each replica of the gateway, so a change is offered
/// to all of them.
class StateWatches {
 public:
  /// All must outlive the watches.
  StateWatches(const StateWatchLimits& limits, StoreReader& reader, Scheduler& scheduler,
               Telemetry& telemetry);

  /// RESOURCE_EXHAUSTED names max_watchers; UNAVAILABLE after ReleaseAll.
  StatusOr<std::shared_ptr<StateWatch>> Open(StateSelection selection);
  /// Once the transport is done with a watch: stops it and makes room for another.
  void End(const std::shared_ptr<StateWatch>& watch);
  /// In commit order.
  void Publish(const std::vector<StateChangePtr>& changes);
  /// Ends all with UNAVAILABLE and refuses later ones.
  void ReleaseAll();

 private:
  const StateWatchLimits limits_;
  StoreReader& reader_;
  Scheduler& scheduler_;
  Telemetry& telemetry_;
  std::mutex mutex_;  // guards all below
  std::unordered_set<std::shared_ptr<StateWatch>> watches_;
  bool released_ = false;
};

}  // namespace bw::event_store
