#include "gateway/config.h"

#include <functional>
#include <utility>

#include "gateway/core/scopes.h"
#include "gateway/core/web_address.h"

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
      .Hidden(
          {"", "BW_MCP_AUTH_TOKEN",
           "Bearer token that may do everything; beyond loopback some authentication is needed"},
          &config.auth_token)
      .List({"--allowed-origins", "BW_MCP_ALLOWED_ORIGINS",
             "Origins or host names of web pages that may call, comma separated"},
            &config.allowed_origins)
      .List({"--allowed-hosts", "BW_MCP_ALLOWED_HOSTS",
             "Host names under which the endpoint is reached, comma separated"},
            &config.allowed_hosts)
      .Hidden(
          {"", "BW_MCP_SESSION_KEYS",
           "Secrets that seal session ids and request states, comma separated, newest first; the "
           "same on every replica"},
          &config.session_keys);
}

void DeclareAccess(config::Options& options, Config& config) {
  options
      .Text({"--tokens-file", "BW_MCP_TOKENS_FILE",
             "JSON file of bearer tokens by hash, with principal, tenant and scopes; re-read when "
             "it changes"},
            &config.tokens_file)
      .Bool({"--allow-unauthenticated", "BW_MCP_ALLOW_UNAUTHENTICATED",
             "Serve beyond loopback without authentication"},
            &config.allow_unauthenticated)
      .Text({"--oauth-issuer", "BW_MCP_OAUTH_ISSUER",
             "Issuer of the OAuth tokens that are taken; needs BW_MCP_RESOURCE_URL"},
            &config.oauth_issuer)
      .Text({"--oauth-jwks-url", "BW_MCP_OAUTH_JWKS_URL",
             "Its keys; empty: found through its metadata"},
            &config.oauth_jwks_url)
      .Text({"--resource-url", "BW_MCP_RESOURCE_URL",
             "Public URL of this endpoint, which OAuth tokens must name as their audience"},
            &config.resource_url)
      .Text({"--oauth-tenant-claim", "BW_MCP_OAUTH_TENANT_CLAIM",
             "Claim of OAuth tokens that names the tenant; empty: all are of BW_TENANT"},
            &config.oauth_tenant_claim)
      .Text({"--oauth-scope-prefix", "BW_MCP_OAUTH_SCOPE_PREFIX",
             "What stands before read, write and admin in OAuth scopes"},
            &config.oauth_scope_prefix)
      .Int({"--oauth-refresh-ms", "BW_MCP_OAUTH_REFRESH_MS",
            "Milliseconds between two fetches of the issuer's keys"},
           {1'000, 86'400'000}, &config.oauth_refresh_ms)
      .Int({"--oauth-retry-ms", "BW_MCP_OAUTH_RETRY_MS",
            "The least milliseconds between fetches, after a failure or for an unknown key"},
           {100, 3'600'000}, &config.oauth_retry_ms);
}

void DeclareLimits(config::Options& options, Config& config) {
  options
      .Int({"--rate-per-second", "BW_MCP_RATE_PER_SECOND",
            "Requests per second of one principal, on average; 0: any number"},
           {0, 1'000'000}, &config.rate_per_second)
      .Int({"--rate-burst", "BW_MCP_RATE_BURST", "Requests of one principal at once after a pause"},
           {1, 1'000'000}, &config.rate_burst)
      .Int({"--max-concurrent-per-principal", "BW_MCP_MAX_CONCURRENT_PER_PRINCIPAL",
            "Requests of one principal under way at once; 0: any number"},
           {0, 100'000}, &config.max_concurrent_per_principal)
      .Int(
          {"--max-auth-failures", "BW_MCP_MAX_AUTH_FAILURES",
           "Wrong tokens of one address before its unknown ones are refused unseen; 0: any number"},
          {0, 1'000'000}, &config.max_auth_failures)
      .Int({"--auth-failure-window-ms", "BW_MCP_AUTH_FAILURE_WINDOW_MS",
            "Milliseconds in which they are counted"},
           {1'000, 86'400'000}, &config.auth_failure_window_ms);
}

void DeclareStreams(config::Options& options, Config& config) {
  options
      .Int({"--max-streams", "BW_MCP_MAX_STREAMS",
            "Streams on which clients hear of changes; more are refused"},
           {1, 1'000'000}, &config.max_streams)
      .Int({"--max-streams-per-principal", "BW_MCP_MAX_STREAMS_PER_PRINCIPAL",
            "Such streams of one principal"},
           {1, 1'000'000}, &config.max_streams_per_principal)
      .Int({"--max-subscriptions-per-stream", "BW_MCP_MAX_SUBSCRIPTIONS_PER_STREAM",
            "Resources one stream or session is subscribed to"},
           {1, 10'000}, &config.max_subscriptions_per_stream)
      .Int({"--max-subscriptions-per-principal", "BW_MCP_MAX_SUBSCRIPTIONS_PER_PRINCIPAL",
            "Resources all streams or sessions of one principal are subscribed to"},
           {1, 10'000'000}, &config.max_subscriptions_per_principal)
      .Int({"--max-sessions-per-principal", "BW_MCP_MAX_SESSIONS_PER_PRINCIPAL",
            "Sessions of one principal with subscriptions, log levels or streams"},
           {1, 1'000'000}, &config.max_sessions_per_principal)
      .Int({"--max-stream-unsent-bytes", "BW_MCP_MAX_STREAM_UNSENT_BYTES",
            "Bytes kept for a slow reader of such a stream before it is dropped"},
           {4'096, 32 << 20}, &config.max_stream_unsent_bytes)
      .Bool({"--legacy-sse", "BW_MCP_LEGACY_SSE",
             "Also serve the deprecated HTTP+SSE transport of 2024-11-05, on /sse and /messages"},
            &config.legacy_sse);
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

Status CheckAddress(std::string_view url) { return ParseWebAddress(url).status(); }

void AddOauthProblems(const Config& config, const std::function<void(const std::string&)>& add) {
  const struct {
    const char* variable;
    const std::string& value;
    Status (*check)(std::string_view);
  } kParts[] = {{"BW_MCP_OAUTH_ISSUER", config.oauth_issuer, CheckAddress},
                {"BW_MCP_OAUTH_JWKS_URL", config.oauth_jwks_url, CheckFetchUrl},
                {"BW_MCP_RESOURCE_URL", config.resource_url, CheckAddress},
                {"BW_MCP_OAUTH_TENANT_CLAIM", config.oauth_tenant_claim, nullptr},
                {"BW_MCP_OAUTH_SCOPE_PREFIX", config.oauth_scope_prefix, nullptr}};
  for (const auto& part : kParts) {
    if (part.value.empty()) continue;
    if (config.oauth_issuer.empty()) {
      add(std::string(part.variable) + " means nothing without BW_MCP_OAUTH_ISSUER");
    }
    const Status valid = part.check == nullptr ? OkStatus() : part.check(part.value);
    if (!valid.ok()) add(std::string(part.variable) + ": " + std::string(Message(valid)));
  }
  if (!config.oauth_issuer.empty() && config.resource_url.empty()) {
    add("BW_MCP_OAUTH_ISSUER needs BW_MCP_RESOURCE_URL, the audience of its tokens");
  }
  // 2026-07-28 basic/authorization, canonical server URI.
  if (config.resource_url.ends_with('/')) add("BW_MCP_RESOURCE_URL must not end in a slash");
  if (!IsScopeToken(config.oauth_scope_prefix)) {
    add("BW_MCP_OAUTH_SCOPE_PREFIX has a character that scopes cannot have");
  }
}

}  // namespace

bool NeedsAuthentication(const Config& config) {
  return !config.auth_token.empty() || !config.tokens_file.empty() || !config.oauth_issuer.empty();
}

Status CheckConfig(const Config& config) {
  std::string problems;
  const auto add = [&](const std::string& problem) {
    problems += (problems.empty() ? "" : "\n") + problem;
  };
  const std::string& token = config.auth_token.Reveal();
  if (!token.empty() && token.size() < kMinTokenBytes) {
    add("BW_MCP_AUTH_TOKEN needs at least " + std::to_string(kMinTokenBytes) + " characters");
  }
  if (config.transport == "http" && !NeedsAuthentication(config) && !IsLoopback(config.host) &&
      !config.allow_unauthenticated) {
    add("BW_MCP_AUTH_TOKEN, BW_MCP_TOKENS_FILE or BW_MCP_OAUTH_ISSUER is required to serve MCP "
        "beyond this machine (--host " +
        config.host + "); set one, listen on 127.0.0.1, or say --allow-unauthenticated");
  }
  AddOauthProblems(config, add);
  return problems.empty() ? OkStatus() : InvalidArgument(problems);
}

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  config::Options options("bw-gateway", "Speaks MCP to agents, over HTTP or stdio.");
  DeclareEndpoint(options, outcome.config);
  DeclareAccess(options, outcome.config);
  DeclareLimits(options, outcome.config);
  DeclareStreams(options, outcome.config);
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
