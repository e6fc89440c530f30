#include <optional>
#include <string>
#include <utility>

#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {
namespace {

Status NobodyToAsk() {
  return FailedPrecondition("the tool asks for a person's answer, which was not offered");
}

}  // namespace

void AnswerPage(MethodContext& context, GetList get, std::shared_ptr<Call> call) {
  const json::Json* cursor = json::Find(call->request().message.params, "cursor");
  if (cursor != nullptr && !cursor->is_string()) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: cursor must be a string"));
  }
  const Audience& audience = call->request().audience;
  (context.catalogue.*get)(audience, [call](StatusOr<Catalogue::List> list) {
    if (!list.ok()) return call->Fail(ListError(list.status()));
    const auto page =
        (*list)->Page(call->shape(), json::GetString(call->request().message.params, "cursor"));
    if (!page.ok()) return call->Fail(ListError(page.status()));
    call->Finish(*page);
  });
}

void ListTools(MethodContext& context, std::shared_ptr<Call> call) {
  AnswerPage(context, &Catalogue::GetTools, std::move(call));
}

void CallTool(MethodContext& context, std::shared_ptr<Call> call) {
  const Request& request = call->request();
  const auto name = json::GetString(request.message.params, "name");
  if (!name) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: name must be a string"));
  }
  ToolCall tool_call;
  if (const json::Json* arguments = json::Find(request.message.params, "arguments")) {
    if (!arguments->is_object()) {
      return call->Fail(
          MakeError(Fault::kInvalidParams, "Invalid params: arguments must be an object"));
    }
    tool_call.arguments_json = json::Dump(*arguments);
  }
  tool_call.audience = request.audience;
  tool_call.caller = request.caller;
  tool_call.name = *name;
  tool_call.wants_progress = call->wants_progress();
  auto done = [&wire = context.wire, call](StatusOr<ToolOutcome> outcome) {
    if (!outcome.ok()) return call->Fail(ToolCallError(outcome.status()));
    const auto* result = std::get_if<ToolResult>(&*outcome);
    if (result == nullptr) return call->Fail(ToolCallError(NobodyToAsk()));
    const Outcome kind = result->is_error ? Outcome::kToolError : Outcome::kResult;
    const Shape shape = call->shape();
    call->Finish(wire.CloseResult(shape, ToolResultMembers(*result, shape)), kind);
  };
  CallEvents events{[call](const Progress& step) { call->ReportProgress(step); },
                    [](const LogMessage&) {}};
  call->SetUpstream(
      context.provider.CallTool(std::move(tool_call), std::move(events), std::move(done)));
}

}  // namespace bw::gateway
