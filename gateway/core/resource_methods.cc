#include <string>
#include <utility>
#include <vector>

#include "gateway/core/input_rounds.h"
#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {
namespace {

void FinishRead(MethodContext& context, Call& call, StatusOr<std::vector<ResourceContent>> read) {
  const Request& asked = call.request();
  // A resource without contents cannot be told from one that is not there.
  if (read.ok() && read->empty()) read = NotFound("empty");
  if (!read.ok()) {
    const auto uri = json::GetString(asked.message.params, "uri").value_or("");
    return call.Fail(ResourceReadError(read.status(), asked.era, uri));
  }
  const Shape shape = call.shape();
  // What is read may change at any moment, so a client must not keep it.
  call.Finish(context.wire.CloseResult(shape, ContentsMembers(*read), Caching{}));
}

void RunRead(const std::shared_ptr<InputRounds>& rounds, InputExchange input) {
  const Request& request = rounds->call()->request();
  ResourceRead read{request.audience, request.caller, json::StringOr(request.message.params, "uri"),
                    std::move(input)};
  auto done = [rounds](StatusOr<ResourceOutcome> outcome) {
    MethodContext& context = rounds->context();
    if (!outcome.ok()) return FinishRead(context, *rounds->call(), outcome.status());
    if (const auto* required = std::get_if<InputRequired>(&*outcome)) {
      return rounds->Ask(*required);
    }
    FinishRead(context, *rounds->call(),
               std::get<std::vector<ResourceContent>>(std::move(*outcome)));
  };
  rounds->call()->SetUpstream(
      rounds->context().provider.ReadResource(std::move(read), std::move(done)));
}

void GiveUpRead(MethodContext& context, Call& call, const Status& why) {
  FinishRead(context, call, why);
}

constexpr AskingMethod kReadResource = {RunRead, GiveUpRead};

}  // namespace

void ListResources(MethodContext& context, std::shared_ptr<Call> call) {
  AnswerPage(context, &Catalogue::GetResources, std::move(call));
}

void ListResourceTemplates(MethodContext& context, std::shared_ptr<Call> call) {
  AnswerPage(context, &Catalogue::GetTemplates, std::move(call));
}

void ReadResource(MethodContext& context, std::shared_ptr<Call> call) {
  if (!json::GetString(call->request().message.params, "uri")) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: uri must be a string"));
  }
  InputRounds::Begin(context, std::move(call), kReadResource);
}

}  // namespace bw::gateway
