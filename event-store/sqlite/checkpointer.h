// Moves committed pages from the write-ahead log into the database on its own thread and
// connection: done by the committing thread, this would be the tail of every latency.
#pragma once

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
  /// Beyond this the log is restarted from its beginning, for which the writer stands still a
  /// moment. At twice this the writer waits for it, so the log stays below that plus one
  /// transaction. The file keeps its size: overwriting is cheaper to sync than growing.
  std::int64_t max_wal_bytes = 64LL << 20;
  /// The writer never waits longer than this at a time.
  std::chrono::milliseconds max_pause{2'000};
  /// A reader that holds an old snapshot, such as a backup, keeps the log from being restarted. The
  /// writer then goes on beyond the cap, and the restart is tried again after this long.
  std::chrono::milliseconds retry{1'000};
};

class Checkpointer {
 public:
  Checkpointer(std::unique_ptr<Connection> connection, const CheckpointOptions& options,
               Telemetry& telemetry);
  ~Checkpointer();

  void Start();
  /// Empties the log and ends the thread. After the writer has stopped.
  void Stop();
  /// From the committing thread, after a commit: how long the log is now.
  void OnWalBytes(std::int64_t bytes);
  /// From the committing thread, around its transactions. Enter waits while the log is being
  /// restarted or is too long; a restart waits for Leave. Without this a busy writer takes the lock
  /// again before a restart ever gets it, or a slow disk makes a commit look like a reader that
  /// will not go.
  void Enter();
  void Leave();

 private:
  void Loop();
  void Checkpoint();
  bool HasRoom() const;

  const std::unique_ptr<Connection> connection_;
  const CheckpointOptions options_;
  Telemetry& telemetry_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::condition_variable room_;
  std::condition_variable left_;
  std::int64_t wal_bytes_ = 0;
  bool dirty_ = false;
  bool restarting_ = false;
  bool writing_ = false;  // between Enter and Leave
  bool blocked_ = false;  // the last restart failed
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bw::event_store
