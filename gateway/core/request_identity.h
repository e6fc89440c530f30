// Names by which one request is followed through every process.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "gateway/core/jsonrpc.h"

namespace bw::gateway {

/// Thread-safe. Ids of one process differ, and from those of others as far as their start times do.
class RequestIds {
 public:
  explicit RequestIds(const Clock& clock);
  std::string Next();

 private:
  const std::string prefix_;
  std::atomic<std::uint64_t> next_{1};
};

/// Whether `text` is a W3C traceparent of version 00 (Trace Context §3.2).
bool IsTraceparent(std::string_view text);

/// The trace context of a request: its header's, else its envelope's (2026-07-28 basic/index);
/// empty when neither is well-formed.
std::string TraceparentOf(std::string_view header, const json::Json& params);

}  // namespace bw::gateway
