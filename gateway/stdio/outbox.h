// Lines on their way out, written by one thread so that nobody else waits for a slow reader.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

namespace bw::gateway {

/// Thread-safe.
class Outbox {
 public:
  /// Writes to the descriptor `out`, which stays the caller's. A reader that falls further behind
  /// than `max_unsent_bytes` gets nothing more.
  Outbox(int out, std::size_t max_unsent_bytes);
  /// Stops without writing what is left.
  ~Outbox();

  /// Adds one message as one line; line breaks in it (blanks in JSON) become blanks. False when the
  /// stream is broken or closed.
  bool Post(std::string message);
  /// Waits until everything is written, up to `limit`; then nothing more is taken. False when
  /// something was left.
  bool Close(std::chrono::milliseconds limit);
  bool broken() const;

 private:
  void Run();
  // False when the stream is broken or the outbox stops.
  bool WriteAll(const std::string& bytes);
  bool WaitWritable();

  const int out_;
  const std::size_t max_unsent_bytes_;
  int wake_ = -1;             // an eventfd, readable once stopping
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::string unsent_;
  bool writing_ = false;
  bool closed_ = false;
  bool broken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bw::gateway
