// MCP over a pair of streams, one message a line: how a desktop client that spawned this process
// talks to it. (2025-11-25 and 2026-07-28 basic/transports/stdio)
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "gateway/core/admission.h"
#include "gateway/core/dispatcher.h"
#include "gateway/core/era.h"
#include "gateway/core/request_identity.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/subscriptions.h"
#include "gateway/metrics.h"

namespace bw::gateway {

struct StdioOptions {
  int in = 0;
  int out = 1;
  DecodeLimits decode;
  /// Requests under way; one more gets an error.
  std::size_t max_concurrent_requests = 256;
  /// Unread answers; beyond it the client is taken for dead and the server ends.
  std::size_t max_unsent_bytes = 64u << 20;
  /// After the end of input, what is under way may take so long; then it is cancelled.
  std::chrono::milliseconds finish_limit{2'000};
  std::string tenant = "default";
};

/// One connection for its whole life. Thread-safe.
class StdioServer {
 public:
  struct Dependencies {
    Dispatcher& dispatcher;
    /// Both of this connection alone.
    SessionDirectory& directory;
    Subscriptions& subscriptions;
    RequestIds& request_ids;
    Metrics& metrics;
  };

  /// Begins to read at once. `ended` runs once, on the server's thread, when the input has ended
  /// (or the output is broken) and every answer is written; not when Stop came first. It must not
  /// call Stop. The descriptors stay the caller's.
  StdioServer(StdioOptions options, const Dependencies& dependencies, std::function<void()> ended);
  /// Stop(0).
  ~StdioServer();

  /// Reads no more, lets what is under way finish up to `limit`, cancels the rest, writes the
  /// answers. Later calls do nothing.
  void Stop(std::chrono::milliseconds limit);

 private:
  class Connection;

  void Read(std::size_t max_line_bytes);

  const std::chrono::milliseconds finish_limit_;
  const int in_;
  const std::function<void()> ended_;
  const std::shared_ptr<Connection> connection_;
  int wake_ = -1;  // an eventfd, readable once stopping
  std::atomic<bool> stopping_{false};
  std::thread reader_;
};

}  // namespace bw::gateway
