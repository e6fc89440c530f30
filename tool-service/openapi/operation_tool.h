// An operation of an OpenAPI document as a tool.
#pragma once

#include <chrono>
#include <memory>

#include "common/clock/clock.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/core/default_arguments.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/tool.h"
#include "tool-service/openapi/answer_reader.h"
#include "tool-service/openapi/input_plan.h"
#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

struct OperationToolOptions {
  /// The longest wait for the API; a nearer deadline of the caller shortens it.
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_response_bytes = 16u << 20;
  AnswerLimits answer_limits;
  /// Secrets that operations are called for are returned (IssuedSecret).
  bool show_issued_secrets = false;
};

/// What every operation's tool needs; all outlive the tools.
struct OperationToolPorts {
  HttpClient* http_client = nullptr;
  /// May be null: nothing is filled in.
  DefaultArguments* defaults = nullptr;
  const Clock* clock = nullptr;
};

class OperationTool : public Tool, public std::enable_shared_from_this<OperationTool> {
 public:
  /// The tool is named `name` (the operation's id, unless another document has it too).
  static std::shared_ptr<OperationTool> Make(Operation operation, std::string name,
                                             const OperationToolPorts& ports,
                                             const OperationToolOptions& options = {});

  const ToolDefinition& definition() const override { return definition_; }
  /// Fills in defaults, checks, sends, and reads the answer.
  void Call(json::Json arguments, CallContext context, Done done) override;
  const Operation& operation() const { return operation_; }

 private:
  OperationTool(Operation operation, std::string name, const OperationToolPorts& ports,
                const OperationToolOptions& options);
  void Send(const json::Json& arguments, const CallContext& context, Done done) const;
  StatusOr<HttpRequest> Build(json::Json arguments, const CallContext& context) const;
  Status CheckRequired(const json::Json& arguments) const;
  ToolResult ResultOf(const StatusOr<HttpResponse>& answer, const std::string& url,
                      const std::string& save_to) const;

  const Operation operation_;
  InputPlan plan_;
  AnswerPlan answer_plan_;
  ToolDefinition definition_;
  const OperationToolPorts ports_;
  const OperationToolOptions options_;
  const ArgumentValidator validator_;
};

}  // namespace bw::tool_service
