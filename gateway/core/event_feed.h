// The port through which events of telephony reach subscriptions: that something happened, not what
// it is; the client reads the resource to learn that.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "gateway/core/watch.h"

namespace bw::gateway {

struct FeedEvent {
  enum class Channel { kVoice, kMessaging, kOther };

  Channel channel = Channel::kOther;
  bool inbound = false;
  /// Of voice events.
  std::string call_id;
};

/// Thread-safe, and nothing blocks.
class EventFeed {
 public:
  /// Its functions run one after the other, on any thread, and must not block.
  struct Listener {
    /// From now on nothing is missed. `continuous`: nor was anything since the feed stood last; a
    /// feed that stands for the first time is not.
    std::function<void(bool continuous)> stands;
    /// As soon as they are committed.
    std::function<void(const std::vector<FeedEvent>&)> happened;
    /// The feed stands no more; it is set up again without further asking.
    std::function<void(const Status&)> broken;
  };

  virtual ~EventFeed() = default;
  /// Events of `tenant` from now on. Must be dropped before the feed.
  virtual std::unique_ptr<Watch> WatchEvents(const std::string& tenant, Listener listener) = 0;
};

}  // namespace bw::gateway
