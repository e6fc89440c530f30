#include "tool-service/upstream/redirecting_client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "common/http_client/http_client.h"
#include "common/http_client/url.h"
#include "tool-service/upstream/pending_call.h"

namespace bw::tool_service {
namespace {

constexpr std::array kFollowed = {303, 307, 308};
// What another origin may know of the request; any other field could be a secret.
constexpr std::array<std::string_view, 4> kHarmless = {"accept", "accept-language", "range",
                                                       "traceparent"};

bool IsHarmless(std::string_view field) {
  return std::any_of(kHarmless.begin(), kHarmless.end(), [field](std::string_view name) {
    return http_client::IsSameField(name, field);
  });
}

bool IsRedirect(const HttpResponse& answer) {
  return std::find(kFollowed.begin(), kFollowed.end(), answer.status) != kFollowed.end() &&
         !http_client::FindHeader(answer.headers, "location").empty();
}

// Without path and query, which may be signed.
std::string Named(const http_client::Origin& origin) {
  return origin.scheme + "://" + origin.host + ":" + origin.port;
}

}  // namespace

Status FollowRedirect(const HttpResponse& answer, HttpRequest& request) {
  const auto from = http_client::ResolveUrl(request.url, request.url);
  if (!from.ok()) return from.status();
  auto to =
      http_client::ResolveUrl(request.url, http_client::FindHeader(answer.headers, "location"));
  if (!to.ok()) {
    return PermissionDenied("the API redirected to what is no http(s) URL; it was not followed");
  }
  if (from->origin.scheme == "https" && to->origin.scheme != "https") {
    return PermissionDenied("the API redirected from https to " + Named(to->origin) +
                            ", which anybody can read; it was not followed");
  }
  if (!(to->origin == from->origin)) {
    request.authorize = false;
    std::erase_if(request.headers, [](const auto& field) { return !IsHarmless(field.first); });
  }
  request.rules.public_peers_only = request.rules.public_peers_only || answer.peer_is_public;
  request.url = std::move(to->url);
  return OkStatus();
}

struct RedirectingClient::Exchange {
  HttpRequest request;
  std::shared_ptr<PendingCall> call;
  std::chrono::steady_clock::time_point deadline;
  int redirects = 0;
};

RedirectingClient::RedirectingClient(RedirectOptions options, const Clock& clock,
                                     UpstreamObserver& observer, HttpClient& next)
    : options_(options), clock_(clock), observer_(observer), next_(next) {}

std::shared_ptr<HttpCall> RedirectingClient::Send(HttpRequest request, Done done) {
  if (request.method != "GET" || !request.follow_redirects || options_.max_redirects == 0) {
    return next_.Send(std::move(request), std::move(done));
  }
  auto exchange = std::make_shared<Exchange>();
  exchange->deadline = clock_.Steady() + request.timeout;
  exchange->request = std::move(request);
  exchange->call = std::make_shared<PendingCall>(std::move(done));
  Step(exchange);
  return exchange->call;
}

void RedirectingClient::Step(const std::shared_ptr<Exchange>& exchange) {
  HttpRequest request = exchange->request;
  request.timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(exchange->deadline - clock_.Steady());
  if (request.timeout.count() <= 0) {
    return exchange->call->Finish(DeadlineExceeded("the time was used up by redirections"));
  }
  exchange->call->Run(next_, std::move(request), [this, exchange](StatusOr<HttpResponse> answer) {
    OnAnswer(exchange, std::move(answer));
  });
}

void RedirectingClient::OnAnswer(const std::shared_ptr<Exchange>& exchange,
                                 StatusOr<HttpResponse> answer) {
  if (!answer.ok() || !IsRedirect(*answer)) {
    // What a redirection led to, and must not.
    if (exchange->redirects > 0 && answer.status().code() == StatusCode::kPermissionDenied) {
      observer_.OnRefused(UpstreamRefusal::kRedirect);
      answer = Annotate(answer.status(), "the API's redirection was not followed");
    }
    return exchange->call->Finish(std::move(answer));
  }
  Status followed = exchange->redirects >= options_.max_redirects
                        ? PermissionDenied("the API redirected more than " +
                                           std::to_string(options_.max_redirects) + " times")
                        : FollowRedirect(*answer, exchange->request);
  if (!followed.ok()) {
    observer_.OnRefused(UpstreamRefusal::kRedirect);
    return exchange->call->Finish(std::move(followed));
  }
  ++exchange->redirects;
  observer_.OnRedirect();
  Step(exchange);
}

}  // namespace bw::tool_service
