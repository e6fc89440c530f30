#include "callback-service/core/notification.h"

#include "callback-service/core/identity.h"
#include "callback-service/core/payload.h"
#include "common/json/json.h"
#include "common/xml/xml.h"

namespace bw::callback_service {
namespace {

constexpr json::ParseLimits kJsonLimits{.max_bytes = kMaxPayloadBytes, .max_depth = 32};
// Half, because a document's text can grow when it is written as JSON.
constexpr xml::ParseLimits kXmlLimits{
    .max_bytes = kMaxPayloadBytes / 2, .max_depth = 16, .max_nodes = 10'000};

StatusOr<Event> Finish(Event event) {
  if (event.payload_json.size() > kMaxPayloadBytes) {
    return InvalidArgument("the notification exceeds " + std::to_string(kMaxPayloadBytes) +
                           " bytes");
  }
  event.channel = Channel::kNotification;
  // The platform gives these no id and repeats them unchanged.
  event.identity = MakeIdentity("notification", {event.type, Fingerprint(event.payload_json)});
  return event;
}

// A member for each child element, an array where an element is repeated.
json::Json ToJson(const xml::Element& element) {
  json::Json object = json::Json::object();
  for (const xml::Element& child : element.children) {
    if (child.is_text()) continue;
    json::Json value = ToJson(child);
    if (value.empty()) value = xml::TextOf(child);
    json::Json& slot = object[child.name];
    if (slot.is_null()) {
      slot = std::move(value);
    } else if (slot.is_array()) {
      slot.push_back(std::move(value));
    } else {
      slot = json::Json::array({std::move(slot), std::move(value)});
    }
  }
  return object;
}

StatusOr<Event> FromXml(std::string_view body) {
  BW_ASSIGN_OR_RETURN(const xml::Element root, xml::Parse(body, kXmlLimits));
  if (root.name != "Notification") {
    return InvalidArgument("the XML document must be a <Notification>");
  }
  const json::Json members = ToJson(root);
  Event event;
  event.type = kOrderNotification;
  event.event_time_ms = TimeOf(members, "LastModifiedDate");
  event.payload_json = json::Dump(members);
  return Finish(std::move(event));
}

StatusOr<Event> FromJson(std::string_view body) {
  BW_ASSIGN_OR_RETURN(const json::Json payload, json::Parse(body, kJsonLimits));
  if (!payload.is_object()) return InvalidArgument("a notification must be one JSON object");
  Event event;
  event.type = TextOf(payload, "eventType", kMaxTypeBytes);
  if (event.type.empty()) {
    const bool has_ticket = json::Find(payload, "internalTicketNumber") != nullptr;
    event.type = has_ticket ? kTollFreeVerification : kOtherNotification;
  }
  if (std::string number = TextOf(payload, "phoneNumber", kMaxIdBytes); !number.empty()) {
    event.to.push_back(std::move(number));
  }
  event.event_time_ms = TimeOf(payload, "eventTime");
  event.payload_json = std::string(body);
  return Finish(std::move(event));
}

}  // namespace

StatusOr<Event> ParseNotification(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || body[first] != '<') return FromJson(body);
  return FromXml(body.substr(first));
}

}  // namespace bw::callback_service
