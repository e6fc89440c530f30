#include "tool-service/upstream/routing_client.h"

#include <utility>

namespace bw::tool_service {

RoutingClient::RoutingClient(HostTable hosts, HttpClient& next)
    : hosts_(std::move(hosts)), next_(next) {}

std::shared_ptr<HttpCall> RoutingClient::Send(HttpRequest request, Done done) {
  HostTable::Route route = hosts_.Resolve(request.url);
  request.url = std::move(route.url);
  request.authorize = request.authorize && route.is_known;
  request.rules.prefers_password = route.prefers_password;
  request.rules.token_problem = route.token_problem;
  return next_.Send(std::move(request), std::move(done));
}

}  // namespace bw::tool_service
