// The tool service, wired: gRPC in front, Bandwidth's APIs and the event store behind.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/status/status.h"
#include "tool-service/config.h"

namespace grpc {
class Channel;
}

namespace bw::metrics {
class Registry;
}

namespace bw::tool_service {

namespace v1 {
class CallToolRequest;
class CallToolResponse;
}  // namespace v1

/// What a process that holds several services lends; empty members are made from the Config.
struct Dependencies {
  std::shared_ptr<grpc::Channel> event_store;
  /// Outlives the App. With it the App opens no admin port: its owner has one.
  metrics::Registry* registry = nullptr;
};

class App {
 public:
  /// Serves when it returns. Documents that cannot be loaded and an event store that is not there
  /// yet are warnings. UNAVAILABLE when a port cannot be opened.
  static StatusOr<std::unique_ptr<App>> Start(const Config& config, Dependencies dependencies = {});
  /// Drain(0).
  ~App();

  /// A channel that reaches the service without a socket; valid while the App lives.
  std::shared_ptr<grpc::Channel> InProcessChannel();
  /// CallTool of the contract without gRPC, for the process that holds this App: a tenth of the
  /// cost. `message` runs for each message, never two at once and none after `done`, which runs
  /// once, on any thread, perhaps before this returns. The result cancels the call; `done` still
  /// runs. After Drain: UNAVAILABLE.
  std::function<void()> CallTool(const v1::CallToolRequest& request,
                                 std::chrono::milliseconds time_left,
                                 std::function<void(v1::CallToolResponse&)> message,
                                 std::function<void(const Status&)> done);
  /// 0 when it serves in-process only or on a Unix socket.
  int grpc_port() const;
  /// -1 when there is none.
  int admin_port() const;
  /// OK while the event store is reached.
  Status Ready() const;
  /// Refuses new calls, lets those in flight finish up to `limit`, cancels the rest. Blocks;
  /// idempotent.
  void Drain(std::chrono::milliseconds limit);

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bw::tool_service
