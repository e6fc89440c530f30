// One thread that owns the writing connection and commits waiting steps in groups: the cost of one
// fdatasync is shared by everyone who waits for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"
#include "event-store/sqlite/connection.h"

namespace bw::event_store {

/// What a step sees of the transaction it runs in.
struct WriteContext {
  Connection& db;
  /// Never falls from one transaction to the next.
  std::int64_t now_ms = 0;
  /// The greatest seq given; a step takes the next by increasing it.
  std::uint64_t last_seq = 0;
  /// Rows of `events`, `calls` and `states`.
  std::int64_t event_count = 0;
  std::int64_t call_count = 0;
  std::int64_t state_count = 0;
  /// Told to the listener after the commit.
  Committed committed{};
  /// Limits that turned a step of the transaction away; reported after the commit.
  std::vector<const char*> refusals{};
};

/// Makes context.last_seq what readers of the database see.
void SaveLastSeq(WriteContext& context);

struct WriteStep {
  /// Runs in the transaction; may run again when its group could not be committed.
  std::function<void(WriteContext&)> run;
  /// OK once committed; an error means that nothing of the step was kept.
  std::function<void(const Status&)> finish;
  /// Counted against GroupWriterLimits::max_queued_bytes.
  std::size_t bytes = 0;
};

struct GroupWriterLimits {
  std::size_t max_queued_steps = 65'536;
  std::size_t max_queued_bytes = 256u << 20;
  /// Steps in one transaction: bounds how long the first one waits for the last one.
  std::size_t max_group = 512;
};

class GroupWriter {
 public:
  /// Everything referred to must outlive the writer.
  GroupWriter(std::unique_ptr<Connection> connection, const GroupWriterLimits& limits,
              const Clock& clock, Telemetry& telemetry, StoreListener& listener);
  ~GroupWriter();

  /// Reads the counters a context starts from. Before Start.
  Status LoadCounters();
  /// `enter` runs before each group's transactions and `leave` after them, on the committing
  /// thread. Before Start.
  void SetGate(std::function<void()> enter, std::function<void()> leave) {
    enter_ = std::move(enter);
    leave_ = std::move(leave);
  }
  void Start();
  /// Thread-safe. A step that is refused (queue full, stopped) is finished on the calling thread.
  void Submit(WriteStep step);
  /// Commits what is queued, then ends the thread. Later steps are refused.
  void Stop();

  Connection& connection() { return *connection_; }

 private:
  using Group = std::vector<WriteStep>;
  void Loop();
  Group TakeGroup();
  void CommitGroup(Group& group);
  Status TryCommit(const Group& group, std::size_t first, std::size_t count);
  void FinishAll(Group& group, std::size_t first, std::size_t count, const Status& status);
  Status Refusal(std::size_t bytes) const;

  const std::unique_ptr<Connection> connection_;  // the thread's own once started
  const GroupWriterLimits limits_;
  const Clock& clock_;
  Telemetry& telemetry_;
  StoreListener& listener_;
  std::function<void()> enter_;
  std::function<void()> leave_;
  WriteContext context_;  // the thread's own once started

  std::mutex mutex_;  // guards queue_, queued_bytes_, stopping_
  std::condition_variable changed_;
  std::deque<WriteStep> queue_;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bw::event_store
