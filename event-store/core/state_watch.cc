#include "event-store/core/state_watch.h"

#include <string>
#include <utility>

#include "event-store/core/limits.h"

namespace bw::event_store {

StateWatch::StateWatch(const Environment& environment, StateSelection selection)
    : environment_(environment), selection_(std::move(selection)) {
  environment_.telemetry.Change(Level::kStateWatchers, 1);
}

StateWatch::~StateWatch() { environment_.telemetry.Change(Level::kStateWatchers, -1); }

void StateWatch::Next(Deliver deliver) {
  bool read = false;
  {
    const std::lock_guard lock(mutex_);
    deliver_ = std::move(deliver);
    read = !current_ && ended_.ok();
  }
  if (read) {
    ReadPage();
  } else {
    Schedule();
  }
}

void StateWatch::ReadPage() {
  StateRequest request;
  request.selection = selection_;
  request.limit = environment_.options.max_batch_changes;
  {
    const std::lock_guard lock(mutex_);
    request.after_seq = read_up_to_seq_;
    request.until_seq = until_seq_;
  }
  environment_.reader.ListState(
      std::move(request),
      [self = shared_from_this()](StatusOr<StatePage> page) { self->OnPage(std::move(page)); });
}

void StateWatch::OnPage(StatusOr<StatePage> page) {
  if (!page.ok()) return Answer(page.status());
  {
    const std::lock_guard lock(mutex_);
    read_up_to_seq_ = page->next_after_seq;
    until_seq_ = page->until_seq;
    current_ = !page->has_more;
  }
  if (page->entries.empty() && page->has_more) return ReadPage();
  Batch batch;
  batch.current = !page->has_more;
  for (StateChange& entry : page->entries) {
    batch.changes.push_back(std::make_shared<const StateChange>(std::move(entry)));
  }
  Answer(std::move(batch));
}

void StateWatch::OnChange(const StateChangePtr& change) {
  if (!Matches(selection_, change->tenant, change->key)) return;
  {
    const std::lock_guard lock(mutex_);
    if (!ended_.ok() || (until_seq_ && change->seq <= *until_seq_)) return;
    backlog_bytes_ += SizeOf(*change);
    if (backlog_.size() >= environment_.options.max_backlog_changes ||
        backlog_bytes_ > environment_.options.max_backlog_bytes) {
      environment_.telemetry.Refused("state_watch_backlog");
      ended_ = ResourceExhausted(
          "the watcher fell behind: more than " +
          std::to_string(environment_.options.max_backlog_changes) + " changes of state or " +
          std::to_string(environment_.options.max_backlog_bytes) + " bytes wait for it");
      backlog_.clear();
    } else {
      backlog_.push_back(change);
    }
  }
  Schedule();
}

// Delivering happens on the scheduler's thread: the committing thread, which tells of changes, goes
// on.
void StateWatch::Schedule() {
  {
    const std::lock_guard lock(mutex_);
    const bool something = (current_ && !backlog_.empty()) || !ended_.ok();
    if (flush_scheduled_ || deliver_ == nullptr || !something) return;
    flush_scheduled_ = true;
  }
  environment_.scheduler.After(std::chrono::milliseconds(0),
                               [self = shared_from_this()] { self->Flush(); });
}

void StateWatch::Flush() {
  Batch batch;
  batch.current = true;
  Status ended;
  {
    const std::lock_guard lock(mutex_);
    flush_scheduled_ = false;
    ended = ended_;
    if (!current_ && ended.ok()) return;
    std::size_t bytes = 0;
    while (!backlog_.empty() && batch.changes.size() < environment_.options.max_batch_changes) {
      const StateChangePtr change = backlog_.front();
      const std::size_t size = SizeOf(*change);
      if (!batch.changes.empty() && bytes + size > kMaxAnswerBytes) break;
      backlog_.pop_front();
      backlog_bytes_ -= size;
      if (change->seq <= until_seq_.value_or(0)) continue;  // told before the first page was there
      bytes += size;
      batch.changes.push_back(change);
    }
  }
  if (!ended.ok()) return Answer(ended);
  if (!batch.changes.empty()) Answer(std::move(batch));
}

void StateWatch::Answer(StatusOr<Batch> batch) {
  Deliver deliver;
  {
    const std::lock_guard lock(mutex_);
    if (!batch.ok() && ended_.ok()) ended_ = batch.status();
    deliver = std::exchange(deliver_, nullptr);
  }
  if (deliver != nullptr) deliver(std::move(batch));
}

void StateWatch::Stop(const Status& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_.ok()) ended_ = reason;
    backlog_.clear();
    backlog_bytes_ = 0;
  }
  Schedule();
}

}  // namespace bw::event_store
