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
  /// Of principal "token", which may do everything; empty: no such token.
  config::Secret auth_token;
  /// Empty: no such file.
  std::string tokens_file;
  /// Serves the world without authentication: somebody in front sees to it.
  bool allow_unauthenticated = false;
  /// Of an OAuth authorization server; empty: none.
  std::string oauth_issuer;
  /// Empty: found in the issuer's metadata.
  std::string oauth_jwks_url;
  /// The canonical URI of this server: the audience of tokens.
  std::string resource_url;
  /// The claim that names the tenant; empty: all are of `tenant`.
  std::string oauth_tenant_claim;
  std::string oauth_scope_prefix;
  int oauth_refresh_ms = 300'000;
  int oauth_retry_ms = 10'000;
  /// Of one address, in auth_failure_window_ms; 0: any number.
  int max_auth_failures = 20;
  int auth_failure_window_ms = 60'000;
  /// Of one principal; 0: any number.
  int rate_per_second = 100;
  int rate_burst = 200;
  int max_concurrent_per_principal = 256;
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
  int max_streams = 8192;
  int max_streams_per_principal = 4096;
  int max_subscriptions_per_stream = 256;
  int max_subscriptions_per_principal = 16'384;
  int max_sessions_per_principal = 10'000;
  int max_stream_unsent_bytes = 256 << 10;
  /// The transport of 2024-11-05 on /sse and /messages.
  bool legacy_sse = false;
  std::string admin_host = "127.0.0.1";
  /// -1: no admin listener.
  int admin_port = 9101;
  std::string log_level = "info";
};

constexpr std::size_t kMinTokenBytes = 16;

/// Whether clients have to authenticate.
bool NeedsAuthentication(const Config& config);

/// INVALID_ARGUMENT lists every problem, one a line.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

/// What is wrong with a configuration's values as a whole; for every way a Config is made.
Status CheckConfig(const Config& config);

}  // namespace bw::gateway
