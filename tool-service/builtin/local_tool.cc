#include "tool-service/builtin/local_tool.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace bw::tool_service {
namespace {

struct Advice {
  StatusCode code;
  std::string_view next_step;
};

constexpr std::array kAdvice = {
    Advice{StatusCode::kUnavailable, "The event store cannot be reached; try again in a moment."},
    Advice{StatusCode::kDeadlineExceeded, "It took too long; try again."},
    Advice{StatusCode::kResourceExhausted, "The service is busy; wait some seconds and try again."},
    Advice{StatusCode::kNotFound, "Check the id; it is given by createCall and by events."},
};

ToolDefinition WithTraits(ToolDefinition definition) {
  definition.traits = TraitsOf(definition.name);
  return definition;
}

}  // namespace

LocalTool::LocalTool(ToolDefinition definition, DefaultArguments& defaults, Handler handler)
    : definition_(WithTraits(std::move(definition))),
      validator_(definition_.input_schema),
      defaults_(defaults),
      handler_(std::move(handler)) {}

void LocalTool::Call(json::Json arguments, CallContext context, Done done) {
  // Shared, because the defaults may be looked up after this function has returned.
  auto shared = std::make_shared<CallContext>(std::move(context));
  defaults_.Fill(definition_.name, definition_.input_schema, std::move(arguments), *shared,
                 [this, shared, done = std::move(done)](StatusOr<json::Json> filled) mutable {
                   Run(std::move(filled), std::move(*shared), std::move(done));
                 });
}

void LocalTool::Run(StatusOr<json::Json> arguments, CallContext context, Done done) const {
  if (!arguments.ok()) return done(ErrorResult(std::string(Message(arguments.status()))));
  if (const Status fits = validator_.Check(*arguments); !fits.ok()) {
    return done(ErrorResult(std::string(Message(fits))));
  }
  handler_(*std::move(arguments), std::move(context), std::move(done));
}

json::Json AccountIdSchema() {
  return {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 32},
          {"pattern", "^[0-9A-Za-z-]+$"},
          {"description", "Bandwidth account id; filled in when left out"}};
}

ToolResult Answer(std::string text, json::Json structured) {
  ToolResult result = TextResult(std::move(text));
  result.structured = std::move(structured);
  return result;
}

ToolResult JournalFailure(const Status& status, std::string_view context_text) {
  std::string text = std::string(context_text) + ": " + std::string(Message(status));
  if (!text.ends_with('.')) text += '.';
  for (const Advice& advice : kAdvice) {
    if (advice.code == status.code()) text += " " + std::string(advice.next_step);
  }
  return ErrorResult(std::move(text));
}

}  // namespace bw::tool_service
