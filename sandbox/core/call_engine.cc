// A call's life: ringing, documents, the end. The verbs are in the other call_engine_*.cc.
#include "sandbox/core/call_engine.h"

#include <iterator>
#include <utility>

namespace bw::sandbox {
namespace {

using json::Json;

// Between the last Gather's answer and the hang-up of a person who has heard enough.
constexpr double kHangupPauseMs = 1000;
constexpr std::int64_t kDetectionMs = 1500;

}  // namespace

CallEngine::CallEngine(const SimulationSettings& settings, const Clock& clock, Scheduler& scheduler,
                       Random& random, WebhookClient& client, const ScriptBook& scripts,
                       CallBook& calls, VoiceArchive& archive)
    : settings_(settings),
      clock_(clock),
      scheduler_(scheduler),
      random_(random),
      scripts_(scripts),
      calls_(calls),
      archive_(archive),
      webhooks_(settings, clock, client, calls) {}

void CallEngine::Note(Call& call, std::string_view kind, Json details) {
  const auto since = clock_.Steady() - call.created;
  call.timeline.Add(std::chrono::duration_cast<std::chrono::microseconds>(since).count(), kind,
                    std::move(details));
  call.last_update_ms = clock_.NowMs();
}

void CallEngine::Later(Call& call, double simulated_ms, Continuation next) {
  call.verb_timers.push_back(
      scheduler_.After(settings_.Scaled(simulated_ms),
                       [this, id = call.id, generation = call.generation, next = std::move(next)] {
                         Call* found = calls_.Find(id);
                         if (found != nullptr && found->live() && found->generation == generation)
                           next(*found);
                       }));
}

void CallEngine::WhileLive(Call& call, double simulated_ms, Continuation next) {
  call.call_timers.push_back(scheduler_.After(settings_.Scaled(simulated_ms),
                                              [this, id = call.id, next = std::move(next)] {
                                                Call* found = calls_.Find(id);
                                                if (found != nullptr && found->live()) next(*found);
                                              }));
}

void CallEngine::NextGeneration(Call& call) {
  ++call.generation;
  for (const Scheduler::Id timer : call.verb_timers) scheduler_.Cancel(timer);
  call.verb_timers.clear();
  call.gather.reset();
}

void CallEngine::Interrupt(Call& call) {
  NextGeneration(call);
  call.pending.clear();
  if (call.bridge) LeaveBridge(call);
  if (!call.conference_name.empty()) LeaveConference(call);
  if (call.transfer) EndLegs(call, "");
}

Json CallEngine::Event(const Call& call, std::string_view type) const {
  return VoiceEvent(call, type, clock_.NowMs(), settings_.api_base_url);
}

void CallEngine::Dial(Call& call) {
  call.state = CallState::kInitiated;
  call.start_ms = clock_.NowMs();
  Note(call, "state", {{"state", "initiated"}});
  const CallerScript& script = call.script;
  const auto after = static_cast<double>(script.answer_after_ms);
  const auto ring_ms = static_cast<double>(call.ring_timeout.count());
  if (script.no_answer || after >= ring_ms) {
    Later(call, ring_ms, [this](Call& c) { End(c, {"timeout", "", 408}); });
  } else if (script.busy) {
    Later(call, after, [this](Call& c) { End(c, {"busy", "", 486}); });
  } else if (script.reject) {
    Later(call, after, [this](Call& c) { End(c, {"rejected", "", 603}); });
  } else {
    Later(call, after, [this](Call& c) { Answer(c); });
  }
}

void CallEngine::Answer(Call& call) {
  AnswerIfRinging(call);
  if (call.is_leg()) {
    OnLegAnswered(call);
    return;
  }
  Json event = Event(call, "answer");
  if (auto result = DetectMachine(call)) event["machineDetectionResult"] = *std::move(result);
  AskAndRun(call, std::move(event), call.answer);
}

// Answering machine detection: in the answer event (sync) or, a little later, in one of its own.
std::optional<Json> CallEngine::DetectMachine(Call& call) {
  if (!call.machine_detection.is_object()) return std::nullopt;
  Json result = {{"value", call.script.machine ? "answering-machine" : "human"},
                 {"duration", IsoDuration(kDetectionMs)}};
  if (json::StringOr(call.machine_detection, "mode", "async") == "sync") return result;
  CallbackTarget target;
  target.url = json::StringOr(call.machine_detection, "callbackUrl");
  target.method = json::StringOr(call.machine_detection, "callbackMethod", "POST");
  if (const auto username = json::GetString(call.machine_detection, "username")) {
    target.credentials =
        Credentials{std::string(*username), json::StringOr(call.machine_detection, "password")};
  }
  WhileLive(call, static_cast<double>(kDetectionMs),
            [this, target = std::move(target), result = std::move(result)](Call& c) {
              Json event = Event(c, "machineDetectionComplete");
              event["machineDetectionResult"] = result;
              webhooks_.Notify(c, std::move(event), target);
            });
  return std::nullopt;
}

void CallEngine::Initiate(Call& call) {
  call.state = CallState::kInitiated;
  call.start_ms = clock_.NowMs();
  Note(call, "state", {{"state", "initiated"}});
  Json event = Event(call, "initiate");
  event["stirShaken"] = {{"verstat", "TN-Validation-Passed"},
                         {"attestationIndicator", "A"},
                         {"originatingId", "sandbox"}};
  AskAndRun(call, std::move(event), call.answer);
}

void CallEngine::AnswerIfRinging(Call& call) {
  if (call.state != CallState::kInitiated) return;
  call.state = CallState::kAnswered;
  call.answer_ms = clock_.NowMs();
  Note(call, "state", {{"state", "answered"}});
  if (call.script.hangup_after_ms) {
    WhileLive(call, static_cast<double>(*call.script.hangup_after_ms),
              [this](Call& c) { End(c, {"hangup"}); });
  }
}

void CallEngine::AskAndRun(Call& call, Json event, const CallbackTarget& target) {
  if (call.webhooks_sent >= settings_.max_webhooks_per_call) {
    End(call,
        {"application-error", "the call sent more than " +
                                  std::to_string(settings_.max_webhooks_per_call) + " webhooks"});
    return;
  }
  webhooks_.Ask(call, std::move(event), target, call.callback_timeout,
                [this, id = call.id, generation = call.generation](StatusOr<Script> script) {
                  Call* found = calls_.Find(id);
                  if (found == nullptr || !found->live() || found->generation != generation) return;
                  RunScript(*found, std::move(script));
                });
}

void CallEngine::RunScript(Call& call, StatusOr<Script> script) {
  if (script.ok()) {
    Run(call, std::move(script->document), script->url);
    return;
  }
  const bool invalid = script.status().code() == StatusCode::kInvalidArgument;
  End(call, {invalid ? "invalid-bxml" : "callback-error", std::string(Message(script.status()))});
}

void CallEngine::Redirect(Call& call, const CallbackTarget& target) {
  Interrupt(call);
  AskAndRun(call, Event(call, "redirect"), target);
}

void CallEngine::Replace(Call& call, bxml::Document document) {
  Interrupt(call);
  Note(call, "note", {{"text", "document replaced"}, {"reply", KindOfDocument(document)}});
  Run(call, std::move(document), call.base_url);
}

void CallEngine::Run(Call& call, bxml::Document document, const std::string& base_url) {
  NextGeneration(call);
  call.base_url = base_url;
  call.pending.assign(std::make_move_iterator(document.verbs.begin()),
                      std::make_move_iterator(document.verbs.end()));
  if (call.script.hangup_after_gathers && call.gathers_done >= *call.script.hangup_after_gathers) {
    call.script.hangup_after_gathers.reset();
    WhileLive(call, kHangupPauseMs, [this](Call& c) { End(c, {"hangup"}); });
  }
  RunNext(call);
}

void CallEngine::RunNext(Call& call) {
  while (call.live() && !call.pending.empty()) {
    const bxml::Verb verb = std::move(call.pending.front());
    call.pending.pop_front();
    Json details = {{"verb", verb.name}};
    if (!verb.text.empty()) details["text"] = verb.text.substr(0, 256);
    Note(call, "verb", std::move(details));
    ApplyTag(call, verb);
    if ((this->*Handlers().at(verb.name))(call, verb) == Flow::kWaiting) return;
  }
  if (call.live()) FinishDocument(call);
}

void CallEngine::FinishDocument(Call& call) {
  if (call.is_leg()) {
    ConnectLeg(call);
  } else {
    Hangup(call, {.name = "Hangup"});
  }
}

void CallEngine::ApplyTag(Call& call, const bxml::Verb& verb) {
  // A conference keeps its own tag.
  if (verb.name == "Conference") return;
  if (const std::string* tag = bxml::FindAttribute(verb, "tag")) call.tag = *tag;
}

void CallEngine::End(Call& call, const EndReason& reason) {
  if (!call.live()) return;
  // Ended first, so that whoever is connected sees the call as gone.
  const bool ringing = call.state != CallState::kAnswered;
  call.state = CallState::kDisconnected;
  call.end_ms = clock_.NowMs();
  call.disconnect_cause = reason.cause;
  call.error_message = reason.message;
  call.sip_response_code = reason.sip_response_code;
  Json details = {{"state", "disconnected"}, {"cause", reason.cause}, {"answered", !ringing}};
  if (!reason.message.empty()) details["message"] = reason.message;
  Note(call, "state", std::move(details));
  for (const Scheduler::Id timer : call.call_timers) scheduler_.Cancel(timer);
  call.call_timers.clear();
  Interrupt(call);
  if (call.recording) FinishRecording(call);
  for (const MediaTap& tap : call.taps) EndTap(call, tap);
  call.taps.clear();
  if (call.is_leg()) {
    OnLegEnded(call);
    return;
  }
  Json event = Event(call, "disconnect");
  event["endTime"] = FormatIso8601(*call.end_ms);
  event["cause"] = reason.cause;
  event["errorMessage"] = reason.message.empty() ? Json(nullptr) : Json(reason.message);
  event["errorId"] = nullptr;
  if (reason.sip_response_code) event["sipResponseCode"] = *reason.sip_response_code;
  webhooks_.Notify(call, std::move(event), call.disconnect);
}

}  // namespace bw::sandbox
