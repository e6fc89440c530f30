// The four services in one process, joined by in-process gRPC channels: what a laptop runs and what
// a desktop MCP client spawns.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/status/status.h"
#include "standalone/config.h"

namespace bw::standalone {

class App {
 public:
  /// Serves when it returns. On stdio a second process beside the first must start too (MCP clients
  /// probe with one): a taken callback port or database is replaced by a free port or memory, with
  /// a warning; so is a development tunnel that does not come up. Over HTTP these are errors. A
  /// tunnel is there, or its URL is not used, before any tool runs; it may take 20 s to come up.
  static StatusOr<std::unique_ptr<App>> Start(const Config& config);
  ~App();

  /// 0 on stdio.
  int mcp_port() const;
  int callback_port() const;
  /// -1 when there is none.
  int admin_port() const;

  /// `finished` runs once when the client closes stdin; never over HTTP.
  void OnFinished(std::function<void()> finished);
  /// Stops at the doors first, at the store last. Blocks up to about `limit`; idempotent.
  void Drain(std::chrono::milliseconds limit);

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bw::standalone
