// CallTool of tool_service.v1, whatever brought the request: admission, the tool, its context.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "tool-service/core/toolbox.h"
#include "tool-service/grpc/call_sink.h"
#include "tool-service/metrics.h"

namespace bw::tool_service {

/// tool_service.proto states it.
inline constexpr std::size_t kMaxArgumentsBytes = 8u << 20;

class DirectCall;

struct CallLimits {
  /// One more call is refused with RESOURCE_EXHAUSTED.
  int max_calls_in_flight = 4096;
  /// For calls whose client set no deadline, and the most for those that did.
  std::chrono::milliseconds call_timeout{120'000};
};

/// Thread-safe. All it is given outlives it.
class ToolCalls {
 public:
  ToolCalls(Toolbox& toolbox, const Clock& clock, Scheduler& scheduler, Metrics& metrics,
            CallLimits limits)
      : toolbox_(toolbox),
        clock_(clock),
        scheduler_(scheduler),
        metrics_(metrics),
        limits_(limits) {}

  /// One call's place among those in flight, counted and timed until it is dropped.
  class Slot {
   public:
    explicit Slot(ToolCalls& calls);
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    /// Whether the limit left room for it.
    bool admitted() const { return admitted_; }

   private:
    ToolCalls& calls_;
    const std::chrono::steady_clock::time_point started_;
    const bool admitted_;
  };

  /// `sink`, which holds the call's slot, is told how it ends, perhaps before this returns;
  /// `admitted` is what the slot says.
  void Run(const v1::CallToolRequest& request, std::chrono::milliseconds time_left, bool admitted,
           const std::shared_ptr<CallSink>& sink);

  /// The same without a transport, for a caller in this process. `message` runs for each message
  /// of the answer, never two at once and none after `done`, which runs once, on any thread,
  /// perhaps before this returns. The result cancels the call; `done` still runs.
  std::function<void()> RunDirect(const v1::CallToolRequest& request,
                                  std::chrono::milliseconds time_left,
                                  std::function<void(v1::CallToolResponse&)> message,
                                  std::function<void(const Status&)> done);

  /// Ends what runs directly with UNAVAILABLE, and refuses what comes later so.
  void StopDirect();

 private:
  friend class DirectCall;
  // False once stopped.
  bool Remember(const std::shared_ptr<DirectCall>& call);
  void Forget(const DirectCall* call);

  Toolbox& toolbox_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Metrics& metrics_;
  const CallLimits limits_;
  std::atomic<int> in_flight_ = 0;
  std::mutex mutex_;  // guards all below
  std::unordered_map<const DirectCall*, std::weak_ptr<DirectCall>> direct_;
  bool stopped_ = false;
};

/// The message that ends an answer, and the metric that counts it.
metrics::Counter& FillOutcome(const ToolOutcome& outcome, Metrics& metrics,
                              v1::CallToolResponse* response);

}  // namespace bw::tool_service
