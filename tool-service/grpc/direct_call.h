// One CallTool of a caller in this process: no stream, no serialising, no thread in between.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "tool-service/grpc/tool_calls.h"

namespace bw::tool_service {

/// Lives until the tool, the caller's cancellation and the timer have let go.
class DirectCall : public CallSink, public std::enable_shared_from_this<DirectCall> {
 public:
  using Message = std::function<void(v1::CallToolResponse&)>;
  using Done = std::function<void(const Status&)>;

  DirectCall(ToolCalls& calls, Message message, Done done);
  ~DirectCall() override;

  /// As a deadline does: DEADLINE_EXCEEDED for the caller, cancelled for the tool.
  void EndAfter(std::chrono::milliseconds time_left);
  /// Ends the call with `status`; the tool is told and its last words are dropped.
  void Cancel(const Status& status);
  /// Asked before the call can end.
  bool admitted() const { return slot_->admitted(); }

  void Refuse(const Status& status) override;
  void ReportProgress(const Progress& progress) override;
  void ReportLog(const LogMessage& log) override;
  void Complete(StatusOr<ToolOutcome> outcome) override;
  void OnClientGone(std::function<void()> cancel) override;

 private:
  struct Ending {
    Message message;
    Done done;
    std::vector<std::function<void()>> cancellations;
  };
  // What is left to do for the one who ends the call; nullopt when it has ended already.
  std::optional<Ending> End();
  // The caller's last words: `last`, if there is one, and `status`.
  void Tell(const Ending& ending, v1::CallToolResponse* last, const Status& status);
  void Report(v1::CallToolResponse response);

  ToolCalls& calls_;
  // Given back by the one who ends the call.
  std::optional<ToolCalls::Slot> slot_;
  // Held while a message is told, so that none comes beside another or after the end.
  std::recursive_mutex telling_;
  std::mutex mutex_;  // guards all below
  bool ended_ = false;
  std::optional<Scheduler::Id> timer_;
  Message message_;
  Done done_;
  std::vector<std::function<void()>> cancellations_;
};

}  // namespace bw::tool_service
