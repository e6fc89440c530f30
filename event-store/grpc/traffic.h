// Answers on their way out, so that a stop can wait for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace bw::event_store {

/// Thread-safe.
class Traffic {
 public:
  void Begin(std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    under_way_ += count;
  }
  void End(std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    under_way_ -= count;
    if (under_way_ == 0) quiet_.notify_all();
  }
  /// False when something was still under way after `limit`.
  bool WaitUntilQuiet(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return quiet_.wait_for(lock, limit, [this] { return under_way_ == 0; });
  }

 private:
  std::mutex mutex_;  // guards under_way_
  std::condition_variable quiet_;
  std::size_t under_way_ = 0;
};

}  // namespace bw::event_store
