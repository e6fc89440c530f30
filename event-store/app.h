// The event store put together: store, hub, gRPC server, retention, metrics.
#pragma once

#include <chrono>
#include <memory>

#include "common/status/status.h"
#include "event-store/config.h"

namespace grpc {
class Channel;
}
namespace bw::metrics {
class Registry;
}

namespace bw::event_store {

struct Dependencies {
  /// Where metrics go; null: the app makes its own, and serves it with an admin server. When given,
  /// it must outlive the app, and who gave it serves it.
  metrics::Registry* registry = nullptr;
};

class App {
 public:
  /// Opens the database and serves. Errors as SqliteStore::Open and rpc::Server::Start.
  static StatusOr<std::unique_ptr<App>> Start(const Config& config,
                                              const Dependencies& dependencies = {});
  /// Drain without patience.
  virtual ~App() = default;

  /// Reaches the service without a socket; valid while the app lives.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  /// 0 when listening on a Unix socket or nowhere.
  virtual int grpc_port() const = 0;
  /// 0 without an admin server.
  virtual int admin_port() const = 0;
  /// OK while the store answers.
  virtual Status Ready() const = 0;
  /// Answers what is held and waited for with empty outcomes, refuses new calls, finishes what is
  /// in flight within `limit`, commits what was accepted, closes the database.
  virtual void Drain(std::chrono::milliseconds limit) = 0;
};

}  // namespace bw::event_store
