#include "tool-service/openapi/operation_tool.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "common/base64/base64.h"
#include "tool-service/core/call_log.h"
#include "tool-service/core/failure_text.h"
#include "tool-service/openapi/local_file.h"
#include "tool-service/openapi/request_builder.h"

namespace bw::tool_service {
namespace {

using json::Json;

// What somebody decided about by name is as good or bad as decided; of the rest only what reads is
// taken for harmless, which is also how MCP wants hints to default.
ToolAnnotations AnnotationsOf(const Operation& operation, const ToolTraits& traits) {
  if (operation.method == "GET" || operation.method == "HEAD") {
    return {.read_only = true, .destructive = false, .idempotent = true};
  }
  const bool may_harm = traits.costly || traits.destructive || !HasTraitsRow(operation.id);
  const bool may_repeat = operation.method == "PUT" || operation.method == "DELETE";
  return {.read_only = false, .destructive = may_harm, .idempotent = may_repeat};
}

// The plan's schema with what the service can fill in no longer required.
Json PublishedSchema(const InputPlan& plan, const std::string& tool,
                     const DefaultArguments* defaults) {
  Json schema = plan.schema;
  if (defaults == nullptr || !schema.contains("required")) return schema;
  Json required = Json::array();
  for (const Json& name : schema["required"]) {
    if (!defaults->Covers(tool, name.get_ref<const std::string&>())) required.push_back(name);
  }
  schema.erase("required");
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

std::optional<Json> PublishedOutput(const Operation& operation) {
  if (operation.output_schema.empty()) return std::nullopt;
  return operation.output_schema;
}

using Place = ArgumentBinding::Place;

bool IsSavePath(const ArgumentBinding& binding) {
  return binding.place == Place::kSaveTo || binding.place == Place::kSaveSecretTo;
}

// Files can be named only where the service runs on the caller's own machine.
Status CheckLocal(const InputPlan& plan, const Json& arguments, Transport transport) {
  if (transport == Transport::kStdio) return OkStatus();
  for (const ArgumentBinding& binding : plan.bindings) {
    const bool is_local = binding.place == Place::kLocalFile || IsSavePath(binding);
    if (is_local && arguments.contains(binding.argument)) {
      return InvalidArgument(binding.argument + ": files can be named only over stdio; " +
                             (binding.place == Place::kLocalFile
                                  ? "give " + binding.wire_name + " in base64"
                                  : std::string("leave it out")));
    }
  }
  return OkStatus();
}

// Puts the files that are named in place of the arguments they stand for.
Status ReadLocalFiles(const InputPlan& plan, Json& arguments) {
  for (const ArgumentBinding& binding : plan.bindings) {
    const auto path = json::GetString(arguments, binding.argument);
    if (binding.place != Place::kLocalFile || !path) continue;
    if (arguments.contains(binding.wire_name)) {
      return InvalidArgument(binding.argument + ": give either this or " + binding.wire_name);
    }
    const StatusOr<std::string> bytes = ReadLocalFile(std::string(*path), kMaxBodyBytes);
    if (!bytes.ok()) return Annotate(bytes.status(), binding.argument);
    arguments[binding.wire_name] = Base64Encode(*bytes);
  }
  return OkStatus();
}

// "" when the answer is to be returned. No operation has two such arguments.
std::string SaveTo(const InputPlan& plan, const Json& arguments) {
  for (const ArgumentBinding& binding : plan.bindings) {
    if (IsSavePath(binding)) return json::StringOr(arguments, binding.argument);
  }
  return "";
}

// Before anything is sent: what cannot be saved would be fetched, or made, for nothing.
Status CheckSavePath(const InputPlan& plan, const Json& arguments) {
  for (const ArgumentBinding& binding : plan.bindings) {
    if (!IsSavePath(binding) || !arguments.contains(binding.argument)) continue;
    const Status savable = CheckSavable(json::StringOr(arguments, binding.argument));
    if (!savable.ok()) return Annotate(savable, binding.argument);
  }
  return OkStatus();
}

}  // namespace

std::shared_ptr<OperationTool> OperationTool::Make(Operation operation, std::string name,
                                                   const OperationToolPorts& ports,
                                                   const OperationToolOptions& options) {
  return std::shared_ptr<OperationTool>(
      new OperationTool(std::move(operation), std::move(name), ports, options));
}

OperationTool::OperationTool(Operation operation, std::string name, const OperationToolPorts& ports,
                             const OperationToolOptions& options)
    : operation_(std::move(operation)),
      plan_(PlanInput(operation_)),
      answer_plan_(PlanAnswer(operation_, plan_)),
      definition_{
          .name = name,
          .title = operation_.summary,
          .description = operation_.description,
          .input_schema = PublishedSchema(plan_, name, ports.defaults),
          .output_schema = PublishedOutput(operation_),
          .annotations = AnnotationsOf(operation_, TraitsOf(operation_.id, operation_.method)),
          .traits = TraitsOf(operation_.id, operation_.method)},
      ports_(ports),
      options_(options),
      validator_(definition_.input_schema) {
  answer_plan_.show_issued_secret = options_.show_issued_secrets;
}

void OperationTool::Call(Json arguments, CallContext context, Done done) {
  if (arguments.is_null()) arguments = Json::object();
  if (!arguments.is_object()) {
    done(ErrorResult("The arguments must be an object."));
    return;
  }
  DropNulls(definition_.input_schema, arguments);
  if (ports_.defaults == nullptr) {
    Send(arguments, context, std::move(done));
    return;
  }
  auto filled = [self = shared_from_this(), context,
                 done = std::move(done)](StatusOr<Json> complete) mutable {
    if (complete.ok()) {
      self->Send(*complete, context, std::move(done));
    } else {
      done(ErrorResult(std::string(Message(complete.status()))));
    }
  };
  ports_.defaults->Fill(definition_.name, definition_.input_schema, std::move(arguments), context,
                        std::move(filled));
}

Status OperationTool::CheckRequired(const Json& arguments) const {
  for (const ArgumentBinding& binding : plan_.bindings) {
    if (binding.required && !arguments.contains(binding.argument)) {
      return InvalidArgument(binding.argument +
                             ": is required, and nothing to fill it in is configured");
    }
  }
  return OkStatus();
}

StatusOr<HttpRequest> OperationTool::Build(Json arguments, const CallContext& context) const {
  BW_RETURN_IF_ERROR(validator_.Check(arguments));
  BW_RETURN_IF_ERROR(CheckLocal(plan_, arguments, context.transport));
  BW_RETURN_IF_ERROR(CheckSavePath(plan_, arguments));
  BW_RETURN_IF_ERROR(ReadLocalFiles(plan_, arguments));
  BW_RETURN_IF_ERROR(CheckRequired(arguments));
  return BuildRequest(operation_, plan_, arguments);
}

void OperationTool::Send(const Json& arguments, const CallContext& context, Done done) const {
  StatusOr<HttpRequest> request = Build(arguments, context);
  if (!request.ok()) {
    done(ErrorResult("The arguments do not fit:\n" + std::string(Message(request.status()))));
    return;
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline -
                                                                          ports_.clock->Steady());
  if (left.count() <= 0) {
    done(ErrorResult("The caller's deadline passed before anything was sent."));
    return;
  }
  request->tenant = context.tenant;
  request->timeout = std::min(options_.timeout, left);
  request->max_response_bytes = options_.max_response_bytes;
  request->on_setback = SetbackLog(context);
  if (!context.traceparent.empty())
    request->headers.emplace_back("traceparent", context.traceparent);
  auto answered = [self = shared_from_this(), url = request->url,
                   save_to = SaveTo(plan_, arguments),
                   done = std::move(done)](StatusOr<HttpResponse> answer) {
    done(self->ResultOf(answer, url, save_to));
  };
  const std::shared_ptr<HttpCall> call =
      ports_.http_client->Send(*std::move(request), std::move(answered));
  if (context.on_cancel) context.on_cancel([call] { call->Cancel(); });
}

ToolResult OperationTool::ResultOf(const StatusOr<HttpResponse>& answer, const std::string& url,
                                   const std::string& save_to) const {
  if (!answer.ok()) {
    ToolResult result = ErrorResult(DescribeFailure(answer.status(), operation_.method));
    result.effect_unknown = MayHaveTakenEffect(answer.status(), operation_.method);
    return result;
  }
  if (!save_to.empty() && IsFile(*answer)) return SaveAnswer(*answer, save_to);
  ToolResult result = ReadAnswer(*answer, url, answer_plan_, options_.answer_limits);
  result.effect_unknown = MayHaveTakenEffect(answer->status, operation_.method);
  if (save_to.empty() || answer_plan_.issued_secret.empty()) return result;
  return SaveIssuedSecret(std::move(result), *answer, answer_plan_.issued_secret, save_to);
}

}  // namespace bw::tool_service
