// Phone number lookup (v2) and one-time codes.
#include <array>

#include "sandbox/core/lookup.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kBulk = "lookups";
constexpr std::size_t kMaxBulkNumbers = 15'000;
constexpr double kBulkMs = 2000;

Response Reply(const Context& context, const StatusOr<Json>& body) {
  return body.ok() ? http::JsonResponse(200, json::Dump(*body))
                   : ErrorResponse(context.api, body.status());
}

Response LookUp(Context& context) {
  return Reply(context, LookUpNumbers(context.body, context.platform.random));
}

Response BeginBulk(Context& context) {
  // Malformed bodies are refused at once; what is found comes later.
  auto found = LookUpNumbers(context.body, context.platform.random, kMaxBulkNumbers);
  if (!found.ok()) return ErrorResponse(context.api, found.status());
  const std::string id = json::StringOr((*found)["data"], "requestId");
  (*found)["made_ms"] = context.platform.clock.NowMs();
  context.platform.records.Add(kBulk, id, *std::move(found));
  return Envelope(202, {{"requestId", id}, {"status", "IN_PROGRESS"}});
}

Response ReadBulk(Context& context) {
  const Json* found = context.platform.records.Find(kBulk, context.path[1]);
  if (found == nullptr) return NoSuchRecord(context, "requestId");
  const std::int64_t age =
      context.platform.clock.NowMs() - json::GetInt(*found, "made_ms").value_or(0);
  if (age < context.platform.settings.Scaled(kBulkMs).count()) {
    return Envelope(200, {{"requestId", context.path[1]}, {"status", "IN_PROGRESS"}});
  }
  Json answer = *found;
  answer.erase("made_ms");
  return http::JsonResponse(200, json::Dump(answer));
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

constexpr std::array<Route, 6> kRoutes = {{
    {"POST", "/v2/accounts/{accountId}/phoneNumberLookup", Api::kLookup, BodyKind::kJson, LookUp},
    {"POST", "/v2/accounts/{accountId}/phoneNumberLookup/bulk", Api::kLookup, BodyKind::kJson,
     BeginBulk},
    {"GET", "/v2/accounts/{accountId}/phoneNumberLookup/bulk/{requestId}", Api::kLookup,
     BodyKind::kNone, ReadBulk},
    {"POST", "/api/v1/accounts/{accountId}/code/voice", Api::kMfa, BodyKind::kJson, SpeakCode},
    {"POST", "/api/v1/accounts/{accountId}/code/messaging", Api::kMfa, BodyKind::kJson, TextCode},
    {"POST", "/api/v1/accounts/{accountId}/code/verify", Api::kMfa, BodyKind::kJson, VerifyCode},
}};

}  // namespace

std::span<const Route> LookupAndMfaRoutes() { return kRoutes; }

}  // namespace bw::sandbox
