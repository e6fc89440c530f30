// Endpoints (telephones in browsers) and registration of new accounts.
#include <array>
#include <utility>

#include "common/bxml/document.h"
#include "common/clock/clock.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kShelf = "endpoints";
constexpr std::int64_t kLifetimeMs = 24 * 3'600'000;

constexpr std::array<FieldRule, 5> kEndpoint = {{
    {"type", FieldKind::kText, true, 1, 20},
    {"direction", FieldKind::kText, true, 1, 20},
    {"eventCallbackUrl", FieldKind::kUrl, false},
    {"eventFallbackUrl", FieldKind::kUrl, false},
    {"tag", FieldKind::kText, false, 0, 1024},
}};
constexpr std::array<FieldRule, 4> kRegistration = {{
    {"phoneNumber", FieldKind::kParty, true},
    {"email", FieldKind::kText, true, 3, 320},
    {"firstName", FieldKind::kText, true, 1, 100},
    {"lastName", FieldKind::kText, true, 1, 100},
}};
constexpr std::array<FieldRule, 2> kCodeRequest = {{
    {"phoneNumber", FieldKind::kParty, true},
    {"email", FieldKind::kText, true, 3, 320},
}};
constexpr std::array<FieldRule, 3> kCodeCheck = {{
    {"phoneNumber", FieldKind::kParty, true},
    {"code", FieldKind::kText, true, 4, 8},
    {"email", FieldKind::kText, true, 3, 320},
}};

Response List(Context& context) {
  Json endpoints = Json::array();
  for (const Json* endpoint : context.platform.records.List(kShelf)) {
    const auto fits = [&](std::string_view name) {
      const auto wanted = context.request.Query(name);
      return !wanted || json::StringOr(*endpoint, name) == *wanted;
    };
    if (fits("type") && fits("status")) endpoints.push_back(*endpoint);
  }
  return Envelope(200, std::move(endpoints));
}

Response Create(Context& context) {
  const auto problems = CheckFields(context.body, kEndpoint);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  const std::int64_t now = context.platform.clock.NowMs();
  const std::string id = NewId(context.platform.random, "e");
  Json endpoint = {{"endpointId", id},
                   {"type", context.body["type"]},
                   {"status", "DISCONNECTED"},
                   {"creationTimestamp", FormatIso8601(now)},
                   {"expirationTimestamp", FormatIso8601(now + kLifetimeMs)},
                   {"tag", json::StringOr(context.body, "tag")}};
  context.platform.records.Add(kShelf, id, endpoint);
  endpoint["token"] = "sandbox-" + NewUuid(context.platform.random);
  return Envelope(201, std::move(endpoint));
}

Response Get(Context& context) {
  const Json* endpoint = context.platform.records.Find(kShelf, context.path[1]);
  return endpoint == nullptr ? NoSuchRecord(context, "endpointId") : Envelope(200, *endpoint);
}

Response Delete(Context& context) {
  const bool removed = context.platform.records.Remove(kShelf, context.path[1]);
  return removed ? Response{204, {}, ""} : NoSuchRecord(context, "endpointId");
}

// The document is checked; nobody hears it.
Response PutBxml(Context& context) {
  if (context.platform.records.Find(kShelf, context.path[1]) == nullptr) {
    return NoSuchRecord(context, "endpointId");
  }
  const auto document = bxml::Parse(context.request.body);
  return document.ok() ? Response{204, {}, ""} : ErrorResponse(context.api, document.status());
}

Response Register(Context& context) {
  const auto problems = CheckFields(context.body, kRegistration);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  return Envelope(200, {{"message", "Request received"},
                        {"status", "USER_CREATION_PENDING"},
                        {"registrationId", NewUuid(context.platform.random)}});
}

Response SendCode(Context& context) {
  const auto problems = CheckFields(context.body, kCodeRequest);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  return Envelope(200, {{"message", "Code sent"}, {"status", "VERIFICATION_CODE_SENT"}});
}

// Every code is right.
Response CheckCode(Context& context) {
  const auto problems = CheckFields(context.body, kCodeCheck);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  return Envelope(200, {{"message", "Number verified"},
                        {"status", "PHONE_VERIFIED"},
                        {"registrationId", NewUuid(context.platform.random)}});
}

constexpr auto kJson = BodyKind::kJson;
constexpr auto kNone = BodyKind::kNone;

constexpr std::array<Route, 8> kRoutes = {{
    {"GET", "/v2/accounts/{accountId}/endpoints", Api::kEnvelope, kNone, List},
    {"POST", "/v2/accounts/{accountId}/endpoints", Api::kEnvelope, kJson, Create},
    {"GET", "/v2/accounts/{accountId}/endpoints/{id}", Api::kEnvelope, kNone, Get},
    {"DELETE", "/v2/accounts/{accountId}/endpoints/{id}", Api::kEnvelope, kNone, Delete},
    {"PUT", "/v2/accounts/{accountId}/endpoints/{id}/bxml", Api::kEnvelope, BodyKind::kXml,
     PutBxml},
    {"POST", "/v1/express/registration", Api::kRegistration, kJson, Register},
    {"POST", "/v1/express/registration/code", Api::kRegistration, kJson, SendCode},
    {"POST", "/v1/express/registration/code/verify", Api::kRegistration, kJson, CheckCode},
}};

}  // namespace

std::span<const Route> EndpointRoutes() { return kRoutes; }

}  // namespace bw::sandbox
