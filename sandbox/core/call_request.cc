#include "sandbox/core/call_request.h"

#include <array>
#include <utility>
#include <vector>

#include "common/bxml/text_rules.h"
#include "sandbox/core/fields.h"
#include "sandbox/core/url.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr double kMaxTag = 4096;
constexpr double kMaxCredential = 1024;

constexpr std::array<FieldRule, 22> kCreateCall = {{
    {"to", FieldKind::kParty, true},
    {"from", FieldKind::kText, true, 1, 1024},
    {"applicationId", FieldKind::kText, true, 1, 64},
    {"answerUrl", FieldKind::kUrl, true},
    {"answerMethod", FieldKind::kMethod},
    {"username", FieldKind::kText, false, 0, kMaxCredential},
    {"password", FieldKind::kText, false, 0, kMaxCredential},
    {"answerFallbackUrl", FieldKind::kUrl},
    {"answerFallbackMethod", FieldKind::kMethod},
    {"fallbackUsername", FieldKind::kText, false, 0, kMaxCredential},
    {"fallbackPassword", FieldKind::kText, false, 0, kMaxCredential},
    {"disconnectUrl", FieldKind::kUrl},
    {"disconnectMethod", FieldKind::kMethod},
    {"callTimeout", FieldKind::kNumber, false, 1, 300},
    {"callbackTimeout", FieldKind::kNumber, false, 1, 25},
    {"machineDetection", FieldKind::kObject},
    {"priority", FieldKind::kInteger, false, 1, 5},
    {"tag", FieldKind::kText, false, 0, kMaxTag},
    {"privacy", FieldKind::kBoolean},
    {"displayName", FieldKind::kText, false, 0, 256},
    {"uui", FieldKind::kText, false, 0, 350},
    {"pin", FieldKind::kText, false, 0, 256},
}};

constexpr std::array<FieldRule, 10> kUpdateCall = {{
    {"state", FieldKind::kText, false, 0, 16},
    {"redirectUrl", FieldKind::kUrl},
    {"redirectMethod", FieldKind::kMethod},
    {"username", FieldKind::kText, false, 0, kMaxCredential},
    {"password", FieldKind::kText, false, 0, kMaxCredential},
    {"redirectFallbackUrl", FieldKind::kUrl},
    {"redirectFallbackMethod", FieldKind::kMethod},
    {"fallbackUsername", FieldKind::kText, false, 0, kMaxCredential},
    {"fallbackPassword", FieldKind::kText, false, 0, kMaxCredential},
    {"tag", FieldKind::kText, false, 0, kMaxTag},
}};

constexpr std::array<FieldRule, 5> kMachineDetection = {{
    {"mode", FieldKind::kText, false, 4, 5},
    {"detectionTimeout", FieldKind::kNumber, false, 1, 60},
    {"callbackUrl", FieldKind::kUrl},
    {"callbackMethod", FieldKind::kMethod},
    {"username", FieldKind::kText, false, 0, kMaxCredential},
}};

std::optional<Credentials> CredentialsIn(const Json& body, std::string_view username,
                                         std::string_view password) {
  const auto name = json::GetString(body, username);
  if (!name || name->empty()) return std::nullopt;
  return Credentials{std::string(*name), json::StringOr(body, password)};
}

CallbackTarget TargetIn(const Json& body, const std::string& prefix) {
  CallbackTarget target;
  target.url = json::StringOr(body, prefix + "Url");
  target.method = json::StringOr(body, prefix + "Method", "POST");
  target.fallback_url = json::StringOr(body, prefix + "FallbackUrl");
  target.fallback_method = json::StringOr(body, prefix + "FallbackMethod", "POST");
  target.credentials = CredentialsIn(body, "username", "password");
  target.fallback_credentials = CredentialsIn(body, "fallbackUsername", "fallbackPassword");
  return target;
}

// Credentials must not travel in the clear.
Status CheckCredentialUrl(const CallbackTarget& target, const std::string& member,
                          const SimulationSettings& settings) {
  if (settings.allow_http_credentials) return OkStatus();
  if (target.credentials && IsPlainHttp(target.url)) {
    return InvalidArgument(member + " must be https when username and password are given");
  }
  if (target.fallback_credentials && IsPlainHttp(target.fallback_url)) {
    return InvalidArgument("the fallback of " + member +
                           " must be https when fallbackUsername and fallbackPassword are given");
  }
  return OkStatus();
}

Status CheckMachineDetection(const Json& body) {
  const Json* detection = json::FindObject(body, "machineDetection");
  if (detection == nullptr) return OkStatus();
  BW_RETURN_IF_ERROR(
      Annotate(ToStatus(CheckFields(*detection, kMachineDetection)), "machineDetection"));
  const std::string mode = json::StringOr(*detection, "mode", "async");
  if (mode == "async" || mode == "sync") return OkStatus();
  return InvalidArgument("machineDetection.mode must be async or sync");
}

Status CheckParties(const Json& body, const Account& account) {
  const std::string from = json::StringOr(body, "from");
  const bool hidden = json::GetBool(body, "privacy").value_or(false);
  if (!hidden && !bxml::IsSipUri(from) && account.FindNumber(from) == nullptr) {
    return InvalidArgument("from must be a phone number of this account, such as " +
                           (account.numbers.empty() ? "none" : account.numbers.front().number));
  }
  if (account.FindApplication(json::StringOr(body, "applicationId"), ServiceType::kVoice) ==
      nullptr) {
    return InvalidArgument("applicationId is not a voice application of this account");
  }
  return OkStatus();
}

std::chrono::milliseconds Seconds(const Json& body, std::string_view member, double fallback) {
  const double seconds = json::GetNumber(body, member).value_or(fallback);
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

StatusOr<Call> ParseCreateCall(const Json& body, const Account& account,
                               const SimulationSettings& settings) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kCreateCall)));
  BW_RETURN_IF_ERROR(CheckParties(body, account));
  BW_RETURN_IF_ERROR(CheckMachineDetection(body));
  Call call;
  call.account_id = account.id;
  call.application_id = json::StringOr(body, "applicationId");
  call.from = json::StringOr(body, "from");
  call.to = json::StringOr(body, "to");
  call.tag = json::StringOr(body, "tag");
  call.answer = TargetIn(body, "answer");
  call.disconnect.url = json::StringOr(body, "disconnectUrl");
  call.disconnect.method = json::StringOr(body, "disconnectMethod", "POST");
  call.disconnect.credentials = call.answer.credentials;
  BW_RETURN_IF_ERROR(CheckCredentialUrl(call.answer, "answerUrl", settings));
  call.ring_timeout = Seconds(body, "callTimeout", 30);
  call.callback_timeout = Seconds(body, "callbackTimeout", 15);
  if (const Json* detection = json::FindObject(body, "machineDetection")) {
    call.machine_detection = *detection;
  }
  return call;
}

StatusOr<CallUpdate> ParseUpdateCall(const Json& body, const SimulationSettings& settings) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kUpdateCall)));
  const std::string state = json::StringOr(body, "state", "active");
  CallUpdate update;
  if (state == "completed") {
    for (const FieldRule& rule : kUpdateCall) {
      if (rule.name != "state" && json::Find(body, rule.name) != nullptr) {
        return InvalidArgument(std::string(rule.name) + " is not allowed when state is completed");
      }
    }
    update.complete = true;
    return update;
  }
  if (state != "active") return InvalidArgument("state must be active or completed");
  update.redirect = TargetIn(body, "redirect");
  if (update.redirect.url.empty()) {
    return InvalidArgument("redirectUrl is required when state is active");
  }
  BW_RETURN_IF_ERROR(CheckCredentialUrl(update.redirect, "redirectUrl", settings));
  if (const auto tag = json::GetString(body, "tag")) update.tag = *tag;
  return update;
}

}  // namespace bw::sandbox
