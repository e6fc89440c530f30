#include "gateway/config.h"

#include <utility>

#include "gateway/http/access_guard.h"

namespace bw::gateway {
namespace {

void DeclareEndpoint(config::Options& options, Config& config) {
  options
      .Choice({"--transport", "BW_MCP_TRANSPORT", "How clients reach it: http or stdio"},
              {"http", "stdio"}, &config.transport)
      .Text({"--host", "BW_MCP_HOST", "Address to serve MCP on"}, &config.host)
      .Int({"--port", "BW_MCP_PORT", "Port to serve MCP on; 0 picks a free one"}, {0, 65'535},
           &config.port)
      .Int({"--http-threads", "BW_MCP_HTTP_THREADS", "Threads that serve HTTP"}, {1, 64},
           &config.http_threads)
      .Hidden({"", "BW_MCP_AUTH_TOKEN",
               "Bearer token every HTTP client must send; required beyond loopback"},
              &config.auth_token)
      .List({"--allowed-origins", "BW_MCP_ALLOWED_ORIGINS",
             "Origins or host names of web pages that may call, comma separated"},
            &config.allowed_origins)
      .List({"--allowed-hosts", "BW_MCP_ALLOWED_HOSTS",
             "Host names under which the endpoint is reached, comma separated"},
            &config.allowed_hosts)
      .Hidden({"", "BW_MCP_SESSION_KEYS",
               "Secrets that seal session ids, comma separated, newest first; the same on every "
               "replica"},
              &config.session_keys);
}

void DeclareRest(config::Options& options, Config& config) {
  options
      .Text({"--tool-service", "BW_TOOL_SERVICE_ADDRESS", "gRPC address of the tool service"},
            &config.tool_service_address)
      .Text({"--event-store", "BW_EVENT_STORE_ADDRESS", "gRPC address of the event store"},
            &config.event_store_address)
      .Text({"--tenant", "BW_TENANT", "Whose account is served"}, &config.tenant)
      .Int({"--max-concurrent-requests", "BW_MCP_MAX_CONCURRENT_REQUESTS",
            "Requests under way at once; more are refused"},
           {1, 100'000}, &config.max_concurrent_requests)
      .Int({"--max-body-bytes", "BW_MCP_MAX_BODY_BYTES", "Bytes of one message"}, {1'024, 64 << 20},
           &config.max_body_bytes)
      .Int({"--call-timeout-ms", "BW_MCP_CALL_TIMEOUT_MS", "Milliseconds one tool may run"},
           {100, 3'600'000}, &config.call_timeout_ms)
      .Text({"--admin-host", "BW_ADMIN_HOST", "Address of /metrics, /healthz and /readyz"},
            &config.admin_host)
      .Int({"--admin-port", "BW_ADMIN_PORT", "Its port; 0 picks a free one, -1 turns it off"},
           {-1, 65'535}, &config.admin_port)
      .Choice({"--log-level", "BW_LOG_LEVEL", "debug, info, warning, error or off"},
              {"debug", "info", "warning", "error", "off"}, &config.log_level);
}

}  // namespace

Status CheckConfig(const Config& config) {
  const std::string& token = config.auth_token.Reveal();
  if (!token.empty() && token.size() < kMinTokenBytes) {
    return InvalidArgument("BW_MCP_AUTH_TOKEN needs at least " + std::to_string(kMinTokenBytes) +
                           " characters");
  }
  if (config.transport == "http" && token.empty() && !IsLoopback(config.host)) {
    return InvalidArgument(
        "BW_MCP_AUTH_TOKEN is required to serve MCP beyond this machine (--host " + config.host +
        "); set it or listen on 127.0.0.1");
  }
  return OkStatus();
}

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  config::Options options("bw-gateway", "Speaks MCP to agents, over HTTP or stdio.");
  DeclareEndpoint(options, outcome.config);
  DeclareRest(options, outcome.config);
  auto parsed = options.Parse(environment, args);
  if (parsed.ok() && *parsed) {
    outcome.text_to_print = *std::move(parsed);
    return outcome;
  }
  const Status whole = CheckConfig(outcome.config);
  if (parsed.ok() && whole.ok()) return outcome;
  if (parsed.ok()) return whole;
  if (whole.ok()) return parsed.status();
  return InvalidArgument(std::string(Message(parsed.status())) + "\n" +
                         std::string(Message(whole)));
}

}  // namespace bw::gateway
