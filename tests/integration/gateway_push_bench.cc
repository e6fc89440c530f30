// What it costs to listen, and how soon a listener hears: an event store and a gateway in this
// process, over HTTP. The listeners' own ends of the connections are in this process too.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "common/rpc/rpc.h"
#include "event-store/app.h"
#include "event-store/config.h"
#include "gateway/app.h"
#include "tests/event-store/grpc/ingest_client.h"
#include "tests/gateway/fake_tool_service.h"
#include "tests/integration/event_reader.h"
#include "tests/support/http_load.h"

namespace bw {
namespace {

using integration::EventReader;

constexpr int kIdleStreams = 2'000;
constexpr int kEvents = 2'000;

void AllowDescriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Services {
  gateway::FakeToolService tool_service;
  std::unique_ptr<event_store::App> store;
  std::unique_ptr<rpc::Server> tools;
  std::unique_ptr<gateway::App> gateway;

  ~Services() {
    gateway.reset();
    tools.reset();
    store.reset();
  }

  Status Start() {
    event_store::Config store_config;
    store_config.listen.clear();
    store_config.admin_port = -1;
    store_config.data_dir = ":memory:";
    store_config.log_level = "error";
    BW_ASSIGN_OR_RETURN(store, event_store::App::Start(store_config));
    BW_ASSIGN_OR_RETURN(tools, rpc::Server::Start({}, {&tool_service}));
    gateway::Config config;
    config.port = 0;
    config.admin_port = -1;
    config.log_level = "error";
    // One principal opens all streams, as fast as it can.
    config.rate_per_second = 0;
    gateway::Dependencies dependencies;
    dependencies.tool_service = tools->InProcessChannel();
    dependencies.event_store = store->InProcessChannel();
    BW_ASSIGN_OR_RETURN(gateway, gateway::App::Start(config, std::move(dependencies)));
    return OkStatus();
  }
};

// Whether the stream was acknowledged.
std::unique_ptr<EventReader> OpenListener(int port, const std::string& uri) {
  auto reader = std::make_unique<EventReader>(port, integration::Listen(uri));
  return reader->Next().empty() ? nullptr : std::move(reader);
}

// From just before the item is sent to the notification in the listener's hand.
void BenchLatency(Services& services, const char* what) {
  const auto listener = OpenListener(services.gateway->port(), "bandwidth://calls");
  if (!listener) {
    std::printf("no listener\n");
    return;
  }
  event_store::testing::IngestClient ingest(services.store->InProcessChannel());
  std::vector<double> times;
  static int identity = 0;
  for (int i = 0; i < kEvents; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ingest.Send(event_store::testing::VoiceItem(static_cast<std::uint64_t>(i) + 1,
                                                "bench-" + std::to_string(++identity), "c-1", 0));
    if (listener->Next().empty()) break;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count());
    ingest.Wait(static_cast<std::uint64_t>(i) + 1);
  }
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  std::printf("%-44s %6zu events  p50 %.3f ms  p99 %.3f ms  worst %.3f ms\n", what, times.size(),
              times[times.size() / 2], times[times.size() * 99 / 100], times.back());
}

int Run() {
  AllowDescriptors();
  Services services;
  const Status started = services.Start();
  if (!started.ok()) {
    std::printf("%s\n", ToString(started).c_str());
    return 1;
  }
  BenchLatency(services, "Ingest to resources/updated, one stream");
  const long before_kib = testing_support::ResidentKib(::getpid());
  std::vector<std::unique_ptr<EventReader>> idle;
  for (int i = 0; i < kIdleStreams; ++i) {
    idle.push_back(OpenListener(services.gateway->port(), "bandwidth://messages/inbound"));
    if (!idle.back()) {
      std::printf("stream %d was not opened\n", i);
      return 1;
    }
  }
  const long after_kib = testing_support::ResidentKib(::getpid());
  std::printf("%d idle listen streams: %.2f KiB each, their clients' ends included\n", kIdleStreams,
              static_cast<double>(after_kib - before_kib) / kIdleStreams);
  BenchLatency(services, "the same beside the idle streams");
  return 0;
}

}  // namespace
}  // namespace bw

int main() { return bw::Run(); }
