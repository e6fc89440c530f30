// The port through which news reaches subscriptions: what changed, not what it is; the client reads
// the resource to learn that. One feed serves every subscription of the process.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace bw::gateway {

/// One change. `uri` may lie below the resource somebody subscribed to.
struct FeedEvent {
  enum class Kind { kResourceUpdated, kToolListChanged, kResourceListChanged };

  Kind kind = Kind::kResourceUpdated;
  std::string tenant = "default";
  /// kResourceUpdated
  std::string uri;
};

/// Thread-safe.
class EventFeed {
 public:
  /// Dropping it ends the subscription: `changed` does not run afterwards, nor still while the
  /// destructor returns.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  virtual ~EventFeed() = default;
  /// `changed` runs for each event of `tenant` from now on, on any thread, and must not block.
  /// nullptr when the feed holds as many subscriptions as it may.
  virtual std::unique_ptr<Subscription> Subscribe(
      const std::string& tenant, std::function<void(const FeedEvent&)> changed) = 0;
};

}  // namespace bw::gateway
