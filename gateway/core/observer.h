// The port through which the core tells operators what happens; the adapter counts and logs.
#pragma once

#include <chrono>
#include <string_view>

#include "common/status/status.h"
#include "gateway/core/protocol.h"

namespace bw::gateway {

enum class Outcome { kResult, kToolError, kError, kCancelled, kInputRequired };
constexpr int kOutcomeCount = 5;

struct RequestRecord {
  /// A method of the dispatcher's table, or "unknown": never a caller's own word.
  std::string_view method;
  Era era = Era::kLegacy;
  Outcome outcome = Outcome::kResult;
  /// Of an error; 0 otherwise.
  int error_code = 0;
  std::chrono::nanoseconds duration{0};
  std::string_view request_id;
};

/// Thread-safe; must not block.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void RequestStarted() = 0;
  /// Once for each that started.
  virtual void RequestFinished(const RequestRecord& record) = 0;
  /// A list or the instructions could not be had: an older one is served while there is one.
  virtual void CatalogueDegraded(std::string_view what, const Status& why) = 0;
  /// The provider offered a tool that no client could read.
  virtual void ToolDropped(std::string_view name, const Status& why) = 0;
};

}  // namespace bw::gateway
