// The configuration of the tool service; README.md has the table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/config/secret.h"
#include "common/status/status.h"

namespace bw::tool_service {

struct Config {
  std::string listen = "127.0.0.1:50052";
  std::string event_store_address = "127.0.0.1:50051";
  /// Whose credentials BW_CLIENT_ID and the rest are.
  std::string tenant = "default";

  std::string client_id;
  config::Secret client_secret;
  std::string account_id;
  /// Legacy API user, for MFA; empty: none.
  std::string username;
  config::Secret password;
  /// "prod", "test" or "uat".
  std::string environment = "prod";
  /// Empty: the environment's own.
  std::string api_url;
  std::string voice_url;
  std::string messaging_url;
  std::string mfa_url;
  std::string insights_url;

  /// Defaults of tool arguments; empty: none.
  std::string number;
  std::string voice_application_id;
  std::string messaging_application_id;
  /// The public URL of the callback service.
  std::string base_url = "http://127.0.0.1:8081";
  /// Makes the configured applications report to base_url at the start.
  bool configure_callbacks = true;
  /// Asks for a token at the start, before anybody calls a tool.
  bool fetch_token = true;
  std::string callback_username;
  config::Secret callback_password;

  /// Empty: the folder "specs" found beside the program, or where it is installed or built.
  std::string bundled_spec_dir;
  /// The user's own documents; empty: none.
  std::string spec_dir;
  /// "bundled" or "live".
  std::string spec_source = "bundled";
  /// Where live documents are.
  std::string spec_url = "https://dev.bandwidth.com/spec";
  /// What was fetched and what was made of documents; empty: nothing is kept.
  std::string spec_cache_dir;
  /// Between two looks whether documents changed; 0: only at the start.
  int spec_refresh_seconds = 900;
  std::string profile = "default";
  std::vector<std::string> tools;
  std::vector<std::string> exclude_tools;
  /// "never", "destructive" or "costly": before which tools a person is asked.
  std::string confirm = "destructive";
  /// The service runs beside its one client (standalone): tools for local use are offered.
  bool local = false;

  /// createEndpoint returns the token it made.
  bool show_endpoint_tokens = false;

  int max_calls_in_flight = 4'096;
  int call_timeout_ms = 120'000;
  int upstream_timeout_ms = 30'000;
  int max_upstream_in_flight = 4'096;
  int max_upstream_connections = 64;
  int upstream_attempts = 3;
  int max_redirects = 5;
  /// 0: no host is ever left alone.
  int breaker_failures = 10;
  int breaker_pause_ms = 5'000;
  int max_answer_bytes = 16 << 20;
  /// PEM file of certificate authorities that are trusted beside the system's; empty: none.
  std::string ca_file;

  std::string admin_host = "127.0.0.1";
  /// 0 picks a free port, -1 opens none.
  int admin_port = 9103;
  std::string log_level = "info";
};

/// INVALID_ARGUMENT lists every problem, one a line.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

}  // namespace bw::tool_service
