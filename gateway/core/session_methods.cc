// What a legacy client sets for its session: subscriptions and the level of log messages.
// (2025-11-25 server/resources, server/utilities/logging)
#include <optional>
#include <string>
#include <utility>

#include "gateway/core/log_level.h"
#include "gateway/core/methods.h"

namespace bw::gateway {
namespace {

// nullopt after failing: there is nothing the fact could belong to.
std::optional<SessionRef> NeedSession(const std::shared_ptr<Call>& call) {
  if (call->request().session) return call->request().session;
  call->Fail(MakeError(Fault::kSessionMissing, "Bad Request: Mcp-Session-Id is missing"));
  return std::nullopt;
}

std::optional<std::string> NeedUri(const std::shared_ptr<Call>& call) {
  auto uri = ReadSubscribedUri(json::Find(call->request().message.params, "uri"));
  if (!uri) {
    call->Fail(MakeError(
        Fault::kInvalidParams,
        "Invalid params: uri must have 1 to " + std::to_string(kMaxSubscribedUriBytes) + " bytes"));
  }
  return uri;
}

SessionDirectory::Done Answer(const std::shared_ptr<Call>& call) {
  return [call](const Status& status) {
    if (status.ok()) return call->Finish("{}");
    call->Fail(MakeError(Fault::kInternal, std::string(bw::Message(status))));
  };
}

}  // namespace

std::optional<std::string> ReadSubscribedUri(const json::Json* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_ref<const std::string&>();
  if (text.empty() || text.size() > kMaxSubscribedUriBytes) return std::nullopt;
  return text;
}

void SubscribeResource(MethodContext& context, std::shared_ptr<Call> call) {
  const auto session = NeedSession(call);
  if (!session) return;
  const auto uri = NeedUri(call);
  if (!uri) return;
  // What happens once the answer is there must be told of.
  context.subscriptions.WhenFed(session->tenant, [&context, call, session, uri] {
    context.directory.Subscribe(*session, *uri, Answer(call));
  });
}

void UnsubscribeResource(MethodContext& context, std::shared_ptr<Call> call) {
  const auto session = NeedSession(call);
  if (!session) return;
  const auto uri = NeedUri(call);
  if (!uri) return;
  context.directory.Unsubscribe(*session, *uri, Answer(call));
}

void SetLogLevel(MethodContext& context, std::shared_ptr<Call> call) {
  const auto level = json::GetString(call->request().message.params, "level");
  if (!level || !LogSeverity(*level)) {
    return call->Fail(
        MakeError(Fault::kInvalidParams, "Invalid params: level must be a logging level"));
  }
  const auto session = NeedSession(call);
  if (!session) return;
  context.directory.SetLevel(*session, std::string(*level), Answer(call));
}

}  // namespace bw::gateway
