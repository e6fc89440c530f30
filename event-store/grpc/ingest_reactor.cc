#include "event-store/grpc/ingest_reactor.h"

#include <utility>

#include "event-store/grpc/convert.h"

namespace bw::event_store {
namespace {

// A message with more outcomes than this is not begun; the rest goes into the next one.
constexpr int kMaxOutcomesPerMessage = 1024;
constexpr std::size_t kMaxBytesPerMessage = 1u << 20;

}  // namespace

IngestReactor::IngestReactor(EventHub& hub, Traffic& traffic)
    : traffic_(traffic), session_(hub.OpenSession(*this)) {
  StartRead(&request_);
}

void IngestReactor::OnReadDone(bool ok) {
  if (!ok) {
    const std::lock_guard lock(mutex_);
    is_half_closed_ = true;
    WriteOrFinish();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    unanswered_ += static_cast<std::size_t>(request_.items_size());
    is_paused_ = true;
  }
  for (v1::IngestItem& item : *request_.mutable_items()) {
    StatusOr<IngestItem> taken = TakeItem(item);
    if (taken.ok()) {
      session_->Submit(*std::move(taken));
    } else {
      OnOutcome({item.correlation_id(), taken.status(), {}});
    }
  }
  if (session_->HasRoom()) OnRoom();
}

void IngestReactor::OnRoom() {
  const std::lock_guard lock(mutex_);
  if (!is_paused_) return;
  is_paused_ = false;
  if (!is_finished_) StartRead(&request_);
}

void IngestReactor::OnOutcome(IngestOutcome outcome) {
  const std::lock_guard lock(mutex_);
  --unanswered_;
  ++unwritten_;
  traffic_.Begin();
  FillOutcome(std::move(outcome), ready_.add_outcomes());
  WriteOrFinish();
}

void IngestReactor::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  is_writing_ = false;
  const auto written = static_cast<std::size_t>(writing_.outcomes_size());
  unwritten_ -= written;
  traffic_.End(written);
  if (ok) WriteOrFinish();
}

// Called with the lock held.
void IngestReactor::WriteOrFinish() {
  if (is_writing_ || is_finished_) return;
  if (ready_.outcomes_size() == 0) {
    if (is_half_closed_ && unanswered_ == 0) {
      is_finished_ = true;
      Finish(grpc::Status::OK);
    }
    return;
  }
  writing_.Clear();
  if (ready_.outcomes_size() <= kMaxOutcomesPerMessage &&
      ready_.ByteSizeLong() <= kMaxBytesPerMessage) {
    writing_.Swap(&ready_);
  } else {
    std::size_t bytes = 0;
    int count = 0;
    while (count < ready_.outcomes_size() && count < kMaxOutcomesPerMessage &&
           bytes < kMaxBytesPerMessage) {
      v1::IngestOutcome* const outcome = ready_.mutable_outcomes(count);
      bytes += outcome->ByteSizeLong();
      writing_.add_outcomes()->Swap(outcome);
      ++count;
    }
    ready_.mutable_outcomes()->DeleteSubrange(0, count);
  }
  is_writing_ = true;
  StartWrite(&writing_);
}

void IngestReactor::OnCancel() {
  session_->Close();
  const std::lock_guard lock(mutex_);
  if (is_finished_) return;
  is_finished_ = true;
  Finish(grpc::Status::CANCELLED);
}

void IngestReactor::OnDone() {
  session_->Close();
  traffic_.End(unwritten_);
  delete this;
}

}  // namespace bw::event_store
