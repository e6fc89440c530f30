// The EventFeed that watches the event store (bw.event_store.v1).
#pragma once

#include <memory>
#include <string>

#include "gateway/core/event_feed.h"

namespace grpc {
class Channel;
}

namespace bw::gateway {

/// Thread-safe. A broken watch is resumed after the last event it told of, so that none is missed;
/// where the store lost its data, the feed says that it is not continuous.
class GrpcEventFeed : public EventFeed {
 public:
  explicit GrpcEventFeed(const std::shared_ptr<grpc::Channel>& channel);
  ~GrpcEventFeed() override;

  std::unique_ptr<Watch> WatchEvents(const std::string& tenant, Listener listener) override;

 private:
  class Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace bw::gateway
