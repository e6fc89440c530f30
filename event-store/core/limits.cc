#include "event-store/core/limits.h"

#include <string>

#include "event-store/core/store.h"

namespace bw::event_store {
namespace {

struct TextRule {
  const char* field;
  const std::string* text;
  std::size_t max_bytes;
  bool required = false;
};

template <std::size_t N>
Status CheckTexts(const TextRule (&rules)[N]) {
  for (const TextRule& rule : rules) {
    BW_RETURN_IF_ERROR(CheckText(rule.field, *rule.text, rule.max_bytes, rule.required));
  }
  return OkStatus();
}

Status CheckEvent(const Event& event) {
  const TextRule rules[] = {
      {"event.type", &event.type, kMaxTypeBytes, true},
      {"event.identity", &event.identity, kMaxIdentityBytes, true},
      {"event.call_id", &event.call_id, kMaxIdBytes},
      {"event.message_id", &event.message_id, kMaxIdBytes},
      {"event.from", &event.from, kMaxIdBytes},
      {"event.application_id", &event.application_id, kMaxIdBytes},
      {"event.tag", &event.tag, kMaxTagBytes},
      {"event.payload_json", &event.payload_json, kMaxPayloadBytes},
  };
  BW_RETURN_IF_ERROR(CheckTexts(rules));
  if (event.channel == Channel::kUnspecified) return InvalidArgument("event.channel must be set");
  if (event.to.size() > kMaxRecipients) {
    return InvalidArgument("event.to has " + std::to_string(event.to.size()) +
                           " entries; at most " + std::to_string(kMaxRecipients) + " are allowed");
  }
  for (const std::string& to : event.to) {
    BW_RETURN_IF_ERROR(CheckText("event.to", to, kMaxIdBytes));
  }
  return OkStatus();
}

}  // namespace

Status CheckText(const std::string& field, const std::string& text, std::size_t max_bytes,
                 bool required) {
  if (required && text.empty()) return InvalidArgument(field + " must not be empty");
  if (text.size() <= max_bytes) return OkStatus();
  return InvalidArgument(field + " is " + std::to_string(text.size()) + " bytes long; at most " +
                         std::to_string(max_bytes) + " are allowed");
}

Status CheckAtMost(const std::string& field, std::uint64_t value, std::uint64_t max) {
  if (value <= max) return OkStatus();
  return InvalidArgument(field + " is " + std::to_string(value) + "; at most " +
                         std::to_string(max) + " is allowed");
}

Status CheckTenant(const std::string& tenant) {
  return CheckText("tenant", tenant, kMaxTenantBytes, true);
}

Status CheckAppend(const AppendRequest& request) {
  BW_RETURN_IF_ERROR(CheckTenant(request.tenant));
  BW_RETURN_IF_ERROR(CheckEvent(request.event));
  if (!request.voice) return OkStatus();
  const CallUpdate& update = request.voice->update;
  const TextRule rules[] = {
      {"event.call_id", &request.event.call_id, kMaxIdBytes, request.voice->expects_bxml},
      {"update.state", &update.state, kMaxTypeBytes},
      {"update.disconnect_cause", &update.disconnect_cause, kMaxIdBytes},
      {"update.error_message", &update.error_message, kMaxTagBytes},
  };
  return CheckTexts(rules);
}

Status CheckQueue(const QueueRequest& request) {
  const TextRule rules[] = {
      {"tenant", &request.tenant, kMaxTenantBytes, true},
      {"call_id", &request.call_id, kMaxIdBytes, true},
      {"bxml", &request.bxml, kMaxBxmlBytes, true},
      {"key", &request.key, kMaxKeyBytes},
  };
  return CheckTexts(rules);
}

Status CheckPutState(const PutStateRequest& request) {
  const TextRule rules[] = {
      {"tenant", &request.tenant, kMaxTenantBytes, true},
      {"key", &request.key, kMaxStateKeyBytes, true},
      {"value", &request.value, kMaxStateValueBytes},
  };
  BW_RETURN_IF_ERROR(CheckTexts(rules));
  return CheckAtMost("ttl_ms", request.ttl_ms, kMaxStateTtlMs);
}

Status CheckStateSelection(const StateSelection& selection) {
  const TextRule rules[] = {
      {"tenant", &selection.tenant, kMaxTenantBytes},
      {"prefix", &selection.prefix, kMaxStateKeyBytes},
  };
  return CheckTexts(rules);
}

Status CheckFilter(const EventFilter& filter) {
  BW_RETURN_IF_ERROR(CheckText("filter.call_id", filter.call_id, kMaxIdBytes));
  BW_RETURN_IF_ERROR(CheckText("filter.message_id", filter.message_id, kMaxIdBytes));
  BW_RETURN_IF_ERROR(CheckText("filter.phone_number", filter.phone_number, kMaxIdBytes));
  BW_RETURN_IF_ERROR(
      CheckAtMost("the number of filter.types", filter.types.size(), kMaxFilterTypes));
  BW_RETURN_IF_ERROR(
      CheckAtMost("the number of filter.channels", filter.channels.size(), kMaxFilterChannels));
  for (const std::string& type : filter.types) {
    BW_RETURN_IF_ERROR(CheckText("filter.types", type, kMaxTypeBytes));
  }
  if (filter.since_ms < 0) return InvalidArgument("filter.since_ms must not be negative");
  if (filter.until_ms < 0) return InvalidArgument("filter.until_ms must not be negative");
  return OkStatus();
}

}  // namespace bw::event_store
