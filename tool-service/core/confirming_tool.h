// A tool that asks a person before it does what costs money or takes something away, and does
// nothing when nobody can be asked.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "common/clock/clock.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/core/certainty_observer.h"
#include "tool-service/core/default_arguments.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Before which tools a person is asked (BW_MCP_CONFIRM).
enum class ConfirmPolicy {
  kNever,
  kDestructive,
  /// Costly and destructive ones.
  kCostly,
};

/// "never", "destructive", "costly"; anything else is kCostly, the most careful.
ConfirmPolicy ConfirmPolicyOf(std::string_view name);
bool NeedsConfirmation(ConfirmPolicy policy, const ToolTraits& traits);

/// A confirmation counts for so long after the question.
inline constexpr std::chrono::minutes kConfirmationLifetime{10};
/// The question's key, and the member of its form.
inline constexpr std::string_view kConfirmKey = "confirm";

/// All outlive the tools.
struct ConfirmingPorts {
  /// May be null, as in OperationToolPorts.
  DefaultArguments* defaults = nullptr;
  const Clock& clock;
  CertaintyObserver& observer;
};

/// Around any tool. Arguments are completed and checked first, so that a person is asked about
/// what will be done and about nothing that cannot be; exactly that is then done. The answer
/// counts for this tool and these arguments while it is fresh: everything else asks again. A client
/// that did not declare elicitation with forms gets an error, and nothing is done.
class ConfirmingTool : public Tool, public std::enable_shared_from_this<ConfirmingTool> {
 public:
  static std::shared_ptr<ConfirmingTool> Make(std::shared_ptr<Tool> tool,
                                              const ConfirmingPorts& ports);

  const ToolDefinition& definition() const override { return tool_->definition(); }
  void Call(json::Json arguments, CallContext context, Done done) override;

 private:
  struct Asked;
  ConfirmingTool(std::shared_ptr<Tool> tool, const ConfirmingPorts& ports);
  void Decide(json::Json arguments, CallContext context, Done done);
  /// What `context` hands back from a question about exactly this.
  Asked ReadState(const CallContext& context, const std::string& digest) const;
  ToolOutcome Ask(const json::Json& arguments, const CallContext& context,
                  const std::string& digest) const;
  void Run(json::Json arguments, CallContext context, const std::string& digest, Done done) const;

  const std::shared_ptr<Tool> tool_;
  const ConfirmingPorts ports_;
  const ArgumentValidator validator_;
};

}  // namespace bw::tool_service
