#include "common/http/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/clock/clock.h"
#include "common/http/connection.h"
#include "common/http/connection_registry.h"
#include "common/http/pistache_listener.h"
#include "common/http/server_state.h"
#include "common/http/service_loop.h"

namespace bw::http {
namespace {

constexpr int kMaxThreads = 64;
constexpr int kMaxPort = 65'535;
// Descriptors left to the rest of the process when max_connections are open.
constexpr std::size_t kReservedDescriptors = 64;
constexpr std::chrono::milliseconds kMinTick{5};
constexpr std::chrono::milliseconds kMaxTick{100};
constexpr std::chrono::milliseconds kDrainPoll{5};

class SocketSink final : public ByteSink {
 public:
  SocketSink(int fd, ServiceLoop& loop) : fd_(fd), loop_(loop) {}

  long Send(std::string_view head, std::string_view body) override {
    constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
    std::array<iovec, 2> parts{{{const_cast<char*>(head.data()), head.size()},
                                {const_cast<char*>(body.data()), body.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    for (;;) {
      const ssize_t sent = body.empty() ? ::send(fd_, head.data(), head.size(), kFlags)
                                        : ::sendmsg(fd_, &message, kFlags);
      if (sent >= 0) return sent;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
      if (errno != EINTR) return -1;
    }
  }

  void AwaitWritable() override { loop_.AwaitWritable(fd_); }
  void ResumeSoon() override { loop_.ResumeSoon(fd_); }
  void EndSending() override { ::shutdown(fd_, SHUT_WR); }
  // Not close(): the descriptor is Pistache's, which sees the end of the stream and closes it.
  void Cut() override { ::shutdown(fd_, SHUT_RDWR); }

 private:
  const int fd_;
  ServiceLoop& loop_;  // outlives every open connection
};

std::string PeerOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "unknown";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
  ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
}

Status CheckOptions(const ServerOptions& options) {
  struct Rule {
    bool holds;
    std::string_view problem;
  };
  const Rule rules[] = {
      {options.port >= 0 && options.port <= kMaxPort, "port must be 0 to 65535"},
      {options.threads >= 1 && options.threads <= kMaxThreads, "threads must be 1 to 64"},
      {options.max_header_bytes >= 1, "max_header_bytes must be at least 1"},
      {options.max_connections >= 1, "max_connections must be at least 1"},
      {options.accept_backlog >= 1, "accept_backlog must be at least 1"},
      {options.header_timeout.count() > 0, "header_timeout must be positive"},
      {options.body_timeout.count() > 0, "body_timeout must be positive"},
      {options.idle_timeout.count() > 0, "idle_timeout must be positive"},
      {options.send_timeout.count() > 0, "send_timeout must be positive"},
  };
  for (const auto& rule : rules) {
    if (!rule.holds) return InvalidArgument(rule.problem);
  }
  return OkStatus();
}

// Connections beyond the process's descriptors would only be failed accepts: raises the soft limit
// as far as it is needed and allowed, and keeps within it.
std::size_t AffordableConnections(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = wanted + kReservedDescriptors;
  if (limit.rlim_cur < needed) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(needed, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur >= needed) return wanted;
  return std::max<std::size_t>(
      1, limit.rlim_cur - std::min<rlim_t>(limit.rlim_cur / 2, kReservedDescriptors));
}

std::chrono::milliseconds TickFor(const ServerOptions& options) {
  const auto shortest = std::min(
      {options.header_timeout, options.body_timeout, options.idle_timeout, options.send_timeout});
  return std::clamp(shortest / 4, kMinTick, kMaxTick);
}

class HttpServer final : public Server {
 public:
  HttpServer(const ServerOptions& options, Handler handler)
      : state_(std::make_shared<ServerState>(options, std::move(handler), SystemClock())),
        max_connections_(AffordableConnections(options.max_connections)),
        loop_(registry_, SystemClock(), TickFor(options), [this] { listener_->Nudge(); }) {}

  ~HttpServer() override {
    state_->draining = true;
    loop_.Stop();
    listener_.reset();  // joins the workers, which leave the descriptors open
    for (const auto& [fd, connection] : registry_.All()) {
      connection->OnClosed();
      ::close(fd);
    }
  }

  Status Start() {
    const ServerOptions& options = state_->options;
    ListenerHooks hooks{[this](int fd) { return Accept(fd); },
                        [this](int fd, Connection& connection) { Leave(fd, connection); },
                        [this] { Count(state_->counters.accept_failures); }};
    BW_ASSIGN_OR_RETURN(listener_,
                        PistacheListener::Start({options.host, options.port}, options.threads,
                                                options.accept_backlog, std::move(hooks)));
    return loop_.Start();
  }

  int port() const override { return listener_->port(); }

  ServerCounters counters() const override {
    const LiveCounters& live = state_->counters;
    return {live.connections_open, live.connections_refused,  live.requests,       live.malformed,
            live.timeouts,         live.slow_readers_dropped, live.accept_failures};
  }

  bool Drain(std::chrono::milliseconds limit) override {
    if (!state_->draining.exchange(true)) listener_->StopAccepting();
    const auto deadline = state_->clock.Steady() + limit;
    for (;;) {
      bool active = false;
      for (const auto& [fd, connection] : registry_.All()) {
        connection->Drain();
        active |= connection->active();
      }
      if (!active) return true;
      if (state_->clock.Steady() >= deadline) break;
      std::this_thread::sleep_for(kDrainPoll);
    }
    for (const auto& [fd, connection] : registry_.All()) connection->Cut();
    return false;
  }

 private:
  std::shared_ptr<Connection> Accept(int fd) {
    LiveCounters& counters = state_->counters;
    if (counters.connections_open.fetch_add(1) >= max_connections_ || state_->draining) {
      counters.connections_open.fetch_sub(1);
      Count(counters.connections_refused);
      ::shutdown(fd, SHUT_RDWR);
      return nullptr;
    }
    auto connection =
        std::make_shared<Connection>(state_, std::make_unique<SocketSink>(fd, loop_), PeerOf(fd));
    registry_.Add(fd, connection);
    return connection;
  }

  void Leave(int fd, Connection& connection) {
    registry_.Remove(fd);
    connection.OnClosed();
    state_->counters.connections_open.fetch_sub(1);
  }

  const std::shared_ptr<ServerState> state_;
  const std::size_t max_connections_;
  ConnectionRegistry registry_;
  std::unique_ptr<PistacheListener> listener_;
  ServiceLoop loop_;
};

}  // namespace

StatusOr<std::unique_ptr<Server>> StartServer(const ServerOptions& options, Handler handler) {
  BW_RETURN_IF_ERROR(CheckOptions(options));
  if (!handler) return InvalidArgument("a handler is required");
  auto server = std::make_unique<HttpServer>(options, std::move(handler));
  BW_RETURN_IF_ERROR(server->Start());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace bw::http
