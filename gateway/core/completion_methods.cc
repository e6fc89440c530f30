#include <string>
#include <utility>

#include "gateway/core/methods.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {
namespace {

struct ReferenceRow {
  std::string_view type;
  CompletionQuery::Reference reference;
  /// The reference's member that names what is meant.
  std::string_view member;
};
constexpr ReferenceRow kReferences[] = {
    {"ref/prompt", CompletionQuery::Reference::kPrompt, "name"},
    {"ref/resource", CompletionQuery::Reference::kResource, "uri"},
};

Status ReadReference(const json::Json& params, CompletionQuery& query) {
  const json::Json* ref = json::FindObject(params, "ref");
  const auto type = ref == nullptr ? std::nullopt : json::GetString(*ref, "type");
  for (const ReferenceRow& row : kReferences) {
    if (row.type != type) continue;
    const auto name = json::GetString(*ref, row.member);
    if (!name) return InvalidArgument("ref." + std::string(row.member) + " must be a string");
    query.reference = row.reference;
    query.name = std::string(*name);
    return OkStatus();
  }
  return InvalidArgument("ref must be an object of type ref/prompt or ref/resource");
}

Status ReadArgument(const json::Json& params, CompletionQuery& query) {
  const json::Json* argument = json::FindObject(params, "argument");
  const auto name = argument == nullptr ? std::nullopt : json::GetString(*argument, "name");
  const auto value = argument == nullptr ? std::nullopt : json::GetString(*argument, "value");
  if (!name || !value) {
    return InvalidArgument("argument must be an object with name and value, both strings");
  }
  query.argument = std::string(*name);
  query.value = std::string(*value);
  return OkStatus();
}

StatusOr<CompletionQuery> ReadQuery(const Request& request) {
  const json::Json& params = request.message.params;
  CompletionQuery query;
  query.audience = request.audience;
  query.caller = request.caller;
  BW_RETURN_IF_ERROR(ReadReference(params, query));
  BW_RETURN_IF_ERROR(ReadArgument(params, query));
  if (const json::Json* context = json::Find(params, "context")) {
    if (!context->is_object()) return InvalidArgument("context must be an object");
    BW_ASSIGN_OR_RETURN(query.settled, ReadStrings(*context, "arguments"));
  }
  return query;
}

}  // namespace

void Complete(MethodContext& context, std::shared_ptr<Call> call) {
  auto query = ReadQuery(call->request());
  if (!query.ok()) return call->Fail(RequestError(query.status()));
  auto done = [&wire = context.wire, call](StatusOr<Completion> completion) {
    if (!completion.ok()) return call->Fail(RequestError(completion.status()));
    call->Finish(wire.CloseResult(call->shape(), CompletionMembers(*completion)));
  };
  call->SetUpstream(context.provider.Complete(*std::move(query), std::move(done)));
}

}  // namespace bw::gateway
