#include "tool-service/upstream/authorizing_client.h"

#include <chrono>
#include <utility>

#include "common/base64/base64.h"
#include "common/status/unsent.h"
#include "tool-service/upstream/pending_call.h"

namespace bw::tool_service {
namespace {

// The first one may be outdated, the second is fresh.
constexpr int kMaxTokens = 2;
constexpr int kUnauthorized = 401;

bool IsRefused(const StatusOr<HttpResponse>& answer) {
  return answer.ok() && answer->status == kUnauthorized;
}

void TellOfRefusal(const HttpRequest& request, const char* what) {
  if (request.on_setback) request.on_setback({what, kUnauthorized});
}

}  // namespace

struct AuthorizingClient::Exchange {
  HttpRequest request;
  std::shared_ptr<PendingCall> call;
  std::chrono::steady_clock::time_point deadline;
  int tokens_tried = 0;
};

AuthorizingClient::AuthorizingClient(const CredentialStore& credentials, TokenSource& tokens,
                                     const Clock& clock, HttpClient& next)
    : credentials_(credentials), tokens_(tokens), clock_(clock), next_(next) {}

std::shared_ptr<HttpCall> AuthorizingClient::Send(HttpRequest request, Done done) {
  if (!request.authorize) return next_.Send(std::move(request), std::move(done));
  auto exchange = std::make_shared<Exchange>();
  exchange->deadline = clock_.Steady() + request.timeout;
  exchange->request = std::move(request);
  exchange->call = std::make_shared<PendingCall>(std::move(done));
  std::shared_ptr<HttpCall> call = exchange->call;
  std::optional<CredentialStore::Entry> entry;
  if (exchange->request.rules.prefers_password) entry = credentials_.Get(exchange->request.tenant);
  if (entry && !entry->credentials.username.empty()) {
    UsePassword(exchange, entry->credentials);
  } else {
    UseToken(exchange);
  }
  return call;
}

void AuthorizingClient::UsePassword(const std::shared_ptr<Exchange>& exchange,
                                    const Credentials& credentials) {
  const bool may_use_token =
      !credentials.client_id.empty() && exchange->request.rules.token_problem.empty();
  SendWith(exchange, "Basic " + Base64Encode(credentials.username + ":" + credentials.password),
           [this, exchange, may_use_token](StatusOr<HttpResponse> answer) {
             if (IsRefused(answer) && may_use_token) {
               TellOfRefusal(exchange->request,
                             "the API refused user and password; trying an access token");
               UseToken(exchange);
             } else {
               exchange->call->Finish(std::move(answer));
             }
           });
}

void AuthorizingClient::UseToken(const std::shared_ptr<Exchange>& exchange) {
  if (const auto problem = exchange->request.rules.token_problem; !problem.empty()) {
    return exchange->call->Finish(MarkUnsent(FailedPrecondition(problem)));
  }
  tokens_.Get(
      exchange->request.tenant, exchange->deadline, [this, exchange](StatusOr<AccessToken> token) {
        // Without a token the request is not carried out, whatever was sent to ask for one.
        if (!token.ok()) return exchange->call->Finish(MarkUnsent(token.status()));
        const bool last = ++exchange->tokens_tried >= kMaxTokens;
        SendWith(exchange, "Bearer " + token->value,
                 [this, exchange, last, value = token->value](StatusOr<HttpResponse> answer) {
                   if (IsRefused(answer) && !last) {
                     tokens_.Invalidate(exchange->request.tenant, value);
                     TellOfRefusal(exchange->request,
                                   "the API refused the access token; asking for a new one");
                     UseToken(exchange);
                   } else {
                     exchange->call->Finish(std::move(answer));
                   }
                 });
      });
}

void AuthorizingClient::SendWith(const std::shared_ptr<Exchange>& exchange,
                                 std::string authorization, Done answered) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(exchange->deadline - clock_.Steady());
  if (left.count() <= 0) {
    return exchange->call->Finish(
        MarkUnsent(DeadlineExceeded("the time was used up before the request could be sent")));
  }
  HttpRequest request = exchange->request;
  request.timeout = left;
  request.headers.emplace_back("Authorization", std::move(authorization));
  exchange->call->Run(next_, std::move(request), std::move(answered));
}

}  // namespace bw::tool_service
