// A hand-written tool: its definition, and a function that runs when the arguments are complete and
// fit the schema.
#pragma once

#include <functional>

#include "common/json/json.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/core/default_arguments.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

class LocalTool : public Tool {
 public:
  /// Must not block; calls `done` exactly once. `arguments` fit the input schema.
  using Handler = std::function<void(json::Json arguments, CallContext context, Done done)>;

  /// `defaults` outlives the tool. The definition's traits are those of core/tool_traits.h.
  LocalTool(ToolDefinition definition, DefaultArguments& defaults, Handler handler);

  const ToolDefinition& definition() const override { return definition_; }
  void Call(json::Json arguments, CallContext context, Done done) override;

 private:
  void Run(StatusOr<json::Json> arguments, CallContext context, Done done) const;

  const ToolDefinition definition_;
  const ArgumentValidator validator_;
  DefaultArguments& defaults_;
  const Handler handler_;
};

/// The argument accountId, for which there is a default.
json::Json AccountIdSchema();

/// A result that says the same in words and as data.
ToolResult Answer(std::string text, json::Json structured);

/// The error result for an answer of the event store; `context_text` says what was attempted.
ToolResult JournalFailure(const Status& status, std::string_view context_text);

}  // namespace bw::tool_service
