#include "callback-service/core/messaging_webhook.h"

#include <algorithm>
#include <optional>

#include "callback-service/core/identity.h"
#include "callback-service/core/payload.h"
#include "common/json/json.h"

namespace bw::callback_service {
namespace {

constexpr json::ParseLimits kLimits{.max_bytes = 1u << 20, .max_depth = 32};

// Source: Bandwidth's messaging callbacks (https://dev.bandwidth.com/docs/messaging/webhooks/).
constexpr std::string_view kTypes[] = {
    "message-received",
    "suggestion-response",
    "request-location-response",
    "requested-location-response",
    "message-sending",
    "message-sent",
    "message-delivered",
    "message-failed",
    "message-read",
};

void AddRecipient(Event& event, std::string_view number) {
  if (number.empty() || event.to.size() >= kMaxRecipients) return;
  std::string kept(CutUtf8(number, kMaxIdBytes));
  if (std::find(event.to.begin(), event.to.end(), kept) != event.to.end()) return;
  event.to.push_back(std::move(kept));
}

// `to` of the message is an array, `to` of the event the one number this report is about.
void ReadRecipients(Event& event, const json::Json& element, const json::Json& message) {
  if (const json::Json* to = json::FindArray(message, "to")) {
    for (const json::Json& number : *to) {
      if (number.is_string()) AddRecipient(event, number.get_ref<const std::string&>());
    }
  } else {
    AddRecipient(event, json::StringOr(message, "to"));
  }
  AddRecipient(event, json::StringOr(element, "to"));
}

Direction DirectionOf(const json::Json& message) {
  const std::string text = json::StringOr(message, "direction");
  if (text == "in") return Direction::kInbound;
  if (text == "out") return Direction::kOutbound;
  return Direction::kUnknown;
}

// One message gets one report of each type and recipient; without an id only the payload identifies
// it.
std::string IdentityOf(const json::Json& element, const Event& event) {
  const std::string to = TextOf(element, "to", kMaxIdBytes);
  const std::string whole = event.message_id.empty() ? Fingerprint(event.payload_json) : "";
  return MakeIdentity("messaging", {event.message_id, event.type, to, whole});
}

StatusOr<Event> ParseElement(const json::Json& element) {
  if (!element.is_object()) return InvalidArgument("a messaging event must be a JSON object");
  Event event;
  event.channel = Channel::kMessaging;
  BW_ASSIGN_OR_RETURN(event.type, IdOf(element, "type", kMaxTypeBytes));
  if (event.type.empty()) return InvalidArgument("type is missing");
  static const json::Json kEmpty = json::Json::object();
  const json::Json* message = json::FindObject(element, "message");
  if (message == nullptr) message = &kEmpty;
  BW_ASSIGN_OR_RETURN(event.message_id, IdOf(*message, "id", kMaxIdBytes));
  event.from = TextOf(*message, "from", kMaxIdBytes);
  ReadRecipients(event, element, *message);
  event.direction = DirectionOf(*message);
  event.event_time_ms = TimeOf(element, "time");
  event.application_id = TextOf(*message, "applicationId", kMaxIdBytes);
  event.tag = TextOf(*message, "tag", kMaxTagBytes);
  event.payload_json = json::Dump(element);
  if (event.payload_json.size() > kMaxPayloadBytes) {
    return InvalidArgument("the event has " + std::to_string(event.payload_json.size()) +
                           " bytes; at most " + std::to_string(kMaxPayloadBytes) + " are allowed");
  }
  event.identity = IdentityOf(element, event);
  return event;
}

}  // namespace

StatusOr<MessagingWebhook> ParseMessagingWebhook(std::string_view body) {
  BW_ASSIGN_OR_RETURN(json::Json document, json::Parse(body, kLimits));
  if (document.is_object()) document = json::Json::array({std::move(document)});
  if (!document.is_array()) {
    return InvalidArgument("a messaging webhook must be a JSON array of events, or one event");
  }
  if (document.size() > kMaxEventsPerWebhook) {
    return InvalidArgument("the webhook has " + std::to_string(document.size()) +
                           " events; at most " + std::to_string(kMaxEventsPerWebhook) +
                           " are allowed");
  }
  MessagingWebhook webhook;
  for (std::size_t i = 0; i < document.size(); ++i) {
    StatusOr<Event> event = ParseElement(document[i]);
    if (event.ok()) {
      webhook.events.push_back(std::move(event).value());
    } else if (++webhook.malformed == 1) {
      webhook.first_problem = Annotate(event.status(), "event " + std::to_string(i + 1));
    }
  }
  if (webhook.events.empty() && webhook.malformed > 0) return webhook.first_problem;
  return webhook;
}

std::vector<std::string_view> MessagingEventTypes() {
  return {std::begin(kTypes), std::end(kTypes)};
}

}  // namespace bw::callback_service
