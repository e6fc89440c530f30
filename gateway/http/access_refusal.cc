#include "gateway/http/access_refusal.h"

#include <utility>

#include "gateway/core/jsonrpc.h"
#include "gateway/http/cors.h"

namespace bw::gateway {
namespace {

using Refusal = AccessGuard::Refusal;

// Keys are fetched again by then, as far as that depends on us.
constexpr std::chrono::milliseconds kUndecidedPause{5'000};

struct RefusalRow {
  Refusal refusal;
  RefusalReason reason;
  Fault fault;
  const char* message;
};
constexpr RefusalRow kRefusals[] = {
    {Refusal::kHost, RefusalReason::kHost, Fault::kForbidden,
     "Forbidden: this Host is not served; see BW_MCP_ALLOWED_HOSTS"},
    {Refusal::kOrigin, RefusalReason::kOrigin, Fault::kForbidden,
     "Forbidden: this Origin may not call; see BW_MCP_ALLOWED_ORIGINS"},
    {Refusal::kQueryToken, RefusalReason::kToken, Fault::kInvalidRequest,
     "Bad Request: a token belongs into the Authorization header, never into the URL"},
    {Refusal::kNoToken, RefusalReason::kToken, Fault::kUnauthorized,
     "Unauthorized: a valid bearer token is required"},
    {Refusal::kMalformed, RefusalReason::kToken, Fault::kInvalidRequest,
     "Bad Request: more than one Authorization header"},
    {Refusal::kInvalidToken, RefusalReason::kToken, Fault::kUnauthorized,
     "Unauthorized: a valid bearer token is required"},
    {Refusal::kForbidden, RefusalReason::kScope, Fault::kInsufficientScope,
     "Forbidden: the token has no scope of this server"},
    {Refusal::kThrottled, RefusalReason::kThrottled, Fault::kTooManyRequests,
     "Too Many Requests: too many tokens from this address were wrong"},
    {Refusal::kUndecided, RefusalReason::kUndecided, Fault::kUnavailable,
     "Service Unavailable: the token cannot be checked now, try again shortly"},
};

// Empty: none.
std::string ChallengeFor(const AccessGuard::Verdict& verdict, const Challenges& challenges) {
  const std::string_view description =
      verdict.reason ? RowOf(*verdict.reason).description : std::string_view();
  switch (*verdict.refusal) {
    case Refusal::kNoToken:
      return challenges.NoToken();
    case Refusal::kInvalidToken:
      return challenges.Error("invalid_token", description);
    case Refusal::kForbidden:
      return challenges.NoScope(description);
    case Refusal::kQueryToken:
      return challenges.Error("invalid_request", "A token in the URL is not taken");
    case Refusal::kMalformed:
      return challenges.Error("invalid_request", "More than one Authorization header");
    default:
      return {};
  }
}

}  // namespace

std::string RetryAfter(std::chrono::milliseconds pause) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause).count();
  return std::to_string(seconds < 1 ? 1 : seconds);
}

http::Response AccessRefusal(const AccessGuard::Verdict& verdict, const Challenges& challenges,
                             const std::string& origin, Metrics& metrics) {
  const RefusalRow& row = kRefusals[static_cast<int>(*verdict.refusal)];
  metrics.Refused(row.reason);
  const RpcError error = MakeError(row.fault, row.message);
  http::Response response = http::JsonResponse(error.http_status, EncodeError(std::nullopt, error));
  std::string challenge = ChallengeFor(verdict, challenges);
  if (!challenge.empty()) response.headers.Add("WWW-Authenticate", std::move(challenge));
  if (verdict.refusal == Refusal::kThrottled) {
    response.headers.Add("Retry-After", RetryAfter(verdict.retry_after));
  }
  if (verdict.refusal == Refusal::kUndecided) {
    response.headers.Add("Retry-After", RetryAfter(kUndecidedPause));
  }
  // Where the source was allowed, its page may learn why it was refused.
  if (verdict.refusal != Refusal::kHost && verdict.refusal != Refusal::kOrigin) {
    AddCorsHeaders(response, origin);
  }
  return response;
}

}  // namespace bw::gateway
