// The configuration of the callback service; README.md has the table.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/config/secret.h"
#include "common/status/status.h"

namespace bw::callback_service {

struct Config {
  std::string host = "127.0.0.1";
  int port = 8081;
  int threads = 2;
  int max_connections = 10'000;
  std::string event_store_address = "127.0.0.1:50051";
  std::string tenant = "default";
  /// Where the platform reaches us; its path is put before our own in documents.
  std::string base_url = "http://127.0.0.1:8081";
  /// What webhooks must carry; both or none.
  std::string username;
  config::Secret password;
  /// See PatienceOptions.
  int hold_ms = 4'000;
  int max_waits = 60;
  int max_rings = 6;
  int ring_ms = 3'000;
  std::string waiting_sentence = "One moment, please.";
  std::string apology_sentence =
      "Sorry, we cannot take your call right now. Please try again later.";
  std::string voice;
  /// The callbackTimeout of the calls and applications that use this service.
  int callback_timeout_ms = 15'000;
  /// How much longer than the hold a caller's webhook waits for the event store.
  int store_wait_ms = 1'000;
  /// Events that may wait for the event store.
  int max_waiting = 16'384;
  std::string admin_host = "127.0.0.1";
  /// 0 picks a free port, -1 opens none.
  int admin_port = 9102;
  std::string log_level = "info";
};

/// INVALID_ARGUMENT lists every problem, one a line.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

/// The path of `base_url` without a trailing slash: "" or "/something".
std::string PathPrefix(const std::string& base_url);

}  // namespace bw::callback_service
