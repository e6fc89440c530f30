#include <string>
#include <utility>

#include "gateway/core/authenticator.h"
#include "gateway/core/client_capabilities.h"
#include "gateway/core/methods.h"

namespace bw::gateway {
namespace {

std::string OpenSession(MethodContext& context, const Request& request, Revision revision) {
  if (request.audience.transport != Transport::kHttp) return {};
  Session session;
  session.revision = revision;
  session.principal = Principal{request.caller.principal, request.audience.tenant}.Key();
  if (const json::Json* declared = json::Find(request.message.params, "capabilities")) {
    session.capabilities_json = PruneCapabilities(*declared);
  }
  return context.sessions.Open(std::move(session));
}

// Runs `then` with the instructions, or with none where they cannot be had: a client without them
// still works.
void WithInstructions(MethodContext& context, const std::shared_ptr<Call>& call,
                      std::function<void(std::string_view)> then) {
  context.catalogue.GetInstructions(
      call->request().audience,
      [then = std::move(then)](StatusOr<std::shared_ptr<const std::string>> text) {
        then(text.ok() ? std::string_view(**text) : std::string_view());
      });
}

}  // namespace

void Initialize(MethodContext& context, std::shared_ptr<Call> call) {
  const auto asked = json::GetString(call->request().message.params, "protocolVersion");
  if (!asked) {
    return call->Fail(
        MakeError(Fault::kInvalidParams, "Invalid params: protocolVersion must be a string"));
  }
  const Revision revision = NegotiateLegacy(*asked);
  WithInstructions(context, call, [&context, call, revision](std::string_view instructions) {
    call->Finish(context.wire.InitializeResult(revision, instructions), Outcome::kResult,
                 OpenSession(context, call->request(), revision));
  });
}

void Discover(MethodContext& context, std::shared_ptr<Call> call) {
  WithInstructions(context, call, [&context, call](std::string_view instructions) {
    call->Finish(context.wire.DiscoverResult(instructions, context.catalogue.caching()));
  });
}

void Ping(MethodContext&, std::shared_ptr<Call> call) { call->Finish("{}"); }

}  // namespace bw::gateway
