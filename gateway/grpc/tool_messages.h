// Between the messages of bw.tool_service.v1 and the core's values.
#pragma once

#include <string>
#include <vector>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

/// Fills tenant and selection of any request that has both.
template <typename Message>
void SetAudience(const Audience& audience, Message& request) {
  request.set_tenant(audience.tenant);
  auto& selection = *request.mutable_selection();
  selection.set_profile(audience.selection.profile);
  for (const std::string& tool : audience.selection.tools) selection.add_tools(tool);
  selection.set_transport(audience.transport == Transport::kStdio
                              ? bw::tool_service::v1::TRANSPORT_STDIO
                              : bw::tool_service::v1::TRANSPORT_HTTP);
}

bw::tool_service::v1::CallToolRequest ToMessage(const ToolCall& call);
bw::tool_service::v1::ReadResourceRequest ToMessage(const ResourceRead& read);
bw::tool_service::v1::GetPromptRequest ToMessage(const PromptGet& get);
bw::tool_service::v1::CompleteRequest ToMessage(const CompletionQuery& query);

// The messages are emptied: their strings are moved.
ToolList FromMessage(bw::tool_service::v1::ListToolsResponse& response);
std::vector<Resource> FromMessage(bw::tool_service::v1::ListResourcesResponse& response);
std::vector<ResourceTemplate> FromMessage(
    bw::tool_service::v1::ListResourceTemplatesResponse& response);
ResourceOutcome FromMessage(bw::tool_service::v1::ReadResourceResponse& response);
std::vector<Prompt> FromMessage(bw::tool_service::v1::ListPromptsResponse& response);
PromptOutcome FromMessage(bw::tool_service::v1::GetPromptResponse& response);
Completion FromMessage(bw::tool_service::v1::CompleteResponse& response);
ToolResult FromMessage(bw::tool_service::v1::ToolResult& result);
InputRequired FromMessage(bw::tool_service::v1::InputRequired& message);
LogMessage FromMessage(bw::tool_service::v1::LogMessage& message);
Progress FromMessage(const bw::tool_service::v1::Progress& progress);
CatalogueRevisions FromMessage(bw::tool_service::v1::WatchCatalogueResponse& response);
std::string FromMessage(bw::tool_service::v1::GetInstructionsResponse& response);

}  // namespace bw::gateway
