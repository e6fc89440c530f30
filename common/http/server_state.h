// What the connections of one server share.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/clock/clock.h"
#include "common/http/server.h"

namespace bw::http {

/// ServerCounters while they count.
struct LiveCounters {
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::atomic<std::uint64_t> slow_readers_dropped{0};
  std::atomic<std::uint64_t> accept_failures{0};
};

/// Outlives the server while an Exchange is still held somewhere.
struct ServerState {
  ServerState(const ServerOptions& server_options, Handler request_handler, const Clock& time)
      : options(server_options), handler(std::move(request_handler)), clock(time) {}

  const ServerOptions options;
  const Handler handler;
  const Clock& clock;
  LiveCounters counters;
  std::atomic<bool> draining{false};
};

inline void Count(std::atomic<std::uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace bw::http
