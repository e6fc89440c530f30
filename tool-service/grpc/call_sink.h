// Where what a running tool says goes: onto a gRPC stream, or straight to a caller in this process.
#pragma once

#include <functional>

#include "common/status/status.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Thread-safe. The first of Refuse and Complete ends the call; whatever comes after it is dropped.
class CallSink {
 public:
  virtual ~CallSink() = default;
  /// No tool ran.
  virtual void Refuse(const Status& status) = 0;
  virtual void ReportProgress(const Progress& progress) = 0;
  virtual void ReportLog(const LogMessage& log) = 0;
  virtual void Complete(StatusOr<ToolOutcome> outcome) = 0;
  /// Runs `cancel` when the client leaves, at once if it already has; dropped after the end.
  virtual void OnClientGone(std::function<void()> cancel) = 0;
};

}  // namespace bw::tool_service
