#include "sandbox/core/call_simulator.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "common/bxml/document.h"
#include "sandbox/core/call_request.h"
#include "sandbox/core/fields.h"

namespace bw::sandbox {
namespace {

using json::Json;
using std::chrono::milliseconds;

Status NoSuchCall(std::string_view call_id) {
  return NotFound("Call " + std::string(call_id) + " was not found.");
}

Json SecondsOf(milliseconds time) { return static_cast<double>(time.count()) / 1000.0; }

}  // namespace

CallSimulator::CallSimulator(const SimulationSettings& settings, const Account& account,
                             const Clock& clock, Scheduler& scheduler, Random& random,
                             WebhookClient& client, const ScriptBook& scripts)
    : settings_(settings),
      account_(account),
      clock_(clock),
      scheduler_(scheduler),
      random_(random),
      scripts_(scripts),
      calls_(settings.max_calls_kept),
      engine_(settings, clock, scheduler, random, client, scripts, calls_, archive_),
      next_dial_(clock.Steady()) {}

Status CallSimulator::CheckCapacity() const {
  if (calls_.queued() >= settings_.max_queued_calls()) {
    return ResourceExhausted("Account call creation rate limit exceeded");
  }
  if (calls_.live() >= settings_.max_concurrent_calls) {
    return ResourceExhausted("Account concurrent call limit exceeded");
  }
  return OkStatus();
}

StatusOr<Json> CallSimulator::CreateCall(const Json& body) {
  BW_ASSIGN_OR_RETURN(Call call, ParseCreateCall(body, account_, settings_));
  BW_RETURN_IF_ERROR(CheckCapacity());
  call.id = NewId(random_, "c");
  call.created = clock_.Steady();
  call.enqueued_ms = clock_.NowMs();
  call.start_ms = *call.enqueued_ms;
  call.last_update_ms = *call.enqueued_ms;
  call.script = scripts_.Find(call.to);
  Call& added = calls_.Add(std::move(call));
  engine_.Note(added, "state", {{"state", "queued"}});
  // One call every 1/rate seconds; the queue's delay is simulated time.
  const auto gap = settings_.Scaled(1000.0 / static_cast<double>(settings_.calls_per_second));
  const auto now = clock_.Steady();
  const auto dial_at = std::max(now, next_dial_);
  next_dial_ = dial_at + gap;
  scheduler_.After(std::chrono::ceil<milliseconds>(dial_at - now), [this, id = added.id] {
    Call* queued = calls_.Find(id);
    if (queued != nullptr && queued->state == CallState::kQueued) engine_.Dial(*queued);
  });
  return CreatedJson(added);
}

Json CallSimulator::CreatedJson(const Call& call) const {
  Json created = {{"applicationId", call.application_id},
                  {"accountId", call.account_id},
                  {"callId", call.id},
                  {"to", call.to},
                  {"from", call.from},
                  {"enqueuedTime", FormatIso8601(*call.enqueued_ms)},
                  {"callUrl", settings_.api_base_url + "/api/v2/accounts/" + call.account_id +
                                  "/calls/" + call.id},
                  {"callTimeout", SecondsOf(call.ring_timeout)},
                  {"callbackTimeout", SecondsOf(call.callback_timeout)},
                  {"answerMethod", call.answer.method},
                  {"answerUrl", call.answer.url},
                  {"answerFallbackMethod", call.answer.fallback_method},
                  {"disconnectMethod", call.disconnect.method},
                  {"priority", 5}};
  if (!call.answer.fallback_url.empty()) created["answerFallbackUrl"] = call.answer.fallback_url;
  if (!call.disconnect.url.empty()) created["disconnectUrl"] = call.disconnect.url;
  if (!call.tag.empty()) created["tag"] = call.tag;
  // The platform echoes credentials; whoever reads this must redact them.
  if (call.answer.credentials) {
    created["username"] = call.answer.credentials->username;
    created["password"] = call.answer.credentials->password;
  }
  return created;
}

StatusOr<Json> CallSimulator::GetCall(std::string_view call_id) const {
  const Call* call = calls_.Find(call_id);
  if (call == nullptr || clock_.Steady() - call->created < settings_.call_visible_after) {
    return NoSuchCall(call_id);
  }
  return CallStateJson(*call);
}

StatusOr<Call*> CallSimulator::FindLive(std::string_view call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return NoSuchCall(call_id);
  if (call->live()) return call;
  return FailedPrecondition("Call " + std::string(call_id) +
                            " cannot be modified in its current state.");
}

StatusOr<Call*> CallSimulator::FindAnswered(std::string_view call_id) {
  BW_ASSIGN_OR_RETURN(Call * call, FindLive(call_id));
  if (call->state == CallState::kAnswered) return call;
  return FailedPrecondition("Call " + std::string(call_id) +
                            " cannot be modified in its current state.");
}

Status CallSimulator::UpdateCall(std::string_view call_id, const Json& body) {
  if (calls_.Find(call_id) == nullptr) return NoSuchCall(call_id);
  BW_ASSIGN_OR_RETURN(const CallUpdate update, ParseUpdateCall(body, settings_));
  if (update.complete) {
    BW_ASSIGN_OR_RETURN(Call * call, FindLive(call_id));
    engine_.End(*call, {call->state == CallState::kAnswered ? "hangup" : "cancel"});
    return OkStatus();
  }
  BW_ASSIGN_OR_RETURN(Call * call, FindAnswered(call_id));
  if (update.tag) call->tag = *update.tag;
  engine_.Redirect(*call, update.redirect);
  return OkStatus();
}

Status CallSimulator::ReplaceBxml(std::string_view call_id, std::string_view bxml) {
  if (calls_.Find(call_id) == nullptr) return NoSuchCall(call_id);
  BW_ASSIGN_OR_RETURN(
      bxml::Document document,
      bxml::Parse(bxml, {.allow_http_credentials = settings_.allow_http_credentials}));
  BW_ASSIGN_OR_RETURN(Call * call, FindAnswered(call_id));
  engine_.Replace(*call, std::move(document));
  return OkStatus();
}

std::vector<Json> CallSimulator::ListCalls(const CallFilter& filter) const {
  std::vector<Json> found;
  calls_.ForEach([&](const Call& call) {
    const bool matches =
        (!filter.to || call.to == *filter.to) && (!filter.from || call.from == *filter.from) &&
        (!filter.disconnect_cause || call.disconnect_cause == *filter.disconnect_cause) &&
        (!filter.min_start_ms || call.start_ms >= *filter.min_start_ms) &&
        (!filter.max_start_ms || call.start_ms <= *filter.max_start_ms);
    if (matches) found.push_back(CallStateJson(call));
  });
  return found;
}

Json CallSimulator::Statistics() const {
  return {{"currentCallQueueSize", calls_.queued()},
          {"maxCallQueueSize", settings_.max_queued_calls()}};
}

StatusOr<Json> CallSimulator::CallIn(const Json& body) {
  constexpr std::array<FieldRule, 3> kRules = {{{"from", FieldKind::kParty, true},
                                                {"to", FieldKind::kText, true, 1, 32},
                                                {"tag", FieldKind::kText, false, 0, 4096}}};
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kRules)));
  const std::string from = json::StringOr(body, "from");
  BW_ASSIGN_OR_RETURN(CallerScript script, ParseCallerScript(body, {"from", "to", "tag"}));
  const PhoneNumber* number = account_.FindNumber(json::StringOr(body, "to"));
  const Application* application =
      number == nullptr
          ? nullptr
          : account_.FindApplication(number->voice_application_id, ServiceType::kVoice);
  if (application == nullptr) {
    return InvalidArgument("to must be a phone number of this account with a voice application");
  }
  BW_RETURN_IF_ERROR(CheckCapacity());
  Call call;
  call.id = NewId(random_, "c");
  call.account_id = account_.id;
  call.application_id = application->id;
  call.from = from;
  call.to = number->number;
  call.direction = Direction::kInbound;
  call.tag = json::StringOr(body, "tag");
  call.created = clock_.Steady();
  const bool own_script = body.size() > 2 + (json::Find(body, "tag") != nullptr ? 1u : 0u);
  call.script = own_script ? std::move(script) : scripts_.Find(from);
  call.answer.url = application->Setting("CallInitiatedCallbackUrl");
  call.answer.credentials = application->CredentialsIn("CallbackCreds");
  call.answer.fallback_url = application->Setting("CallInitiatedFallbackUrl");
  call.answer.fallback_credentials = application->CredentialsIn("CallInitiatedFallbackCreds");
  call.disconnect.url = application->Setting("CallStatusCallbackUrl");
  call.disconnect.credentials = call.answer.credentials;
  const auto method = [&](std::string_view setting) {
    const std::string given = application->Setting(setting);
    return given.empty() ? std::string("POST") : given;
  };
  call.answer.method = method("CallInitiatedMethod");
  call.answer.fallback_method = method("CallInitiatedFallbackMethod");
  call.disconnect.method = method("CallStatusMethod");
  if (const std::string seconds = application->Setting("CallbackTimeout"); !seconds.empty()) {
    call.callback_timeout = std::chrono::seconds(std::stoi(seconds));
  }
  Call& added = calls_.Add(std::move(call));
  engine_.Initiate(added);
  return Json{{"callId", added.id}, {"from", added.from}, {"to", added.to}};
}

Status CallSimulator::Press(std::string_view call_id, const Json& body) {
  constexpr std::array<FieldRule, 1> kRules = {{{"digits", FieldKind::kText, true, 1, 50}}};
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kRules)));
  const std::string digits = json::StringOr(body, "digits");
  if (digits.find_first_not_of("0123456789*#ABCDabcd") != std::string::npos) {
    return InvalidArgument("digits must hold 0-9 * # A-D only");
  }
  BW_ASSIGN_OR_RETURN(Call * call, FindAnswered(call_id));
  engine_.Press(*call, digits);
  return OkStatus();
}

Status CallSimulator::HangUp(std::string_view call_id) {
  BW_ASSIGN_OR_RETURN(Call * call, FindLive(call_id));
  engine_.End(*call, {call->state == CallState::kAnswered ? "hangup" : "cancel"});
  return OkStatus();
}

StatusOr<Json> CallSimulator::Timeline(std::string_view call_id) const {
  const Call* call = calls_.Find(call_id);
  if (call == nullptr) return NoSuchCall(call_id);
  return TimelineJson(*call);
}

}  // namespace bw::sandbox
