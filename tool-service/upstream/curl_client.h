// The port's innermost adapter: the project's own HTTP client.
#pragma once

#include "common/http_client/http_client.h"
#include "tool-service/core/http_client.h"

namespace bw::tool_service {

class CurlClient : public HttpClient {
 public:
  explicit CurlClient(const http_client::Options& options);
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;

 private:
  const std::unique_ptr<http_client::HttpClient> client_;
};

}  // namespace bw::tool_service
