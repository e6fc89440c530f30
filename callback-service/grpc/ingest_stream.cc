#include "callback-service/grpc/ingest_stream.h"

#include "common/rpc/rpc.h"

namespace bw::callback_service {

namespace pb = ::bw::event_store::v1;

std::shared_ptr<IngestStream> IngestStream::Create(IngestStreamHooks hooks) {
  return std::shared_ptr<IngestStream>(new IngestStream(std::move(hooks)));
}

void IngestStream::Begin(pb::EventStore::Stub& stub) {
  self_ = shared_from_this();
  const std::shared_ptr<IngestStream> self = self_;  // also while OnDone runs below
  stub.async()->Ingest(context_.get(), this);
  // Writes start on other threads than the reactor's own; the hold keeps OnDone away until the last
  // one is done (Close).
  AddHold();
  StartRead(&response_);
  StartCall();
  Pump();
}

void IngestStream::Wake() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    if (is_writing_ || is_closed_) return;
    is_writing_ = true;
  }
  Pump();
}

// Runs while is_writing_ is set, so on one thread at a time.
void IngestStream::Pump() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (!is_woken_ || is_closed_) {
        is_writing_ = false;
        if (!is_closed_) return;
        break;
      }
      is_woken_ = false;
    }
    request_.Clear();
    if (!hooks_.fill(request_)) continue;
    {
      // There may be more than one request holds: ask again after this write.
      const std::lock_guard lock(mutex_);
      is_woken_ = true;
    }
    return StartWrite(&request_);
  }
  RemoveHold();
}

void IngestStream::OnWriteDone(bool ok) {
  if (!ok) {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  Pump();
}

void IngestStream::OnReadDone(bool ok) {
  if (!ok) return Close();
  hooks_.received(response_);
  StartRead(&response_);
}

void IngestStream::Close() {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;  // the failed write removed the hold, or will
    is_closed_ = true;
    if (is_writing_) return;  // Pump sees it
  }
  RemoveHold();
}

void IngestStream::Cancel() {
  std::shared_ptr<grpc::ClientContext> context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  if (context != nullptr) context->TryCancel();
}

void IngestStream::OnDone(const grpc::Status& status) {
  const std::shared_ptr<IngestStream> last = std::move(self_);
  std::shared_ptr<grpc::ClientContext> context;
  {
    const std::lock_guard lock(mutex_);
    context = std::move(context_);
  }
  // The context holds the call, the call the channel; who waits for `ended` may end the server that
  // an in-process channel belongs to.
  context = nullptr;
  hooks_.ended(rpc::FromGrpc(status));
}

}  // namespace bw::callback_service
