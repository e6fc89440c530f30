#include "event-store/core/state_watches.h"

#include <string>
#include <utility>

namespace bw::event_store {

StateWatches::StateWatches(const StateWatchLimits& limits, StoreReader& reader,
                           Scheduler& scheduler, Telemetry& telemetry)
    : limits_(limits), reader_(reader), scheduler_(scheduler), telemetry_(telemetry) {}

StatusOr<std::shared_ptr<StateWatch>> StateWatches::Open(StateSelection selection) {
  const std::lock_guard lock(mutex_);
  if (released_) return Unavailable("the event store is shutting down");
  if (watches_.size() >= limits_.max_watchers) {
    telemetry_.Refused("state_watchers");
    return ResourceExhausted("at most " + std::to_string(limits_.max_watchers) +
                             " watchers of state");
  }
  auto watch = std::make_shared<StateWatch>(
      StateWatch::Environment{reader_, scheduler_, telemetry_, limits_.watch},
      std::move(selection));
  watches_.insert(watch);
  return watch;
}

void StateWatches::End(const std::shared_ptr<StateWatch>& watch) {
  watch->Stop(Cancelled("the watcher left"));
  const std::lock_guard lock(mutex_);
  watches_.erase(watch);
}

void StateWatches::Publish(const std::vector<StateChangePtr>& changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& watch : watches_) {
    for (const StateChangePtr& change : changes) watch->OnChange(change);
  }
}

void StateWatches::ReleaseAll() {
  std::vector<std::shared_ptr<StateWatch>> watches;
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
    watches.assign(watches_.begin(), watches_.end());
  }
  for (const auto& watch : watches) watch->Stop(Unavailable("the event store is shutting down"));
}

}  // namespace bw::event_store
