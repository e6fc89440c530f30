// gRPC plumbing, once: servers with health and reflection, channels, and the translation of status
// codes.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/support/status.h>

#include "common/status/status.h"

namespace bw::rpc {

grpc::Status ToGrpc(const Status& status);
Status FromGrpc(const grpc::Status& status);
/// google.rpc.Code as carried in messages, both ways.
int ToCode(StatusCode code);
StatusCode FromCode(int code);

struct ServerOptions {
  /// "127.0.0.1:50051", "0.0.0.0:0" (port() tells which), "unix:/path"; empty: in-process only.
  std::string listen;
  /// Messages beyond it are refused with RESOURCE_EXHAUSTED.
  int max_receive_bytes = 16 << 20;
};

/// Serves `services` with the standard health and reflection services. Every service starts
/// NOT_SERVING until SetServing.
class Server {
 public:
  /// UNAVAILABLE when the address cannot be bound; the message names it. `services` outlive the
  /// server.
  static StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                 const std::vector<grpc::Service*>& services);
  /// Shutdown with no time limit left.
  virtual ~Server() = default;
  /// 0 for in-process only and Unix sockets.
  virtual int port() const = 0;
  /// A channel that reaches the services without a socket; valid while the server lives.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  /// The answer of the health service, for the whole server and each service.
  virtual void SetServing(bool serving) = 0;
  /// Refuses new calls, waits for those in flight up to `limit`, cancels the rest.
  virtual void Shutdown(std::chrono::milliseconds limit) = 0;
};

/// A channel to another service; connects lazily and reconnects by itself, with keep-alive pings.
/// `address` as in ServerOptions::listen, or dns:///name:port for every replica behind a name.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

}  // namespace bw::rpc
