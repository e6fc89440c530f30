// Accepts connections and reads from them with Pistache's Tcp layer. The only file pair that knows
// it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/http/connection.h"
#include "common/status/status.h"

namespace bw::http {

struct ListenAddress {
  std::string host;
  int port = 0;
};

/// Called on Pistache's threads; must not block.
struct ListenerHooks {
  /// A connection was accepted; nullptr refuses it (the hook ends it, the listener closes it).
  std::function<std::shared_ptr<Connection>(int fd)> accepted;
  /// The client has left; the descriptor is closed after the hook returns.
  std::function<void(int fd, Connection& connection)> left;
  /// The kernel could not give us a connection.
  std::function<void()> accept_failed;
};

class PistacheListener {
 public:
  /// UNAVAILABLE when the address cannot be resolved or bound.
  static StatusOr<std::unique_ptr<PistacheListener>> Start(const ListenAddress& address,
                                                           int threads, int backlog,
                                                           ListenerHooks hooks);
  virtual ~PistacheListener() = default;  // joins its threads; open connections stay open

  virtual int port() const = 0;
  /// Closes the listening socket: the kernel refuses new connections. Reading goes on.
  virtual void StopAccepting() = 0;
  /// To be called a few times a second, see the transport's comment.
  virtual void Nudge() = 0;
};

}  // namespace bw::http
