// Sends each request to the configured host, and takes credentials away from hosts that are not
// ours.
#pragma once

#include "tool-service/core/http_client.h"
#include "tool-service/upstream/host_table.h"

namespace bw::tool_service {

class RoutingClient : public HttpClient {
 public:
  /// `next` outlives the client.
  RoutingClient(HostTable hosts, HttpClient& next);
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;

 private:
  const HostTable hosts_;
  HttpClient& next_;
};

}  // namespace bw::tool_service
