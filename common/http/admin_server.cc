#include "common/http/admin_server.h"

#include <array>
#include <string_view>
#include <utility>

namespace bw::http {
namespace {

constexpr std::size_t kMaxAdminConnections = 256;
// Prometheus exposition formats, text-based format
constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

Response Metrics(const AdminHooks& hooks) {
  Response response;
  response.headers.Add("Content-Type", std::string(kMetricsType));
  response.body = hooks.metrics ? hooks.metrics() : std::string();
  return response;
}

Response Alive(const AdminHooks&) { return TextResponse(200, "ok\n"); }

Response Ready(const AdminHooks& hooks) {
  const Status status = hooks.ready ? hooks.ready() : OkStatus();
  return status.ok() ? TextResponse(200, "ok\n") : TextResponse(503, ToString(status) + "\n");
}

struct Route {
  std::string_view path;
  Response (*answer)(const AdminHooks&);
};

constexpr std::array<Route, 3> kRoutes{{
    {"/metrics", Metrics},
    {"/healthz", Alive},
    {"/readyz", Ready},
}};

Response Answer(const Request& request, const AdminHooks& hooks) {
  for (const auto& route : kRoutes) {
    if (route.path != request.path) continue;
    if (request.method == "GET" || request.method == "HEAD") return route.answer(hooks);
    Response refused = TextResponse(405, "Only GET and HEAD are supported here.\n");
    refused.headers.Add("Allow", "GET, HEAD");
    return refused;
  }
  return TextResponse(404, "Only /metrics, /healthz and /readyz are served here.\n");
}

}  // namespace

StatusOr<std::unique_ptr<Server>> StartAdminServer(const AdminOptions& options, AdminHooks hooks) {
  ServerOptions server;
  server.host = options.host;
  server.port = options.port;
  server.max_connections = kMaxAdminConnections;
  return StartServer(server, [hooks = std::move(hooks)](const std::shared_ptr<Exchange>& exchange) {
    exchange->Reply(Answer(exchange->request(), hooks));
  });
}

}  // namespace bw::http
