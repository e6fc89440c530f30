// What tests of the HTTP endpoint share: the endpoint over fakes, and requests to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "common/clock/scheduler.h"
#include "common/metrics/metrics.h"
#include "gateway/http/mcp_endpoint.h"
#include "tests/gateway/core_fixture.h"
#include "tests/gateway/fake_exchange.h"
#include "tests/support/mcp_schema.h"

namespace bw::gateway {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr const char* kVersion = "2026-07-28";
inline constexpr const char* kMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

inline std::string ModernBody(const std::string& method, const std::string& more = "",
                              const std::string& id = "1") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":{)" +
         (more.empty() ? "" : more + ",") + kMeta + "}}";
}

inline Fields ModernHeaders(const std::string& method, const std::string& name = "") {
  Fields fields{{"MCP-Protocol-Version", kVersion}, {"Mcp-Method", method}};
  if (!name.empty()) fields.emplace_back("Mcp-Name", name);
  return fields;
}

inline std::string LegacyBody(const std::string& method, const std::string& params = "{}",
                              const std::string& id = "1") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params +
         "}";
}

inline const std::string kInitialize =
    LegacyBody("initialize", R"({"protocolVersion":"2025-06-18"})");
inline const std::string kList = LegacyBody("tools/list");

class EndpointTest : public CoreTest {
 protected:
  EndpointTest() { Build(); }

  void TearDown() override {
    for (const auto& exchange : exchanges) ExpectAnswersKeepTheSchema(*exchange);
  }

  // Requests are malformed on purpose here and there; answers never.
  static void ExpectAnswersKeepTheSchema(const FakeExchange& exchange) {
    if (exchange.request().path != "/mcp") return;
    const std::string revision(
        exchange.request().headers.Get("MCP-Protocol-Version").value_or("2025-11-25"));
    const bool is_known = testing_support::McpSchema::Find(revision) != nullptr;
    testing_support::McpTranscript transcript(is_known ? revision : "2025-11-25");
    transcript.SentUnchecked(json::Parse(exchange.request().body).value_or(json::Json()));
    if (exchange.response) {
      const bool is_json = exchange.response->headers.Get("Content-Type") == "application/json";
      if (is_json) transcript.ReceivedBody("application/json", exchange.response->body);
    } else if (exchange.stream != nullptr) {
      transcript.ReceivedBody("text/event-stream", exchange.stream->text());
    }
    EXPECT_THAT(transcript.problems(), ::testing::IsEmpty()) << exchange.request().body;
  }

  // Anew, with what the members say by now.
  void Build() {
    failures = std::make_unique<FailureThrottle>(clock, failure_limits);
    limits = std::make_unique<PrincipalLimits>(clock, principal_limits);
    endpoint = std::make_unique<McpEndpoint>(
        options, AccessRules{access, authenticator.get(), *failures, *limits, challenges, resource},
        McpEndpoint::Dependencies{dispatcher, sessions, directory, subscriptions, ids, scheduler,
                                  metrics_of_test});
  }

  http::Request MakeHttp(std::string method, std::string body, const Fields& fields) {
    http::Request request;
    request.method = std::move(method);
    request.path = "/mcp";
    request.body = std::move(body);
    Fields all{{"Host", "localhost:8080"},
               {"Content-Type", "application/json"},
               {"Accept", "application/json, text/event-stream"}};
    for (const auto& field : fields) {
      std::erase_if(all, [&](const auto& old) { return old.first == field.first; });
      if (field.second != "-") all.push_back(field);
    }
    for (auto& [name, value] : all) request.headers.Add(name, value);
    return request;
  }

  std::shared_ptr<FakeExchange> Send(http::Request request) {
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    exchanges.push_back(exchange);
    endpoint->Handle(exchange);
    return exchange;
  }
  std::shared_ptr<FakeExchange> Post(std::string body, const Fields& fields = {}) {
    return Send(MakeHttp("POST", std::move(body), fields));
  }

  // A session of this revision.
  std::string OpenSession(const std::string& revision = "2025-06-18") {
    const auto exchange =
        Post(LegacyBody("initialize", R"({"protocolVersion":")" + revision + "\"}"));
    return std::string(exchange->response->headers.Get("Mcp-Session-Id").value_or(""));
  }

  EndpointOptions options;
  AccessOptions access;
  RequestIds ids{clock};
  metrics::Registry registry;
  Metrics metrics_of_test{registry};
  std::unique_ptr<Authenticator> authenticator;
  FailureLimits failure_limits;
  PrincipalLimitOptions principal_limits;
  Challenges challenges;
  std::optional<OauthResource> resource;
  std::unique_ptr<FailureThrottle> failures;
  std::unique_ptr<PrincipalLimits> limits;
  std::unique_ptr<McpEndpoint> endpoint;
  /// Everything a test has sent.
  std::vector<std::shared_ptr<FakeExchange>> exchanges;
};

inline int ErrorCode(const http::Response& response) {
  const auto body = json::Parse(response.body);
  const json::Json* error = body.ok() ? json::FindObject(*body, "error") : nullptr;
  return error == nullptr ? 0 : static_cast<int>(json::GetInt(*error, "code").value_or(-1));
}

}  // namespace bw::gateway
