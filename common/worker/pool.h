// A bounded pool of threads for libraries that block. Nothing that waits for another machine or a
// caller belongs here: those wait in memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bw::worker {

/// Thread-safe. Destruction runs what was accepted, then joins.
class Pool {
 public:
  Pool(int threads, std::size_t max_queued);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False when `max_queued` tasks wait already, or the pool is being destroyed: refuse the work.
  bool Submit(std::function<void()> task);
  std::size_t queued() const;

 private:
  void Run();

  const std::size_t max_queued_;
  mutable std::mutex mutex_;  // guards stopping_, tasks_
  std::condition_variable available_;
  bool stopping_ = false;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
};

}  // namespace bw::worker
