#include "tool-service/core/event_view.h"

#include <array>
#include <string_view>
#include <utility>

#include "common/clock/clock.h"

namespace bw::tool_service {
namespace {

using json::Json;

struct PayloadField {
  std::string_view name;
  // Path into the webhook's object (bandwidth webhooks; messaging nests under "message").
  std::string_view object;
  std::string_view member;
};

// What an agent acts on. Everything else is in the payload.
constexpr std::array kPayloadFields = {
    PayloadField{"digits", "", "digits"},
    PayloadField{"terminatingDigit", "", "terminatingDigit"},
    PayloadField{"digit", "", "digit"},
    PayloadField{"cause", "", "cause"},
    PayloadField{"errorMessage", "", "errorMessage"},
    PayloadField{"sipResponseCode", "", "sipResponseCode"},
    PayloadField{"transferTo", "", "transferTo"},
    PayloadField{"parentCallId", "", "parentCallId"},
    PayloadField{"recordingId", "", "recordingId"},
    PayloadField{"duration", "", "duration"},
    PayloadField{"status", "", "status"},
    PayloadField{"transcription", "", "transcription"},
    PayloadField{"machineDetectionResult", "", "machineDetectionResult"},
    PayloadField{"conferenceId", "", "conferenceId"},
    PayloadField{"errorCode", "", "errorCode"},
    PayloadField{"description", "", "description"},
    PayloadField{"text", "message", "text"},
    PayloadField{"media", "message", "media"},
    PayloadField{"suggestionResponse", "message", "suggestionResponse"},
    PayloadField{"locationResponse", "message", "locationResponse"},
};

const Json* FindField(const Json& payload, const PayloadField& field) {
  if (field.object.empty()) return json::Find(payload, field.member);
  const Json* object = json::FindObject(payload, field.object);
  return object == nullptr ? nullptr : json::Find(*object, field.member);
}

bool IsWorthShowing(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  return !value.is_structured() || !value.empty();
}

void SetText(Json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

void SetTime(Json& object, const char* name, std::int64_t time_ms) {
  if (time_ms != 0) object[name] = FormatIso8601(time_ms);
}

std::string Parties(const std::string& from, const std::string& to) {
  if (from.empty() && to.empty()) return "";
  return " " + (from.empty() ? "?" : from) + " -> " + (to.empty() ? "?" : to);
}

std::string JoinNumbers(const std::vector<std::string>& numbers) {
  std::string joined;
  for (const std::string& number : numbers) joined += (joined.empty() ? "" : ",") + number;
  return joined;
}

Json DescribeTurn(const Turn& turn) {
  Json described = {{"seq", turn.event_seq}, {"type", turn.event_type}};
  SetTime(described, "time", turn.time_ms);
  SetText(described, "receipt_id", turn.receipt_id);
  SetText(described, "bxml", RedactBxml(turn.bxml));
  return described;
}

}  // namespace

std::string_view ChannelName(EventChannel channel) {
  constexpr std::array<std::string_view, 4> kNames = {"unknown", "voice", "messaging",
                                                      "notification"};
  return kNames[static_cast<std::size_t>(channel)];
}

std::string_view DirectionName(EventDirection direction) {
  constexpr std::array<std::string_view, 3> kNames = {"", "inbound", "outbound"};
  return kNames[static_cast<std::size_t>(direction)];
}

std::string_view ReceiptStateName(ReceiptState state) {
  constexpr std::array<std::string_view, 7> kNames = {
      "unknown", "queued", "taken", "delivered", "pushed", "expired", "call_ended"};
  return kNames[static_cast<std::size_t>(state)];
}

Json DescribeEvent(const Event& event, bool with_payload) {
  Json described = {{"seq", event.seq}, {"type", event.type}};
  described["channel"] = ChannelName(event.channel);
  SetTime(described, "time",
          event.event_time_ms != 0 ? event.event_time_ms : event.received_time_ms);
  SetText(described, "call_id", event.call_id);
  SetText(described, "message_id", event.message_id);
  SetText(described, "from", event.from);
  if (event.to.size() == 1) described["to"] = event.to.front();
  if (event.to.size() > 1) described["to"] = event.to;
  SetText(described, "direction", std::string(DirectionName(event.direction)));
  SetText(described, "tag", event.tag);
  for (const PayloadField& field : kPayloadFields) {
    const Json* value = FindField(event.payload, field);
    // An empty `digits` means that nothing was pressed in time, which the agent must see.
    const bool shown =
        value != nullptr && (IsWorthShowing(*value) || (field.name == "digits" && *value == ""));
    if (shown) described[std::string(field.name)] = *value;
  }
  if (with_payload) described["payload"] = event.payload;
  return described;
}

std::string EventLine(const Event& event) {
  std::string line = "[" + std::to_string(event.seq) + "] " + event.type;
  if (!event.call_id.empty()) line += " call " + event.call_id;
  if (!event.message_id.empty()) line += " message " + event.message_id;
  line += Parties(event.from, JoinNumbers(event.to));
  std::string details;
  for (const PayloadField& field : kPayloadFields) {
    const Json* value = FindField(event.payload, field);
    if (value == nullptr) continue;
    if (!IsWorthShowing(*value) && !(field.name == "digits" && *value == "")) continue;
    details += (details.empty() ? ": " : ", ") + std::string(field.name) + " " + json::Dump(*value);
  }
  return line + details;
}

Json DescribeReceipt(const Receipt& receipt) {
  Json described = {{"receipt_id", receipt.receipt_id},
                    {"call_id", receipt.call_id},
                    {"state", ReceiptStateName(receipt.state)}};
  SetTime(described, "queued_time", receipt.queued_time_ms);
  SetTime(described, "delivered_time", receipt.delivered_time_ms);
  if (receipt.event_seq != 0) described["event_seq"] = receipt.event_seq;
  return described;
}

Json DescribeCall(const CallRecord& call) {
  Json described = {{"call_id", call.call_id},
                    {"state", call.state},
                    {"caller_waits_for_answer", call.webhook_held},
                    {"last_event_seq", call.last_event_seq},
                    {"turn_count", call.turn_count}};
  SetText(described, "direction", std::string(DirectionName(call.direction)));
  SetText(described, "from", call.from);
  SetText(described, "to", call.to);
  SetText(described, "application_id", call.application_id);
  SetText(described, "tag", call.tag);
  SetTime(described, "start_time", call.start_time_ms);
  SetTime(described, "answer_time", call.answer_time_ms);
  SetTime(described, "end_time", call.end_time_ms);
  SetText(described, "disconnect_cause", call.disconnect_cause);
  SetText(described, "error_message", call.error_message);
  if (call.queued) {
    described["queued"] = DescribeReceipt(*call.queued);
    SetText(described["queued"], "bxml", RedactBxml(call.queued->bxml));
  }
  if (!call.turns.empty()) {
    Json& turns = described["turns"] = Json::array();
    for (const Turn& turn : call.turns) turns.push_back(DescribeTurn(turn));
  }
  return described;
}

std::string CallLine(const CallRecord& call) {
  std::string line = "call " + call.call_id + " " + (call.state.empty() ? "?" : call.state);
  line += Parties(call.from, call.to);
  if (!call.disconnect_cause.empty()) line += ", ended by " + call.disconnect_cause;
  if (!call.error_message.empty()) line += " (" + call.error_message + ")";
  if (call.webhook_held) line += ", the caller waits for your answer now";
  if (call.queued) line += ", a document is queued";
  return line;
}

std::string RedactBxml(std::string_view bxml) {
  // Every password attribute of the vocabulary ends in "assword".
  constexpr std::string_view kMark = "assword=";
  std::string redacted;
  std::size_t position = 0;
  while (true) {
    const std::size_t mark = bxml.find(kMark, position);
    if (mark == std::string_view::npos) break;
    const std::size_t quote = mark + kMark.size();
    redacted += bxml.substr(position, quote - position);
    position = quote;
    if (quote >= bxml.size() || (bxml[quote] != '"' && bxml[quote] != '\'')) continue;
    const std::size_t end = bxml.find(bxml[quote], quote + 1);
    redacted += std::string(1, bxml[quote]) + "***" + bxml[quote];
    position = end == std::string_view::npos ? bxml.size() : end + 1;
  }
  return redacted += bxml.substr(position);
}

}  // namespace bw::tool_service
