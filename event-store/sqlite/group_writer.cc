#include "event-store/sqlite/group_writer.h"

#include <algorithm>
#include <utility>

#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

// After these the same step alone would fail as well, so the group is not taken apart.
bool ConcernsEveryStep(const Status& status) {
  return status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kDataLoss;
}

std::int64_t Single(Connection& db, const char* sql) {
  Query query(db, sql);
  return query.Next() ? query.Int(0) : 0;
}

}  // namespace

void SaveLastSeq(WriteContext& context) {
  Query(context.db, "UPDATE meta SET value = ? WHERE name = 'last_seq'")
      .Bind(context.last_seq)
      .Run();
}

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection, const GroupWriterLimits& limits,
                         const Clock& clock, Telemetry& telemetry, StoreListener& listener)
    : connection_(std::move(connection)),
      limits_(limits),
      clock_(clock),
      telemetry_(telemetry),
      listener_(listener),
      context_{*connection_} {}

GroupWriter::~GroupWriter() { Stop(); }

Status GroupWriter::LoadCounters() {
  Connection& db = *connection_;
  context_.last_seq = LastSeq(db);
  context_.now_ms = Single(db, "SELECT received_time_ms FROM events ORDER BY seq DESC LIMIT 1");
  context_.event_count = Single(db, "SELECT count(*) FROM events");
  context_.call_count = Single(db, "SELECT count(*) FROM calls");
  context_.state_count = Single(db, "SELECT count(*) FROM states");
  telemetry_.StateEntries(context_.state_count);
  return db.TakeError();
}

void GroupWriter::Start() {
  thread_ = std::thread([this] { Loop(); });
}

Status GroupWriter::Refusal(std::size_t bytes) const {
  if (stopping_) return Unavailable("the event store is shutting down");
  if (queue_.size() >= limits_.max_queued_steps) {
    return ResourceExhausted(
        "the write queue is full: " + std::to_string(limits_.max_queued_steps) + " steps wait");
  }
  if (queued_bytes_ + bytes > limits_.max_queued_bytes) {
    return ResourceExhausted(
        "the write queue is full: " + std::to_string(limits_.max_queued_bytes) + " bytes wait");
  }
  return OkStatus();
}

void GroupWriter::Submit(WriteStep step) {
  Status refusal;
  {
    const std::lock_guard lock(mutex_);
    refusal = Refusal(step.bytes);
    if (refusal.ok()) {
      queued_bytes_ += step.bytes;
      queue_.push_back(std::move(step));
      if (queue_.size() == 1) changed_.notify_one();
      return;
    }
  }
  telemetry_.Refused("write_queue");
  step.finish(refusal);
}

void GroupWriter::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

GroupWriter::Group GroupWriter::TakeGroup() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  Group group;
  const std::size_t count = std::min(queue_.size(), limits_.max_group);
  group.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    queued_bytes_ -= queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void GroupWriter::Loop() {
  while (true) {
    Group group = TakeGroup();
    if (group.empty()) return;  // stopping, and nothing is left
    CommitGroup(group);
  }
}

void GroupWriter::CommitGroup(Group& group) {
  if (enter_ != nullptr) enter_();
  const auto started = clock_.Steady();
  const Status status = TryCommit(group, 0, group.size());
  if (status.ok() || group.size() == 1 || ConcernsEveryStep(status)) {
    FinishAll(group, 0, group.size(), status);
  } else {
    // One step spoils the group: each is tried on its own, so that the others do not suffer.
    for (std::size_t i = 0; i < group.size(); ++i) {
      FinishAll(group, i, 1, TryCommit(group, i, 1));
    }
  }
  if (leave_ != nullptr) leave_();
  const auto took = clock_.Steady() - started;
  telemetry_.Committed(group.size(), std::chrono::duration_cast<std::chrono::microseconds>(took));
}

Status GroupWriter::TryCommit(const Group& group, std::size_t first, std::size_t count) {
  Connection& db = *connection_;
  const std::uint64_t last_seq = context_.last_seq;
  const std::int64_t event_count = context_.event_count;
  const std::int64_t call_count = context_.call_count;
  const std::int64_t state_count = context_.state_count;
  context_.now_ms = std::max(context_.now_ms, clock_.NowMs());
  Query(db, "BEGIN IMMEDIATE").Run();
  for (std::size_t i = first; i < first + count && !db.failed(); ++i) group[i].run(context_);
  if (context_.last_seq != last_seq) SaveLastSeq(context_);
  Query(db, "COMMIT").Run();
  Status status = db.TakeError();
  if (!status.ok()) {
    if (db.InTransaction()) {
      Query(db, "ROLLBACK").Run();
      (void)db.TakeError();  // the first error is what the callers learn
    }
    context_.last_seq = last_seq;
    context_.event_count = event_count;
    context_.call_count = call_count;
    context_.state_count = state_count;
    context_.committed = {};
    context_.refusals.clear();
  }
  return status;
}

void GroupWriter::FinishAll(Group& group, std::size_t first, std::size_t count,
                            const Status& status) {
  for (std::size_t i = first; i < first + count; ++i) group[i].finish(status);
  for (const char* limit : std::exchange(context_.refusals, {})) telemetry_.Refused(limit);
  const Committed committed = std::exchange(context_.committed, {});
  if (!committed.state_changes.empty()) telemetry_.StateEntries(context_.state_count);
  if (!committed.events.empty() || !committed.handovers.empty() ||
      !committed.released_event_seqs.empty() || !committed.state_changes.empty()) {
    listener_.OnCommitted(committed);
  }
}

}  // namespace bw::event_store
