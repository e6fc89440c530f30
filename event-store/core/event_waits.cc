#include "event-store/core/event_waits.h"

#include <string>
#include <utility>
#include <vector>

namespace bw::event_store {

struct EventWaits::State {
  Id id = 0;
  EventsRequest request;
  bool may_wait = true;
  EventFeed::Id subscription = 0;
  Scheduler::Id timer = 0;

  std::mutex mutex;  // guards all below
  Done<EventPage> done;
  EventPage last_page;
  bool reading = true;
  bool matched_while_reading = false;
};

bool EventWaits::Admit(const StatePtr& wait, std::uint32_t wait_ms) {
  const std::lock_guard lock(mutex_);
  if (waits_.size() >= environment_.max_waits) return false;
  wait->id = next_id_++;
  wait->may_wait = wait_ms != 0 && !released_;
  waits_.emplace(wait->id, wait);
  return true;
}

EventWaits::Id EventWaits::Wait(EventsRequest request, std::uint32_t wait_ms,
                                Done<EventPage> done) {
  auto wait = std::make_shared<State>();
  wait->request = std::move(request);
  wait->done = std::move(done);
  if (!Admit(wait, wait_ms)) {
    environment_.telemetry.Refused("event_waits");
    wait->done(ResourceExhausted("at most " + std::to_string(environment_.max_waits) +
                                 " requests wait for events"));
    return 0;
  }
  environment_.telemetry.Change(Level::kEventWaiters, 1);
  if (wait->may_wait) {
    // Subscribed before the read: an event committed in between is noticed by one of the two.
    wait->subscription = environment_.feed.Subscribe(
        {wait->request.tenant, wait->request.filter, [this, wait](const EventPtr& event) {
           if (event->seq > wait->request.after_seq) OnMatch(wait);
           return true;
         }});
    wait->timer = environment_.scheduler.After(std::chrono::milliseconds(wait_ms),
                                               [this, wait] { OnTimeout(wait); });
  }
  const Id id = wait->id;
  Read(wait);
  return id;
}

void EventWaits::Read(const StatePtr& wait) {
  environment_.reader.ListEvents(
      wait->request, [this, wait](StatusOr<EventPage> page) { OnRead(wait, std::move(page)); });
}

void EventWaits::OnRead(const StatePtr& wait, StatusOr<EventPage> page) {
  if (!page.ok() || !page->events.empty() || !wait->may_wait) {
    Finish(wait, std::move(page));
    return;
  }
  {
    const std::lock_guard lock(wait->mutex);
    wait->last_page = *std::move(page);
    if (!wait->matched_while_reading) {
      wait->reading = false;
      return;
    }
    wait->matched_while_reading = false;
  }
  Read(wait);
}

// Under the feed's lock: the read happens elsewhere, because a refused one answers at once, and an
// answer leaves the feed.
void EventWaits::OnMatch(const StatePtr& wait) {
  {
    const std::lock_guard lock(wait->mutex);
    if (wait->done == nullptr) return;
    if (wait->reading) {
      wait->matched_while_reading = true;
      return;
    }
    wait->reading = true;
  }
  environment_.scheduler.After(std::chrono::milliseconds(0), [this, wait] { Read(wait); });
}

void EventWaits::OnTimeout(const StatePtr& wait) {
  EventPage page;
  {
    const std::lock_guard lock(wait->mutex);
    page = wait->last_page;
    if (page.next_after_seq == 0) page.next_after_seq = wait->request.after_seq;
  }
  Finish(wait, std::move(page));
}

void EventWaits::Finish(const StatePtr& wait, StatusOr<EventPage> answer) {
  Done<EventPage> done;
  {
    const std::lock_guard lock(wait->mutex);
    done = std::exchange(wait->done, nullptr);
  }
  if (done == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    waits_.erase(wait->id);
  }
  environment_.telemetry.Change(Level::kEventWaiters, -1);
  if (wait->subscription != 0) environment_.feed.Unsubscribe(wait->subscription);
  if (wait->timer != 0) environment_.scheduler.Cancel(wait->timer);
  done(std::move(answer));
}

void EventWaits::Cancel(Id id) {
  StatePtr wait;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waits_.find(id);
    if (found == waits_.end()) return;
    wait = found->second;
  }
  Finish(wait, Cancelled("the caller left"));
}

void EventWaits::ReleaseAll() {
  std::vector<StatePtr> waits;
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
    for (const auto& [id, wait] : waits_) waits.push_back(wait);
  }
  for (const StatePtr& wait : waits) OnTimeout(wait);
}

}  // namespace bw::event_store
