// Reading connections on a bounded pool of threads, so that a read never waits for a commit and
// never blocks a caller.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "common/status/status.h"
#include "common/worker/pool.h"
#include "event-store/core/telemetry.h"
#include "event-store/sqlite/connection.h"

namespace bw::event_store {

class ReaderPool {
 public:
  /// Null when the read was refused; then `refusal` says why.
  using Read = std::function<void(Connection* db, const Status& refusal)>;

  /// One thread per connection. `telemetry` must outlive the pool.
  ReaderPool(std::vector<std::unique_ptr<Connection>> connections, std::size_t max_queued,
             Telemetry& telemetry);

  /// Thread-safe. Runs `read` on a reading thread; a refused one on the calling thread.
  void Submit(Read read);
  /// Runs what was accepted, then refuses.
  void Stop();

 private:
  void RunWithConnection(const Read& read);

  const std::vector<std::unique_ptr<Connection>> connections_;
  const std::size_t max_queued_;
  Telemetry& telemetry_;
  std::mutex mutex_;  // guards idle_
  std::vector<Connection*> idle_;
  std::mutex pool_mutex_;  // guards the pointer pool_
  std::unique_ptr<worker::Pool> pool_;
};

}  // namespace bw::event_store
