#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/config/secret.h"
#include "common/status/status.h"

namespace bw::gateway {

struct Config {
  /// "http" or "stdio".
  std::string transport = "http";
  std::string host = "127.0.0.1";
  int port = 8080;
  int http_threads = 1;
  /// Empty: no authentication, which only loopback allows.
  config::Secret auth_token;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> allowed_hosts;
  /// Comma separated, newest first; empty: random.
  config::Secret session_keys;
  std::string tool_service_address = "127.0.0.1:50052";
  std::string event_store_address = "127.0.0.1:50051";
  std::string tenant = "default";
  int max_concurrent_requests = 1024;
  int max_body_bytes = 4 << 20;
  int call_timeout_ms = 120'000;
  std::string admin_host = "127.0.0.1";
  /// -1: no admin listener.
  int admin_port = 9101;
  std::string log_level = "info";
};

constexpr std::size_t kMinTokenBytes = 16;

/// INVALID_ARGUMENT lists every problem, one a line.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

/// What is wrong with a configuration's values as a whole; for every way a Config is made.
Status CheckConfig(const Config& config);

}  // namespace bw::gateway
