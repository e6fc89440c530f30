// A stream of state: what there is first, then each change, in commit order, without a gap, without
// a change twice, and never an older value of a key after a newer one.
//
// The watch is told of changes from its beginning, and reads the entries up to the last commit it
// finds then, in the order they were written. A key that changes meanwhile leaves that range, and
// its change waits in the backlog; so everything before that commit comes from the read, everything
// after it from the backlog.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "common/clock/scheduler.h"
#include "event-store/core/state.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"

namespace bw::event_store {

struct StateWatchOptions {
  std::size_t max_backlog_changes = 4096;
  std::size_t max_backlog_bytes = 8u << 20;
  /// Changes in one batch, and rows looked at in one read; the bytes of a batch are bounded by
  /// kMaxAnswerBytes.
  std::size_t max_batch_changes = 1024;
};

/// Thread-safe.
class StateWatch : public std::enable_shared_from_this<StateWatch> {
 public:
  struct Environment {
    StoreReader& reader;
    Scheduler& scheduler;
    Telemetry& telemetry;
    StateWatchOptions options;
  };
  struct Batch {
    std::vector<StateChangePtr> changes;
    /// Everything there was at the beginning has been delivered.
    bool current = false;
  };
  using Deliver = std::function<void(StatusOr<Batch>)>;

  /// Everything in `environment` must outlive the watch.
  StateWatch(const Environment& environment, StateSelection selection);
  ~StateWatch();

  /// Asks for the next batch; `deliver` runs once, when there is one. Not again before that. The
  /// batch that becomes current may be empty. RESOURCE_EXHAUSTED: the watcher fell behind the
  /// backlog; the reason given to Stop; others: the read failed. After an error there is nothing
  /// more.
  void Next(Deliver deliver);
  /// Every change committed since the watch was made, in commit order. Quick.
  void OnChange(const StateChangePtr& change);
  /// Ends the watch with `reason`.
  void Stop(const Status& reason);

 private:
  void ReadPage();
  void OnPage(StatusOr<StatePage> page);
  void Schedule();
  void Flush();
  void Answer(StatusOr<Batch> batch);

  const Environment environment_;
  const StateSelection selection_;

  std::mutex mutex_;  // guards all below
  bool current_ = false;
  /// The last entry that was read.
  std::uint64_t read_up_to_seq_ = 0;
  /// Changes up to this one come from the read; known after the first page.
  std::optional<std::uint64_t> until_seq_;
  std::deque<StateChangePtr> backlog_;
  std::size_t backlog_bytes_ = 0;
  Deliver deliver_;
  bool flush_scheduled_ = false;
  Status ended_;
};

}  // namespace bw::event_store
