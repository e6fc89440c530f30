#include "tool-service/upstream/authorizing_client.h"

#include <chrono>
#include <utility>

#include "tool-service/upstream/pending_call.h"

namespace bw::tool_service {
namespace {

constexpr int kMaxAttempts = 2;
constexpr int kUnauthorized = 401;

}  // namespace

struct AuthorizingClient::Exchange {
  HttpRequest request;
  std::shared_ptr<PendingCall> call;
  std::chrono::steady_clock::time_point deadline;
  int attempts = 0;
};

AuthorizingClient::AuthorizingClient(TokenSource& tokens, const Clock& clock, HttpClient& next)
    : tokens_(tokens), clock_(clock), next_(next) {}

std::shared_ptr<HttpCall> AuthorizingClient::Send(HttpRequest request, Done done) {
  if (!request.authorize) return next_.Send(std::move(request), std::move(done));
  auto exchange = std::make_shared<Exchange>();
  exchange->deadline = clock_.Steady() + request.timeout;
  exchange->request = std::move(request);
  exchange->call = std::make_shared<PendingCall>(std::move(done));
  std::shared_ptr<HttpCall> call = exchange->call;
  GetToken(std::move(exchange));
  return call;
}

void AuthorizingClient::GetToken(std::shared_ptr<Exchange> exchange) {
  const std::string tenant = exchange->request.tenant;
  tokens_.Get(tenant, [this, exchange = std::move(exchange)](StatusOr<AccessToken> token) {
    if (token.ok()) {
      SendWith(exchange, *token);
    } else {
      exchange->call->Finish(token.status());
    }
  });
}

void AuthorizingClient::SendWith(std::shared_ptr<Exchange> exchange, const AccessToken& token) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(exchange->deadline - clock_.Steady());
  if (left.count() <= 0) {
    exchange->call->Finish(
        DeadlineExceeded("the time was used up before the request could be sent"));
    return;
  }
  ++exchange->attempts;
  const bool last = exchange->attempts >= kMaxAttempts;
  HttpRequest request = exchange->request;
  request.timeout = left;
  request.headers.emplace_back("Authorization", "Bearer " + token.value);
  PendingCall& call = *exchange->call;
  call.Run(next_, std::move(request),
           [this, exchange, last, value = token.value](StatusOr<HttpResponse> answer) {
             if (answer.ok() && answer->status == kUnauthorized && !last) {
               tokens_.Invalidate(exchange->request.tenant, value);
               if (exchange->request.on_setback) {
                 exchange->request.on_setback(
                     {"the API refused the access token; asking for a new one", kUnauthorized});
               }
               GetToken(exchange);
             } else {
               exchange->call->Finish(std::move(answer));
             }
           });
}

}  // namespace bw::tool_service
