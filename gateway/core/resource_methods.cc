#include <string>
#include <utility>
#include <vector>

#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {

void ListResources(MethodContext& context, std::shared_ptr<Call> call) {
  AnswerPage(context, &Catalogue::GetResources, std::move(call));
}

void ListResourceTemplates(MethodContext& context, std::shared_ptr<Call> call) {
  AnswerPage(context, &Catalogue::GetTemplates, std::move(call));
}

void ReadResource(MethodContext& context, std::shared_ptr<Call> call) {
  const Request& request = call->request();
  const auto uri = json::GetString(request.message.params, "uri");
  if (!uri) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: uri must be a string"));
  }
  ResourceRead read{request.audience, request.caller, std::string(*uri), {}};
  auto done = [&wire = context.wire, call](StatusOr<ResourceOutcome> outcome) {
    const Request& asked = call->request();
    const auto asked_uri = json::GetString(asked.message.params, "uri").value_or("");
    if (!outcome.ok()) {
      return call->Fail(ResourceReadError(outcome.status(), asked.era, asked_uri));
    }
    const auto* contents = std::get_if<std::vector<ResourceContent>>(&*outcome);
    // A resource without contents cannot be told from one that is not there.
    if (contents == nullptr || contents->empty()) {
      return call->Fail(ResourceReadError(NotFound("empty"), asked.era, asked_uri));
    }
    const Shape shape = call->shape();
    // What is read may change at any moment, so a client must not keep it.
    call->Finish(wire.CloseResult(shape, ContentsMembers(*contents), Caching{}));
  };
  call->SetUpstream(context.provider.ReadResource(std::move(read), std::move(done)));
}

}  // namespace bw::gateway
