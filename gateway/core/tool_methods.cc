#include <optional>
#include <string>
#include <utility>

#include "gateway/core/input_rounds.h"
#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {
namespace {

void FinishToolCall(MethodContext& context, Call& call, const ToolResult& result) {
  const Outcome kind = result.is_error ? Outcome::kToolError : Outcome::kResult;
  const Shape shape = call.shape();
  call.Finish(context.wire.CloseResult(shape, ToolResultMembers(result, shape)), kind);
}

void RunTool(const std::shared_ptr<InputRounds>& rounds, InputExchange input) {
  const std::shared_ptr<Call>& call = rounds->call();
  const Request& request = call->request();
  ToolCall tool_call;
  tool_call.audience = request.audience;
  tool_call.caller = request.caller;
  tool_call.name = json::StringOr(request.message.params, "name");
  if (const json::Json* arguments = json::Find(request.message.params, "arguments")) {
    tool_call.arguments_json = json::Dump(*arguments);
  }
  tool_call.wants_progress = call->wants_progress();
  tool_call.log_level = request.log_level;
  tool_call.input = std::move(input);
  auto done = [rounds](StatusOr<ToolOutcome> outcome) {
    if (!outcome.ok()) return rounds->call()->Fail(ToolCallError(outcome.status()));
    if (const auto* required = std::get_if<InputRequired>(&*outcome)) {
      return rounds->Ask(*required);
    }
    FinishToolCall(rounds->context(), *rounds->call(), std::get<ToolResult>(*outcome));
  };
  CallEvents events{[call](const Progress& step) { call->ReportProgress(step); },
                    [call](const LogMessage& message) { call->ReportLog(message); }};
  call->SetUpstream(rounds->context().provider.CallTool(std::move(tool_call), std::move(events),
                                                        std::move(done)));
}

// The agent reads results rather than errors, and can tell the person what is missing.
void GiveUpTool(MethodContext& context, Call& call, const Status& why) {
  ToolResult result;
  result.content.emplace_back().text =
      "The tool needs an answer from the client before it can go on, and did not get it: " +
      std::string(bw::Message(why)) + ".";
  result.is_error = true;
  FinishToolCall(context, call, result);
}

constexpr AskingMethod kCallTool = {RunTool, GiveUpTool};

// Other transports and earlier revisions have no headers that repeat parameters.
bool HasParameterHeaders(const Request& request) {
  return request.audience.transport == Transport::kHttp && request.era == Era::kModern;
}

// Whether a call can be refused for what is known of its tool.
bool MustKnowTool(const Request& request) {
  return request.audience.access != Access::kAdmin || HasParameterHeaders(request);
}

// False after refusing the call.
bool MayCall(const ToolFacts& tool, Call& call) {
  const Request& request = call.request();
  if (tool.access > request.audience.access) {
    call.RefuseAccess(tool.access);
    return false;
  }
  if (!HasParameterHeaders(request)) return true;
  const auto mismatch = CheckHeaderParameters(tool.header_parameters, request.parameter_headers,
                                              json::Find(request.message.params, "arguments"));
  if (mismatch) call.Fail(*mismatch);
  return !mismatch;
}

}  // namespace

void AnswerPage(MethodContext& context, GetList get, std::shared_ptr<Call> call) {
  const json::Json* cursor = json::Find(call->request().message.params, "cursor");
  if (cursor != nullptr && !cursor->is_string()) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: cursor must be a string"));
  }
  const Audience& audience = call->request().audience;
  context.subscriptions.KeepLists(audience.tenant);
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
  const json::Json& params = call->request().message.params;
  if (!json::GetString(params, "name")) {
    return call->Fail(MakeError(Fault::kInvalidParams, "Invalid params: name must be a string"));
  }
  const json::Json* arguments = json::Find(params, "arguments");
  if (arguments != nullptr && !arguments->is_object()) {
    return call->Fail(
        MakeError(Fault::kInvalidParams, "Invalid params: arguments must be an object"));
  }
  if (!MustKnowTool(call->request())) {
    return InputRounds::Begin(context, std::move(call), kCallTool);
  }
  auto found = [&context, call](StatusOr<Catalogue::FoundTool> tool) {
    if (!tool.ok()) return call->Fail(ToolCallError(tool.status()));
    // Of a tool that is not there the provider tells.
    if (*tool && !MayCall(**tool, *call)) return;
    InputRounds::Begin(context, call, kCallTool);
  };
  context.catalogue.FindTool(call->request().audience, json::StringOr(params, "name"),
                             std::move(found));
}

}  // namespace bw::gateway
