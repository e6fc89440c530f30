#include "callback-service/config.h"

#include <string_view>
#include <utility>
#include <vector>

namespace bw::callback_service {
namespace {

// What a webhook needs beyond hold and store_wait to be on the wire before the platform gives up.
constexpr int kReplyMarginMs = 500;

config::Options Declare(Config& config) {
  config::Options options("bw-callback-service",
                          "Receives the platform's webhooks and answers calls with BXML.");
  options.Text({"--host", "BW_CALLBACK_HOST", "Address to listen on"}, &config.host)
      .Int({"--port", "BW_CALLBACK_PORT", "Port; 0 picks a free one"}, {0, 65'535}, &config.port)
      .Int({"--threads", "BW_CALLBACK_THREADS", "Threads that read webhooks"}, {1, 64},
           &config.threads)
      .Int({"--max-connections", "BW_CALLBACK_MAX_CONNECTIONS", "Connections open at once"},
           {1, 1'000'000}, &config.max_connections)
      .Text({"--event-store", "BW_EVENT_STORE_ADDRESS", "The event store: host:port or unix:/path"},
            &config.event_store_address)
      .Text({"--tenant", "BW_TENANT", "Whose events these are"}, &config.tenant)
      .Text({"--base-url", "BW_MCP_BASE_URL", "Public URL under which this service is reached"},
            &config.base_url)
      .Text({"--username", "BW_CALLBACK_USERNAME", "Basic credentials that webhooks must carry"},
            &config.username)
      .Hidden({"", "BW_CALLBACK_PASSWORD", "Their password"}, &config.password)
      .Int(
          {"--hold-ms", "BW_CALLBACK_HOLD_MS", "How long a caller waits in silence for a document"},
          {0, 20'000}, &config.hold_ms)
      .Int({"--max-waits", "BW_CALLBACK_MAX_WAITS",
            "Waiting documents in a row before the apology, about 7 s each"},
           {1, 10'000}, &config.max_waits)
      .Int({"--max-rings", "BW_CALLBACK_MAX_RINGS",
            "Waiting documents for which an inbound call rings on before it is answered"},
           {0, 10'000}, &config.max_rings)
      .Int({"--ring-ms", "BW_CALLBACK_RING_MS", "Length of the ring tones a caller hears"},
           {1'000, 60'000}, &config.ring_ms)
      .Text({"--waiting-sentence", "BW_CALLBACK_WAITING_SENTENCE", "What a waiting caller hears"},
            &config.waiting_sentence)
      .Text({"--apology-sentence", "BW_CALLBACK_APOLOGY_SENTENCE",
             "What a caller hears last when no document came"},
            &config.apology_sentence)
      .Text({"--voice", "BW_CALLBACK_VOICE", "Voice of both sentences, such as julie"},
            &config.voice)
      .Int({"--callback-timeout-ms", "BW_CALLBACK_TIMEOUT_MS",
            "The callbackTimeout of the calls that use this service"},
           {1'000, 25'000}, &config.callback_timeout_ms)
      .Int({"--store-wait-ms", "BW_CALLBACK_STORE_WAIT_MS",
            "How much longer than the hold a caller waits for the event store"},
           {100, 10'000}, &config.store_wait_ms)
      .Int({"--max-waiting", "BW_CALLBACK_MAX_WAITING", "Events that may wait for the event store"},
           {1, 1'000'000}, &config.max_waiting)
      .Text({"--admin-host", "BW_ADMIN_HOST", "Address of /metrics, /healthz and /readyz"},
            &config.admin_host)
      .Int({"--admin-port", "BW_ADMIN_PORT", "Its port; 0 picks a free one, -1 opens none"},
           {-1, 65'535}, &config.admin_port)
      .Choice({"--log-level", "BW_LOG_LEVEL", "debug, info, warning, error or off"},
              {"debug", "info", "warning", "error", "off"}, &config.log_level);
  return options;
}

// What no single option can tell.
std::vector<std::string> ProblemsOf(const Config& config) {
  std::vector<std::string> problems;
  if (config.username.empty() != config.password.empty()) {
    problems.emplace_back("BW_CALLBACK_USERNAME and BW_CALLBACK_PASSWORD: set both or none");
  }
  if (config.username.find(':') != std::string::npos) {
    problems.emplace_back("BW_CALLBACK_USERNAME must not contain a colon");
  }
  const int needed = config.hold_ms + config.store_wait_ms + kReplyMarginMs;
  if (needed > config.callback_timeout_ms) {
    problems.push_back("--hold-ms plus --store-wait-ms plus " + std::to_string(kReplyMarginMs) +
                       " is " + std::to_string(needed) + "; it must not exceed " +
                       "--callback-timeout-ms, " + std::to_string(config.callback_timeout_ms));
  }
  if (config.tenant.empty()) problems.emplace_back("--tenant must not be empty");
  return problems;
}

}  // namespace

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  const config::Options options = Declare(outcome.config);
  auto text = options.Parse(environment, args);
  std::string problems(text.ok() ? std::string_view() : Message(text.status()));
  if (text.ok()) outcome.text_to_print = *std::move(text);
  for (const std::string& problem : ProblemsOf(outcome.config)) {
    if (!problems.empty()) problems += '\n';
    problems += problem;
  }
  if (!problems.empty() && !outcome.text_to_print) return InvalidArgument(problems);
  return outcome;
}

std::string PathPrefix(const std::string& base_url) {
  const std::size_t scheme = base_url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t path = base_url.find('/', host);
  if (path == std::string::npos) return "";
  std::string prefix = base_url.substr(path);
  prefix.resize(std::min(prefix.find_first_of("?#"), prefix.size()));
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  return prefix;
}

}  // namespace bw::callback_service
