// The methods behind the dispatcher's table, by subject.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

// prompt_methods.cc
void ListPrompts(MethodContext& context, std::shared_ptr<Call> call);
void GetPrompt(MethodContext& context, std::shared_ptr<Call> call);

// completion_methods.cc
void Complete(MethodContext& context, std::shared_ptr<Call> call);

/// Answers `call` with the page of a list that its cursor asks for.
using GetList = void (Catalogue::*)(const Audience& audience, Catalogue::ListDone done);
void AnswerPage(MethodContext& context, GetList get, std::shared_ptr<Call> call);

/// The members of the object `object[name]`, all of which must be strings; none when it is not
/// there. INVALID_ARGUMENT otherwise.
StatusOr<std::map<std::string, std::string>> ReadStrings(const json::Json& object,
                                                         std::string_view name);

// listen_methods.cc
void Listen(MethodContext& context, std::shared_ptr<Call> call);

// session_methods.cc
void SubscribeResource(MethodContext& context, std::shared_ptr<Call> call);
void UnsubscribeResource(MethodContext& context, std::shared_ptr<Call> call);
void SetLogLevel(MethodContext& context, std::shared_ptr<Call> call);

/// A URI that can be subscribed to: a string of 1 to kMaxSubscribedUriBytes; else nullopt.
std::optional<std::string> ReadSubscribedUri(const json::Json* value);

}  // namespace bw::gateway
