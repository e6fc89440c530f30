// Rings calls and executes their BXML, as a state machine over calls, timers and webhooks. No
// sockets, no threads, no clock of its own: tests run it with a fake clock.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bxml/document.h"
#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "sandbox/core/call_book.h"
#include "sandbox/core/random.h"
#include "sandbox/core/script.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/voice_archive.h"
#include "sandbox/core/voice_webhooks.h"

namespace bw::sandbox {

/// Why a call ended; `cause` is one of the platform's disconnect causes.
struct EndReason {
  std::string_view cause;
  std::string message = "";
  std::optional<int> sip_response_code = std::nullopt;
};

/// Not thread-safe: every call, timer and webhook reply comes on one thread.
class CallEngine {
 public:
  CallEngine(const SimulationSettings& settings, const Clock& clock, Scheduler& scheduler,
             Random& random, WebhookClient& client, const ScriptBook& scripts, CallBook& calls,
             VoiceArchive& archive);
  CallEngine(const CallEngine&) = delete;
  CallEngine& operator=(const CallEngine&) = delete;

  /// A queued outbound call begins to ring; the person called behaves as its script says.
  void Dial(Call& call);
  /// An inbound call arrives: `initiate` goes to call.answer.
  void Initiate(Call& call);
  /// Replaces what runs by the answer to a `redirect` event.
  void Redirect(Call& call, const CallbackTarget& target);
  /// Replaces what runs by `document`.
  void Replace(Call& call, bxml::Document document);
  /// Ends a live call: by the API, by the person, or by a rule.
  void End(Call& call, const EndReason& reason);
  /// The person presses keys: they feed a Gather, or a StartGather.
  void Press(Call& call, const std::string& keys);

  /// Posts transcriptionAvailable about a recording.
  void TellOfTranscription(Call& call, const json::Json& facts, const CallbackTarget& target);
  /// Every member leaves and goes on with what stands behind <Conference>.
  void EndConference(const std::string& name);
  /// Asks `target` for a document that all members would hear.
  void RedirectConference(const std::string& name, const CallbackTarget& target);
  /// Stores the recording of a whole conference, if one runs.
  void FinishConferenceRecording(ConferenceRecord& conference);

  void Note(Call& call, std::string_view kind, json::Json details);

 private:
  /// What a verb leaves the call doing.
  enum class Flow { kNext, kWaiting };
  using VerbHandler = Flow (CallEngine::*)(Call&, const bxml::Verb&);
  using Continuation = std::function<void(Call&)>;

  struct Conference {
    std::string id;
    std::string tag;
    CallbackTarget target;
    std::chrono::milliseconds callback_timeout{15'000};
    std::vector<std::string> member_ids;
  };

  // --- time and webhooks ---
  // After `simulated_ms`, unless the call was interrupted or ended.
  void Later(Call& call, double simulated_ms, Continuation next);
  // After `simulated_ms`, unless the call ended.
  void WhileLive(Call& call, double simulated_ms, Continuation next);
  // Voids everything that waits for the running verb.
  void NextGeneration(Call& call);
  // NextGeneration, and leaves bridge, conference and transfer.
  void Interrupt(Call& call);
  json::Json Event(const Call& call, std::string_view type) const;
  // Asks for a document and executes it; the call ends when there is none.
  void AskAndRun(Call& call, json::Json event, const CallbackTarget& target);
  void RunScript(Call& call, StatusOr<Script> script);

  // --- documents ---
  void Run(Call& call, bxml::Document document, const std::string& base_url);
  void RunNext(Call& call);
  void FinishDocument(Call& call);
  void ApplyTag(Call& call, const bxml::Verb& verb);
  void AnswerIfRinging(Call& call);
  void Answer(Call& call);
  std::optional<json::Json> DetectMachine(Call& call);
  static const std::map<std::string_view, VerbHandler>& Handlers();

  // --- verbs ---
  Flow Speak(Call& call, const bxml::Verb& verb);
  Flow Play(Call& call, const bxml::Verb& verb);
  Flow Pause(Call& call, const bxml::Verb& verb);
  Flow Ring(Call& call, const bxml::Verb& verb);
  Flow SendDtmf(Call& call, const bxml::Verb& verb);
  Flow RedirectVerb(Call& call, const bxml::Verb& verb);
  Flow Hangup(Call& call, const bxml::Verb& verb);
  Flow SetTag(Call& call, const bxml::Verb& verb);
  Flow Gather(Call& call, const bxml::Verb& verb);
  Flow StartGather(Call& call, const bxml::Verb& verb);
  Flow StopGather(Call& call, const bxml::Verb& verb);
  Flow RecordVerb(Call& call, const bxml::Verb& verb);
  Flow StartRecording(Call& call, const bxml::Verb& verb);
  Flow PauseRecording(Call& call, const bxml::Verb& verb);
  Flow ResumeRecording(Call& call, const bxml::Verb& verb);
  Flow StopRecording(Call& call, const bxml::Verb& verb);
  Flow StartTap(Call& call, const bxml::Verb& verb);
  Flow StopTap(Call& call, const bxml::Verb& verb);
  Flow Transfer(Call& call, const bxml::Verb& verb);
  Flow Forward(Call& call, const bxml::Verb& verb);
  Flow BridgeVerb(Call& call, const bxml::Verb& verb);
  Flow JoinConference(Call& call, const bxml::Verb& verb);
  Flow Refer(Call& call, const bxml::Verb& verb);
  Flow Connect(Call& call, const bxml::Verb& verb);

  // --- gather ---
  void PlayPrompts(Call& call);
  void OnKeys(Call& call, const std::string& keys);
  void FinishGather(Call& call, const std::string& terminating_digit);

  // --- recordings and taps ---
  void FinishRecording(Call& call);
  void PostRecording(Call& call, const Recording& recording, std::int64_t end_ms);
  void EndTap(Call& call, const MediaTap& tap);
  json::Json TapEvent(const Call& call, const MediaTap& tap, std::string_view outcome) const;

  // --- the archive ---
  void KeepRecording(const Call& call, const json::Json& facts, bool transcribed);
  void KeepMember(const Conference& conference, const std::string& name, const Call& call,
                  const bxml::Verb& verb);
  void DropMember(const Conference& conference, const Call& call);

  // --- calls connected to calls ---
  void DialLeg(Call& parent, const bxml::Verb& transfer, const bxml::Verb& party);
  void OnLegAnswered(Call& leg);
  void ConnectLeg(Call& leg);
  void OnLegEnded(Call& leg);
  void FinishTransfer(Call& call, const Call& last_leg);
  void EndLegs(Call& call, std::string_view except);
  void LeaveBridge(Call& call);
  void FinishBridge(Call& call, const BridgeLink& link, const EndReason& reason);
  void LeaveConference(Call& call);
  json::Json ConferenceEvent(const std::string& name, const Conference& conference,
                             std::string_view type) const;

  const SimulationSettings& settings_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Random& random_;
  const ScriptBook& scripts_;
  CallBook& calls_;
  VoiceArchive& archive_;
  VoiceWebhooks webhooks_;
  std::map<std::string, Conference, std::less<>> conferences_;
};

}  // namespace bw::sandbox
