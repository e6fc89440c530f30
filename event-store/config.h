// Everything about the event store that can be set from outside.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/status/status.h"

namespace bw::event_store {

struct Config {
  /// Address of the gRPC server; "unix:/path" works; empty: in-process only.
  std::string listen = "127.0.0.1:50051";
  std::string admin_host = "127.0.0.1";
  /// 0: a free port; -1: no admin server.
  int admin_port = 9104;
  /// A folder, or ":memory:". LoadConfig fills in $XDG_STATE_HOME/bandwidth-mcp or
  /// ~/.local/state/bandwidth-mcp.
  std::string data_dir;

  std::int64_t retention_hours = 24 * 30;
  std::int64_t max_events = 1'000'000;
  std::int64_t max_calls = 100'000;
  std::int64_t queued_minutes = 60;

  int max_held = 10'000;
  int max_event_waits = 10'000;
  int max_watchers = 1'000;
  int max_watch_backlog = 4096;
  std::int64_t max_mail_bytes = 64LL << 20;
  std::int64_t max_state_entries = 200'000;
  std::int64_t max_tenant_state_entries = 100'000;
  std::int64_t max_wal_bytes = 64LL << 20;
  std::string log_level = "info";
};

/// Flags beat the environment, which beats the defaults. INVALID_ARGUMENT lists every problem.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

/// Where state lives when nothing is said.
std::string DefaultDataDir(const config::Environment& environment);

}  // namespace bw::event_store
