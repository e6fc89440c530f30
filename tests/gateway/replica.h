// One gateway of several, over fakes: what it is told over HTTP, and what it keeps.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/metrics.h"
#include "gateway/http/legacy_sse.h"
#include "gateway/http/mcp_endpoint.h"
#include "tests/gateway/core_fixture.h"
#include "tests/gateway/fake_exchange.h"
#include "tests/gateway/fake_shared_state.h"

namespace bw::gateway {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One gateway of several. Its feeds are its own; the session facts are shared.
struct Replica {
  /// `mailbox` may be null.
  Replica(FakeClock& time, FakeSealer& same_key, FakeSharedState& shared,
          SubscriptionLimits limits = {}, Mailbox* shared_mailbox = nullptr)
      : clock(time),
        sealer(same_key),
        mailbox(shared_mailbox),
        directory(&shared, clock, metrics_of_test),
        subscriptions({&feed, provider, scheduler, clock, metrics_of_test}, limits) {
    directory.Start();
  }
  ~Replica() {
    subscriptions.Stop();
    directory.Stop();
  }

  std::shared_ptr<FakeExchange> Send(std::string method, const Fields& fields,
                                     std::string body = {}) {
    return SendTo("/mcp", std::move(method), fields, std::move(body));
  }
  std::shared_ptr<FakeExchange> SendTo(
      std::string path, std::string method, const Fields& fields, std::string body = {},
      std::vector<std::pair<std::string, std::string>> query = {}) {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.query = std::move(query);
    request.body = std::move(body);
    request.headers.Add("Host", "localhost");
    for (const auto& [name, value] : fields) request.headers.Add(name, value);
    if (!request.headers.Get("Content-Type")) {
      request.headers.Add("Content-Type", "application/json");
    }
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    endpoint.Handle(exchange);
    // A tenant's first stream waits for how its catalogue stands.
    if (provider.catalogue_changed && !told) {
      told = true;
      provider.catalogue_changed({"t1", "p1", "r1"});
    }
    return exchange;
  }
  std::shared_ptr<FakeExchange> Post(const std::string& session, const std::string& method,
                                     const std::string& params) {
    return Send("POST",
                {{"Mcp-Session-Id", session}, {"Accept", "application/json, text/event-stream"}},
                R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
  }
  std::string OpenSession() {
    const auto exchange = Send("POST", {{"Accept", "application/json, text/event-stream"}},
                               R"({"jsonrpc":"2.0","id":1,"method":"initialize",)"
                               R"("params":{"protocolVersion":"2025-11-25"}})");
    return std::string(exchange->response->headers.Get("Mcp-Session-Id").value_or(""));
  }
  std::shared_ptr<FakeExchange> Get(const std::string& session) {
    return Send("GET", {{"Mcp-Session-Id", session}, {"Accept", "text/event-stream"}});
  }
  std::shared_ptr<FakeExchange> Listen(const std::string& accept = "text/event-stream",
                                       const std::string& padding = "") {
    return Send("POST",
                {{"Accept", accept},
                 {"MCP-Protocol-Version", "2026-07-28"},
                 {"Mcp-Method", "subscriptions/listen"}},
                R"({"jsonrpc":"2.0","id":"l-1","method":"subscriptions/listen","params":{)"
                R"("notifications":{"resourceSubscriptions":["bandwidth://calls"]},"padding":")" +
                    padding +
                    R"(","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                    R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
  }

  static EndpointOptions OneRequest() {
    EndpointOptions options;
    options.max_concurrent_requests = 1;
    return options;
  }

  FakeClock& clock;
  FakeSealer& sealer;
  Mailbox* const mailbox;
  metrics::Registry registry;
  Metrics metrics_of_test{registry};
  ManualScheduler scheduler{clock};
  FakeToolProvider provider;
  FakeEventFeed feed;
  bool told = false;
  SessionDirectory directory;
  Sessions sessions{clock, sealer, directory};
  Subscriptions subscriptions;
  Questions questions{sealer, nullptr, scheduler, metrics_of_test};
  RequestStates request_states{clock, sealer};
  Dispatcher dispatcher{{provider, metrics_of_test, clock, sessions, questions, request_states,
                         directory, subscriptions},
                        {},
                        {}};
  RequestIds ids{clock};
  EndpointOptions options = OneRequest();
  FailureThrottle failures{clock, {}};
  PrincipalLimits principal_limits{clock, {}};
  LegacySse legacy_sse{{},
                       {dispatcher, sessions, directory, subscriptions, ids, scheduler, mailbox}};
  McpEndpoint endpoint{options,
                       {.options = {}, .failures = failures, .limits = principal_limits},
                       {dispatcher, sessions, directory, subscriptions, ids, scheduler,
                        metrics_of_test, &legacy_sse}};
};

}  // namespace bw::gateway
