#include "gateway/core/call.h"

#include <cmath>
#include <utility>

#include "gateway/core/log_level.h"
#include "gateway/core/scopes.h"

namespace bw::gateway {
namespace {

// A token is a string or an integer, like an id, and is echoed like one.
std::string ReadProgressToken(const json::Json& params) {
  const json::Json* meta = MetaOf(params);
  const json::Json* token = meta == nullptr ? nullptr : json::Find(*meta, "progressToken");
  if (token == nullptr) return {};
  auto id = ReadRequestId(*token);
  return id ? std::move(id->json) : std::string();
}

}  // namespace

Call::Call(Request request, std::string_view method, std::shared_ptr<ReplySink> sink,
           const Clock& clock, Observer& observer)
    : request_(std::move(request)),
      method_(method),
      sink_(std::move(sink)),
      clock_(clock),
      observer_(observer),
      started_(clock.Steady()),
      progress_token_(ReadProgressToken(request_.message.params)) {
  observer_.RequestStarted();
}

Shape Call::shape() const { return ShapeOf(request_.revision); }

bool Call::End(bool cancelled) {
  // Declared first, dropped last: releasing it may run code that takes the lock again.
  std::vector<std::shared_ptr<Cancellable>> upstream;
  {
    const std::lock_guard lock(mutex_);
    if (over_reached_) return false;
    over_reached_ = true;
    cancelled_ = cancelled;
    upstream.swap(upstream_);
  }
  if (over_) over_();
  if (!cancelled) return true;
  for (const auto& under_way : upstream) under_way->Cancel();
  return true;
}

void Call::Record(Outcome outcome, int error_code) {
  observer_.RequestFinished({method_, request_.era, outcome, error_code, clock_.Steady() - started_,
                             request_.caller.request_id});
}

void Call::Finish(std::string_view result_json, Outcome outcome, std::string session_id) {
  if (!End(false)) return;
  Record(outcome, 0);
  sink_->Finish({200, EncodeResult(*request_.message.id, result_json), std::move(session_id)});
}

void Call::Fail(const RpcError& error) {
  if (!End(false)) return;
  Record(Outcome::kError, error.code);
  sink_->Finish({error.http_status, EncodeError(request_.message.id, error), {}});
}

void Call::RefuseAccess(Access needed) {
  if (!End(false)) return;
  const RpcError error = MakeError(Fault::kInsufficientScope,
                                   "Forbidden: this takes " + std::string(AccessName(needed)) +
                                       " access, which the token does not give");
  Record(Outcome::kError, error.code);
  sink_->Finish({error.http_status, EncodeError(request_.message.id, error), {}, needed});
}

void Call::Cancel() {
  if (!End(true)) return;
  Record(Outcome::kCancelled, 0);
  sink_->Abandon();
}

void Call::Notify(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    if (over_reached_) return;
  }
  sink_->Notify(std::move(message));
}

void Call::ReportLog(const LogMessage& message) {
  const auto wanted = LogSeverity(request_.log_level);
  const auto severity = LogSeverity(message.level);
  if (!wanted || !severity || *severity < *wanted) return;
  const bool readable = json::Parse(message.data_json).ok();
  Notify(
      EncodeNotification("notifications/message",
                         ObjectWriter()
                             .Text("level", message.level)
                             .TextUnlessEmpty("logger", message.logger)
                             .Raw("data", readable ? message.data_json : Quote(message.data_json))
                             .Take()));
}

void Call::ReportProgress(const Progress& progress) {
  if (!wants_progress() || !std::isfinite(progress.progress)) return;
  {
    const std::lock_guard lock(mutex_);
    if (over_reached_ || (last_progress_ && progress.progress <= *last_progress_)) return;
    last_progress_ = progress.progress;
  }
  ObjectWriter params;
  params.Raw("progressToken", progress_token_)
      .Raw("progress", json::Dump(json::Json(progress.progress)));
  if (progress.total > 0) params.Raw("total", json::Dump(json::Json(progress.total)));
  // The member came with 2025-03-26.
  if (request_.revision >= Revision::k2025_03_26) {
    params.TextUnlessEmpty("message", progress.message);
  }
  sink_->Notify(EncodeNotification("notifications/progress", params.Take()));
}

void Call::SetUpstream(std::shared_ptr<Cancellable> upstream) {
  {
    const std::lock_guard lock(mutex_);
    if (!over_reached_) {
      upstream_.push_back(std::move(upstream));
      return;
    }
    if (!cancelled_) return;
  }
  upstream->Cancel();
}

}  // namespace bw::gateway
