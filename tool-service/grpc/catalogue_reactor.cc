#include "tool-service/grpc/catalogue_reactor.h"

#include <utility>

#include "common/rpc/rpc.h"
#include "tool-service/grpc/translate.h"

namespace bw::tool_service {

CatalogueReactor::CatalogueReactor(CatalogueNotifier& notifier, std::function<void()> on_done)
    : notifier_(notifier), on_done_(std::move(on_done)) {}

Status CatalogueReactor::Start() {
  auto watch = notifier_.Watch([weak = weak_from_this()] {
    if (const auto reactor = weak.lock()) reactor->Go();
  });
  if (!watch.ok()) {
    Refuse(watch.status());
    return watch.status();
  }
  self_ = shared_from_this();
  watch_id_ = *watch;
  Go();
  return OkStatus();
}

void CatalogueReactor::Refuse(const Status& status) {
  self_ = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  Finish(rpc::ToGrpc(status));
}

void CatalogueReactor::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) gone_ = true;
  }
  Go();
}

void CatalogueReactor::OnCancel() {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  Go();
}

void CatalogueReactor::OnDone() {
  notifier_.Unwatch(watch_id_);
  on_done_();
  self_.reset();  // may destroy this
}

void CatalogueReactor::Go() {
  Step step;
  {
    const std::lock_guard lock(mutex_);
    step = NextStep();
  }
  // gRPC may run its callback before the operation's call returns, so without the lock.
  if (step == Step::kWrite) StartWrite(&outgoing_);
  if (step == Step::kFinish) Finish(final_status_);
}

CatalogueReactor::Step CatalogueReactor::NextStep() {
  if (writing_ || finished_) return Step::kNothing;
  if (gone_ || notifier_.closed()) {
    final_status_ = gone_ ? grpc::Status(grpc::StatusCode::CANCELLED, "the client left")
                          : rpc::ToGrpc(Unavailable("the service is stopping"));
    finished_ = true;
    return Step::kFinish;
  }
  CatalogueRevisions current = notifier_.Current();
  if (sent_ == current) return Step::kNothing;
  outgoing_ = ToProto(current);
  sent_ = std::move(current);
  writing_ = true;
  return Step::kWrite;
}

}  // namespace bw::tool_service
