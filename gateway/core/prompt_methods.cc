#include <string>
#include <utility>

#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {

StatusOr<std::map<std::string, std::string>> ReadStrings(const json::Json& object,
                                                         std::string_view name) {
  std::map<std::string, std::string> strings;
  const json::Json* members = json::Find(object, name);
  if (members == nullptr) return strings;
  const Status wrong = InvalidArgument(std::string(name) + " must be an object of strings");
  if (!members->is_object()) return wrong;
  for (const auto& [key, value] : members->items()) {
    if (!value.is_string()) return wrong;
    strings.emplace(key, value.get_ref<const std::string&>());
  }
  return strings;
}

void ListPrompts(MethodContext& context, std::shared_ptr<Call> call) {
  AnswerPage(context, &Catalogue::GetPrompts, std::move(call));
}

void GetPrompt(MethodContext& context, std::shared_ptr<Call> call) {
  const Request& request = call->request();
  const auto name = json::GetString(request.message.params, "name");
  if (!name) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: name must be a string"));
  }
  auto arguments = ReadStrings(request.message.params, "arguments");
  if (!arguments.ok()) return call->Fail(RequestError(arguments.status()));
  PromptGet get{request.audience, request.caller, std::string(*name), *std::move(arguments), {}};
  auto done = [&wire = context.wire, call](StatusOr<PromptOutcome> outcome) {
    if (!outcome.ok()) return call->Fail(RequestError(outcome.status()));
    const auto* text = std::get_if<PromptText>(&*outcome);
    if (text == nullptr) {
      return call->Fail(RequestError(
          FailedPrecondition("the prompt asks for a person's answer, which was not offered")));
    }
    const Shape shape = call->shape();
    call->Finish(wire.CloseResult(shape, PromptMembers(*text, shape)));
  };
  call->SetUpstream(context.provider.GetPrompt(std::move(get), std::move(done)));
}

}  // namespace bw::gateway
