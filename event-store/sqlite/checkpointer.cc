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
    room_.notify_all();
    left_.notify_one();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                            nullptr);
}

void Checkpointer::OnWalBytes(std::int64_t bytes) {
  telemetry_.WalBytes(bytes);
  const std::lock_guard lock(mutex_);
  wal_bytes_ = bytes;
  dirty_ = true;
  if (bytes > options_.max_wal_bytes) changed_.notify_one();
}

bool Checkpointer::HasRoom() const {
  return stopping_ || (!restarting_ && (blocked_ || wal_bytes_ <= 2 * options_.max_wal_bytes));
}

void Checkpointer::Enter() {
  std::unique_lock lock(mutex_);
  room_.wait_for(lock, options_.max_pause, [this] { return HasRoom(); });
  writing_ = true;
}

void Checkpointer::Leave() {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (restarting_) left_.notify_one();
}

void Checkpointer::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    // After a restart that was blocked the next try waits its turn: each one holds up the writer.
    changed_.wait_for(lock, blocked_ ? options_.retry : options_.interval, [this] {
      return stopping_ || (!blocked_ && wal_bytes_ > options_.max_wal_bytes);
    });
    if (stopping_) return;
    if (!dirty_ && wal_bytes_ <= options_.max_wal_bytes) continue;
    dirty_ = false;
    lock.unlock();
    Checkpoint();
    lock.lock();
  }
}

void Checkpointer::Checkpoint() {
  sqlite3* const db = connection_->handle();
  // Almost everything is moved while the writer goes on; what fails is tried again next time.
  sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  {
    std::unique_lock lock(mutex_);
    if (wal_bytes_ <= options_.max_wal_bytes) return;
    restarting_ = true;
    left_.wait_for(lock, options_.max_pause, [this] { return stopping_ || !writing_; });
  }
  const int result =
      sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (result != SQLITE_OK) telemetry_.Refused("wal_restart");
  const std::lock_guard lock(mutex_);
  restarting_ = false;
  blocked_ = result != SQLITE_OK;
  if (!blocked_) wal_bytes_ = 0;
  room_.notify_all();
}

}  // namespace bw::event_store
