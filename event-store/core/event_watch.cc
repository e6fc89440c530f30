#include "event-store/core/event_watch.h"

#include <string>
#include <utility>

#include "event-store/core/limits.h"

namespace bw::event_store {

EventWatch::EventWatch(const Environment& environment, Request request)
    : environment_(environment), request_(std::move(request)), cursor_(request_.after_seq) {
  environment_.telemetry.Change(Level::kWatchers, 1);
}

EventWatch::~EventWatch() { environment_.telemetry.Change(Level::kWatchers, -1); }

void EventWatch::Next(Deliver deliver) {
  Phase phase;
  {
    const std::lock_guard lock(mutex_);
    deliver_ = std::move(deliver);
    phase = phase_;
    if (!ended_.ok()) phase = Phase::kLive;  // Flush tells the error
  }
  switch (phase) {
    case Phase::kNew:
      return Begin();
    case Phase::kReplaying:
    case Phase::kCatchingUp:
      return ReadPage();
    case Phase::kLive:
      return Schedule();
  }
}

void EventWatch::Begin() {
  if (!request_.from_now) {
    {
      const std::lock_guard lock(mutex_);
      phase_ = Phase::kReplaying;
    }
    Answer(Batch{{}, request_.after_seq});
    return;
  }
  Subscribe();
  environment_.reader.LastSeq([self = shared_from_this()](StatusOr<std::uint64_t> last_seq) {
    if (!last_seq.ok()) return self->Answer(last_seq.status());
    {
      const std::lock_guard lock(self->mutex_);
      self->phase_ = Phase::kLive;
      self->cursor_ = *last_seq;
    }
    self->Answer(Batch{{}, *last_seq});
  });
}

void EventWatch::ReadPage() {
  EventsRequest request;
  request.tenant = request_.tenant;
  request.filter = request_.filter;
  request.limit = environment_.options.max_batch_events;
  {
    const std::lock_guard lock(mutex_);
    request.after_seq = cursor_;
  }
  environment_.reader.ListEvents(
      std::move(request),
      [self = shared_from_this()](StatusOr<EventPage> page) { self->OnPage(std::move(page)); });
}

void EventWatch::OnPage(StatusOr<EventPage> page) {
  if (!page.ok()) return Answer(page.status());
  bool subscribe = false;
  {
    const std::lock_guard lock(mutex_);
    cursor_ = page->next_after_seq;
    if (!page->has_more) {
      // The end was reached once: from now on new events are collected, and what was committed
      // meanwhile is read once more.
      subscribe = phase_ == Phase::kReplaying;
      phase_ = subscribe ? Phase::kCatchingUp : Phase::kLive;
    }
  }
  if (subscribe) Subscribe();
  if (page->events.empty()) {
    if (subscribe) return ReadPage();
    return Schedule();
  }
  Batch batch;
  batch.next_after_seq = page->next_after_seq;
  for (Event& event : page->events) {
    batch.events.push_back(std::make_shared<const Event>(std::move(event)));
  }
  Answer(std::move(batch));
}

void EventWatch::Subscribe() {
  // The feed must not keep the watch alive: who watches decides when it ends.
  std::weak_ptr<EventWatch> weak = weak_from_this();
  const EventFeed::Id id =
      environment_.feed.Subscribe({request_.tenant, request_.filter, [weak](const EventPtr& event) {
                                     const auto self = weak.lock();
                                     return self != nullptr && self->OnMatch(event);
                                   }});
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    subscription_ = id;
    ended = !ended_.ok();
  }
  if (ended) environment_.feed.Unsubscribe(id);
}

bool EventWatch::OnMatch(const EventPtr& event) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_.ok()) return false;
    backlog_bytes_ += SizeOf(*event);
    if (backlog_.size() >= environment_.options.max_backlog_events ||
        backlog_bytes_ > environment_.options.max_backlog_bytes) {
      environment_.telemetry.Refused("watch_backlog");
      ended_ = ResourceExhausted(
          "the watcher fell behind: more than " +
          std::to_string(environment_.options.max_backlog_events) + " events or " +
          std::to_string(environment_.options.max_backlog_bytes) + " bytes wait for it");
      backlog_.clear();
    } else {
      backlog_.push_back(event);
    }
  }
  Schedule();
  return true;
}

// Delivering happens on the scheduler's thread: the committing thread, which tells of events, goes
// on.
void EventWatch::Schedule() {
  {
    const std::lock_guard lock(mutex_);
    const bool something = !backlog_.empty() || !ended_.ok();
    const bool settled = phase_ == Phase::kLive || !ended_.ok();
    if (flush_scheduled_ || deliver_ == nullptr || !something || !settled) return;
    flush_scheduled_ = true;
  }
  environment_.scheduler.After(std::chrono::milliseconds(0),
                               [self = shared_from_this()] { self->Flush(); });
}

void EventWatch::Flush() {
  Batch batch;
  Status ended;
  {
    const std::lock_guard lock(mutex_);
    flush_scheduled_ = false;
    ended = ended_;
    std::size_t bytes = 0;
    while (!backlog_.empty() && batch.events.size() < environment_.options.max_batch_events) {
      const EventPtr event = backlog_.front();
      const std::size_t size = SizeOf(*event);
      if (!batch.events.empty() && bytes + size > kMaxAnswerBytes) break;
      backlog_.pop_front();
      backlog_bytes_ -= size;
      if (event->seq <= cursor_) continue;  // it was read already
      bytes += size;
      cursor_ = event->seq;
      batch.events.push_back(event);
    }
    batch.next_after_seq = cursor_;
  }
  if (!ended.ok()) return Answer(ended);
  if (!batch.events.empty()) Answer(std::move(batch));
}

void EventWatch::Answer(StatusOr<Batch> batch) {
  Deliver deliver;
  {
    const std::lock_guard lock(mutex_);
    if (!batch.ok() && ended_.ok()) ended_ = batch.status();
    if (batch.ok()) batch->without_payloads = request_.without_payloads;
    deliver = std::exchange(deliver_, nullptr);
  }
  if (deliver != nullptr) deliver(std::move(batch));
}

void EventWatch::Stop(const Status& reason) {
  EventFeed::Id subscription = 0;
  {
    const std::lock_guard lock(mutex_);
    if (ended_.ok()) ended_ = reason;
    backlog_.clear();
    backlog_bytes_ = 0;
    subscription = std::exchange(subscription_, 0);
  }
  if (subscription != 0) environment_.feed.Unsubscribe(subscription);
  Schedule();
}

}  // namespace bw::event_store
