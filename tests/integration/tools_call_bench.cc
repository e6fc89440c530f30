// tools/call through gateway and tool service to a loopback upstream, beside the same upstream
// asked directly, in one run: both by a bare load generator, which shows what the product adds, and
// both by curl, as a program asks that calls the API itself. And what a start costs. The product is
// a process of its own (bandwidth-mcp, or the services over TCP); load generator and upstream share
// the machine with it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/http/server.h"
#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "tests/support/child_process.h"
#include "tests/support/http_load.h"

namespace bw {
namespace {

using json::Json;
using std::chrono::milliseconds;
using testing_support::ChildProcess;
using testing_support::Command;
using testing_support::DriveHttp;
using testing_support::Load;

constexpr milliseconds kTime{5'000};
constexpr milliseconds kStartLimit{30'000};
constexpr std::array kConnections{1, 16, 64};

const char* const kCallState =
    R"({"callId":"c-1","accountId":"9900000","applicationId":"app","to":"+15550100001",)"
    R"("from":"+15550100002","direction":"outbound","state":"answered",)"
    R"("startTime":"2026-03-02T10:15:30.000Z","answerTime":"2026-03-02T10:15:33.000Z",)"
    R"("lastUpdate":"2026-03-02T10:15:33.000Z"})";

void AnswerUpstream(const std::shared_ptr<http::Exchange>& exchange) {
  const bool wants_token = exchange->request().path == "/api/v1/oauth2/token";
  exchange->Reply(http::JsonResponse(
      200, wants_token ? R"({"access_token":"t","expires_in":3600,"token_type":"bearer"})"
                       : kCallState));
}

Command Standalone(const std::string& upstream, std::vector<std::string> args) {
  args.insert(args.end(), {"--callback-port", "0", "--data-dir", ":memory:", "--admin-port=-1"});
  return {.program = "bandwidth-mcp",
          .args = std::move(args),
          .environment = {"BW_CLIENT_ID=c", "BW_CLIENT_SECRET=s", "BW_ACCOUNT_ID=9900000",
                          "BW_API_URL=" + upstream, "BW_VOICE_URL=" + upstream,
                          // One client asks as fast as it can.
                          "BW_MCP_RATE_PER_SECOND=0"},
          .pipe_stdio = true};
}

Json Modern(const std::string& method, Json params) {
  params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                     {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
  return {{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}};
}

void Print(const char* what, int connections, Load& load, double direct_per_second, double cpu_us) {
  std::printf("%-34s %4d %10.0f %8.2f %9.3f %9.3f %10.1f %7llu\n", what, connections,
              load.PerSecond(), load.PerSecond() / direct_per_second, load.Percentile(0.5),
              load.Percentile(0.99), cpu_us, static_cast<unsigned long long>(load.failed));
}

void BenchCalls(int upstream_port, ChildProcess& product, int mcp_port) {
  const std::string direct =
      "GET /api/v2/accounts/9900000/calls/c-1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const std::string call = testing_support::PostRequest(
      "/mcp",
      "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
      "Mcp-Method: tools/call\r\nMcp-Name: getCallState\r\n",
      json::Dump(
          Modern("tools/call", {{"name", "getCallState"}, {"arguments", {{"callId", "c-1"}}}})));
  std::printf("%-34s %4s %10s %8s %9s %9s %10s %7s\n", "", "conn", "req/s", "ratio", "p50 ms",
              "p99 ms", "CPU us/req", "failed");
  for (const int connections : kConnections) {
    Load yardstick = DriveHttp(upstream_port, connections, kTime,
                               [&](std::uint64_t) -> const std::string& { return direct; });
    const double direct_per_second = yardstick.PerSecond();
    Print("the upstream without us", connections, yardstick, direct_per_second, 0);
    const double before = testing_support::CpuSeconds(product.pid());
    Load load = DriveHttp(mcp_port, connections, kTime,
                          [&](std::uint64_t) -> const std::string& { return call; });
    const double cpu = testing_support::CpuSeconds(product.pid()) - before;
    Print("tools/call through bandwidth-mcp", connections, load, direct_per_second,
          cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(load.answered, 1)));
  }
}

// Keeps requests in flight with curl, the library; a request's `done` sends the next one.
class CurlDriver {
 public:
  CurlDriver(http_client::Request request, int in_flight)
      : request_(std::move(request)), left_(in_flight) {
    http_client::Options options;
    options.max_connections_per_host = in_flight;
    client_ = http_client::MakeHttpClient(options);
  }

  Load Run(milliseconds time) {
    const auto start = Clock::now();
    end_ = start + time;
    const int in_flight = left_;
    for (int i = 0; i < in_flight; ++i) Send();
    over_.get_future().wait();
    load_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(load_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void Send() {
    client_->Send(request_, [this, sent = Clock::now()](StatusOr<http_client::Response> answer) {
      OnAnswer(answer.ok() && answer->status == 200, sent);
    });
  }

  // On the client's one thread, which alone touches what it counts.
  void OnAnswer(bool ok, Clock::time_point sent) {
    const auto now = Clock::now();
    ++load_.answered;
    if (!ok) ++load_.failed;
    load_.latencies_ms.push_back(std::chrono::duration<double, std::milli>(now - sent).count());
    if (now < end_) return Send();
    if (--left_ == 0) over_.set_value();
  }

  const http_client::Request request_;
  int left_;
  Clock::time_point end_;
  std::promise<void> over_;
  Load load_;
  std::unique_ptr<http_client::HttpClient> client_;
};

// What calling through the product costs a program that would otherwise use curl itself.
void BenchBesideCurl(const std::string& upstream, ChildProcess& product, int mcp_port) {
  http_client::Request direct;
  direct.url = upstream + "/api/v2/accounts/9900000/calls/c-1";
  http_client::Request call;
  call.method = "POST";
  call.url = "http://127.0.0.1:" + std::to_string(mcp_port) + "/mcp";
  call.headers = {{"Content-Type", "application/json"},
                  {"Accept", "application/json, text/event-stream"},
                  {"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "getCallState"}};
  call.body = json::Dump(
      Modern("tools/call", {{"name", "getCallState"}, {"arguments", {{"callId", "c-1"}}}}));
  std::printf("\n%-34s %4s %10s %8s %9s %9s %10s %7s\n", "asked by curl in this process", "conn",
              "req/s", "ratio", "p50 ms", "p99 ms", "CPU us/req", "failed");
  for (const int in_flight : kConnections) {
    Load yardstick = CurlDriver(direct, in_flight).Run(kTime);
    const double direct_per_second = yardstick.PerSecond();
    Print("curl straight to the upstream", in_flight, yardstick, direct_per_second, 0);
    const double before = testing_support::CpuSeconds(product.pid());
    Load load = CurlDriver(call, in_flight).Run(kTime);
    const double cpu = testing_support::CpuSeconds(product.pid()) - before;
    Print("curl, tools/call through us", in_flight, load, direct_per_second,
          cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(load.answered, 1)));
    std::printf("%-34s %4d %10s %8s %+9.3f %+9.3f\n", "added", in_flight, "", "",
                load.Percentile(0.5) - yardstick.Percentile(0.5),
                load.Percentile(0.99) - yardstick.Percentile(0.99));
  }
}

// tools/list of the whole catalogue, beside a bare server that holds the same bytes ready.
void BenchList(const std::string& upstream) {
  Command everything = Standalone(upstream, {"--transport", "stdio"});
  everything.environment.push_back("BW_MCP_PROFILE=full");
  auto on_stdio = ChildProcess::Start(everything);
  if (!on_stdio.ok()) return;
  const Json request = Modern("tools/list", Json::object());
  (*on_stdio)->Write(json::Dump(request) + "\n");
  const auto answer = (*on_stdio)->ReadLine(kStartLimit);
  on_stdio->reset();
  everything = Standalone(upstream, {"--port", "0"});
  everything.environment.push_back("BW_MCP_PROFILE=full");
  auto product = ChildProcess::Start(everything);
  if (!answer.ok() || !product.ok()) return;
  const auto ready = (*product)->WaitForEvent("service.ready", kStartLimit, "standalone");
  auto bare = http::StartServer({}, [&](const std::shared_ptr<http::Exchange>& exchange) {
    exchange->Reply(http::JsonResponse(200, *answer));
  });
  if (!ready.ok() || !bare.ok()) return;
  const int port = static_cast<int>(json::GetInt(*ready, "port").value_or(0));
  const std::string list = testing_support::PostRequest(
      "/mcp",
      "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
      "Mcp-Method: tools/list\r\n",
      json::Dump(request));
  const auto ask = [&](std::uint64_t) -> const std::string& { return list; };
  std::printf("\ntools/list of every tool: %zu bytes\n", answer->size());
  for (const int connections : kConnections) {
    Load yardstick = DriveHttp((*bare)->port(), connections, kTime, ask);
    const double bare_per_second = yardstick.PerSecond();
    Print("the same bytes from a bare server", connections, yardstick, bare_per_second, 0);
    const double before = testing_support::CpuSeconds((*product)->pid());
    Load load = DriveHttp(port, connections, kTime, ask);
    const double cpu = testing_support::CpuSeconds((*product)->pid()) - before;
    Print("tools/list from bandwidth-mcp", connections, load, bare_per_second,
          cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(load.answered, 1)));
  }
}

// From fork to the answer of tools/list on stdio.
void BenchStart(const std::string& upstream) {
  std::vector<double> times;
  long resident = 0;
  for (int i = 0; i < 10; ++i) {
    const auto start = std::chrono::steady_clock::now();
    auto process = ChildProcess::Start(Standalone(upstream, {"--transport", "stdio"}));
    if (!process.ok()) return;
    (*process)->Write(json::Dump(Modern("tools/list", Json::object())) + "\n");
    if (!(*process)->ReadLine(kStartLimit).ok()) return;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count());
    resident = testing_support::ResidentKib((*process)->pid());
  }
  std::sort(times.begin(), times.end());
  std::printf(
      "\nstart to first tools/list on stdio: median %.0f ms, worst of 10 %.0f ms; resident %.1f "
      "MiB\n",
      times[times.size() / 2], times.back(), static_cast<double>(resident) / 1024);
}

int Run() {
  auto upstream = http::StartServer({}, AnswerUpstream);
  if (!upstream.ok()) return 1;
  const std::string url = "http://127.0.0.1:" + std::to_string((*upstream)->port());
  auto product = ChildProcess::Start(Standalone(url, {"--port", "0"}));
  if (!product.ok()) return 1;
  const auto ready = (*product)->WaitForEvent("service.ready", kStartLimit, "standalone");
  if (!ready.ok()) {
    std::printf("%s\n", ToString(ready.status()).c_str());
    return 1;
  }
  const int mcp_port = static_cast<int>(json::GetInt(*ready, "port").value_or(0));
  BenchCalls((*upstream)->port(), **product, mcp_port);
  BenchBesideCurl(url, **product, mcp_port);
  std::printf("resident after the load: %.1f MiB\n",
              static_cast<double>(testing_support::ResidentKib((*product)->pid())) / 1024);
  product->reset();
  BenchList(url);
  BenchStart(url);
  return 0;
}

}  // namespace
}  // namespace bw

int main() { return bw::Run(); }
