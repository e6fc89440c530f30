// Adds the tenant's access token; on a 401 fetches a fresh one and tries once more.
#pragma once

#include "common/clock/clock.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/token_source.h"

namespace bw::tool_service {

class AuthorizingClient : public HttpClient {
 public:
  /// All outlive the client.
  AuthorizingClient(TokenSource& tokens, const Clock& clock, HttpClient& next);
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;

 private:
  struct Exchange;
  void GetToken(std::shared_ptr<Exchange> exchange);
  void SendWith(std::shared_ptr<Exchange> exchange, const AccessToken& token);

  TokenSource& tokens_;
  const Clock& clock_;
  HttpClient& next_;
};

}  // namespace bw::tool_service
