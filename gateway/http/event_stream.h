// An event stream to one client, kept alive by comments. (HTML standard, server-sent events;
// 2026-07-28 basic/transports/streamable-http)
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/clock/scheduler.h"
#include "common/http/server.h"

namespace bw::gateway {

struct EventStreamOptions {
  /// Of an allowed web page; else empty.
  std::string origin;
  /// Between the comments that keep an open stream alive.
  std::chrono::milliseconds keep_alive{15'000};
  /// A reader that falls further behind is dropped and counted; 0: the server's own limit.
  std::size_t max_unsent_bytes = 0;
};

/// Thread-safe, never blocks. Dropped without Close, it cuts the connection.
class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  /// nullptr when the client is gone or was answered. `scheduler` outlives the stream.
  static std::shared_ptr<EventStream> Start(http::Exchange& exchange,
                                            const EventStreamOptions& options,
                                            Scheduler& scheduler);

  /// One `message` event.
  void Send(std::string_view message);
  /// One event of another name.
  void SendNamed(std::string_view name, std::string_view data);
  void Close();

 private:
  EventStream(std::shared_ptr<http::StreamWriter> writer, std::chrono::milliseconds keep_alive,
              Scheduler& scheduler)
      : writer_(std::move(writer)), keep_alive_(keep_alive), scheduler_(scheduler) {}
  void ScheduleKeepAlive();

  const std::shared_ptr<http::StreamWriter> writer_;
  const std::chrono::milliseconds keep_alive_;
  Scheduler& scheduler_;
};

}  // namespace bw::gateway
