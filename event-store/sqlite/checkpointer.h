// Moves committed pages from the write-ahead log into the database on its own thread and
// connection: done by the committing thread, this would be the tail of every latency.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "event-store/core/telemetry.h"
#include "event-store/sqlite/connection.h"

namespace bw::event_store {

struct CheckpointOptions {
  std::chrono::milliseconds interval{200};
  /// Beyond this the log is restarted from its beginning, for which writers stand still a moment.
  /// The file keeps its size: overwriting is cheaper to sync than growing.
  std::int64_t max_wal_bytes = 64LL << 20;
};

class Checkpointer {
 public:
  Checkpointer(std::unique_ptr<Connection> connection, const CheckpointOptions& options,
               Telemetry& telemetry);
  ~Checkpointer();

  void Start();
  /// Empties the log and ends the thread. After the writer has stopped.
  void Stop();
  /// From the committing thread: how long the log is now.
  void OnWalBytes(std::int64_t bytes);

 private:
  void Loop();
  void Checkpoint();

  const std::unique_ptr<Connection> connection_;
  const CheckpointOptions options_;
  Telemetry& telemetry_;
  std::atomic<std::int64_t> wal_bytes_{0};
  std::atomic<bool> dirty_{false};
  std::mutex mutex_;  // guards stopping_
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bw::event_store
