// The Store port on one SQLite database: write-ahead log, synchronous=FULL, one committing thread,
// readers and checkpoints on threads of their own. One process at a time owns a database.
#pragma once

#include <memory>
#include <string>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"
#include "event-store/sqlite/checkpointer.h"
#include "event-store/sqlite/group_writer.h"

namespace bw::event_store {

struct SqliteOptions {
  /// A folder, created when absent, or ":memory:": nothing outlives the process, and reads take
  /// turns with commits.
  std::string data_dir;
  int readers = 2;
  std::size_t max_queued_reads = 4096;
  GroupWriterLimits writer;
  CheckpointOptions checkpoint;
  StateLimits state;
};

class SqliteStore : public Store {
 public:
  /// Opens or creates the database and starts the threads. `clock`, `telemetry` and `listener` must
  /// outlive the store. FAILED_PRECONDITION: another process has it open, or the schema is newer;
  /// DATA_LOSS: damaged; UNAVAILABLE: the folder or file cannot be used. Messages name the path.
  static StatusOr<std::unique_ptr<SqliteStore>> Open(const SqliteOptions& options,
                                                     const Clock& clock, Telemetry& telemetry,
                                                     StoreListener& listener);
  /// Close.
  ~SqliteStore() override;

  /// Commits and answers what was accepted, refuses the rest, ends the threads. May be repeated.
  virtual void Close() = 0;
};

}  // namespace bw::event_store
