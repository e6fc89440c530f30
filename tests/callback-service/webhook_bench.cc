// Webhook → commit → 200: an inbound message posted to bw-callback-service, recorded by
// bw-event-store (two processes, a real database on disk), beside the same HTTP and parsing with a
// ledger that answers at once: the difference is what durability costs. 1 and 64 connections, one
// request in flight on each. Usage: callback_webhook_bench [seconds per row]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "callback-service/http/webhook_endpoint.h"
#include "common/http/server.h"
#include "common/log/log.h"
#include "tests/support/child_process.h"

namespace bw::callback_service {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using testing_support::ChildProcess;

constexpr milliseconds kStartLimit{20'000};
constexpr int kIdDigits = 12;

// The yardstick's store: durable at once.
class InstantLedger : public CallLedger {
 public:
  Ticket RecordVoice(VoiceRecord, Done done) override {
    done(Recorded{});
    return 0;
  }
  void RecordPlain(Event, milliseconds, Done done) override { done(Recorded{}); }
  void Delivered(Delivery) override {}
  void Release(Ticket) override {}
};

// A message with room for an id of kIdDigits, so that every request is a new event.
std::string Request(std::size_t& id_position) {
  const std::string body =
      R"([{"type":"message-received","time":"2026-03-02T10:20:00.000Z","description":)"
      R"("Incoming message received","to":"+15550100002","message":{"id":"m-000000000000",)"
      R"("owner":"+15550100002","applicationId":"93de2206-9669-4e07-948d-329f4b722ee2",)"
      R"("time":"2026-03-02T10:19:59.000Z","segmentCount":1,"direction":"in",)"
      R"("to":["+15550100002"],"from":"+15550100001","text":"Is the blue one still available?"}}])";
  const std::string request =
      "POST /callbacks/messaging/inbound HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: "
      "BandwidthAPI/v2\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  id_position = request.find("m-0000") + 2;
  return request;
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  return fd;
}

struct Load {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  std::size_t failed = 0;
};

// One thread drives all connections: each sends its next request when the reply has come.
class Generator {
 public:
  Generator(int port, int connections)
      : request_(Request(id_position_)), epoll_(epoll_create1(EPOLL_CLOEXEC)), sent_at_(65'536) {
    for (int i = 0; i < connections; ++i) {
      fds_.push_back(Connect(port));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fds_.back();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, fds_.back(), &event);
    }
  }
  ~Generator() {
    for (const int fd : fds_) close(fd);
    close(epoll_);
  }

  Load Run(milliseconds time) {
    latencies_ms_.clear();
    failed_ = 0;
    for (const int fd : fds_) Send(fd);
    const auto start = SteadyClock::now();
    const auto end = start + time;
    std::size_t in_flight = fds_.size();
    while (in_flight > 0) {
      std::array<epoll_event, 64> events;
      const int ready = epoll_wait(epoll_, events.data(), events.size(), -1);
      const bool is_over = SteadyClock::now() >= end;
      for (int i = 0; i < ready; ++i) {
        Receive(events[i].data.fd);
        if (is_over) {
          --in_flight;
        } else {
          Send(events[i].data.fd);
        }
      }
    }
    return Summarise(SteadyClock::now() - start);
  }

 private:
  void Send(int fd) {
    static unsigned long long id = 0;
    std::array<char, kIdDigits + 1> digits{};
    std::snprintf(digits.data(), digits.size(), "%012llu", ++id);
    std::memcpy(request_.data() + id_position_, digits.data(), kIdDigits);
    sent_at_[static_cast<std::size_t>(fd)] = SteadyClock::now();
    if (send(fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) std::abort();
  }

  // A reply is small and comes in one piece.
  void Receive(int fd) {
    std::array<char, 4096> buffer;
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
    if (size <= 0) std::abort();
    const std::chrono::duration<double, std::milli> taken =
        SteadyClock::now() - sent_at_[static_cast<std::size_t>(fd)];
    latencies_ms_.push_back(taken.count());
    if (std::string_view(buffer.data(), static_cast<std::size_t>(size)).find(" 200 ") != 8)
      ++failed_;
  }

  Load Summarise(SteadyClock::duration taken) {
    std::sort(latencies_ms_.begin(), latencies_ms_.end());
    Load load;
    const double seconds = std::chrono::duration<double>(taken).count();
    load.per_second = static_cast<double>(latencies_ms_.size()) / seconds;
    load.p50_ms = latencies_ms_[latencies_ms_.size() / 2];
    load.p99_ms = latencies_ms_[latencies_ms_.size() * 99 / 100];
    load.failed = failed_;
    return load;
  }

  std::size_t id_position_ = 0;
  std::string request_;
  const int epoll_;
  std::vector<int> fds_;
  std::vector<SteadyClock::time_point> sent_at_;  // by descriptor
  std::vector<double> latencies_ms_;
  std::size_t failed_ = 0;
};

void Print(const char* name, int port, int connections, milliseconds time) {
  Generator generator(port, connections);
  generator.Run(time / 5);  // warm up
  const Load load = generator.Run(time);
  std::printf("%-44s %4d %10.0f %9.3f %9.3f %7zu\n", name, connections, load.per_second,
              load.p50_ms, load.p99_ms, load.failed);
  std::fflush(stdout);
}

void RunYardstick(milliseconds time) {
  InstantLedger ledger;
  PatienceOptions patience;
  patience.continue_url = [](std::string_view id, int wait) { return ContinueUrl("", id, wait); };
  Voice voice(ledger, *Patience::Create(patience));
  metrics::Registry registry;
  Metrics metrics(registry, RouteLabels(), EventTypeLabels());
  WebhookEndpoint endpoint(voice, ledger, BasicAuth("", ""), metrics, SystemClock());
  const auto server = http::StartServer(
      {.threads = 2}, [&](auto exchange) { endpoint.Handle(std::move(exchange)); });
  if (!server.ok()) std::abort();
  for (const int connections : {1, 64}) {
    Print("without the store (answered at once)", (*server)->port(), connections, time);
  }
}

int PortOf(ChildProcess& process, const char* field) {
  const StatusOr<json::Json> line = process.WaitForEvent("service.ready", kStartLimit);
  if (!line.ok()) {
    std::fprintf(stderr, "%s\n", ToString(line.status()).c_str());
    std::exit(1);
  }
  return static_cast<int>(json::GetInt(*line, field).value_or(0));
}

std::unique_ptr<ChildProcess> StartProcess(const char* program, std::vector<std::string> args) {
  testing_support::Command command;
  command.program = program;
  command.args = std::move(args);
  auto process = ChildProcess::Start(command);
  if (process.ok()) return *std::move(process);
  std::fprintf(stderr, "%s\n", ToString(process.status()).c_str());
  std::exit(1);
}

void RunWithStore(milliseconds time, const std::string& address, const char* name) {
  const testing_support::TemporaryFolder folder;
  const bool is_unix = address.starts_with("unix:");
  const std::string listen = is_unix ? address + folder.path() + "/store" : address;
  const auto store = StartProcess(
      "bw-event-store", {"--listen=" + listen, "--admin-port=-1", "--data-dir=" + folder.path()});
  const int store_port = PortOf(*store, "port");
  const std::string target = is_unix ? listen : "127.0.0.1:" + std::to_string(store_port);
  const auto service = StartProcess(
      "bw-callback-service",
      {"--port=0", "--admin-port=-1", "--event-store=" + target, "--log-level=warning"});
  const int port = PortOf(*service, "port");
  for (const int connections : {1, 64}) Print(name, port, connections, time);
}

}  // namespace
}  // namespace bw::callback_service

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  const std::chrono::milliseconds time(static_cast<long>(seconds * 1000));
  bw::log::SetLevel(bw::log::Level::kOff);
  std::printf("%-44s %4s %10s %9s %9s %7s\n", "webhook -> 200", "conn", "req/s", "p50 ms", "p99 ms",
              "failed");
  bw::callback_service::RunYardstick(time);
  bw::callback_service::RunWithStore(time, "127.0.0.1:0", "two processes, durable, TCP");
  bw::callback_service::RunWithStore(time, "unix:", "two processes, durable, Unix socket");
  return 0;
}
