// The callback service, wired: HTTP in front, the event store behind.
#pragma once

#include <chrono>
#include <memory>

#include "callback-service/config.h"
#include "common/status/status.h"

namespace grpc {
class Channel;
}

namespace bw::metrics {
class Registry;
}

namespace bw::callback_service {

/// What a process that holds several services lends; empty members are made from the Config.
struct Dependencies {
  std::shared_ptr<grpc::Channel> event_store;
  /// Outlives the App. With it the App opens no admin port: its owner has one.
  metrics::Registry* registry = nullptr;
};

class App {
 public:
  /// Serves when it returns. The event store need not be there yet: Ready tells. UNAVAILABLE when a
  /// port cannot be opened, INVALID_ARGUMENT for a configuration that gives no valid documents.
  static StatusOr<std::unique_ptr<App>> Start(const Config& config, Dependencies dependencies = {});
  /// Drain(0).
  ~App();

  int port() const;
  /// 0 when there is none.
  int admin_port() const;
  /// OK while the event store is reached.
  Status Ready() const;
  /// Answers the held webhooks with a valid document, takes no new ones, lets the rest finish;
  /// returns after `limit` at the latest. Blocks; idempotent.
  void Drain(std::chrono::milliseconds limit);

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bw::callback_service
