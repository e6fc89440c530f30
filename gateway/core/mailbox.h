// The port through which replicas hand each other what a client sent to the wrong one of them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/status/status.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

struct MailAddress {
  std::string tenant;
  /// At most kMaxTopicBytes.
  std::string topic;
};

/// Thread-safe, and nothing blocks. Every `done` runs exactly once, on any thread, perhaps before
/// the method returns. Destruction cancels what is under way and waits for its `done`s.
class Mailbox {
 public:
  static constexpr std::size_t kMaxTopicBytes = 256;
  static constexpr std::size_t kMaxBodyBytes = 1u << 20;

  virtual ~Mailbox() = default;
  /// Keeps `body` for one who waits at this address, for `keep` at most. INVALID_ARGUMENT,
  /// RESOURCE_EXHAUSTED, UNAVAILABLE, DEADLINE_EXCEEDED: nothing may have been kept.
  virtual void Put(const MailAddress& address, std::string body, std::chrono::milliseconds keep,
                   std::function<void(const Status&)> done) = 0;
  /// Waits for as long as it takes for one mail, across failures of the store; CANCELLED when it is
  /// cancelled first.
  virtual std::shared_ptr<Cancellable> Wait(const MailAddress& address,
                                            std::function<void(StatusOr<std::string>)> done) = 0;
};

}  // namespace bw::gateway
