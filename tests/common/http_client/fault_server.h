// A TCP server whose every byte the test decides: the faults that a real server never shows on
// demand.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bw::test {

/// One accepted connection, on its own thread; closed when the script returns.
class FaultConnection {
 public:
  FaultConnection(int socket, int number) : socket_(socket), number_(number) {}
  /// 0 for the first connection of the server, then 1, …
  int number() const { return number_; }
  /// For layers of the test's own; closed by the server.
  int socket() const { return socket_; }
  /// The next request (head, and body by Content-Length); "" when the client closed.
  std::string ReadRequest();
  /// False when the client is gone.
  bool Send(std::string_view bytes);
  /// Sends a RST instead of closing properly when the script returns.
  void ResetOnClose();
  /// Returns when the client closed or the server stops.
  void WaitForClose();

 private:
  int socket_;
  int number_;
  std::string buffer_;
};

/// "HTTP/1.1 200 OK" with Content-Length and `body`.
std::string OkResponse(std::string_view body);

class FaultServer {
 public:
  using Script = std::function<void(FaultConnection&)>;

  explicit FaultServer(Script script);
  ~FaultServer();

  int port() const { return port_; }
  /// "http://127.0.0.1:PORT" + path
  std::string Url(std::string_view path = "/") const;
  int connections() const { return connections_; }

 private:
  void Accept();

  const Script script_;
  int listener_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;  // guards sockets_, threads_, stopping_
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
  std::thread acceptor_;
};

}  // namespace bw::test
