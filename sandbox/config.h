// The configuration of the sandbox; README.md has the table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/config/secret.h"
#include "common/status/status.h"

namespace bw::sandbox {

struct Config {
  std::string host = "127.0.0.1";
  int port = 8090;
  int threads = 1;
  /// Where others reach the sandbox; empty: host and port.
  std::string public_url;
  std::string account_id = "9900000";
  std::string client_id = "sandbox-client";
  config::Secret client_secret{"sandbox-secret"};
  int token_ttl_s = 3600;
  std::vector<std::string> numbers = {"+15550100001", "+15550100002"};
  /// Where both applications' webhooks go.
  std::string callback_base_url = "http://127.0.0.1:8081";
  std::string callback_username;
  config::Secret callback_password;
  bool allow_http_credentials = false;
  /// The account has no HTTP voice: voice applications are refused.
  bool without_voice = false;
  /// Simulated durations are multiplied by it.
  double time_scale = 1.0;
  int call_visible_after_ms = 0;
  int calls_per_second = 5;
  int max_concurrent_calls = 100;
  int max_calls_kept = 10'000;
  int max_messages_kept = 10'000;
  std::string log_level = "info";
};

/// INVALID_ARGUMENT lists every problem, one a line.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

}  // namespace bw::sandbox
