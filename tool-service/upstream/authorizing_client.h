// Adds the tenant's credentials. A token: on a 401 a fresh one is fetched and tried once. User and
// password, where the API wants them and they are configured: on a 401 a token is tried.
#pragma once

#include <optional>
#include <string>

#include "common/clock/clock.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/token_source.h"

namespace bw::tool_service {

class AuthorizingClient : public HttpClient {
 public:
  /// All outlive the client.
  AuthorizingClient(const CredentialStore& credentials, TokenSource& tokens, const Clock& clock,
                    HttpClient& next);
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;

 private:
  struct Exchange;
  void UseToken(const std::shared_ptr<Exchange>& exchange);
  void UsePassword(const std::shared_ptr<Exchange>& exchange, const Credentials& credentials);
  void SendWith(const std::shared_ptr<Exchange>& exchange, std::string authorization,
                Done answered);

  const CredentialStore& credentials_;
  TokenSource& tokens_;
  const Clock& clock_;
  HttpClient& next_;
};

}  // namespace bw::tool_service
