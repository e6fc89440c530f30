#include "tool-service/grpc/translate.h"

#include <array>
#include <string>
#include <utility>

#include "common/json/json.h"

namespace bw::tool_service {
namespace {

// Both enumerations list the same values in the same order; checked here, once.
static_assert(static_cast<int>(EventChannel::kNotification) == store_proto::CHANNEL_NOTIFICATION);
static_assert(static_cast<int>(EventDirection::kOutbound) == store_proto::DIRECTION_OUTBOUND);
static_assert(static_cast<int>(ReceiptState::kCallEnded) == store_proto::Receipt::CALL_ENDED);

// A value that a newer event store may send becomes the unknown one.
template <typename To>
To FromEnum(int value, To last) {
  return value > 0 && value <= static_cast<int>(last) ? static_cast<To>(value) : To{};
}

Event FromProto(const store_proto::Event& message) {
  Event event;
  event.seq = message.seq();
  event.channel = FromEnum(message.channel(), EventChannel::kNotification);
  event.type = message.type();
  event.call_id = message.call_id();
  event.message_id = message.message_id();
  event.from = message.from();
  event.to.assign(message.to().begin(), message.to().end());
  event.direction = FromEnum(message.direction(), EventDirection::kOutbound);
  event.event_time_ms = message.event_time_ms();
  event.received_time_ms = message.received_time_ms();
  event.tag = message.tag();
  if (auto payload = json::Parse(message.payload_json()); payload.ok()) {
    event.payload = *std::move(payload);
  }
  return event;
}

void SetMedia(const Content& content, tool_proto::Content::Media* media) {
  media->set_mime_type(content.mime_type);
  media->set_data(content.data);
}

void ToProto(const Content& content, tool_proto::Content* message) {
  switch (content.kind) {
    case Content::Kind::kText:
      message->mutable_text()->set_text(content.text);
      return;
    case Content::Kind::kImage:
      return SetMedia(content, message->mutable_image());
    case Content::Kind::kAudio:
      return SetMedia(content, message->mutable_audio());
    case Content::Kind::kResource: {
      auto* resource = message->mutable_resource();
      resource->set_uri(content.uri);
      resource->set_mime_type(content.mime_type);
      if (content.data.empty()) {
        resource->set_text(content.text);
      } else {
        resource->set_blob(content.data);
      }
      return;
    }
    case Content::Kind::kResourceLink: {
      auto* link = message->mutable_resource_link();
      link->set_uri(content.uri);
      link->set_name(content.name);
      link->set_mime_type(content.mime_type);
      return;
    }
  }
}

std::string Text(std::string_view text) { return std::string(text); }

}  // namespace

Status ValidateTenant(const std::string& tenant) {
  if (!tenant.empty() && tenant.size() <= kMaxTenantBytes) return OkStatus();
  return InvalidArgument("tenant must be a name of 1 to " + std::to_string(kMaxTenantBytes) +
                         " bytes");
}

Selection FromProto(const tool_proto::Selection& message) {
  Selection selection;
  selection.profile = message.profile();
  selection.tools.assign(message.tools().begin(), message.tools().end());
  selection.exclude_tools.assign(message.exclude_tools().begin(), message.exclude_tools().end());
  if (message.transport() == tool_proto::TRANSPORT_STDIO) selection.transport = Transport::kStdio;
  return selection;
}

CallContext FromProto(const tool_proto::CallContext& message, const std::string& tenant) {
  CallContext context;
  context.tenant = tenant;
  context.request_id = message.request_id();
  context.traceparent = message.traceparent();
  context.principal = message.principal();
  if (message.transport() == tool_proto::TRANSPORT_STDIO) context.transport = Transport::kStdio;
  return context;
}

void ToProto(const ToolDefinition& definition, tool_proto::Tool* tool) {
  tool->set_name(definition.name);
  tool->set_title(definition.title);
  tool->set_description(definition.description);
  tool->set_input_schema_json(json::Dump(definition.input_schema));
  if (definition.output_schema) {
    tool->set_output_schema_json(json::Dump(*definition.output_schema));
  }
  auto* annotations = tool->mutable_annotations();
  annotations->set_read_only(definition.annotations.read_only);
  annotations->set_destructive(definition.annotations.destructive);
  annotations->set_idempotent(definition.annotations.idempotent);
  annotations->set_open_world(definition.annotations.open_world);
}

void ToProto(const ToolResult& result, tool_proto::ToolResult* message) {
  for (const Content& content : result.content) ToProto(content, message->add_content());
  if (result.structured) message->set_structured_json(json::Dump(*result.structured));
  message->set_is_error(result.is_error);
}

void ToProto(const Progress& progress, tool_proto::Progress* message) {
  message->set_progress(progress.progress);
  message->set_total(progress.total);
  message->set_message(progress.message);
}

void ToProto(const ResourceInfo& info, tool_proto::Resource* resource) {
  resource->set_uri(Text(info.uri));
  resource->set_name(Text(info.name));
  resource->set_title(Text(info.title));
  resource->set_description(Text(info.description));
  resource->set_mime_type(Text(info.mime_type));
}

void ToProto(const ResourceInfo& info, tool_proto::ResourceTemplate* resource) {
  resource->set_uri_template(Text(info.uri));
  resource->set_name(Text(info.name));
  resource->set_title(Text(info.title));
  resource->set_description(Text(info.description));
  resource->set_mime_type(Text(info.mime_type));
}

void ToProto(const ResourceText& resource, tool_proto::ResourceContent* content) {
  content->set_uri(resource.uri);
  content->set_mime_type(resource.mime_type);
  content->set_text(resource.text);
}

void ToProto(const EventFilter& filter, store_proto::EventFilter* message) {
  for (const std::string& type : filter.types) message->add_types(type);
  for (const EventChannel channel : filter.channels) {
    message->add_channels(static_cast<store_proto::Channel>(channel));
  }
  message->set_call_id(filter.call_id);
  message->set_message_id(filter.message_id);
  message->set_phone_number(filter.phone_number);
  message->set_direction(static_cast<store_proto::Direction>(filter.direction));
  message->set_since_ms(filter.since_ms);
}

EventPage FromProto(const store_proto::ListEventsResponse& response) {
  EventPage page;
  page.events.reserve(response.events_size());
  for (const store_proto::Event& event : response.events()) {
    page.events.push_back(FromProto(event));
  }
  page.next_after_seq = response.next_after_seq();
  page.has_more = response.has_more();
  return page;
}

Receipt FromProto(const store_proto::Receipt& message) {
  Receipt receipt;
  receipt.receipt_id = message.receipt_id();
  receipt.call_id = message.call_id();
  receipt.state = FromEnum(message.state(), ReceiptState::kCallEnded);
  receipt.queued_time_ms = message.queued_time_ms();
  receipt.delivered_time_ms = message.delivered_time_ms();
  receipt.event_seq = message.event_seq();
  return receipt;
}

CallRecord FromProto(const store_proto::Call& message) {
  CallRecord call;
  call.call_id = message.call_id();
  call.state = message.state();
  call.direction = FromEnum(message.direction(), EventDirection::kOutbound);
  call.from = message.from();
  call.to = message.to();
  call.tag = message.tag();
  call.start_time_ms = message.start_time_ms();
  call.answer_time_ms = message.answer_time_ms();
  call.end_time_ms = message.end_time_ms();
  call.disconnect_cause = message.disconnect_cause();
  call.error_message = message.error_message();
  call.last_event_seq = message.last_event_seq();
  call.webhook_held = message.webhook_held();
  if (message.has_queued()) call.queued = FromProto(message.queued());
  for (const store_proto::Turn& turn : message.turns()) {
    call.turns.push_back(
        {turn.event_seq(), turn.event_type(), turn.time_ms(), turn.receipt_id(), turn.bxml()});
  }
  call.turn_count = message.turn_count();
  return call;
}

}  // namespace bw::tool_service
