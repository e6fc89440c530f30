// Long polls: answers that wait for the first matching event.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "common/clock/scheduler.h"
#include "event-store/core/event_feed.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"

namespace bw::event_store {

/// Thread-safe. A wait costs memory, no thread.
class EventWaits {
 public:
  using Id = std::uint64_t;

  struct Environment {
    StoreReader& reader;
    EventFeed& feed;
    Scheduler& scheduler;
    Telemetry& telemetry;
    std::size_t max_waits = 10'000;
  };

  /// Everything in `environment` must outlive the waits.
  explicit EventWaits(const Environment& environment) : environment_(environment) {}

  /// Answers with the matching events, or, when nothing matched for `wait_ms`, with none.
  /// RESOURCE_EXHAUSTED names max_waits. The id is good for Cancel until `done` has run.
  Id Wait(EventsRequest request, std::uint32_t wait_ms, Done<EventPage> done);
  /// Answers CANCELLED, if it has not been answered.
  void Cancel(Id id);
  /// Answers all with what there is, and later ones at once.
  void ReleaseAll();

 private:
  struct State;
  using StatePtr = std::shared_ptr<State>;
  bool Admit(const StatePtr& wait, std::uint32_t wait_ms);
  void Read(const StatePtr& wait);
  void OnRead(const StatePtr& wait, StatusOr<EventPage> page);
  void OnMatch(const StatePtr& wait);
  void OnTimeout(const StatePtr& wait);
  void Finish(const StatePtr& wait, StatusOr<EventPage> answer);

  const Environment environment_;
  std::mutex mutex_;  // guards all below
  std::unordered_map<Id, StatePtr> waits_;
  Id next_id_ = 1;
  bool released_ = false;
};

}  // namespace bw::event_store
