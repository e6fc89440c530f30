#include <string>
#include <utility>

#include "gateway/core/input_rounds.h"
#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {
namespace {

void RunPrompt(const std::shared_ptr<InputRounds>& rounds, InputExchange input) {
  const Request& request = rounds->call()->request();
  const json::Json& params = request.message.params;
  PromptGet get{request.audience, request.caller, json::StringOr(params, "name"),
                *ReadStrings(params, "arguments"), std::move(input)};
  auto done = [rounds](StatusOr<PromptOutcome> outcome) {
    Call& call = *rounds->call();
    if (!outcome.ok()) return call.Fail(RequestError(outcome.status()));
    if (const auto* required = std::get_if<InputRequired>(&*outcome)) {
      return rounds->Ask(*required);
    }
    const Shape shape = call.shape();
    call.Finish(rounds->context().wire.CloseResult(
        shape, PromptMembers(std::get<PromptText>(*outcome), shape)));
  };
  rounds->call()->SetUpstream(
      rounds->context().provider.GetPrompt(std::move(get), std::move(done)));
}

void GiveUpPrompt(MethodContext&, Call& call, const Status& why) { call.Fail(RequestError(why)); }

constexpr AskingMethod kGetPrompt = {RunPrompt, GiveUpPrompt};

}  // namespace

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
  const json::Json& params = call->request().message.params;
  if (!json::GetString(params, "name")) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: name must be a string"));
  }
  const auto arguments = ReadStrings(params, "arguments");
  if (!arguments.ok()) return call->Fail(RequestError(arguments.status()));
  InputRounds::Begin(context, std::move(call), kGetPrompt);
}

}  // namespace bw::gateway
