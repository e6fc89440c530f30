// Phone number lookup (v2, synchronous) and one-time codes.
#include <array>

#include "sandbox/core/lookup.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

Response Reply(const Context& context, const StatusOr<Json>& body) {
  return body.ok() ? http::JsonResponse(200, json::Dump(*body))
                   : ErrorResponse(context.api, body.status());
}

Response LookUp(Context& context) {
  return Reply(context, LookUpNumbers(context.body, context.platform.random));
}

Response SpeakCode(Context& context) {
  return Reply(context, context.platform.codes.Generate(context.body, CodeDesk::Channel::kVoice));
}

Response TextCode(Context& context) {
  return Reply(context,
               context.platform.codes.Generate(context.body, CodeDesk::Channel::kMessaging));
}

Response VerifyCode(Context& context) {
  return Reply(context, context.platform.codes.Verify(context.body));
}

constexpr std::array<Route, 4> kRoutes = {{
    {"POST", "/v2/accounts/{accountId}/phoneNumberLookup", Api::kLookup, BodyKind::kJson, LookUp},
    {"POST", "/api/v1/accounts/{accountId}/code/voice", Api::kMfa, BodyKind::kJson, SpeakCode},
    {"POST", "/api/v1/accounts/{accountId}/code/messaging", Api::kMfa, BodyKind::kJson, TextCode},
    {"POST", "/api/v1/accounts/{accountId}/code/verify", Api::kMfa, BodyKind::kJson, VerifyCode},
}};

}  // namespace

std::span<const Route> LookupAndMfaRoutes() { return kRoutes; }

}  // namespace bw::sandbox
