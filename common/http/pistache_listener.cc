// What this file relies on beyond Pistache's documented interface (checked with 0.0.5, Debian's
// version), each explained where it happens:
//  1. the order "onDisconnection, then close(fd)" in Transport;
//  2. the tag of Transport's queue of new peers;
//  3. the text of Listener's log messages about accept();
//  4. the listening descriptor, found by its address.
// Nothing here writes through Pistache, sets its timers or uses its Http layer: its writes are
// queued by descriptor number and can reach another client.
#include "common/http/pistache_listener.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/string_logger.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bw::http {
namespace {

namespace tcp = Pistache::Tcp;

// Pause of the accepting thread when the process is out of descriptors; without it Pistache's loop
// would try again at once, for as long as the shortage lasts.
constexpr std::chrono::milliseconds kAcceptPause{50};

// Each worker thread has its own clone and calls it alone.
class ReadHandler final : public tcp::Handler {
  PROTOTYPE_OF(tcp::Handler, ReadHandler)

 public:
  explicit ReadHandler(std::shared_ptr<const ListenerHooks> hooks) : hooks_(std::move(hooks)) {}
  ReadHandler(const ReadHandler& other) : tcp::Handler(other), hooks_(other.hooks_) {}

  void onConnection(const std::shared_ptr<tcp::Peer>& peer) override {
    const auto fd = static_cast<std::size_t>(peer->fd());
    if (connections_.size() <= fd) connections_.resize(fd + 1);
    connections_[fd] = hooks_->accepted(peer->fd());
  }

  void onInput(const char* buffer, std::size_t length,
               const std::shared_ptr<tcp::Peer>& peer) override {
    if (const auto& connection = connections_[static_cast<std::size_t>(peer->fd())]) {
      connection->OnInput({buffer, length});
    }
  }

  // Transport closes the descriptor only after this returns, so whoever holds the connection's lock
  // while it is not closed writes to the right client.
  void onDisconnection(const std::shared_ptr<tcp::Peer>& peer) override {
    const auto connection = std::exchange(connections_[static_cast<std::size_t>(peer->fd())], {});
    if (connection) hooks_->left(peer->fd(), *connection);
  }

 private:
  const std::shared_ptr<const ListenerHooks> hooks_;
  std::vector<std::shared_ptr<Connection>> connections_;  // this worker's, by descriptor
};

// Pistache's reading transport, with one repair. The queue through which the accepting thread
// passes new peers to a worker loses a wake-up when a peer arrives between its last look and its
// clearing of the event: that connection would wait for the next one. A nudge a few times a second
// makes the worker look again. All of it goes through public virtual functions.
class ReadTransport final : public tcp::Transport {
 public:
  using Nudges = std::vector<int>;

  ReadTransport(const std::shared_ptr<tcp::Handler>& handler, std::shared_ptr<Nudges> nudges)
      : tcp::Transport(handler), prototype_(handler), nudges_(std::move(nudges)) {}

  ~ReadTransport() override {
    if (nudge_fd_ >= 0) ::close(nudge_fd_);
  }

  std::shared_ptr<Pistache::Aio::Handler> clone() const override {
    return std::make_shared<ReadTransport>(prototype_->clone(), nudges_);
  }

  void registerPoller(Pistache::Polling::Epoll& poller) override {
    tcp::Transport::registerPoller(poller);
    nudge_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (nudge_fd_ < 0) throw std::runtime_error(std::strerror(errno));
    poller.addFd(nudge_fd_, Pistache::Flags(Pistache::Polling::NotifyOn::Read),
                 Pistache::Polling::Tag(static_cast<std::uint64_t>(nudge_fd_)));
    nudges_->push_back(nudge_fd_);
  }

  void onReady(const Pistache::Aio::FdSet& ready) override {
    bool nudged = false;
    for (const auto& entry : ready) {
      const std::uint64_t tag = entry.getTag().value();
      if (tag == static_cast<std::uint64_t>(nudge_fd_)) {
        eventfd_t count = 0;
        nudged = ::eventfd_read(nudge_fd_, &count) == 0;
      } else if (queue_tag_ == kUnknownTag && peers.find(static_cast<int>(tag)) == peers.end()) {
        // Of the transport's queues only the one of new peers is ever used here.
        queue_tag_ = tag;
      }
    }
    tcp::Transport::onReady(ready);
    if (nudged && queue_tag_ != kUnknownTag) LookForNewPeers();
  }

 private:
  static constexpr std::uint64_t kUnknownTag = 0;  // descriptor 0 is never Pistache's

  void LookForNewPeers() {
    Pistache::Polling::Event event{Pistache::Polling::Tag(queue_tag_)};
    event.flags.setFlag(Pistache::Polling::NotifyOn::Read);
    std::vector<Pistache::Polling::Event> events{event};
    tcp::Transport::onReady(Pistache::Aio::FdSet(std::move(events)));
  }

  const std::shared_ptr<tcp::Handler> prototype_;
  const std::shared_ptr<Nudges> nudges_;
  int nudge_fd_ = -1;
  std::uint64_t queue_tag_ = kUnknownTag;
};

// Listener reports a failed accept() to its logger, on the accepting thread, and tries again at
// once; this is the place where that thread can be made to wait.
class AcceptFailureWatch final : public Pistache::Log::StringLogger {
 public:
  explicit AcceptFailureWatch(std::shared_ptr<const ListenerHooks> hooks)
      : hooks_(std::move(hooks)) {}

  void log(Pistache::Log::Level, const std::string& message) override {
    for (const int shortage : {EMFILE, ENFILE, ENOMEM, ENOBUFS}) {
      if (message.find(std::strerror(shortage)) == std::string::npos) continue;
      hooks_->accept_failed();
      std::this_thread::sleep_for(kAcceptPause);
      return;
    }
  }

  bool isEnabledFor(Pistache::Log::Level level) const override {
    return level >= Pistache::Log::Level::WARN;
  }

 private:
  const std::shared_ptr<const ListenerHooks> hooks_;
};

struct Resolved {
  sockaddr_storage address{};
  std::string numeric;  // IPv6 in brackets, as Pistache::Address wants it
};

StatusOr<Resolved> Resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_family = address.host == "localhost" ? AF_INET : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return Unavailable("cannot resolve the host '" + address.host + "': " + ::gai_strerror(error));
  }
  Resolved resolved;
  std::memcpy(&resolved.address, found->ai_addr, found->ai_addrlen);
  std::array<char, NI_MAXHOST> text{};
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                NI_NUMERICHOST);
  resolved.numeric =
      found->ai_family == AF_INET6 ? "[" + std::string(text.data()) + "]" : text.data();
  ::freeaddrinfo(found);
  return resolved;
}

bool SameHost(const sockaddr_storage& a, const sockaddr_storage& b) {
  if (a.ss_family != b.ss_family) return false;
  if (a.ss_family == AF_INET) {
    return reinterpret_cast<const sockaddr_in&>(a).sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in&>(b).sin_addr.s_addr;
  }
  return std::memcmp(&reinterpret_cast<const sockaddr_in6&>(a).sin6_addr,
                     &reinterpret_cast<const sockaddr_in6&>(b).sin6_addr, sizeof(in6_addr)) == 0;
}

int PortOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(address).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

bool ListensOn(int fd, const sockaddr_storage& wanted, int port) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
    return false;
  sockaddr_storage bound{};
  size = sizeof bound;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0 &&
         PortOf(bound) == port && SameHost(bound, wanted);
}

// Listener keeps its descriptor private, but refusing connections while old ones are served needs
// it. Only one socket of the process can listen on an address and port.
int FindListeningFd(const sockaddr_storage& address, int port) {
  int found = -1;
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return -1;
  while (const dirent* entry = ::readdir(folder)) {
    int fd = -1;
    const std::string_view name = entry->d_name;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd >= 0 && ListensOn(fd, address, port)) found = fd;
  }
  ::closedir(folder);
  return found;
}

class ListenerOverPistache final : public PistacheListener {
 public:
  explicit ListenerOverPistache(ListenerHooks hooks)
      : hooks_(std::make_shared<const ListenerHooks>(std::move(hooks))),
        nudges_(std::make_shared<ReadTransport::Nudges>()) {}

  Status Listen(const ListenAddress& address, int threads, int backlog) {
    BW_ASSIGN_OR_RETURN(const Resolved resolved, Resolve(address));
    try {
      // The accepted sockets inherit NoDelay.
      const Pistache::Flags<tcp::Options> options(tcp::Options::ReuseAddr | tcp::Options::NoDelay |
                                                  tcp::Options::CloseOnExec);
      listener_.init(static_cast<std::size_t>(threads), options, "http", backlog,
                     std::make_shared<AcceptFailureWatch>(hooks_));
      const auto handler = std::make_shared<ReadHandler>(hooks_);
      listener_.setHandler(handler);
      listener_.setTransportFactory(
          [handler, nudges = nudges_] { return std::make_shared<ReadTransport>(handler, nudges); });
      const Pistache::Port port(static_cast<std::uint16_t>(address.port));
      listener_.bind(Pistache::Address(resolved.numeric, port));
      port_ = static_cast<std::uint16_t>(listener_.getPort());
      listening_fd_ = FindListeningFd(resolved.address, port_);
      if (listening_fd_ < 0) return Unavailable("the listening socket cannot be found in /proc");
      listener_.runThreaded();
    } catch (const std::exception& error) {
      return Unavailable("cannot listen on " + address.host + ":" + std::to_string(address.port) +
                         ": " + error.what());
    }
    return OkStatus();
  }

  int port() const override { return port_; }

  // A socket that does not listen takes the place of the one that does, which closes it. Pistache
  // may be about to accept: it then sees EINVAL, which it ignores (ENOTSOCK would end the process).
  void StopAccepting() override {
    const int idle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (idle < 0) return;
    ::dup3(idle, listening_fd_, O_CLOEXEC);
    ::close(idle);
  }

  void Nudge() override {
    for (const int fd : *nudges_) ::eventfd_write(fd, 1);
  }

 private:
  const std::shared_ptr<const ListenerHooks> hooks_;
  const std::shared_ptr<ReadTransport::Nudges> nudges_;
  tcp::Listener listener_;
  int port_ = 0;
  int listening_fd_ = -1;
};

}  // namespace

StatusOr<std::unique_ptr<PistacheListener>> PistacheListener::Start(const ListenAddress& address,
                                                                    int threads, int backlog,
                                                                    ListenerHooks hooks) {
  auto listener = std::make_unique<ListenerOverPistache>(std::move(hooks));
  BW_RETURN_IF_ERROR(listener->Listen(address, threads, backlog));
  return std::unique_ptr<PistacheListener>(std::move(listener));
}

}  // namespace bw::http
