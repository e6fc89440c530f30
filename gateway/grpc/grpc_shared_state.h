// The SharedState kept by the event store (bw.event_store.v1).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "gateway/core/shared_state.h"

namespace grpc {
class Channel;
}

namespace bw::gateway {

/// Thread-safe.
class GrpcSharedState : public SharedState {
 public:
  /// A client waits for an answer that waits for a Put.
  static constexpr std::chrono::milliseconds kPutTimeout{2'000};

  explicit GrpcSharedState(const std::shared_ptr<grpc::Channel>& channel);
  ~GrpcSharedState() override;

  void Put(Entry entry, std::chrono::milliseconds ttl, Done done) override;
  std::unique_ptr<Watch> WatchPrefix(const std::string& prefix, Listener listener) override;

 private:
  class Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace bw::gateway
