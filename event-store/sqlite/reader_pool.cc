#include "event-store/sqlite/reader_pool.h"

#include <string>
#include <utility>

namespace bw::event_store {

ReaderPool::ReaderPool(std::vector<std::unique_ptr<Connection>> connections, std::size_t max_queued,
                       Telemetry& telemetry)
    : connections_(std::move(connections)), max_queued_(max_queued), telemetry_(telemetry) {
  for (const auto& connection : connections_) idle_.push_back(connection.get());
  pool_ = std::make_unique<worker::Pool>(static_cast<int>(connections_.size()), max_queued);
}

void ReaderPool::Submit(Read read) {
  auto shared = std::make_shared<Read>(std::move(read));
  Status refusal;
  {
    const std::lock_guard lock(pool_mutex_);
    if (pool_ == nullptr) {
      refusal = Unavailable("the event store is shutting down");
    } else if (pool_->Submit([this, shared] { RunWithConnection(*shared); })) {
      return;
    } else {
      refusal = ResourceExhausted("the read queue is full: " + std::to_string(max_queued_) +
                                  " reads wait");
    }
  }
  telemetry_.Refused("read_queue");
  (*shared)(nullptr, refusal);
}

void ReaderPool::Stop() {
  std::unique_ptr<worker::Pool> stopped;
  {
    const std::lock_guard lock(pool_mutex_);
    stopped = std::move(pool_);
  }
}

// There are as many threads as connections, so one is idle.
void ReaderPool::RunWithConnection(const Read& read) {
  Connection* connection = nullptr;
  {
    const std::lock_guard lock(mutex_);
    connection = idle_.back();
    idle_.pop_back();
  }
  read(connection, OkStatus());
  const std::lock_guard lock(mutex_);
  idle_.push_back(connection);
}

}  // namespace bw::event_store
