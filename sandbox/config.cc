#include "sandbox/config.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "common/bxml/text_rules.h"
#include "sandbox/core/url.h"

namespace bw::sandbox {
namespace {

constexpr double kMaxTimeScale = 100;

struct Texts {
  std::string time_scale = "1";
};

config::Options Declare(Config& config, Texts& texts) {
  config::Options options("bw-sandbox",
                          "Imitates Bandwidth: APIs, a call simulator and real webhooks.");
  options.Text({"--host", "BW_SANDBOX_HOST", "Address to listen on"}, &config.host)
      .Int({"--port", "BW_SANDBOX_PORT", "Port; 0 picks a free one"}, {0, 65'535}, &config.port)
      .Int({"--threads", "BW_SANDBOX_THREADS", "Threads that read requests"}, {1, 16},
           &config.threads)
      .Text({"--public-url", "BW_SANDBOX_PUBLIC_URL",
             "URL under which others reach the sandbox; default: host and port"},
            &config.public_url)
      .Text({"--account-id", "BW_SANDBOX_ACCOUNT_ID", "The one account"}, &config.account_id)
      .Text({"--client-id", "BW_SANDBOX_CLIENT_ID", "Client id the token endpoint takes"},
            &config.client_id)
      .Hidden({"--client-secret", "BW_SANDBOX_CLIENT_SECRET", "Its secret; default sandbox-secret"},
              &config.client_secret)
      .Int({"--token-ttl", "BW_SANDBOX_TOKEN_TTL", "Seconds until a token expires"}, {1, 86'400},
           &config.token_ttl_s)
      .List({"--numbers", "BW_SANDBOX_NUMBERS", "The account's phone numbers, E.164"},
            &config.numbers)
      .Text({"--callback-base-url", "BW_SANDBOX_CALLBACK_BASE_URL",
             "Where the applications' webhooks go; /callbacks/… is added"},
            &config.callback_base_url)
      .Text({"--callback-username", "BW_CALLBACK_USERNAME",
             "Credentials for webhooks, sent when challenged"},
            &config.callback_username)
      .Hidden({"--callback-password", "BW_CALLBACK_PASSWORD", "Their password"},
              &config.callback_password)
      .Bool({"--allow-http-credentials", "BW_SANDBOX_ALLOW_HTTP_CREDENTIALS",
             "Take credentials for plain-http URLs, which Bandwidth refuses"},
            &config.allow_http_credentials)
      .Bool({"--without-voice", "BW_SANDBOX_WITHOUT_VOICE",
             "The account has no HTTP voice: making a voice application is refused with 409"},
            &config.without_voice)
      .Text({"--time-scale", "BW_SANDBOX_TIME_SCALE",
             "Factor for simulated durations (0.1: ten times as fast), 0 to 100"},
            &texts.time_scale)
      .Int({"--call-visible-after-ms", "BW_SANDBOX_CALL_VISIBLE_AFTER_MS",
            "getCallState answers 404 this long after createCall"},
           {0, 600'000}, &config.call_visible_after_ms)
      .Int({"--calls-per-second", "BW_SANDBOX_CALLS_PER_SECOND", "Rate at which calls are dialled"},
           {1, 10'000}, &config.calls_per_second)
      .Int({"--max-concurrent-calls", "BW_SANDBOX_MAX_CONCURRENT_CALLS", "Calls alive at a time"},
           {1, 100'000}, &config.max_concurrent_calls)
      .Int({"--max-calls-kept", "BW_SANDBOX_MAX_CALLS_KEPT", "Calls remembered"}, {1, 1'000'000},
           &config.max_calls_kept)
      .Int({"--max-messages-kept", "BW_SANDBOX_MAX_MESSAGES_KEPT", "Messages remembered"},
           {1, 1'000'000}, &config.max_messages_kept)
      .Choice({"--log-level", "BW_LOG_LEVEL", "debug, info, warning, error or off"},
              {"debug", "info", "warning", "error", "off"}, &config.log_level);
  return options;
}

// A decimal number of at least 0; -1 for anything else.
double ParseScale(const std::string& text) {
  if (text.empty() || text.size() > 16 ||
      text.find_first_not_of("0123456789.") != std::string::npos) {
    return -1;
  }
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return *end == '\0' ? value : -1;
}

std::vector<std::string> ProblemsOf(const Config& config) {
  std::vector<std::string> problems;
  if (config.time_scale < 0 || config.time_scale > kMaxTimeScale) {
    problems.emplace_back("--time-scale must be a number from 0 to 100");
  }
  if (const Status url = CheckWebhookUrl(config.callback_base_url); !url.ok()) {
    problems.push_back("--callback-base-url " + std::string(Message(url)));
  }
  if (!config.public_url.empty() && bxml::UrlScheme(config.public_url).empty()) {
    problems.emplace_back("--public-url must be an absolute URL");
  }
  for (const std::string& number : config.numbers) {
    if (!bxml::IsE164(number)) {
      problems.emplace_back("--numbers must hold E.164 numbers such as +15550100001");
      break;
    }
  }
  if (config.numbers.empty()) problems.emplace_back("--numbers must not be empty");
  if (config.account_id.empty()) problems.emplace_back("--account-id must not be empty");
  if (config.client_id.empty() || config.client_id.find(':') != std::string::npos) {
    problems.emplace_back("--client-id must not be empty or contain a colon");
  }
  if (config.callback_username.empty() != config.callback_password.empty()) {
    problems.emplace_back("--callback-username and --callback-password: set both or none");
  }
  return problems;
}

std::string WithoutTrailingSlashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  Config& config = outcome.config;
  Texts texts;
  auto text = Declare(config, texts).Parse(environment, args);
  std::string problems(text.ok() ? std::string_view() : Message(text.status()));
  if (text.ok()) outcome.text_to_print = *std::move(text);
  config.time_scale = ParseScale(texts.time_scale);
  config.public_url = WithoutTrailingSlashes(std::move(config.public_url));
  config.callback_base_url = WithoutTrailingSlashes(std::move(config.callback_base_url));
  for (const std::string& problem : ProblemsOf(config)) {
    if (!problems.empty()) problems += '\n';
    problems += problem;
  }
  if (!problems.empty() && !outcome.text_to_print) return InvalidArgument(problems);
  return outcome;
}

}  // namespace bw::sandbox
