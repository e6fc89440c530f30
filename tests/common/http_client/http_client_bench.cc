// Requests per second of the client at 64 in flight over loopback, beside the yardstick of the same
// run: 64 raw sockets on one epoll thread against the same server. Usage: http_client_bench
// [seconds]
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http_client/http_client.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kInFlight = 64;
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
    "{\"id\":\"c-11aa22bb\",\"state\":\"active\"}";

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void Watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

// One epoll thread; every read that holds a whole request is answered with the same bytes.
class Upstream {
 public:
  Upstream() : listener_(socket(AF_INET, SOCK_STREAM, 0)), epoll_(epoll_create1(0)) {
    sockaddr_in address = Loopback(0);
    socklen_t length = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0) std::abort();
    listen(listener_, 256);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    Watch(epoll_, listener_);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Upstream() {
    stop_ = true;
    thread_.join();
  }
  int port() const { return port_; }

 private:
  void Serve() {
    epoll_event events[128];
    char buffer[16384];
    while (!stop_) {
      const int count = epoll_wait(epoll_, events, 128, 50);
      for (int i = 0; i < count; ++i) {
        const int ready = events[i].data.fd;
        if (ready == listener_) {
          const int accepted = accept(listener_, nullptr, nullptr);
          const int on = 1;
          setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          Watch(epoll_, accepted);
        } else if (recv(ready, buffer, sizeof buffer, 0) <= 0) {
          close(ready);
        } else if (send(ready, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) {
          close(ready);
        }
      }
    }
  }

  int listener_;
  int epoll_;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

double ThreadCpuSeconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double RawPerSecond(int port, std::chrono::seconds time) {
  const std::string request =
      "POST /call HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
      "Content-Length: 300\r\n\r\n" +
      std::string(300, 'x');
  const int epoll = epoll_create1(0);
  std::vector<int> sockets;
  for (int i = 0; i < kInFlight; ++i) {
    const int one = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = Loopback(port);
    if (connect(one, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    const int on = 1;
    setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(epoll, one);
    send(one, request.data(), request.size(), MSG_NOSIGNAL);
    sockets.push_back(one);
  }
  long answers = 0;
  epoll_event events[128];
  char buffer[16384];
  const auto begin = Clock::now();
  while (Clock::now() - begin < time) {
    const int count = epoll_wait(epoll, events, 128, 100);
    for (int i = 0; i < count; ++i) {
      if (recv(events[i].data.fd, buffer, sizeof buffer, 0) <= 0) std::abort();
      ++answers;
      send(events[i].data.fd, request.data(), request.size(), MSG_NOSIGNAL);
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  for (const int one : sockets) close(one);
  close(epoll);
  return static_cast<double>(answers) / seconds;
}

double ClientPerSecond(int port, std::chrono::seconds time) {
  const auto client = bw::http_client::MakeHttpClient();
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/call";
  std::atomic<long> answers{0};
  std::atomic<bool> stop{false};
  std::atomic<int> running{kInFlight};
  std::function<void()> send = [&] {
    bw::http_client::Request request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::string(300, 'x');
    client->Send(std::move(request), [&](bw::StatusOr<bw::http_client::Response> answer) {
      if (!answer.ok()) std::abort();
      ++answers;
      if (stop) {
        --running;
        running.notify_all();
      } else {
        send();
      }
    });
  };
  const auto begin = Clock::now();
  for (int i = 0; i < kInFlight; ++i) send();
  std::this_thread::sleep_for(time);
  const double rate =
      static_cast<double>(answers) / std::chrono::duration<double>(Clock::now() - begin).count();
  stop = true;
  for (int left = running; left > 0; left = running) running.wait(left);
  return rate;
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::seconds time(argc > 1 ? std::atoi(argv[1]) : 3);
  Upstream upstream;
  const double raw = RawPerSecond(upstream.port(), time);
  const double cpu = ThreadCpuSeconds(RUSAGE_SELF);
  const double client = ClientPerSecond(upstream.port(), time);
  const double cpu_per_request =
      (ThreadCpuSeconds(RUSAGE_SELF) - cpu) / (client * static_cast<double>(time.count()));
  std::printf("raw sockets, 64 in flight   %8.0f /s\n", raw);
  std::printf("http_client, 64 in flight   %8.0f /s  (%.0f %% of raw, %.1f us CPU with upstream)\n",
              client, 100 * client / raw, cpu_per_request * 1e6);
}
