#include "tool-service/grpc/direct_call.h"

#include <utility>

#include "tool-service/grpc/translate.h"

namespace bw::tool_service {

DirectCall::DirectCall(ToolCalls& calls, Message message, Done done)
    : calls_(calls), message_(std::move(message)), done_(std::move(done)) {
  slot_.emplace(calls);
}

DirectCall::~DirectCall() { calls_.Forget(this); }

void DirectCall::EndAfter(std::chrono::milliseconds time_left) {
  const std::lock_guard lock(mutex_);
  timer_ = calls_.scheduler_.After(time_left, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->Cancel(DeadlineExceeded("the tool did not finish in time"));
    }
  });
}

std::optional<DirectCall::Ending> DirectCall::End() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(ended_, true)) return std::nullopt;
  if (timer_) calls_.scheduler_.Cancel(*timer_);
  return Ending{std::move(message_), std::move(done_), std::move(cancellations_)};
}

void DirectCall::Tell(const Ending& ending, v1::CallToolResponse* last, const Status& status) {
  slot_.reset();
  const std::lock_guard telling(telling_);
  if (last != nullptr) ending.message(*last);
  ending.done(status);
}

void DirectCall::Cancel(const Status& status) {
  const auto ending = End();
  if (!ending) return;
  calls_.metrics_.calls_cancelled.Increment();
  for (const auto& cancel : ending->cancellations) cancel();
  Tell(*ending, nullptr, status);
}

void DirectCall::Refuse(const Status& status) {
  const auto ending = End();
  if (!ending) return;
  calls_.metrics_.calls_not_run.Increment();
  Tell(*ending, nullptr, status);
}

void DirectCall::Complete(StatusOr<ToolOutcome> outcome) {
  if (!outcome.ok()) return Refuse(outcome.status());
  const auto ending = End();
  if (!ending) return;
  v1::CallToolResponse response;
  FillOutcome(*outcome, calls_.metrics_, &response).Increment();
  Tell(*ending, &response, OkStatus());
}

void DirectCall::ReportProgress(const Progress& progress) {
  v1::CallToolResponse response;
  ToProto(progress, response.mutable_progress());
  Report(std::move(response));
}

void DirectCall::ReportLog(const LogMessage& log) {
  v1::CallToolResponse response;
  ToProto(log, response.mutable_log());
  Report(std::move(response));
}

void DirectCall::Report(v1::CallToolResponse response) {
  const std::lock_guard telling(telling_);
  Message message;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    message = message_;
  }
  message(response);
}

void DirectCall::OnClientGone(std::function<void()> cancel) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      cancellations_.push_back(std::move(cancel));
      return;
    }
  }
  cancel();
}

}  // namespace bw::tool_service
