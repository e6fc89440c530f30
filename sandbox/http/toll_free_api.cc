// Toll-free verification. A request is PENDING for a while, then VERIFIED; one for a number that
// ends in 9 is declined.
#include <algorithm>
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/e164.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kRequests = "toll-free";
constexpr std::string_view kHooks = "toll-free-hooks";
constexpr double kDecisionMs = 2000;

constexpr std::array<FieldRule, 9> kSubmission = {{
    {"businessAddress", FieldKind::kObject, true},
    {"businessContact", FieldKind::kObject, true},
    {"messageVolume", FieldKind::kInteger, true, 10, 10'000'000},
    {"useCase", FieldKind::kText, true, 1, 500},
    {"useCaseSummary", FieldKind::kText, true, 1, 500},
    {"productionMessageContent", FieldKind::kText, true, 1, 500},
    {"optInWorkflow", FieldKind::kObject, true},
    {"businessEntityType", FieldKind::kText, false, 1, 50},
    {"additionalInformation", FieldKind::kText, false, 0, 500},
}};
constexpr std::array<FieldRule, 1> kNumbers = {{{"phoneNumbers", FieldKind::kTexts, true, 1, 10}}};
constexpr std::array<FieldRule, 3> kHook = {{
    {"callbackUrl", FieldKind::kUrl, true},
    {"basicAuthentication", FieldKind::kObject, false},
    {"sharedSecretKey", FieldKind::kText, false, 16, 64},
}};

std::string Now(const Context& context) { return FormatIso8601(context.platform.clock.NowMs()); }

Response ListUseCases(Context&) {
  return http::JsonResponse(200, R"(["2FA","Account Notifications","Customer Care"])");
}

Response Request(Context& context) {
  auto problems = CheckFields(context.body, kSubmission);
  for (FieldProblem& problem : CheckFields(context.body, kNumbers)) {
    problems.push_back(std::move(problem));
  }
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  for (const Json& number : context.body["phoneNumbers"]) {
    if (!IsTollFree(number.get_ref<const std::string&>())) {
      return ErrorResponse(context.api, 400, "phoneNumbers must be toll-free numbers");
    }
  }
  Json submission = context.body;
  submission.erase("phoneNumbers");
  for (const Json& number : context.body["phoneNumbers"]) {
    context.platform.records.Add(kRequests, number.get_ref<const std::string&>(),
                                 {{"phoneNumber", number},
                                  {"made_ms", context.platform.clock.NowMs()},
                                  {"internalTicketNumber", NewUuid(context.platform.random)},
                                  {"createdDateTime", Now(context)},
                                  {"modifiedDateTime", Now(context)},
                                  {"submission", submission}});
  }
  return Response{202, {}, ""};
}

Response NoSuchRequest(const Context& context) {
  return ErrorResponse(context.api, 404, "There is no request for this number");
}

Response ReadStatus(Context& context) {
  const Json* record = context.platform.records.Find(kRequests, context.path[1]);
  if (record == nullptr) return NoSuchRequest(context);
  Json view = *record;
  view.erase("made_ms");
  view["status"] = "PENDING";
  const std::int64_t age =
      context.platform.clock.NowMs() - json::GetInt(*record, "made_ms").value_or(0);
  if (age >= context.platform.settings.Scaled(kDecisionMs).count()) {
    const bool declined = context.path[1].ends_with('9');
    view["status"] = declined ? "UNVERIFIED" : "VERIFIED";
    if (declined) {
      view.update({{"declineReasonDescription", "The website could not be reached"},
                   {"denialStatusCode", 511},
                   {"resubmitAllowed", true}});
    }
  }
  return http::JsonResponse(200, json::Dump(view));
}

Response Update(Context& context) {
  Json* record = context.platform.records.Find(kRequests, context.path[1]);
  if (record == nullptr) return NoSuchRequest(context);
  const Json* submission = json::FindObject(context.body, "submission");
  if (submission == nullptr) return ErrorResponse(context.api, 400, "submission is required");
  const auto problems = CheckFields(*submission, kSubmission);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  (*record)["submission"] = *submission;
  (*record)["made_ms"] = context.platform.clock.NowMs();
  (*record)["modifiedDateTime"] = Now(context);
  return Response{202, {}, ""};
}

Response Delete(Context& context) {
  const bool removed = context.platform.records.Remove(kRequests, context.path[1]);
  return removed ? Response{204, {}, ""} : NoSuchRequest(context);
}

// Secrets are not shown.
Json HookView(Json hook) {
  hook.erase("sharedSecretKey");
  if (hook.contains("basicAuthentication")) hook["basicAuthentication"]["password"] = nullptr;
  return hook;
}

Response ListHooks(Context& context) {
  Json hooks = Json::array();
  for (const Json* hook : context.platform.records.List(kHooks)) hooks.push_back(HookView(*hook));
  return http::JsonResponse(200, json::Dump({{"data", std::move(hooks)}}));
}

// Keeps the body as subscription `id`.
Response KeepHook(Context& context, const std::string& id, int status) {
  const auto problems = CheckFields(context.body, kHook);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  const Json* before = context.platform.records.Find(kHooks, id);
  Json hook = context.body;
  hook["id"] = id;
  hook["accountId"] = context.platform.account.id;
  hook["type"] = "TOLLFREE_VERIFICATION_STATUS";
  hook["createdDate"] = before == nullptr ? Now(context) : json::StringOr(*before, "createdDate");
  hook["modifiedDate"] = Now(context);
  const Json& kept = context.platform.records.Add(kHooks, id, std::move(hook));
  return http::JsonResponse(status, json::Dump(HookView(kept)));
}

Response CreateHook(Context& context) {
  return KeepHook(context, NewId(context.platform.random, "hook"), 201);
}

Response UpdateHook(Context& context) {
  if (context.platform.records.Find(kHooks, context.path[1]) == nullptr) {
    return ErrorResponse(context.api, 404, "There is no such subscription");
  }
  return KeepHook(context, context.path[1], 200);
}

Response DeleteHook(Context& context) {
  const bool removed = context.platform.records.Remove(kHooks, context.path[1]);
  return removed ? Response{204, {}, ""}
                 : ErrorResponse(context.api, 404, "There is no such subscription");
}

constexpr auto kApi = Api::kTollFree;
constexpr std::string_view kOne =
    "/api/v2/accounts/{accountId}/phoneNumbers/{phoneNumber}/tollFreeVerification";
constexpr std::string_view kManyHooks =
    "/api/v2/accounts/{accountId}/tollFreeVerification/webhooks/subscriptions";
constexpr std::string_view kOneHook =
    "/api/v2/accounts/{accountId}/tollFreeVerification/webhooks/subscriptions/{id}";

constexpr std::array<Route, 9> kRoutes = {{
    {"GET", "/api/v2/tollFreeVerification/useCases", kApi, BodyKind::kNone, ListUseCases},
    {"POST", "/api/v2/accounts/{accountId}/tollFreeVerification", kApi, BodyKind::kJson, Request},
    {"GET", kOne, kApi, BodyKind::kNone, ReadStatus},
    {"PUT", kOne, kApi, BodyKind::kJson, Update},
    {"DELETE", kOne, kApi, BodyKind::kNone, Delete},
    {"GET", kManyHooks, kApi, BodyKind::kNone, ListHooks},
    {"POST", kManyHooks, kApi, BodyKind::kJson, CreateHook},
    {"PUT", kOneHook, kApi, BodyKind::kJson, UpdateHook},
    {"DELETE", kOneHook, kApi, BodyKind::kNone, DeleteHook},
}};

}  // namespace

std::span<const Route> TollFreeRoutes() { return kRoutes; }

}  // namespace bw::sandbox
