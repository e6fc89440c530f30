// JSON-RPC dispatch with a provider that answers at once: what the gateway itself costs. The
// yardstick for tools/list is serving the same bytes without understanding the request.
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/metrics/metrics.h"
#include "gateway/http/mcp_endpoint.h"
#include "gateway/openssl/aead_sealer.h"
#include "tests/gateway/fake_exchange.h"
#include "tests/gateway/fake_tool_provider.h"

namespace bw::gateway {
namespace {

constexpr int kCatalogueTools = 200;

class Bench {
 public:
  Bench() {
    provider.tools.tools = {MakeTool("echo")};
    for (int i = 1; i < kCatalogueTools; ++i) {
      Tool tool = MakeTool("tool_" + std::to_string(i));
      tool.description = std::string(200, 'd');
      tool.input_schema_json = R"({"type":"object","properties":{"text":{"type":"string",)"
                               R"("description":")" +
                               std::string(500, 'p') + R"("}}})";
      provider.tools.tools.push_back(std::move(tool));
    }
  }

  std::shared_ptr<FakeExchange> Post(const http::Request& request) {
    auto exchange = std::make_shared<FakeExchange>(request);
    endpoint.Handle(exchange);
    return exchange;
  }

  static http::Request Modern(const std::string& method, const std::string& name,
                              const std::string& params) {
    http::Request request;
    request.method = "POST";
    request.path = "/mcp";
    request.headers.Add("Host", "localhost:8080");
    request.headers.Add("Content-Type", "application/json");
    request.headers.Add("Accept", "application/json, text/event-stream");
    request.headers.Add("MCP-Protocol-Version", "2026-07-28");
    request.headers.Add("Mcp-Method", method);
    if (!name.empty()) request.headers.Add("Mcp-Name", name);
    request.body = R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + params +
                   R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                   R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
    return request;
  }

  FakeToolProvider provider;
  metrics::Registry registry;
  Metrics gateway_metrics{registry};
  std::unique_ptr<AeadSealer> sealer = *AeadSealer::Create({});
  std::unique_ptr<Scheduler> scheduler = MakeThreadScheduler();
  SessionDirectory directory{nullptr, SystemClock(), gateway_metrics};
  Sessions sessions{SystemClock(), *sealer, directory};
  Subscriptions subscriptions{{nullptr, provider, *scheduler, SystemClock(), gateway_metrics}, {}};
  Questions questions{*sealer, nullptr, *scheduler, gateway_metrics};
  RequestStates request_states{SystemClock(), *sealer};
  Dispatcher dispatcher{{provider, gateway_metrics, SystemClock(), sessions, questions,
                         request_states, directory, subscriptions},
                        {},
                        {}};
  RequestIds ids{SystemClock()};
  FailureThrottle failures{SystemClock(), {}};
  PrincipalLimits limits{SystemClock(), {.requests_per_second = 0}};
  McpEndpoint endpoint{
      {},
      {.options = {}, .failures = failures, .limits = limits},
      {dispatcher, sessions, directory, subscriptions, ids, *scheduler, gateway_metrics}};
};

void ToolsList(benchmark::State& state) {
  Bench bench;
  const auto request = Bench::Modern("tools/list", "", "");
  std::size_t bytes = 0;
  for (auto _ : state) bytes += bench.Post(request)->response->body.size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(ToolsList);

void SameBytesStatically(benchmark::State& state) {
  Bench bench;
  const auto request = Bench::Modern("tools/list", "", "");
  const std::string body = bench.Post(request)->response->body;
  std::size_t bytes = 0;
  for (auto _ : state) {
    auto exchange = std::make_shared<FakeExchange>(request);
    exchange->Reply(http::JsonResponse(200, body), nullptr);
    bytes += exchange->response->body.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(SameBytesStatically);

void ToolsCall(benchmark::State& state) {
  Bench bench;
  const auto request =
      Bench::Modern("tools/call", "echo", R"("name":"echo","arguments":{"text":"hello"},)");
  for (auto _ : state) benchmark::DoNotOptimize(bench.Post(request)->response->body.data());
}
BENCHMARK(ToolsCall);

void DecodeAndDecide(benchmark::State& state) {
  const auto request =
      Bench::Modern("tools/call", "echo", R"("name":"echo","arguments":{"text":"hello"},)");
  const McpHeaders headers{"2026-07-28", "tools/call", "echo"};
  for (auto _ : state) {
    const auto decoded = Decode(request.body);
    benchmark::DoNotOptimize(DecideEra(headers, std::get<Message>(decoded.elements[0])));
  }
}
BENCHMARK(DecodeAndDecide);

void RefusedRequest(benchmark::State& state) {
  Bench bench;
  auto request = Bench::Modern("tools/list", "", "");
  request.headers = {};
  request.headers.Add("Host", "evil.example.com");
  for (auto _ : state) benchmark::DoNotOptimize(bench.Post(request)->response->status);
}
BENCHMARK(RefusedRequest);

}  // namespace
}  // namespace bw::gateway

BENCHMARK_MAIN();
