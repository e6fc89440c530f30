#include "tests/support/http_load.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bw::testing_support {
namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int fd = -1;
  std::string received = {};
  Clock::time_point sent = {};
};

int ConnectTo(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

// The size of the first whole answer in `received`, or 0.
std::size_t AnswerSize(std::string_view received) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  const std::size_t field = received.substr(0, head).find(kLength);
  std::size_t length = 0;
  if (field != std::string_view::npos) {
    std::from_chars(received.data() + field + kLength.size(), received.data() + head, length);
  }
  const std::size_t size = head + 4 + length;
  return received.size() < size ? 0 : size;
}

class Driver {
 public:
  Driver(int port, int connections, const MakeRequest& make)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)),
        connections_(static_cast<std::size_t>(connections)),
        make_(make) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].fd = ConnectTo(port);
      if (connections_[i].fd < 0) {
        ++load_.failed;
        continue;
      }
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
    }
  }

  ~Driver() {
    for (const Connection& connection : connections_) {
      if (connection.fd >= 0) close(connection.fd);
    }
    close(epoll_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  Load Run(std::chrono::milliseconds time) {
    const auto start = Clock::now();
    for (Connection& connection : connections_) Send(connection);
    std::array<epoll_event, 64> events{};
    while (Clock::now() - start < time) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < ready; ++i) {
        Receive(connections_[events[static_cast<std::size_t>(i)].data.u64]);
      }
    }
    load_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(load_);
  }

 private:
  void Send(Connection& connection) {
    if (connection.fd < 0) return;
    const std::string& request = make_(count_++);
    connection.sent = Clock::now();
    if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      Drop(connection);
    }
  }

  void Receive(Connection& connection) {
    std::array<char, 65536> chunk;
    const ssize_t got = recv(connection.fd, chunk.data(), chunk.size(), 0);
    if (got <= 0) return Drop(connection);
    connection.received.append(chunk.data(), static_cast<std::size_t>(got));
    const std::size_t size = AnswerSize(connection.received);
    if (size == 0) return;
    if (connection.received.rfind("HTTP/1.1 200", 0) != 0) ++load_.failed;
    connection.received.erase(0, size);
    ++load_.answered;
    load_.latencies_ms.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - connection.sent).count());
    Send(connection);
  }

  void Drop(Connection& connection) {
    ++load_.failed;
    close(connection.fd);
    connection.fd = -1;
  }

  const int epoll_;
  std::vector<Connection> connections_;
  const MakeRequest& make_;
  std::uint64_t count_ = 0;
  Load load_;
};

}  // namespace

double Load::Percentile(double share) {
  if (latencies_ms.empty()) return 0;
  std::sort(latencies_ms.begin(), latencies_ms.end());
  const auto last = static_cast<double>(latencies_ms.size() - 1);
  return latencies_ms[static_cast<std::size_t>(share * last)];
}

Load DriveHttp(int port, int connections, std::chrono::milliseconds time, const MakeRequest& make) {
  return Driver(port, connections, make).Run(time);
}

std::string PostRequest(const std::string& target, const std::string& extra_headers,
                        const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
         extra_headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

double CpuSeconds(int pid) {
  const std::string process = pid == 0 ? "self" : std::to_string(pid);
  std::ifstream stream("/proc/" + process + "/stat");
  std::string text;
  std::getline(stream, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

long ResidentKib(int pid) {
  std::ifstream stream("/proc/" + std::to_string(pid) + "/status");
  std::string name;
  long value = 0;
  while (stream >> name) {
    if (name == "VmRSS:") {
      stream >> value;
      break;
    }
  }
  return value;
}

}  // namespace bw::testing_support
