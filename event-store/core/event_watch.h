// A stream of events: what is kept first, then what is committed, without a gap and without an
// event twice.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "common/clock/scheduler.h"
#include "event-store/core/event_feed.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"

namespace bw::event_store {

struct WatchOptions {
  std::size_t max_backlog_events = 4096;
  std::size_t max_backlog_bytes = 8u << 20;
  /// Events in one batch; its bytes are bounded by kMaxAnswerBytes.
  std::size_t max_batch_events = 256;
};

/// Thread-safe.
class EventWatch : public std::enable_shared_from_this<EventWatch> {
 public:
  struct Environment {
    StoreReader& reader;
    EventFeed& feed;
    Scheduler& scheduler;
    Telemetry& telemetry;
    WatchOptions options;
  };
  struct Request {
    std::string tenant;
    EventFilter filter;
    std::uint64_t after_seq = 0;
    bool from_now = false;
    bool without_payloads = false;
  };
  struct Batch {
    std::vector<EventPtr> events;
    std::uint64_t next_after_seq = 0;
    /// What is told of the events leaves their payloads out.
    bool without_payloads = false;
  };
  using Deliver = std::function<void(StatusOr<Batch>)>;

  /// Everything in `environment` must outlive the watch.
  EventWatch(const Environment& environment, Request request);
  ~EventWatch();

  /// Asks for the next batch; `deliver` runs once, on another thread, when there is one. Not again
  /// before that. The first batch is empty and says where the watch begins. RESOURCE_EXHAUSTED: the
  /// watcher fell behind the backlog; CANCELLED: Stop; others: the read failed. After an error
  /// there is nothing more.
  void Next(Deliver deliver);
  /// Ends the watch with `reason`; must be called before the last reference goes.
  void Stop(const Status& reason);

 private:
  enum class Phase { kNew, kReplaying, kCatchingUp, kLive };
  void Begin();
  void ReadPage();
  void OnPage(StatusOr<EventPage> page);
  void Subscribe();
  bool OnMatch(const EventPtr& event);
  void Schedule();
  void Flush();
  void Answer(StatusOr<Batch> batch);

  const Environment environment_;
  const Request request_;

  std::mutex mutex_;  // guards all below
  Phase phase_ = Phase::kNew;
  std::uint64_t cursor_ = 0;
  EventFeed::Id subscription_ = 0;
  std::deque<EventPtr> backlog_;
  std::size_t backlog_bytes_ = 0;
  Deliver deliver_;
  bool flush_scheduled_ = false;
  Status ended_;
};

}  // namespace bw::event_store
