#include "gateway/grpc/tool_messages.h"

#include <string>
#include <utility>

namespace bw::gateway {
namespace {

namespace v1 = bw::tool_service::v1;

void SetContext(const CallerIdentity& caller, Transport transport, bool wants_progress,
                v1::CallContext& context) {
  context.set_request_id(caller.request_id);
  context.set_traceparent(caller.traceparent);
  context.set_principal(caller.principal);
  context.set_transport(transport == Transport::kStdio ? v1::TRANSPORT_STDIO : v1::TRANSPORT_HTTP);
  context.set_wants_progress(wants_progress);
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
  SetContext(call.caller, call.audience.transport, call.wants_progress, *request.mutable_context());
  return request;
}

v1::ReadResourceRequest ToMessage(const ResourceRead& read) {
  v1::ReadResourceRequest request;
  request.set_tenant(read.audience.tenant);
  request.set_uri(read.uri);
  SetContext(read.caller, read.audience.transport, false, *request.mutable_context());
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

std::vector<ResourceContent> FromMessage(v1::ReadResourceResponse& response) {
  std::vector<ResourceContent> contents;
  for (v1::ResourceContent& message : *response.mutable_contents()) {
    contents.push_back(FromContent(message));
  }
  return contents;
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
