// The gateway put together: the only place that names its adapters.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/status/status.h"
#include "gateway/config.h"
#include "gateway/grpc/direct_tool_call.h"

namespace grpc {
class Channel;
}

namespace bw::metrics {
class Registry;
}

namespace bw::gateway {

/// What a process that holds several services lends to this one; empty: the App makes its own.
struct Dependencies {
  std::shared_ptr<grpc::Channel> tool_service{};
  /// Of a process that holds the tool service too; empty: tools are called over the channel.
  DirectToolCall call_tool{};
  /// For notifications and answers that reach another replica; all else does without.
  std::shared_ptr<grpc::Channel> event_store{};
  /// Outlives the App. With it there is no admin listener here: its owner serves the metrics.
  metrics::Registry* registry = nullptr;
  /// stdio: the streams; they stay the caller's.
  int in = 0;
  int out = 1;
};

/// Thread-safe.
class App {
 public:
  /// Serves when it returns. INVALID_ARGUMENT for a configuration that must not be served,
  /// UNAVAILABLE when an address cannot be bound.
  static StatusOr<std::unique_ptr<App>> Start(const Config& config, Dependencies dependencies = {});
  /// Stops at once.
  virtual ~App() = default;

  /// 0 on stdio.
  virtual int port() const = 0;
  /// 0 when there is no admin listener.
  virtual int admin_port() const = 0;
  /// OK when the tool service answered the last time it was asked; asked every two seconds.
  virtual Status Ready() const = 0;
  /// `finished` runs when the service ended by itself: on stdio, when the input ended and all
  /// answers are written; at once when that was before. It must not call back into the App.
  virtual void OnFinished(std::function<void()> finished) = 0;
  /// Refuses new requests, lets those under way finish up to `limit`, cancels the rest.
  virtual void Drain(std::chrono::milliseconds limit) = 0;
};

}  // namespace bw::gateway
