#include "event-store/sqlite/checkpointer.h"

#include <utility>

#include <sqlite3.h>

namespace bw::event_store {

Checkpointer::Checkpointer(std::unique_ptr<Connection> connection, const CheckpointOptions& options,
                           Telemetry& telemetry)
    : connection_(std::move(connection)), options_(options), telemetry_(telemetry) {}

Checkpointer::~Checkpointer() { Stop(); }

void Checkpointer::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Checkpointer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.notify_one();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                            nullptr);
}

void Checkpointer::OnWalBytes(std::int64_t bytes) {
  wal_bytes_ = bytes;
  dirty_ = true;
  telemetry_.WalBytes(bytes);
  if (bytes > options_.max_wal_bytes) changed_.notify_one();
}

void Checkpointer::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, options_.interval);
    if (stopping_) return;
    if (!dirty_.exchange(false)) continue;
    lock.unlock();
    Checkpoint();
    lock.lock();
  }
}

void Checkpointer::Checkpoint() {
  sqlite3* const db = connection_->handle();
  // Almost everything is moved while writers go on; results are not needed, the next round retries.
  sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (wal_bytes_ > options_.max_wal_bytes) {
    sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  }
}

}  // namespace bw::event_store
