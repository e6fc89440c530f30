// Between the contracts' messages and the core's values. Pure functions.
#pragma once

#include "bw/event_store/v1/event_store.pb.h"
#include "bw/tool_service/v1/tool_service.pb.h"
#include "common/status/status.h"
#include "tool-service/core/catalogue_notifier.h"
#include "tool-service/core/completion.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/prompts.h"
#include "tool-service/core/resources.h"
#include "tool-service/core/selection.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

namespace store_proto = ::bw::event_store::v1;
namespace tool_proto = ::bw::tool_service::v1;

inline constexpr std::size_t kMaxTenantBytes = 64;

/// INVALID_ARGUMENT when `tenant` is empty or longer than kMaxTenantBytes.
Status ValidateTenant(const std::string& tenant);

// tool_service.v1
Selection FromProto(const tool_proto::Selection& selection);
/// Without deadline and functions. INVALID_ARGUMENT names the field that cannot be read.
StatusOr<CallContext> FromProto(const tool_proto::CallContext& context, const std::string& tenant);
/// "warning" and the like, as RFC 5424 and MCP name them. INVALID_ARGUMENT for any other.
StatusOr<LogLevel> ParseLogLevel(const std::string& name);
void ToProto(const CatalogueEntry& entry, tool_proto::Tool* tool);
void ToProto(const ToolResult& result, tool_proto::ToolResult* message);
void ToProto(const Progress& progress, tool_proto::Progress* message);
void ToProto(const InputRequired& input, tool_proto::InputRequired* message);
void ToProto(const LogMessage& log, tool_proto::LogMessage* message);
void ToProto(const Prompt& prompt, tool_proto::Prompt* message);
/// INVALID_ARGUMENT when it refers to nothing.
StatusOr<CompletionQuery> FromProto(const tool_proto::CompleteRequest& request);
void ToProto(const Completion& completion, tool_proto::CompleteResponse* response);
void ToProto(const PromptText& text, tool_proto::GetPromptResponse* response);
tool_proto::WatchCatalogueResponse ToProto(const CatalogueRevisions& revisions);
void ToProto(const ResourceInfo& info, tool_proto::Resource* resource);
void ToProto(const ResourceInfo& info, tool_proto::ResourceTemplate* resource);
void ToProto(const ResourceText& resource, tool_proto::ResourceContent* content);

// event_store.v1
void ToProto(const EventFilter& filter, store_proto::EventFilter* message);
/// A payload that is not JSON becomes null.
EventPage FromProto(const store_proto::ListEventsResponse& response);
CallRecord FromProto(const store_proto::Call& call);
Receipt FromProto(const store_proto::Receipt& receipt);

}  // namespace bw::tool_service
