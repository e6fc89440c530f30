#include "tool-service/grpc/tool_calls.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "common/json/json.h"
#include "common/log/log.h"
#include "tool-service/core/access.h"
#include "tool-service/grpc/direct_call.h"
#include "tool-service/grpc/translate.h"

namespace bw::tool_service {
namespace {

StatusOr<const CatalogueEntry*> FindFor(const Listing& listing, const std::string& name,
                                        Access access) {
  const CatalogueEntry* entry = listing.Find(name);
  if (entry == nullptr) return NotFound("there is no tool of that name, or it is not enabled");
  if (entry->access <= access) return entry;
  return PermissionDenied(name + " needs " + std::string(AccessName(entry->access)) +
                          " access; the caller has " + std::string(AccessName(access)));
}

// What the tool may tell on the way, as far as the client wants to hear it.
Status WireReports(const v1::CallContext& wanted, const std::shared_ptr<CallSink>& sink,
                   CallContext& call) {
  if (wanted.wants_progress()) {
    call.report_progress = [sink](const Progress& progress) { sink->ReportProgress(progress); };
  }
  if (wanted.log_level().empty()) return OkStatus();
  BW_ASSIGN_OR_RETURN(const LogLevel least, ParseLogLevel(wanted.log_level()));
  call.log = [sink, least](const LogMessage& message) {
    if (message.level >= least) sink->ReportLog(message);
  };
  return OkStatus();
}

StatusOr<json::Json> ParseArguments(const std::string& text) {
  if (text.empty()) return json::Json(json::Json::object());
  json::ParseLimits limits;
  limits.max_bytes = kMaxArgumentsBytes;
  auto arguments = json::Parse(text, limits);
  if (!arguments.ok()) return Annotate(arguments.status(), "arguments_json");
  if (!arguments->is_object()) {
    return InvalidArgument("arguments_json must hold one JSON object");
  }
  return arguments;
}

// A tool that is found, with all it needs to run.
struct PreparedCall {
  // Keeps the tool alive while the catalogue is replaced.
  std::shared_ptr<const Listing> listing;
  Tool* tool = nullptr;
  json::Json arguments;
  CallContext context;
};

StatusOr<PreparedCall> Prepare(Toolbox& toolbox, const v1::CallToolRequest& request,
                               const std::shared_ptr<CallSink>& sink) {
  PreparedCall call;
  BW_RETURN_IF_ERROR(ValidateTenant(request.tenant()));
  BW_ASSIGN_OR_RETURN(call.context, FromProto(request.context(), request.tenant()));
  Selection selection = FromProto(request.selection());
  BW_ASSIGN_OR_RETURN(call.listing, toolbox.List(selection));
  BW_ASSIGN_OR_RETURN(const CatalogueEntry* entry,
                      FindFor(*call.listing, request.name(), call.context.access));
  call.tool = entry->tool.get();
  call.context.excluded_tools = std::move(selection.exclude_tools);
  BW_ASSIGN_OR_RETURN(call.arguments, ParseArguments(request.arguments_json()));
  BW_RETURN_IF_ERROR(WireReports(request.context(), sink, call.context));
  return call;
}

}  // namespace

ToolCalls::Slot::Slot(ToolCalls& calls)
    : calls_(calls),
      started_(calls.clock_.Steady()),
      admitted_(calls.in_flight_.fetch_add(1) < calls.limits_.max_calls_in_flight) {
  calls_.metrics_.calls_in_flight.Increment();
}

ToolCalls::Slot::~Slot() {
  calls_.in_flight_.fetch_sub(1);
  calls_.metrics_.calls_in_flight.Decrement();
  const std::chrono::duration<double> took = calls_.clock_.Steady() - started_;
  calls_.metrics_.call_seconds.Observe(took.count());
}

void ToolCalls::Run(const v1::CallToolRequest& request, std::chrono::milliseconds time_left,
                    bool admitted, const std::shared_ptr<CallSink>& sink) {
  if (!admitted) {
    metrics_.calls_refused.Increment();
    return sink->Refuse(ResourceExhausted("too many tool calls are in flight (" +
                                          std::to_string(limits_.max_calls_in_flight) +
                                          "); try again in a moment"));
  }
  auto call = Prepare(toolbox_, request, sink);
  if (!call.ok()) return sink->Refuse(call.status());
  call->context.deadline =
      clock_.Steady() + std::clamp(time_left, std::chrono::milliseconds(0), limits_.call_timeout);
  call->context.on_cancel = [sink](std::function<void()> cancel) {
    sink->OnClientGone(std::move(cancel));
  };
  log::Debug("tool.called", {{"tool", request.name()},
                             {"request_id", request.context().request_id()},
                             {"traceparent", request.context().traceparent()}});
  Tool& tool = *call->tool;
  tool.Call(std::move(call->arguments), std::move(call->context),
            [sink, kept = std::move(call->listing)](StatusOr<ToolOutcome> outcome) {
              sink->Complete(std::move(outcome));
            });
}

std::function<void()> ToolCalls::RunDirect(const v1::CallToolRequest& request,
                                           std::chrono::milliseconds time_left,
                                           std::function<void(v1::CallToolResponse&)> message,
                                           std::function<void(const Status&)> done) {
  const auto call = std::make_shared<DirectCall>(*this, std::move(message), std::move(done));
  if (Remember(call)) {
    // From here on the call may end at any moment, and its slot with it.
    const bool admitted = call->admitted();
    call->EndAfter(std::min(time_left, limits_.call_timeout));
    Run(request, time_left, admitted, call);
  } else {
    call->Refuse(Unavailable("the tool service is stopping"));
  }
  return [call] { call->Cancel(Cancelled("the client left")); };
}

bool ToolCalls::Remember(const std::shared_ptr<DirectCall>& call) {
  const std::lock_guard lock(mutex_);
  if (!stopped_) direct_.emplace(call.get(), call);
  return !stopped_;
}

void ToolCalls::StopDirect() {
  std::vector<std::shared_ptr<DirectCall>> open;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& [pointer, weak] : direct_) {
      if (auto call = weak.lock()) open.push_back(std::move(call));
    }
  }
  for (const auto& call : open) call->Cancel(Unavailable("the tool service is stopping"));
}

void ToolCalls::Forget(const DirectCall* call) {
  const std::lock_guard lock(mutex_);
  direct_.erase(call);
}

metrics::Counter& FillOutcome(const ToolOutcome& outcome, Metrics& metrics,
                              v1::CallToolResponse* response) {
  if (const auto* result = std::get_if<ToolResult>(&outcome)) {
    ToProto(*result, response->mutable_result());
    return result->is_error ? metrics.calls_tool_error : metrics.calls_ok;
  }
  ToProto(std::get<InputRequired>(outcome), response->mutable_input_required());
  return metrics.calls_input_required;
}

}  // namespace bw::tool_service
