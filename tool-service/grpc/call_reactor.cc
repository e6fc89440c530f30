#include "tool-service/grpc/call_reactor.h"

#include <utility>

#include "common/rpc/rpc.h"
#include "tool-service/grpc/translate.h"

namespace bw::tool_service {

CallReactor::CallReactor(ToolCalls& calls, Metrics& metrics) : metrics_(metrics) {
  slot_.emplace(calls);
}

void CallReactor::Refuse(const Status& status) {
  Step step;
  {
    const std::lock_guard lock(mutex_);
    // A tool may speak after gRPC, and with it everything the reactor refers to, has gone.
    if (finished_ || result_ || refusal_) return;
    refusal_ = rpc::ToGrpc(status);
    metrics_.calls_not_run.Increment();
    step = NextStep();
  }
  Carry(step);
}

void CallReactor::ReportProgress(const Progress& progress) {
  Response response;
  ToProto(progress, response.mutable_progress());
  Report(std::move(response));
}

void CallReactor::ReportLog(const LogMessage& log) {
  Response response;
  ToProto(log, response.mutable_log());
  Report(std::move(response));
}

void CallReactor::Report(Response response) {
  Step step;
  {
    const std::lock_guard lock(mutex_);
    if (finished_ || result_ || refusal_) return;
    if (pending_.size() >= kMaxPendingMessages) {
      (pending_.front().has_log() ? metrics_.logs_dropped : metrics_.progress_dropped).Increment();
      pending_.pop_front();
    }
    pending_.push_back(std::move(response));
    step = NextStep();
  }
  Carry(step);
}

void CallReactor::Complete(StatusOr<ToolOutcome> outcome) {
  if (!outcome.ok()) return Refuse(outcome.status());
  Response response;
  metrics::Counter& counter = FillOutcome(*outcome, metrics_, &response);
  std::vector<std::function<void()>> dropped;  // destroyed without the lock
  Step step;
  {
    const std::lock_guard lock(mutex_);
    if (finished_ || result_ || refusal_) return;
    counter.Increment();
    result_ = std::move(response);
    dropped.swap(cancellations_);
    step = NextStep();
  }
  Carry(step);
}

void CallReactor::OnClientGone(std::function<void()> cancel) {
  {
    const std::lock_guard lock(mutex_);
    if (!gone_) {
      cancellations_.push_back(std::move(cancel));
      return;
    }
  }
  cancel();
}

void CallReactor::OnWriteDone(bool ok) {
  Step step;
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    // The stream is broken: nothing more can be written, and OnCancel comes as well.
    if (!ok) gone_ = true;
    step = NextStep();
  }
  Carry(step);
}

void CallReactor::OnCancel() {
  std::vector<std::function<void()>> cancellations;
  Step step;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    cancellations.swap(cancellations_);
    if (!finished_ && !result_ && !refusal_) metrics_.calls_cancelled.Increment();
    step = NextStep();
  }
  for (const auto& cancel : cancellations) cancel();
  Carry(step);
}

void CallReactor::OnDone() {
  slot_.reset();
  self_.reset();  // may destroy this
}

CallReactor::Step CallReactor::NextStep() {
  if (writing_ || finished_) return Step::kNothing;
  if (gone_ || refusal_) {
    final_status_ = refusal_.value_or(grpc::Status(grpc::StatusCode::CANCELLED, "the client left"));
    finished_ = true;
    return Step::kFinish;
  }
  if (!pending_.empty()) {
    outgoing_ = std::move(pending_.front());
    pending_.pop_front();
    writing_ = true;
    return Step::kWrite;
  }
  if (!result_) return Step::kNothing;
  outgoing_ = *std::move(result_);
  writing_ = true;
  finished_ = true;
  return Step::kWriteAndFinish;
}

void CallReactor::Carry(Step step) {
  switch (step) {
    case Step::kNothing:
      return;
    case Step::kWrite:
      return StartWrite(&outgoing_);
    case Step::kWriteAndFinish:
      return StartWriteAndFinish(&outgoing_, grpc::WriteOptions(), grpc::Status::OK);
    case Step::kFinish:
      return Finish(final_status_);
  }
}

}  // namespace bw::tool_service
