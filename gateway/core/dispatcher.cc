#include "gateway/core/dispatcher.h"

#include <utility>

#include "gateway/core/era.h"
#include "gateway/core/log_level.h"
#include "gateway/core/methods.h"

namespace bw::gateway {
namespace {

constexpr MethodRow kMethods[] = {
    {"initialize", Initialize, nullptr},
    {"ping", Ping, nullptr},
    {"server/discover", nullptr, Discover},
    {"tools/list", ListTools, ListTools},
    {"tools/call", CallTool, CallTool},
    {"resources/list", ListResources, ListResources},
    {"resources/templates/list", ListResourceTemplates, ListResourceTemplates},
    {"resources/read", ReadResource, ReadResource},
    {"prompts/list", ListPrompts, ListPrompts},
    {"prompts/get", GetPrompt, GetPrompt},
    {"completion/complete", Complete, Complete},
    {"resources/subscribe", SubscribeResource, nullptr},
    {"resources/unsubscribe", UnsubscribeResource, nullptr},
    {"logging/setLevel", SetLogLevel, nullptr},
    {kListenMethod, nullptr, Listen},
};

const MethodRow* FindMethod(std::string_view name) {
  for (const MethodRow& row : kMethods) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

// What a modern request says of its client; legacy transports know it from elsewhere.
void ReadClientFacts(const SessionDirectory& directory, Request& request) {
  if (request.era == Era::kLegacy) {
    if (request.session) request.log_level = directory.LogLevel(request.session->digest);
    if (request.log_level.empty()) request.log_level = std::string(kDefaultLogLevel);
    return;
  }
  const json::Json* meta = MetaOf(request.message.params);
  if (meta == nullptr) return;
  if (const json::Json* declared = json::FindObject(*meta, kMetaClientCapabilities)) {
    request.client_capabilities_json = json::Dump(*declared);
  }
  request.log_level = json::StringOr(*meta, kMetaLogLevel);
}

}  // namespace

std::span<const MethodRow> MethodTable() { return kMethods; }

Dispatcher::Dispatcher(const Dependencies& dependencies, ServerInfo info, CatalogueLimits limits)
    : wire_(std::move(info)),
      observer_(dependencies.observer),
      clock_(dependencies.clock),
      catalogue_(dependencies.provider, wire_, dependencies.clock, dependencies.observer, limits),
      context_{dependencies.provider,       catalogue_,
               dependencies.sessions,       dependencies.questions,
               dependencies.request_states, dependencies.directory,
               dependencies.subscriptions,  wire_} {
  dependencies.subscriptions.BeforeListsChanged(
      [this](const std::string& tenant) { catalogue_.Invalidate(tenant); });
}

std::shared_ptr<Call> Dispatcher::Dispatch(Request request, std::shared_ptr<ReplySink> sink) {
  ReadClientFacts(context_.directory, request);
  const MethodRow* row = FindMethod(request.message.method);
  const bool legacy = request.era == Era::kLegacy;
  const Method method = row == nullptr ? nullptr : legacy ? row->legacy : row->modern;
  auto call = std::make_shared<Call>(std::move(request), row == nullptr ? "unknown" : row->name,
                                     std::move(sink), clock_, observer_);
  if (method == nullptr) {
    call->Fail(MakeError(legacy ? Fault::kLegacyMethodNotFound : Fault::kMethodNotFound,
                         "Method not found"));
    return call;
  }
  const std::string& scope = call->request().cancel_scope;
  if (!scope.empty() && method != Initialize) {
    const RequestId& id = *call->request().message.id;
    if (!in_flight_.Add(scope, id, call)) {
      call->Fail(MakeError(Fault::kInvalidRequest,
                           "Invalid Request: a request with this id is still under way"));
      return call;
    }
    call->OnOver([this, scope, id] { in_flight_.Remove(scope, id); });
  }
  method(context_, call);
  return call;
}

void Dispatcher::HandleNotification(const Message& message, const std::string& cancel_scope) {
  if (message.method != "notifications/cancelled" || cancel_scope.empty()) return;
  const json::Json* value = json::Find(message.params, "requestId");
  const auto id = value == nullptr ? std::nullopt : ReadRequestId(*value);
  if (!id) return;
  if (const auto call = in_flight_.Find(cancel_scope, *id)) call->Cancel();
}

void Dispatcher::HandleResponse(const Message& message, const std::string& tenant,
                                const std::string& cancel_scope) {
  context_.questions.Deliver({tenant, cancel_scope}, message);
}

void Dispatcher::CancelAll(const std::string& cancel_scope) {
  for (const auto& call : in_flight_.FindAll(cancel_scope)) call->Cancel();
}

}  // namespace bw::gateway
