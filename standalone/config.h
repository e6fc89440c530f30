// The configuration of the four services in one process: each service reads its own part from the
// environment; the flags here are shorthands for the variables people set most.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "callback-service/config.h"
#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/status/status.h"
#include "event-store/config.h"
#include "gateway/config.h"
#include "tool-service/config.h"

namespace bw::standalone {

struct Config {
  event_store::Config event_store;
  tool_service::Config tool_service;
  callback_service::Config callback_service;
  gateway::Config gateway;
  /// MCP on stdin and stdout, for one client that spawned this process; otherwise over HTTP.
  bool stdio = false;
  /// The public URL of the callbacks was configured, so it is not made from the port in use.
  bool has_base_url = false;
  /// cloudflared makes the public URL of the callbacks where none was configured.
  bool dev_tunnel = false;
  /// PATH, in which cloudflared is looked for, and what it gets of our environment.
  std::string search_path;
  std::vector<std::string> tunnel_environment;
  std::string admin_host = "127.0.0.1";
  /// 0 picks a free port, -1 opens none.
  int admin_port = 9100;
};

/// INVALID_ARGUMENT lists every problem of every part, one a line.
StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args);

}  // namespace bw::standalone
