// One CallTool under way.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <grpcpp/support/server_callback.h>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "common/status/status.h"
#include "tool-service/grpc/tool_calls.h"
#include "tool-service/metrics.h"

namespace bw::tool_service {

/// Progress and log messages that wait for a slow client; one more drops the oldest.
inline constexpr std::size_t kMaxPendingMessages = 16;

/// Writes progress and log messages while the tool runs and one result, or what it asks of the
/// client, in the end. Tools report from any thread, so
/// the order of operations is decided under a lock and carried out without it: gRPC may run its
/// callback before the operation's call returns. It lives until gRPC and the tool have let go.
class CallReactor : public grpc::ServerWriteReactor<tool_service::v1::CallToolResponse>,
                    public CallSink,
                    public std::enable_shared_from_this<CallReactor> {
 public:
  CallReactor(ToolCalls& calls, Metrics& metrics);

  /// Must be called once, before the reactor is handed to gRPC.
  void KeepUntilDone() { self_ = shared_from_this(); }

  /// Asked before the call can end.
  bool admitted() const { return slot_->admitted(); }

  void Refuse(const Status& status) override;
  void ReportProgress(const Progress& progress) override;
  void ReportLog(const LogMessage& log) override;
  void Complete(StatusOr<ToolOutcome> outcome) override;
  void OnClientGone(std::function<void()> cancel) override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  using Response = tool_service::v1::CallToolResponse;
  enum class Step { kNothing, kWrite, kWriteAndFinish, kFinish };

  void Report(Response response);
  // Decides what to do next; requires mutex_.
  Step NextStep();
  void Carry(Step step);

  Metrics& metrics_;
  // Given back when gRPC is done with the call.
  std::optional<ToolCalls::Slot> slot_;
  std::shared_ptr<CallReactor> self_;

  std::mutex mutex_;  // guards all below
  bool writing_ = false;
  bool finished_ = false;
  bool gone_ = false;
  // Progress and log messages, in the order in which they came.
  std::deque<Response> pending_;
  std::optional<Response> result_;
  std::optional<grpc::Status> refusal_;
  // What gRPC reads while `writing_`.
  Response outgoing_;
  grpc::Status final_status_;
  std::vector<std::function<void()>> cancellations_;
};

}  // namespace bw::tool_service
