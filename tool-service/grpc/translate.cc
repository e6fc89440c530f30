#include "tool-service/grpc/translate.h"

#include <algorithm>
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
  event.application_id = message.application_id();
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

struct AccessRow {
  Access access;
  tool_proto::Access message;
};
constexpr std::array kAccess = {AccessRow{Access::kRead, tool_proto::ACCESS_READ},
                                AccessRow{Access::kWrite, tool_proto::ACCESS_WRITE},
                                AccessRow{Access::kAdmin, tool_proto::ACCESS_ADMIN}};

// In the order of LogLevel.
constexpr std::array<std::string_view, 8> kLogLevels = {"debug", "info",     "notice", "warning",
                                                        "error", "critical", "alert",  "emergency"};
static_assert(static_cast<std::size_t>(LogLevel::kEmergency) + 1 == kLogLevels.size());

// Unspecified: no authorisation is in force. What only a newer gateway knows is no licence.
Access CallerAccess(tool_proto::Access message) {
  if (message == tool_proto::ACCESS_UNSPECIFIED) return Access::kAdmin;
  for (const AccessRow& row : kAccess) {
    if (row.message == message) return row.access;
  }
  return Access::kRead;
}

StatusOr<json::Json> ParseInputResponses(const std::string& text) {
  if (text.empty()) return json::Json(json::Json::object());
  auto responses = json::Parse(text);
  if (!responses.ok()) return Annotate(responses.status(), "context.input_responses_json");
  if (!responses->is_object()) {
    return InvalidArgument("context.input_responses_json must hold one JSON object");
  }
  return responses;
}

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

StatusOr<CallContext> FromProto(const tool_proto::CallContext& message, const std::string& tenant) {
  CallContext context;
  context.tenant = tenant;
  context.request_id = message.request_id();
  context.traceparent = message.traceparent();
  context.principal = message.principal();
  if (message.transport() == tool_proto::TRANSPORT_STDIO) context.transport = Transport::kStdio;
  context.access = CallerAccess(message.access());
  context.client_capabilities = ClientCapabilities(message.client_capabilities_json());
  BW_ASSIGN_OR_RETURN(context.input_responses, ParseInputResponses(message.input_responses_json()));
  context.request_state = message.request_state();
  return context;
}

StatusOr<LogLevel> ParseLogLevel(const std::string& name) {
  const auto* found = std::find(kLogLevels.begin(), kLogLevels.end(), name);
  if (found == kLogLevels.end()) {
    return InvalidArgument(
        "context.log_level must be one of debug, info, notice, warning, error, "
        "critical, alert and emergency");
  }
  return static_cast<LogLevel>(found - kLogLevels.begin());
}

void ToProto(const CatalogueEntry& entry, tool_proto::Tool* tool) {
  const ToolDefinition& definition = entry.tool->definition();
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
  tool->set_access(kAccess[static_cast<std::size_t>(entry.access)].message);
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

void ToProto(const InputRequired& input, tool_proto::InputRequired* message) {
  message->set_input_requests_json(json::Dump(input.requests));
  message->set_request_state(input.state);
}

void ToProto(const LogMessage& log, tool_proto::LogMessage* message) {
  message->set_level(Text(kLogLevels[static_cast<std::size_t>(log.level)]));
  message->set_logger(log.logger);
  message->set_data_json(json::Dump(log.data));
}

void ToProto(const Prompt& prompt, tool_proto::Prompt* message) {
  message->set_name(Text(prompt.name));
  message->set_title(Text(prompt.title));
  message->set_description(Text(prompt.description));
  for (const PromptArgument& argument : prompt.arguments) {
    auto* added = message->add_arguments();
    added->set_name(Text(argument.name));
    added->set_title(Text(argument.title));
    added->set_description(Text(argument.description));
    added->set_required(argument.required);
  }
}

void ToProto(const PromptText& text, tool_proto::GetPromptResponse* response) {
  response->set_description(text.description);
  for (const PromptMessage& message : text.messages) {
    auto* added = response->add_messages();
    added->set_role(message.from_assistant ? tool_proto::PromptMessage::ASSISTANT
                                           : tool_proto::PromptMessage::USER);
    ToProto(message.content, added->mutable_content());
  }
}

StatusOr<CompletionQuery> FromProto(const tool_proto::CompleteRequest& request) {
  CompletionQuery query;
  switch (request.reference_case()) {
    case tool_proto::CompleteRequest::kPrompt:
      query.name = request.prompt();
      break;
    case tool_proto::CompleteRequest::kResourceUri:
      query.reference = CompletionQuery::Reference::kResource;
      query.name = request.resource_uri();
      break;
    case tool_proto::CompleteRequest::REFERENCE_NOT_SET:
      return InvalidArgument("reference must name a prompt or a resource");
  }
  query.argument = request.argument();
  query.value = request.value();
  query.settled.insert(request.settled().begin(), request.settled().end());
  return query;
}

void ToProto(const Completion& completion, tool_proto::CompleteResponse* response) {
  for (const std::string& value : completion.values) response->add_values(value);
  response->set_total(completion.total);
  response->set_has_more(completion.has_more);
}

tool_proto::WatchCatalogueResponse ToProto(const CatalogueRevisions& revisions) {
  tool_proto::WatchCatalogueResponse response;
  response.set_tools_revision(revisions.tools);
  response.set_prompts_revision(revisions.prompts);
  response.set_resources_revision(revisions.resources);
  return response;
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
  receipt.bxml = message.bxml();
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
  call.application_id = message.application_id();
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
