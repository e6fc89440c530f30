#include "tool-service/config.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include "tool-service/core/phone_number.h"
#include "tool-service/core/selection.h"
#include "tool-service/openapi/live_documents.h"
#include "tool-service/upstream/host_table.h"

namespace bw::tool_service {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::size_t kMaxUrlBytes = 1024;
constexpr char kDefaultCacheFolder[] = "~/.bw-mcp/spec-cache";

void DeclareAccount(config::Options& options, Config& config) {
  options.Text({"--client-id", "BW_CLIENT_ID", "OAuth2 client id"}, &config.client_id)
      .Hidden({"", "BW_CLIENT_SECRET", "Its secret"}, &config.client_secret)
      .Text({"--account-id", "BW_ACCOUNT_ID", "Account; empty: the only one of the credentials"},
            &config.account_id)
      .Text({"--username", "BW_USERNAME", "Legacy API user, used for MFA where it is set"},
            &config.username)
      .Hidden({"", "BW_PASSWORD", "The user's password"}, &config.password)
      .Choice({"--environment", "BW_ENVIRONMENT", "prod, test or uat (the same as test)"},
              {"prod", "test", "uat"}, &config.environment)
      .Text({"--api-url", "BW_API_URL", "In place of https://api.bandwidth.com; moves tokens too"},
            &config.api_url)
      .Text({"--voice-url", "BW_VOICE_URL", "In place of https://voice.bandwidth.com"},
            &config.voice_url)
      .Text({"--messaging-url", "BW_MESSAGING_URL", "In place of https://messaging.bandwidth.com"},
            &config.messaging_url)
      .Text({"--mfa-url", "BW_MFA_URL", "In place of https://mfa.bandwidth.com"}, &config.mfa_url)
      .Text({"--insights-url", "BW_INSIGHTS_URL", "In place of https://insights.bandwidth.com"},
            &config.insights_url)
      .Text({"--number", "BW_NUMBER", "Our number, E.164; sender of calls and texts"},
            &config.number)
      .Text({"--voice-application-id", "BW_VOICE_APPLICATION_ID", "Application of calls"},
            &config.voice_application_id)
      .Text({"--messaging-application-id", "BW_MESSAGING_APPLICATION_ID", "Application of texts"},
            &config.messaging_application_id)
      .Text({"--base-url", "BW_MCP_BASE_URL", "Public URL of the callback service"},
            &config.base_url)
      .Bool({"--configure-callbacks", "BW_MCP_CONFIGURE_CALLBACKS",
             "At the start, make the configured applications report to the base URL"},
            &config.configure_callbacks)
      .Text({"--callback-username", "BW_CALLBACK_USERNAME", "Basic credentials webhooks carry"},
            &config.callback_username)
      .Hidden({"", "BW_CALLBACK_PASSWORD", "Their password"}, &config.callback_password);
}

void DeclareTools(config::Options& options, Config& config) {
  options
      .Text({"--spec-dir", "BW_SPEC_DIR", "Folder of your own OpenAPI documents, made tools too"},
            &config.spec_dir)
      .Choice({"--spec-source", "BW_SPEC_SOURCE",
               "bundled documents, or live ones as Bandwidth publishes them"},
              {"bundled", "live"}, &config.spec_source)
      .Text({"--spec-url", "BW_SPEC_URL", "Where live documents are: https and a known host"},
            &config.spec_url)
      .Text({"--spec-cache-dir", "BW_SPEC_CACHE_DIR",
             "Folder for live documents and for what was made of documents; off: none"},
            &config.spec_cache_dir)
      .Int({"--spec-refresh-seconds", "BW_SPEC_REFRESH_SECONDS",
            "Seconds between two looks for changed documents; 0: only at the start"},
           {0, 86'400}, &config.spec_refresh_seconds)
      .Text({"--bundled-spec-dir", "BW_BUNDLED_SPEC_DIR",
             "Folder of the documents that come with the program"},
            &config.bundled_spec_dir)
      .Text({"--profile", "BW_MCP_PROFILE", "Sets of tools, comma separated: " + ProfileNames()},
            &config.profile)
      .List({"--tools", "BW_MCP_TOOLS", "Exactly these tools instead of a profile's"},
            &config.tools)
      .List({"--exclude-tools", "BW_MCP_EXCLUDE_TOOLS", "Tools that are left out"},
            &config.exclude_tools)
      .Bool({"--show-endpoint-tokens", "BW_MCP_SHOW_ENDPOINT_TOKENS",
             "Return the tokens of createEndpoint to agents, which may then be kept anywhere"},
            &config.show_endpoint_tokens)
      .Choice({"--confirm", "BW_MCP_CONFIRM",
               "Tools that ask a person first: never, destructive, or costly (both)"},
              {"never", "destructive", "costly"}, &config.confirm);
}

void DeclareUpstream(config::Options& options, Config& config) {
  options
      .Int({"--upstream-timeout-ms", "BW_TOOL_SERVICE_UPSTREAM_TIMEOUT_MS",
            "The most one request to an API may take, retries included"},
           {100, 600'000}, &config.upstream_timeout_ms)
      .Int({"--max-upstream-in-flight", "BW_TOOL_SERVICE_MAX_UPSTREAM",
            "Requests to APIs in flight"},
           {1, 1'000'000}, &config.max_upstream_in_flight)
      .Int({"--max-upstream-connections", "BW_TOOL_SERVICE_MAX_UPSTREAM_CONNECTIONS",
            "Connections to one API host"},
           {1, 10'000}, &config.max_upstream_connections)
      .Int({"--upstream-attempts", "BW_TOOL_SERVICE_UPSTREAM_ATTEMPTS",
            "How often a read, replacement or deletion is tried; what creates is sent once"},
           {1, 10}, &config.upstream_attempts)
      .Int({"--max-redirects", "BW_TOOL_SERVICE_MAX_REDIRECTS",
            "Redirections followed for one request; 0 follows none"},
           {0, 20}, &config.max_redirects)
      .Int({"--breaker-failures", "BW_TOOL_SERVICE_BREAKER_FAILURES",
            "Failures in a row after which an API host is left alone; 0: never"},
           {0, 1'000}, &config.breaker_failures)
      .Int({"--breaker-pause-ms", "BW_TOOL_SERVICE_BREAKER_PAUSE_MS",
            "How long at first, doubled up to a minute"},
           {100, 60'000}, &config.breaker_pause_ms)
      .Int({"--max-answer-bytes", "BW_TOOL_SERVICE_MAX_ANSWER_BYTES",
            "Bytes of one answer of an API, unpacked"},
           {65'536, 1 << 30}, &config.max_answer_bytes)
      .Text({"--ca-file", "BW_CA_FILE", "PEM file of authorities to trust beside the system's"},
            &config.ca_file);
}

void DeclareService(config::Options& options, Config& config) {
  options
      .Text({"--listen", "BW_TOOL_SERVICE_LISTEN", "gRPC address; port 0 picks a free one"},
            &config.listen)
      .Text({"--event-store", "BW_EVENT_STORE_ADDRESS", "The event store: host:port or unix:/path"},
            &config.event_store_address)
      .Text({"--tenant", "BW_TENANT", "Whose credentials these are"}, &config.tenant)
      .Int({"--max-calls", "BW_TOOL_SERVICE_MAX_CALLS",
            "Tool calls in flight, and as many reads of resources and completions"},
           {1, 1'000'000}, &config.max_calls_in_flight)
      .Int(
          {"--call-timeout-ms", "BW_TOOL_SERVICE_CALL_TIMEOUT_MS", "The most a tool call may take"},
          {1'000, 600'000}, &config.call_timeout_ms)
      .Text({"--admin-host", "BW_ADMIN_HOST", "Address of /metrics, /healthz and /readyz"},
            &config.admin_host)
      .Int({"--admin-port", "BW_ADMIN_PORT", "Its port; 0 picks a free one, -1 opens none"},
           {-1, 65'535}, &config.admin_port)
      .Choice({"--log-level", "BW_LOG_LEVEL", "debug, info, warning, error or off"},
              {"debug", "info", "warning", "error", "off"}, &config.log_level);
}

// Ids go into URLs and prompts.
bool IsId(std::string_view id) {
  return id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_';
         });
}

// A user in it would be a secret that agents are shown; BW_CALLBACK_USERNAME is for that.
bool IsHttpUrl(std::string_view url) {
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  const std::size_t host = url.find("://") + 3;
  return has_scheme && url.size() > host && url[host] != '/' && url.size() <= kMaxUrlBytes &&
         url.find_first_of(" \t\r\n\"<>?#@") == std::string_view::npos;
}

// "~/…" in the caller's home, "off" as nothing; nothing too where there is no home.
std::string CacheFolder(const std::string& configured, const config::Environment& environment) {
  if (configured == "off") return "";
  if (!configured.starts_with("~/")) return configured;
  const auto home = environment.Get("HOME");
  return home ? std::string(*home) + configured.substr(1) : "";
}

struct IdOption {
  std::string_view variable;
  const std::string& value;
};

// What no single option can tell.
std::vector<std::string> ProblemsOf(const Config& config) {
  std::vector<std::string> problems;
  if (config.client_id.empty() != config.client_secret.empty()) {
    problems.emplace_back("BW_CLIENT_ID and BW_CLIENT_SECRET: set both or none");
  }
  if (config.username.empty() != config.password.empty()) {
    problems.emplace_back("BW_USERNAME and BW_PASSWORD: set both or none");
  }
  // A colon would end the user's name in the header (RFC 7617 §2).
  if (config.username.find(':') != std::string::npos) {
    problems.emplace_back("BW_USERNAME must not have a colon");
  }
  if (!config.ca_file.empty() && !std::ifstream(config.ca_file)) {
    problems.emplace_back("BW_CA_FILE cannot be read");
  }
  if (config.callback_username.empty() != config.callback_password.empty()) {
    problems.emplace_back("BW_CALLBACK_USERNAME and BW_CALLBACK_PASSWORD: set both or none");
  }
  if (!config.number.empty() && !IsE164(config.number)) {
    problems.emplace_back("BW_NUMBER must be in E.164 form, such as +15550100002");
  }
  const std::array ids = {IdOption{"BW_ACCOUNT_ID", config.account_id},
                          IdOption{"BW_VOICE_APPLICATION_ID", config.voice_application_id},
                          IdOption{"BW_MESSAGING_APPLICATION_ID", config.messaging_application_id}};
  for (const IdOption& id : ids) {
    if (IsId(id.value)) continue;
    problems.push_back(std::string(id.variable) + " must be at most " +
                       std::to_string(kMaxIdBytes) + " letters, digits, - and _");
  }
  if (!IsHttpUrl(config.base_url)) {
    problems.emplace_back(
        "BW_MCP_BASE_URL must be an http:// or https:// URL without a query or a user");
  }
  if (config.tenant.empty() || !IsId(config.tenant)) {
    problems.emplace_back("--tenant must be a name of letters, digits, - and _");
  }
  const HostOverrides overrides = {config.api_url, config.voice_url, config.messaging_url,
                                   config.mfa_url, config.insights_url};
  if (auto hosts = HostTable::Make(config.environment, overrides); !hosts.ok()) {
    problems.emplace_back(Message(hosts.status()));
  }
  if (const Status known = CheckLiveUrl(config.spec_url); !known.ok()) {
    problems.push_back("BW_SPEC_URL " + std::string(Message(known)));
  }
  if (config.spec_source == "live" && config.spec_cache_dir.empty()) {
    problems.emplace_back("BW_SPEC_SOURCE=live needs a folder in BW_SPEC_CACHE_DIR");
  }
  if (auto profiles = ParseProfiles(config.profile); !profiles.ok()) {
    problems.push_back("BW_MCP_PROFILE: " + std::string(Message(profiles.status())));
  }
  Selection selection;
  selection.tools = config.tools;
  selection.exclude_tools = config.exclude_tools;
  if (const Status valid = ValidateSelection(selection); !valid.ok()) {
    problems.push_back("BW_MCP_TOOLS, BW_MCP_EXCLUDE_TOOLS: " + std::string(Message(valid)));
  }
  return problems;
}

}  // namespace

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  Config& config = outcome.config;
  config.spec_cache_dir = kDefaultCacheFolder;
  config::Options options("bw-tool-service", "Runs the tools that agents call.");
  DeclareService(options, config);
  DeclareAccount(options, config);
  DeclareTools(options, config);
  DeclareUpstream(options, config);
  auto text = options.Parse(environment, args);
  std::string problems(text.ok() ? std::string_view() : Message(text.status()));
  if (text.ok()) outcome.text_to_print = *std::move(text);
  config.spec_cache_dir = CacheFolder(config.spec_cache_dir, environment);
  for (const std::string& problem : ProblemsOf(config)) {
    if (!problems.empty()) problems += '\n';
    problems += problem;
  }
  if (!problems.empty() && !outcome.text_to_print) return InvalidArgument(problems);
  return outcome;
}

}  // namespace bw::tool_service
