#include "tool-service/core/confirming_tool.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "tool-service/core/confirmation_question.h"
#include "tool-service/core/registry.h"

namespace bw::tool_service {
namespace {

using json::Json;

struct PolicyRow {
  std::string_view name;
  ConfirmPolicy policy;
};
constexpr std::array kPolicies = {PolicyRow{"never", ConfirmPolicy::kNever},
                                  PolicyRow{"destructive", ConfirmPolicy::kDestructive},
                                  PolicyRow{"costly", ConfirmPolicy::kCostly}};

// Members of the state that goes to the client and back. The gateway seals it together with the
// request it belongs to, so what is compared here guards against mix-ups.
constexpr const char* kTool = "tool";
constexpr const char* kArguments = "arguments";
constexpr const char* kAskedMs = "asked_ms";
// Set once it is confirmed, when the tool asks something itself: its own state.
constexpr const char* kInner = "inner";

// Before there were modes, and still without them, elicitation means forms. (MCP 2025-11-25
// client/elicitation)
bool CanAskForms(const ClientCapabilities& capabilities) {
  const Json* elicitation = json::FindObject(capabilities.object(), "elicitation");
  return elicitation != nullptr && (elicitation->contains("form") || !elicitation->contains("url"));
}

bool IsConfirmed(const Json& response) {
  const Json* content = json::FindObject(response, "content");
  return json::GetString(response, "action") == "accept" && content != nullptr &&
         json::GetBool(*content, kConfirmKey) == true;
}

Json Form(std::string message) {
  return {{"method", "elicitation/create"},
          {"params",
           {{"mode", "form"},
            {"message", std::move(message)},
            {"requestedSchema",
             {{"type", "object"},
              {"properties",
               {{std::string(kConfirmKey),
                 {{"type", "boolean"},
                  {"title", "Do it"},
                  {"description", "Yes: it is done now. No: nothing happens."}}}}},
              {"required", Json::array({std::string(kConfirmKey)})}}}}}};
}

ToolResult CannotAsk(const ToolDefinition& tool) {
  return ErrorResult(
      "Not done: a person has to agree to " + tool.name + " first (" + ConsequencesOf(tool.traits) +
      "), and this client cannot ask one: it does not declare elicitation. Nothing was sent.\n"
      "Next: tell the user what you wanted to do and why. They can do it themselves or connect "
      "with a client that supports elicitation; whoever runs this server can change which tools "
      "need a confirmation with BW_MCP_CONFIRM (" +
      (tool.traits.destructive ? "never" : "destructive or never") + ").");
}

constexpr std::string_view kSaidNo =
    "Not done: the person was asked and said no. Nothing was sent.\n"
    "Next: do not call it again unless the user asks for it.";

}  // namespace

struct ConfirmingTool::Asked {
  /// A question about exactly this, not long ago.
  bool asked = false;
  /// It was answered with yes before; `inner_state` is the tool's own.
  bool confirmed = false;
  std::string inner_state;
};

ConfirmPolicy ConfirmPolicyOf(std::string_view name) {
  const auto* row = std::find_if(kPolicies.begin(), kPolicies.end(),
                                 [&](const PolicyRow& entry) { return entry.name == name; });
  return row == kPolicies.end() ? ConfirmPolicy::kCostly : row->policy;
}

bool NeedsConfirmation(ConfirmPolicy policy, const ToolTraits& traits) {
  switch (policy) {
    case ConfirmPolicy::kNever:
      return false;
    case ConfirmPolicy::kDestructive:
      return traits.destructive;
    case ConfirmPolicy::kCostly:
      break;
  }
  return traits.destructive || traits.costly;
}

std::shared_ptr<ConfirmingTool> ConfirmingTool::Make(std::shared_ptr<Tool> tool,
                                                     const ConfirmingPorts& ports) {
  return std::shared_ptr<ConfirmingTool>(new ConfirmingTool(std::move(tool), ports));
}

ConfirmingTool::ConfirmingTool(std::shared_ptr<Tool> tool, const ConfirmingPorts& ports)
    : tool_(std::move(tool)), ports_(ports), validator_(tool_->definition().input_schema) {}

void ConfirmingTool::Call(Json arguments, CallContext context, Done done) {
  if (arguments.is_null()) arguments = Json::object();
  if (!arguments.is_object()) return done(ErrorResult("The arguments must be an object."));
  DropNulls(definition().input_schema, arguments);
  if (ports_.defaults == nullptr) {
    return Decide(std::move(arguments), std::move(context), std::move(done));
  }
  const auto shared = std::make_shared<CallContext>(std::move(context));
  ports_.defaults->Fill(
      definition().name, definition().input_schema, std::move(arguments), *shared,
      [self = shared_from_this(), shared, done = std::move(done)](StatusOr<Json> complete) mutable {
        if (!complete.ok()) return done(ErrorResult(std::string(Message(complete.status()))));
        self->Decide(*std::move(complete), std::move(*shared), std::move(done));
      });
}

void ConfirmingTool::Decide(Json arguments, CallContext context, Done done) {
  if (const Status fits = validator_.Check(arguments); !fits.ok()) {
    return done(ErrorResult("The arguments do not fit:\n" + std::string(Message(fits))));
  }
  const std::string digest = DigestOf(arguments);
  Asked asked = ReadState(context, digest);
  const Json* response =
      asked.asked ? json::FindObject(context.input_responses, kConfirmKey) : nullptr;
  if (!asked.confirmed && response == nullptr) return done(Ask(arguments, context, digest));
  if (!asked.confirmed) {
    const bool yes = IsConfirmed(*response);
    ports_.observer.OnCertainty(yes ? CertaintyEvent::kConfirmed : CertaintyEvent::kDeclined);
    if (!yes) return done(ErrorResult(std::string(kSaidNo)));
    context.input_responses = Json::object();
  }
  context.request_state = std::move(asked.inner_state);
  Run(std::move(arguments), std::move(context), digest, std::move(done));
}

ConfirmingTool::Asked ConfirmingTool::ReadState(const CallContext& context,
                                                const std::string& digest) const {
  if (context.request_state.empty()) return {};
  const StatusOr<Json> state = json::Parse(context.request_state);
  if (!state.ok() || json::GetString(*state, kTool) != definition().name ||
      json::GetString(*state, kArguments) != digest) {
    return {};
  }
  const std::int64_t age_ms = ports_.clock.NowMs() - json::GetInt(*state, kAskedMs).value_or(0);
  if (std::chrono::milliseconds(age_ms) > kConfirmationLifetime) return {};
  const auto inner = json::GetString(*state, kInner);
  return {true, inner.has_value(), std::string(inner.value_or(""))};
}

ToolOutcome ConfirmingTool::Ask(const Json& arguments, const CallContext& context,
                                const std::string& digest) const {
  if (!CanAskForms(context.client_capabilities)) {
    ports_.observer.OnCertainty(CertaintyEvent::kNotAskable);
    return CannotAsk(definition());
  }
  ports_.observer.OnCertainty(CertaintyEvent::kAsked);
  InputRequired question;
  question.requests[std::string(kConfirmKey)] = Form(ConfirmationQuestion(definition(), arguments));
  question.state = json::Dump(
      {{kTool, definition().name}, {kArguments, digest}, {kAskedMs, ports_.clock.NowMs()}});
  return question;
}

void ConfirmingTool::Run(Json arguments, CallContext context, const std::string& digest,
                         Done done) const {
  tool_->Call(std::move(arguments), std::move(context),
              [name = definition().name, digest, asked_ms = ports_.clock.NowMs(),
               done = std::move(done)](StatusOr<ToolOutcome> outcome) {
                auto* question = outcome.ok() ? std::get_if<InputRequired>(&*outcome) : nullptr;
                if (question != nullptr) {
                  question->state = json::Dump({{kTool, name},
                                                {kArguments, digest},
                                                {kAskedMs, asked_ms},
                                                {kInner, question->state}});
                }
                done(std::move(outcome));
              });
}

}  // namespace bw::tool_service
