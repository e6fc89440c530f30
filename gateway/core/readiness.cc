#include "gateway/core/readiness.h"

#include <string>
#include <utility>

namespace bw::gateway {

void Readiness::Probe() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    sending_ = true;
  }
  provider_.GetInstructions(audience_, [self = shared_from_this()](StatusOr<std::string> answer) {
    const std::lock_guard lock(self->mutex_);
    self->status_ = answer.ok() ? OkStatus() : Annotate(answer.status(), "the tool service");
    if (self->stopped_) return;
    self->scheduler_.After(self->interval_, [self] { self->Probe(); });
  });
  const std::lock_guard lock(mutex_);
  sending_ = false;
  sent_.notify_all();
}

void Readiness::Stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  sent_.wait(lock, [this] { return !sending_; });
}

Status Readiness::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace bw::gateway
