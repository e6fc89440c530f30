#include "gateway/grpc/tool_messages.h"

#include <iterator>
#include <string>
#include <utility>

namespace bw::gateway {
namespace {

namespace v1 = bw::tool_service::v1;

struct AccessRow {
  Access access;
  v1::Access message;
};
constexpr AccessRow kAccess[] = {{Access::kRead, v1::ACCESS_READ},
                                 {Access::kWrite, v1::ACCESS_WRITE},
                                 {Access::kAdmin, v1::ACCESS_ADMIN}};

v1::Access ToMessage(Access access) { return kAccess[static_cast<int>(access)].message; }

// A tool that does not say needs the right to change things.
Access FromMessage(v1::Access message) {
  for (const AccessRow& row : kAccess) {
    if (row.message == message) return row.access;
  }
  return Access::kWrite;
}

v1::Transport ToMessage(Transport transport) {
  return transport == Transport::kStdio ? v1::TRANSPORT_STDIO : v1::TRANSPORT_HTTP;
}

void SetCaller(const CallerIdentity& caller, Transport transport, v1::CallContext& context) {
  context.set_request_id(caller.request_id);
  context.set_traceparent(caller.traceparent);
  context.set_principal(caller.principal);
  context.set_transport(ToMessage(transport));
  context.set_access(ToMessage(caller.access));
}

void SetInput(const InputExchange& input, v1::CallContext& context) {
  context.set_client_capabilities_json(input.client_capabilities_json);
  context.set_input_responses_json(input.responses_json);
  context.set_request_state(input.state);
}

ResourceContent FromContent(v1::ResourceContent& message) {
  ResourceContent content;
  content.uri = std::move(*message.mutable_uri());
  content.mime_type = std::move(*message.mutable_mime_type());
  content.is_blob = message.body_case() == v1::ResourceContent::kBlob;
  content.body =
      content.is_blob ? std::move(*message.mutable_blob()) : std::move(*message.mutable_text());
  return content;
}

ContentBlock FromBlock(v1::Content& message) {
  ContentBlock block;
  switch (message.kind_case()) {
    case v1::Content::kImage:
    case v1::Content::kAudio: {
      const bool image = message.kind_case() == v1::Content::kImage;
      v1::Content::Media& media = image ? *message.mutable_image() : *message.mutable_audio();
      block.kind = image ? ContentBlock::Kind::kImage : ContentBlock::Kind::kAudio;
      block.data = std::move(*media.mutable_data());
      block.mime_type = std::move(*media.mutable_mime_type());
      break;
    }
    case v1::Content::kResourceLink: {
      v1::Content::ResourceLink& link = *message.mutable_resource_link();
      block.kind = ContentBlock::Kind::kResourceLink;
      block.uri = std::move(*link.mutable_uri());
      block.name = std::move(*link.mutable_name());
      block.description = std::move(*link.mutable_description());
      block.mime_type = std::move(*link.mutable_mime_type());
      break;
    }
    case v1::Content::kResource:
      block.kind = ContentBlock::Kind::kResource;
      block.resource = FromContent(*message.mutable_resource());
      break;
    case v1::Content::kText:
    case v1::Content::KIND_NOT_SET:
      block.text = std::move(*message.mutable_text()->mutable_text());
      break;
  }
  return block;
}

}  // namespace

v1::CallToolRequest ToMessage(const ToolCall& call) {
  v1::CallToolRequest request;
  SetAudience(call.audience, request);
  request.set_name(call.name);
  request.set_arguments_json(call.arguments_json);
  v1::CallContext& context = *request.mutable_context();
  SetCaller(call.caller, call.audience.transport, context);
  SetInput(call.input, context);
  context.set_wants_progress(call.wants_progress);
  context.set_log_level(call.log_level);
  return request;
}

v1::ReadResourceRequest ToMessage(const ResourceRead& read) {
  v1::ReadResourceRequest request;
  request.set_tenant(read.audience.tenant);
  request.set_uri(read.uri);
  SetCaller(read.caller, read.audience.transport, *request.mutable_context());
  SetInput(read.input, *request.mutable_context());
  return request;
}

v1::GetPromptRequest ToMessage(const PromptGet& get) {
  v1::GetPromptRequest request;
  SetAudience(get.audience, request);
  request.set_name(get.name);
  request.mutable_arguments()->insert(get.arguments.begin(), get.arguments.end());
  SetCaller(get.caller, get.audience.transport, *request.mutable_context());
  SetInput(get.input, *request.mutable_context());
  return request;
}

v1::CompleteRequest ToMessage(const CompletionQuery& query) {
  v1::CompleteRequest request;
  SetAudience(query.audience, request);
  if (query.reference == CompletionQuery::Reference::kPrompt) {
    request.set_prompt(query.name);
  } else {
    request.set_resource_uri(query.name);
  }
  request.set_argument(query.argument);
  request.set_value(query.value);
  request.mutable_settled()->insert(query.settled.begin(), query.settled.end());
  SetCaller(query.caller, query.audience.transport, *request.mutable_context());
  return request;
}

ToolList FromMessage(v1::ListToolsResponse& response) {
  ToolList list;
  list.revision = std::move(*response.mutable_revision());
  list.tools.reserve(response.tools_size());
  for (v1::Tool& message : *response.mutable_tools()) {
    Tool& tool = list.tools.emplace_back();
    tool.name = std::move(*message.mutable_name());
    tool.title = std::move(*message.mutable_title());
    tool.description = std::move(*message.mutable_description());
    tool.input_schema_json = std::move(*message.mutable_input_schema_json());
    tool.output_schema_json = std::move(*message.mutable_output_schema_json());
    const v1::ToolAnnotations& hints = message.annotations();
    tool.annotations = {hints.read_only(), hints.destructive(), hints.idempotent(),
                        hints.open_world()};
    tool.access = FromMessage(message.access());
  }
  return list;
}

std::vector<Resource> FromMessage(v1::ListResourcesResponse& response) {
  std::vector<Resource> resources;
  for (v1::Resource& message : *response.mutable_resources()) {
    resources.push_back({std::move(*message.mutable_uri()), std::move(*message.mutable_name()),
                         std::move(*message.mutable_title()),
                         std::move(*message.mutable_description()),
                         std::move(*message.mutable_mime_type())});
  }
  return resources;
}

std::vector<ResourceTemplate> FromMessage(v1::ListResourceTemplatesResponse& response) {
  std::vector<ResourceTemplate> templates;
  for (v1::ResourceTemplate& message : *response.mutable_templates()) {
    templates.push_back({std::move(*message.mutable_uri_template()),
                         std::move(*message.mutable_name()), std::move(*message.mutable_title()),
                         std::move(*message.mutable_description()),
                         std::move(*message.mutable_mime_type())});
  }
  return templates;
}

ResourceOutcome FromMessage(v1::ReadResourceResponse& response) {
  if (response.has_input_required()) return FromMessage(*response.mutable_input_required());
  std::vector<ResourceContent> contents;
  for (v1::ResourceContent& message : *response.mutable_contents()) {
    contents.push_back(FromContent(message));
  }
  return contents;
}

std::vector<Prompt> FromMessage(v1::ListPromptsResponse& response) {
  std::vector<Prompt> prompts;
  for (v1::Prompt& message : *response.mutable_prompts()) {
    Prompt& prompt = prompts.emplace_back();
    prompt.name = std::move(*message.mutable_name());
    prompt.title = std::move(*message.mutable_title());
    prompt.description = std::move(*message.mutable_description());
    for (v1::PromptArgument& argument : *message.mutable_arguments()) {
      prompt.arguments.push_back({std::move(*argument.mutable_name()),
                                  std::move(*argument.mutable_title()),
                                  std::move(*argument.mutable_description()), argument.required()});
    }
  }
  return prompts;
}

PromptOutcome FromMessage(v1::GetPromptResponse& response) {
  if (response.has_input_required()) return FromMessage(*response.mutable_input_required());
  PromptText text;
  text.description = std::move(*response.mutable_description());
  for (v1::PromptMessage& message : *response.mutable_messages()) {
    text.messages.push_back(
        {message.role() == v1::PromptMessage::ASSISTANT, FromBlock(*message.mutable_content())});
  }
  return text;
}

Completion FromMessage(v1::CompleteResponse& response) {
  Completion completion;
  completion.values.assign(std::make_move_iterator(response.mutable_values()->begin()),
                           std::make_move_iterator(response.mutable_values()->end()));
  completion.total = response.total();
  completion.has_more = response.has_more();
  return completion;
}

InputRequired FromMessage(v1::InputRequired& message) {
  return {std::move(*message.mutable_input_requests_json()),
          std::move(*message.mutable_request_state())};
}

LogMessage FromMessage(v1::LogMessage& message) {
  return {std::move(*message.mutable_level()), std::move(*message.mutable_logger()),
          std::move(*message.mutable_data_json())};
}

CatalogueRevisions FromMessage(v1::WatchCatalogueResponse& response) {
  return {std::move(*response.mutable_tools_revision()),
          std::move(*response.mutable_prompts_revision()),
          std::move(*response.mutable_resources_revision())};
}

ToolResult FromMessage(v1::ToolResult& message) {
  ToolResult result;
  result.is_error = message.is_error();
  result.structured_json = std::move(*message.mutable_structured_json());
  result.content.reserve(message.content_size());
  for (v1::Content& block : *message.mutable_content()) result.content.push_back(FromBlock(block));
  return result;
}

Progress FromMessage(const v1::Progress& message) {
  return {message.progress(), message.total(), message.message()};
}

std::string FromMessage(v1::GetInstructionsResponse& response) {
  return std::move(*response.mutable_text());
}

}  // namespace bw::gateway
