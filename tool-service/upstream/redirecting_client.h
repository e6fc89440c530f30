// Follows an API's redirections (RFC 9110 §15.4: 303, 307, 308) where that is harmless: for GET,
// a bounded number of times, never from https to http, and from a public address never into a
// network of ours. Another origin gets no credentials, and of the header fields only those that say
// what answer is wanted.
#pragma once

#include "common/clock/clock.h"
#include "tool-service/core/http_client.h"
#include "tool-service/upstream/upstream_observer.h"

namespace bw::tool_service {

struct RedirectOptions {
  /// Followed for one request; one more is refused. 0: none is followed.
  int max_redirects = 5;
};

class RedirectingClient : public HttpClient {
 public:
  /// All outlive the client. Refusals are PERMISSION_DENIED; redirections of other methods, and
  /// those without a Location, are handed out as they are.
  RedirectingClient(RedirectOptions options, const Clock& clock, UpstreamObserver& observer,
                    HttpClient& next);
  std::shared_ptr<HttpCall> Send(HttpRequest request, Done done) override;

 private:
  struct Exchange;
  void Step(const std::shared_ptr<Exchange>& exchange);
  void OnAnswer(const std::shared_ptr<Exchange>& exchange, StatusOr<HttpResponse> answer);

  const RedirectOptions options_;
  const Clock& clock_;
  UpstreamObserver& observer_;
  HttpClient& next_;
};

/// `request` turned into the one that follows `answer`. PERMISSION_DENIED when that must not be
/// sent.
Status FollowRedirect(const HttpResponse& answer, HttpRequest& request);

}  // namespace bw::tool_service
