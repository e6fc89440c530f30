// A tool that creates something which must not come into being twice: it takes an idempotency_key,
// and finds out what happened when an answer was lost.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "tool-service/core/certainty_observer.h"
#include "tool-service/core/default_arguments.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/reconciliation.h"
#include "tool-service/core/stop_gate.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

inline constexpr std::string_view kIdempotencyKey = "idempotency_key";
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 128;
/// How long the first result is given again.
inline constexpr std::chrono::hours kOnceTimeToLive{24};
/// Between two looks whether somebody else's call with the same key has ended.
inline constexpr std::chrono::milliseconds kOncePollPause{500};
/// Of the caller's time, what is kept back for finding out: a quarter, at most this.
inline constexpr std::chrono::milliseconds kMaxLookReserve{10'000};
/// After this a call without deadline counts as gone.
inline constexpr std::chrono::milliseconds kLongestOnceCall{300'000};
/// A call may end this much after its deadline.
inline constexpr std::chrono::milliseconds kOnceMargin{15'000};

/// All outlive the tools.
struct OncePorts {
  EventJournal& journal;
  /// May be null, as in OperationToolPorts.
  DefaultArguments* defaults = nullptr;
  const Reconciler& reconciler;
  Scheduler& scheduler;
  const Clock& clock;
  CertaintyObserver& observer;
  /// Once it is stopped nothing but it is used any more: what is kept then stays as it is, and a
  /// later call finds out what came of it.
  StopGate& gate;
  /// A new reference for an order that has none: [0-9A-Za-z-]{1,40}, never the same again.
  std::function<std::string()> new_reference;
};

/// Whether calls of that tool are to go through a OnceTool: it has a LookRow.
bool IsOnceTool(std::string_view tool);

/// Around a tool with a LookRow. Without a key it calls that tool, with a reference of its own
/// where the caller gave none, and looks what became of a call whose effect is unknown. With a key
/// the first call of that tool, tenant and principal is carried out; the same call again gets its
/// result, also from other replicas and while it is under way; with other arguments it is refused.
/// A call that had no effect for certain gives the key back. Without a reachable event store a call
/// with a key is refused before anything is sent.
class OnceTool : public Tool, public std::enable_shared_from_this<OnceTool> {
 public:
  static std::shared_ptr<OnceTool> Make(std::shared_ptr<Tool> tool,
                                        std::shared_ptr<const OncePorts> ports);

  const ToolDefinition& definition() const override { return definition_; }
  void Call(json::Json arguments, CallContext context, Done done) override;

 private:
  friend class OnceCall;
  OnceTool(std::shared_ptr<Tool> tool, std::shared_ptr<const OncePorts> ports);

  const std::shared_ptr<Tool> tool_;
  const std::shared_ptr<const OncePorts> ports_;
  const LookRow& row_;
  ToolDefinition definition_;
};

}  // namespace bw::tool_service
