// Requests per second and latency of the HTTP server over loopback: a 300-byte POST answered with
// 35 bytes, keep-alive, 1 and 64 connections, answered on the server's thread and from another one;
// beside it, in the same run, a bare epoll loop that answers every read with fixed bytes, which is
// the most this load generator can see. Server and generator have a core each where there are two.
// Usage: http_server_bench [seconds per row]
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http/server.h"

namespace bw::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kReply = "{\"ok\":true,\"id\":\"0123456789abcdef\"}";
constexpr int kServerCore = 0;
constexpr int kLoadCore = 1;
constexpr int kHeld = 2'000;

void PinThisThread(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);  // fails, and does not matter, on a single core
}

void Watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in address = Loopback(port);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  return fd;
}

// The yardstick: no HTTP at all.
class BareServer {
 public:
  BareServer()
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), epoll_(epoll_create1(0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    listen(listener_, 256);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    Watch(epoll_, listener_);
    thread_ = std::thread([this] { Serve(); });
  }
  ~BareServer() {
    stopping_ = true;
    close(Connect(port_));
    thread_.join();
    close(epoll_);
    close(listener_);
  }
  int port() const { return port_; }

 private:
  void Serve() {
    PinThisThread(kServerCore);
    const std::string reply =
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: "
        "application/json\r\nContent-Length: 35\r\n\r\n" +
        std::string(kReply);
    std::array<epoll_event, 64> events;
    std::array<char, 4096> buffer;
    while (!stopping_) {
      const int ready = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_) {
          Watch(epoll_, accept(listener_, nullptr, nullptr));
        } else if (recv(fd, buffer.data(), buffer.size(), 0) > 0) {
          send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
        } else {
          close(fd);
        }
      }
    }
  }

  const int listener_;
  const int epoll_;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

class OtherThread {
 public:
  OtherThread() : thread_([this] { Run(); }) {}
  ~OtherThread() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void Answer(std::shared_ptr<Exchange> exchange) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(exchange));
    }
    changed_.notify_one();
  }

 private:
  void Run() {
    PinThisThread(kServerCore);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto exchange = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      exchange->Reply(JsonResponse(200, std::string(kReply)));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Exchange>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

// Unlike rates, this hardly moves when other programs use the machine.
double CpuMicroseconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto micros = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

struct Load {
  double per_second = 0;
  double server_cpu_us = 0;  // per request
  double p50_us = 0;
  double p99_us = 0;
};

// One request in flight per connection, each sent as soon as the reply before it has come.
Load Drive(int port, int connections, std::chrono::milliseconds time) {
  const std::string body(300, 'x');
  const std::string request =
      "POST /callbacks/messaging/inbound?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n"
      "Content-Type: application/json\r\nAccept: */*\r\nContent-Length: 300\r\n\r\n" +
      body;
  PinThisThread(kLoadCore);
  const int epoll = epoll_create1(0);
  std::vector<int> fds;
  std::vector<SteadyClock::time_point> sent_at(65536);
  for (int i = 0; i < connections; ++i) {
    fds.push_back(Connect(port));
    Watch(epoll, fds.back());
    sent_at[fds.back()] = SteadyClock::now();
    send(fds.back(), request.data(), request.size(), MSG_NOSIGNAL);
  }
  std::vector<double> latencies_us;
  latencies_us.reserve(2'000'000);
  std::array<epoll_event, 64> events;
  std::array<char, 4096> buffer;
  const double cpu_before = CpuMicroseconds(RUSAGE_SELF) - CpuMicroseconds(RUSAGE_THREAD);
  const auto start = SteadyClock::now();
  while (SteadyClock::now() - start < time) {
    const int ready = epoll_wait(epoll, events.data(), events.size(), 1000);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (recv(fd, buffer.data(), buffer.size(), 0) <= 0) std::abort();
      const auto now = SteadyClock::now();
      latencies_us.push_back(std::chrono::duration<double, std::micro>(now - sent_at[fd]).count());
      sent_at[fd] = now;
      send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    }
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  const double cpu = CpuMicroseconds(RUSAGE_SELF) - CpuMicroseconds(RUSAGE_THREAD) - cpu_before;
  for (const int fd : fds) close(fd);
  close(epoll);
  std::sort(latencies_us.begin(), latencies_us.end());
  const std::size_t count = latencies_us.size();
  if (count == 0) std::abort();
  return {static_cast<double>(count) / seconds, cpu / static_cast<double>(count),
          latencies_us[count / 2], latencies_us[count * 99 / 100]};
}

std::unique_ptr<Server> StartPinned(Handler handler) {
  PinThisThread(kServerCore);  // the server's threads inherit it
  auto server = StartServer({}, std::move(handler));
  if (!server.ok()) std::abort();
  return std::move(server).value();
}

void Report(const char* name, int connections, const Load& load, const Load& yardstick) {
  std::printf(
      "%-26s c=%-3d %8.0f req/s (%4.2f of bare)  p50 %6.1f us  p99 %7.1f us  CPU %5.2f us\n", name,
      connections, load.per_second, load.per_second / yardstick.per_second, load.p50_us,
      load.p99_us, load.server_cpu_us);
}

long ResidentKb() {
  long pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void ReportHeld() {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<Exchange>> held;
  const auto server = StartPinned([&](std::shared_ptr<Exchange> exchange) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(exchange));
    changed.notify_one();
  });
  const long before_kb = ResidentKb();
  std::vector<int> fds;
  for (int i = 0; i < kHeld; ++i) {
    fds.push_back(Connect(server->port()));
    const std::string request =
        "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n" + std::string(300, 'x');
    send(fds.back(), request.data(), request.size(), MSG_NOSIGNAL);
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return held.size() == kHeld; });
  std::printf("%d held requests: %.1f KB each\n", kHeld,
              static_cast<double>(ResidentKb() - before_kb) / kHeld);
  lock.unlock();
  for (const auto& exchange : held) exchange->Reply(JsonResponse(200, std::string(kReply)));
  for (const int fd : fds) close(fd);
}

void RunAll(std::chrono::milliseconds time) {
  OtherThread other;
  const BareServer bare;
  const auto at_once = StartPinned([](const std::shared_ptr<Exchange>& exchange) {
    exchange->Reply(JsonResponse(200, std::string(kReply)));
  });
  const auto elsewhere =
      StartPinned([&](std::shared_ptr<Exchange> exchange) { other.Answer(std::move(exchange)); });
  for (const int connections : {1, 64}) {
    const Load yardstick = Drive(bare.port(), connections, time);
    Report("bare epoll loop", connections, yardstick, yardstick);
    Report("reply at once", connections, Drive(at_once->port(), connections, time), yardstick);
    Report("reply from another thread", connections, Drive(elsewhere->port(), connections, time),
           yardstick);
  }
  ReportHeld();
}

}  // namespace
}  // namespace bw::http

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 3.0;
  bw::http::RunAll(std::chrono::milliseconds(static_cast<int>(seconds * 1000)));
  return 0;
}
