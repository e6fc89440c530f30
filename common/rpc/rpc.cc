#include "common/rpc/rpc.h"

#include <mutex>

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "common/log/log.h"

namespace bw::rpc {
namespace {

constexpr int kKeepAliveMs = 20'000;
constexpr int kKeepAliveTimeoutMs = 5'000;
constexpr int kMinPingIntervalMs = 10'000;
constexpr int kMaxReconnectBackoffMs = 1'000;
// A replica that came back under another address is found within a second, not gRPC's thirty.
constexpr int kMinResolutionIntervalMs = 1'000;
// Clients reconnect, and so meet new replicas, this often; streams in use are left alone.
constexpr int kMaxConnectionAgeMs = 300'000;

class RunningServer : public Server {
 public:
  RunningServer(std::unique_ptr<grpc::Server> server, int port)
      : server_(std::move(server)), port_(port) {}

  ~RunningServer() override { Shutdown(std::chrono::milliseconds(0)); }

  int port() const override { return port_; }

  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    return server_->InProcessChannel(arguments);
  }

  void SetServing(bool serving) override {
    if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(serving);
  }

  void Shutdown(std::chrono::milliseconds limit) override {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
    SetServing(false);
    server_->Shutdown(std::chrono::system_clock::now() + limit);
    server_->Wait();
  }

 private:
  std::unique_ptr<grpc::Server> server_;
  const int port_;
  std::mutex mutex_;  // guards stopped_
  bool stopped_ = false;
};

// gRPC's own complaints, as log lines like all others.
void LogGrpcMessage(gpr_log_func_args* message) {
  const log::Fields fields{{"message", message->message}, {"file", message->file}};
  if (message->severity == GPR_LOG_SEVERITY_ERROR) {
    log::Warning("grpc.complained", fields);
  } else {
    log::Debug("grpc.noted", fields);
  }
}

// gRPC 1.51 ends its callback threads with the last channel or server that used them. When a
// callback lets go of that last one, by ending a call whose client is gone, the thread joins itself
// and goes on with a freed queue: the process aborts (ref_counted.h, "prior > 0"). A server without
// an address that lives as long as the process keeps the threads. It is not freed, as at exit
// there is no moment when nobody can be in a callback.
void KeepCallbackThreads() {
  static auto* const service = new grpc::CallbackGenericService;
  static grpc::Server* const server = [] {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(service);
    return builder.BuildAndStart().release();
  }();
  static_cast<void>(server);
}

void InitializeOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function(LogGrpcMessage);
    KeepCallbackThreads();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace

// Both enums are google.rpc.Code.
int ToCode(StatusCode code) { return static_cast<int>(code); }

StatusCode FromCode(int code) {
  constexpr int kLastCode = static_cast<int>(StatusCode::kUnauthenticated);
  return code < 0 || code > kLastCode ? StatusCode::kUnknown : static_cast<StatusCode>(code);
}

grpc::Status ToGrpc(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(ToCode(status.code())), std::string(Message(status))};
}

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return OkStatus();
  return MakeStatus(FromCode(status.error_code()), status.error_message());
}

StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                const std::vector<grpc::Service*>& services) {
  InitializeOnce();
  grpc::ServerBuilder builder;
  int port = 0;
  // Two processes must not share a port by accident.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMs);
  builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
  if (!options.listen.empty()) {
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  }
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return Unavailable("cannot listen on " + options.listen);
  auto running = std::make_unique<RunningServer>(std::move(server), port);
  running->SetServing(false);
  return std::unique_ptr<Server>(std::move(running));
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  InitializeOnce();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMs);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, kMinResolutionIntervalMs);
  arguments.SetLoadBalancingPolicyName("round_robin");
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace bw::rpc
