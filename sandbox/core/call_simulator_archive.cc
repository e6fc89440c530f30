// The part of CallSimulator that is about recordings and conferences.
#include <array>
#include <utility>

#include "common/bxml/document.h"
#include "common/clock/clock.h"
#include "sandbox/core/call_simulator.h"
#include "sandbox/core/fields.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr std::array<FieldRule, 1> kRecordingState = {{{"state", FieldKind::kText, true, 1, 16}}};
constexpr std::array<FieldRule, 3> kConference = {{
    {"status", FieldKind::kText, false, 1, 16},
    {"redirectUrl", FieldKind::kUrl, false},
    {"redirectMethod", FieldKind::kMethod, false},
}};
constexpr std::array<FieldRule, 3> kMember = {{
    {"mute", FieldKind::kBoolean, false},
    {"hold", FieldKind::kBoolean, false},
    {"callIdsToCoach", FieldKind::kTexts, false, 0, 20},
}};
constexpr std::array<FieldRule, 5> kTranscribe = {{
    {"callbackUrl", FieldKind::kUrl, false},
    {"callbackMethod", FieldKind::kMethod, false},
    {"tag", FieldKind::kText, false, 0, 4096},
    {"callbackTimeout", FieldKind::kNumber, false, 1, 25},
    {"detectLanguage", FieldKind::kBoolean, false},
}};

}  // namespace

Status CallSimulator::SetRecordingState(std::string_view call_id, const Json& body) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kRecordingState)));
  const std::string state = json::StringOr(body, "state");
  if (state != "paused" && state != "recording") {
    return InvalidArgument("state must be paused or recording");
  }
  BW_ASSIGN_OR_RETURN(Call* const call, FindLive(call_id));
  if (!call->recording) return NotFound("The call is not being recorded");
  call->recording->paused = state == "paused";
  return OkStatus();
}

Status CallSimulator::Transcribe(std::string_view call_id, std::string_view recording_id,
                                 const Json& body) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kTranscribe)));
  StoredRecording* recording = archive_.FindRecording(call_id, recording_id);
  if (recording == nullptr) return NotFound("The recording was not found");
  recording->transcription = TranscriptionOf("Please call me back tomorrow.");
  Call* call = calls_.Find(call_id);
  CallbackTarget target;
  target.url = json::StringOr(body, "callbackUrl");
  target.method = json::StringOr(body, "callbackMethod", "POST");
  if (call != nullptr && !target.url.empty()) {
    engine_.TellOfTranscription(*call, recording->facts, target);
  }
  return OkStatus();
}

StatusOr<ConferenceRecord*> CallSimulator::FindActive(std::string_view conference_id) {
  ConferenceRecord* conference = archive_.FindConference(conference_id);
  if (conference == nullptr || conference->completed_ms) {
    return NotFound("Conference " + std::string(conference_id.substr(0, 64)) + " was not found.");
  }
  return conference;
}

Status CallSimulator::UpdateConference(std::string_view conference_id, const Json& body) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kConference)));
  BW_ASSIGN_OR_RETURN(ConferenceRecord* const conference, FindActive(conference_id));
  const std::string status = json::StringOr(body, "status", "active");
  if (status == "completed") {
    engine_.EndConference(std::string(conference->name));
    return OkStatus();
  }
  if (status != "active") return InvalidArgument("status must be active or completed");
  CallbackTarget target;
  target.url = json::StringOr(body, "redirectUrl");
  target.method = json::StringOr(body, "redirectMethod", "POST");
  if (target.url.empty()) return InvalidArgument("redirectUrl is required");
  engine_.RedirectConference(conference->name, target);
  return OkStatus();
}

// Everybody in the conference hears the document; the sandbox carries out its recordings.
Status CallSimulator::ReplaceConferenceBxml(std::string_view conference_id, std::string_view bxml) {
  BW_ASSIGN_OR_RETURN(
      const bxml::Document document,
      bxml::Parse(bxml, {.allow_http_credentials = settings_.allow_http_credentials}));
  BW_ASSIGN_OR_RETURN(ConferenceRecord* const conference, FindActive(conference_id));
  for (const bxml::Verb& verb : document.verbs) {
    if (verb.name == "StartRecording" && !conference->recording_since_ms) {
      conference->recording_since_ms = clock_.NowMs();
    } else if (verb.name == "StopRecording") {
      engine_.FinishConferenceRecording(*conference);
    }
  }
  return OkStatus();
}

Status CallSimulator::UpdateMember(std::string_view conference_id, std::string_view call_id,
                                   const Json& body) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kMember)));
  BW_ASSIGN_OR_RETURN(ConferenceRecord* const conference, FindActive(conference_id));
  Json* member = MemberOf(*conference, call_id);
  if (member == nullptr) return NotFound("The member was not found");
  for (const FieldRule& rule : kMember) {
    const std::string name(rule.name);
    if (body.contains(name)) (*member)[name] = body[name];
  }
  return OkStatus();
}

}  // namespace bw::sandbox
