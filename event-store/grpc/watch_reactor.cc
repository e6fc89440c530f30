#include "event-store/grpc/watch_reactor.h"

#include <utility>

#include "common/rpc/rpc.h"
#include "event-store/core/limits.h"
#include "event-store/grpc/convert.h"

namespace bw::event_store {
namespace {

StatusOr<EventWatch::Request> RequestOf(const v1::WatchRequest& message) {
  EventWatch::Request request;
  BW_RETURN_IF_ERROR(CheckTenant(message.tenant()));
  BW_ASSIGN_OR_RETURN(request.filter, FilterOf(message.filter()));
  request.tenant = message.tenant();
  request.after_seq = message.after_seq();
  request.from_now = message.from_now();
  return request;
}

}  // namespace

WatchReactor::WatchReactor(EventHub& hub, Traffic& traffic, const v1::WatchRequest& message)
    : hub_(hub), traffic_(traffic) {
  traffic_.Begin();
  StatusOr<EventWatch::Request> request = RequestOf(message);
  if (!request.ok()) {
    Finish(rpc::ToGrpc(request.status()));
    return;
  }
  StatusOr<std::shared_ptr<EventWatch>> watch = hub.Watch(*std::move(request));
  if (!watch.ok()) {
    Finish(rpc::ToGrpc(watch.status()));
    return;
  }
  watch_ = *std::move(watch);
  Next();
}

// The stream ends only by an answer of the watch, so the reactor outlives every callback.
void WatchReactor::Next() {
  watch_->Next([this](StatusOr<EventWatch::Batch> batch) { Deliver(std::move(batch)); });
}

void WatchReactor::Deliver(StatusOr<EventWatch::Batch> batch) {
  if (!batch.ok()) {
    Finish(rpc::ToGrpc(batch.status()));
    return;
  }
  response_.Clear();
  for (const EventPtr& event : batch->events) FillEvent(*event, response_.add_events());
  response_.set_next_after_seq(batch->next_after_seq);
  StartWrite(&response_);
}

void WatchReactor::OnWriteDone(bool ok) {
  if (!ok) watch_->Stop(Cancelled("the watcher left"));
  Next();
}

void WatchReactor::OnCancel() {
  if (watch_ != nullptr) watch_->Stop(Cancelled("the watcher left"));
}

void WatchReactor::OnDone() {
  if (watch_ != nullptr) hub_.EndWatch(watch_);
  traffic_.End();
  delete this;
}

}  // namespace bw::event_store
