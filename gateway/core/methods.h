// The methods behind the dispatcher's table, by subject.
#pragma once

#include <memory>

#include "gateway/core/dispatcher.h"

namespace bw::gateway {

// lifecycle_methods.cc
void Initialize(MethodContext& context, std::shared_ptr<Call> call);
void Discover(MethodContext& context, std::shared_ptr<Call> call);
void Ping(MethodContext& context, std::shared_ptr<Call> call);

// tool_methods.cc
void ListTools(MethodContext& context, std::shared_ptr<Call> call);
void CallTool(MethodContext& context, std::shared_ptr<Call> call);

// resource_methods.cc
void ListResources(MethodContext& context, std::shared_ptr<Call> call);
void ListResourceTemplates(MethodContext& context, std::shared_ptr<Call> call);
void ReadResource(MethodContext& context, std::shared_ptr<Call> call);

/// Answers `call` with the page its cursor asks for.
void AnswerPage(MethodContext& context, Catalogue::Lists& lists, std::shared_ptr<Call> call);

}  // namespace bw::gateway
