#include "callback-service/core/voice_webhook.h"

#include <array>
#include <optional>

#include "callback-service/core/identity.h"
#include "callback-service/core/payload.h"
#include "common/json/json.h"

namespace bw::callback_service {
namespace {

constexpr json::ParseLimits kLimits{.max_bytes = kMaxPayloadBytes, .max_depth = 32};

// Members that tell apart two events of one call, type and time; the object is "" for the payload
// itself.
struct DetailMember {
  std::string_view object;
  std::string_view key;
};

constexpr DetailMember kDetailMembers[] = {
    {"", "conferenceId"},  {"", "recordingId"},     {"", "digit"},
    {"mediaStream", "id"}, {"transcription", "id"}, {"realTimeTranscription", "id"},
};

std::string DetailOf(const json::Json& payload) {
  std::string detail;
  for (const DetailMember& member : kDetailMembers) {
    const json::Json* object =
        member.object.empty() ? &payload : json::FindObject(payload, member.object);
    if (object == nullptr) continue;
    if (const auto text = json::GetString(*object, member.key)) {
      detail += text->substr(0, kMaxIdBytes);
      detail += ',';
    }
  }
  return detail;
}

std::string IdentityOf(const json::Json& payload, const VoiceEvent& voice, std::string_view hop) {
  const Event& event = voice.event;
  const std::string time = TextOf(payload, "eventTime", kMaxIdBytes);
  std::string detail = DetailOf(payload);
  // Without a time, or for a type whose own ids are unknown here, only the whole payload is sure to
  // differ between two events and to be the same in a repetition.
  if (time.empty() || voice.type == nullptr) detail += Fingerprint(event.payload_json);
  return MakeIdentity("voice", {event.call_id, event.type, time, detail, hop});
}

Direction DirectionOf(const json::Json& payload) {
  const std::string text = json::StringOr(payload, "direction");
  if (text == "inbound") return Direction::kInbound;
  if (text == "outbound") return Direction::kOutbound;
  return Direction::kUnknown;
}

CallUpdate UpdateOf(const json::Json& payload, const VoiceEventType* type) {
  CallUpdate update;
  if (type == nullptr || type->state == CallState::kUnchanged) return update;
  update.start_time_ms = TimeOf(payload, "startTime");
  update.answer_time_ms = TimeOf(payload, "answerTime");
  switch (type->state) {
    case CallState::kUnchanged:
      break;
    case CallState::kInitiated:
      update.state = "initiated";
      break;
    case CallState::kAnswered:
      update.state = "answered";
      break;
    case CallState::kAnsweredIfTime:
      if (update.answer_time_ms != 0) update.state = "answered";
      break;
    case CallState::kDisconnected:
      update.state = "disconnected";
      update.end_time_ms = TimeOf(payload, "endTime");
      update.disconnect_cause = TextOf(payload, "cause", kMaxIdBytes);
      update.error_message = TextOf(payload, "errorMessage", kMaxTagBytes);
      break;
  }
  return update;
}

bool IsUnansweredInbound(const json::Json& payload, const VoiceEvent& voice) {
  if (voice.type != nullptr && voice.type->state == CallState::kInitiated) return true;
  return voice.event.direction == Direction::kInbound &&
         TextOf(payload, "answerTime", kMaxIdBytes).empty();
}

StatusOr<VoiceEvent> FromPayload(const json::Json& payload, std::string payload_json,
                                 std::string_view hop) {
  if (!payload.is_object()) return InvalidArgument("a voice webhook must be one JSON object");
  VoiceEvent voice;
  Event& event = voice.event;
  event.channel = Channel::kVoice;
  BW_ASSIGN_OR_RETURN(event.type, IdOf(payload, "eventType", kMaxTypeBytes));
  if (event.type.empty()) return InvalidArgument("eventType is missing");
  BW_ASSIGN_OR_RETURN(event.call_id, IdOf(payload, "callId", kMaxIdBytes));
  event.from = TextOf(payload, "from", kMaxIdBytes);
  if (std::string to = TextOf(payload, "to", kMaxIdBytes); !to.empty()) {
    event.to.push_back(std::move(to));
  }
  event.direction = DirectionOf(payload);
  event.event_time_ms = TimeOf(payload, "eventTime");
  event.application_id = TextOf(payload, "applicationId", kMaxIdBytes);
  event.tag = TextOf(payload, "tag", kMaxTagBytes);
  event.payload_json = std::move(payload_json);
  voice.type = FindVoiceEventType(event.type);
  voice.update = UpdateOf(payload, voice.type);
  voice.is_unanswered_inbound = IsUnansweredInbound(payload, voice);
  event.identity = IdentityOf(payload, voice, hop);
  return voice;
}

// A nested member of a GET webhook arrives as its JSON text; anything else stays a string, numbers
// too:
// "+15550100001" and "0042" must not become numbers.
json::Json ValueOfParameter(const std::string& text) {
  if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
    StatusOr<json::Json> nested = json::Parse(text, kLimits);
    if (nested.ok()) return std::move(nested).value();
  }
  return text;
}

}  // namespace

StatusOr<VoiceEvent> ParseVoiceWebhook(std::string_view body, std::string_view hop) {
  BW_ASSIGN_OR_RETURN(const json::Json payload, json::Parse(body, kLimits));
  return FromPayload(payload, std::string(body), hop);
}

StatusOr<VoiceEvent> ParseVoiceQuery(const QueryParameters& query, std::string_view hop) {
  if (query.size() > kMaxQueryParameters) {
    return InvalidArgument("the query has more than " + std::to_string(kMaxQueryParameters) +
                           " parameters");
  }
  json::Json members = json::Json::object();
  for (const auto& [name, value] : query) members[name] = ValueOfParameter(value);
  // Written and read again: what percent-decoding left that is not UTF-8 is replaced on the way, so
  // no member can break a later step.
  std::string payload_json = json::Dump(members);
  BW_ASSIGN_OR_RETURN(const json::Json payload, json::Parse(payload_json, kLimits));
  return FromPayload(payload, std::move(payload_json), hop);
}

}  // namespace bw::callback_service
