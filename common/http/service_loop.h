// The one thread beside Pistache's workers: it flushes what slow readers left unsent, hands on
// requests that were pipelined behind a reply from another thread, and enforces deadlines.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "common/clock/clock.h"
#include "common/http/connection_registry.h"
#include "common/status/status.h"

namespace bw::http {

/// Thread-safe. Descriptors are looked up in the registry when their turn comes: one that was
/// closed and given to another connection meanwhile costs that connection a look at its own state
/// only.
class ServiceLoop {
 public:
  /// `every_tick` runs on the loop's thread. All three must outlive the loop.
  ServiceLoop(const ConnectionRegistry& registry, const Clock& clock,
              std::chrono::milliseconds tick, std::function<void()> every_tick);
  ~ServiceLoop();
  ServiceLoop(const ServiceLoop&) = delete;
  ServiceLoop& operator=(const ServiceLoop&) = delete;

  Status Start();
  void Stop();

  /// One Connection::OnWritable() for the connection at `fd` once the kernel takes bytes.
  void AwaitWritable(int fd);
  /// One Connection::Resume() for the connection at `fd`.
  void ResumeSoon(int fd);

 private:
  void Run();
  void ResumeAll();

  const ConnectionRegistry& registry_;
  const Clock& clock_;
  const std::chrono::milliseconds tick_;
  const std::function<void()> every_tick_;
  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  std::mutex mutex_;
  std::vector<int> to_resume_;  // guarded by mutex_
};

}  // namespace bw::http
