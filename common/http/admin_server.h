// The operator's port of every service: GET /metrics (Prometheus text format), GET /healthz (the
// process runs) and GET /readyz (it can do its work). Never exposed to the public.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/http/server.h"
#include "common/status/status.h"

namespace bw::http {

struct AdminOptions {
  std::string host = "127.0.0.1";
  int port = 0;
};

struct AdminHooks {
  /// The whole exposition text.
  std::function<std::string()> metrics;
  /// OK when the service can do its work; else the reason shown with a 503.
  std::function<Status()> ready;
};

StatusOr<std::unique_ptr<Server>> StartAdminServer(const AdminOptions& options, AdminHooks hooks);

}  // namespace bw::http
