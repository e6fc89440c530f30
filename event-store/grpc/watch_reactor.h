// One server stream that is fed by a watch of core, on gRPC's callback API.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <grpcpp/support/server_callback.h>

#include "common/rpc/rpc.h"
#include "event-store/grpc/traffic.h"

namespace bw::event_store {

/// `Watch` is EventWatch or StateWatch, `Response` the message that carries a batch. Deletes
/// itself.
template <typename Watch, typename Response>
class WatchReactor : public grpc::ServerWriteReactor<Response> {
 public:
  using WatchPtr = std::shared_ptr<Watch>;
  using Batch = typename Watch::Batch;
  using Fill = void (*)(const Batch& batch, Response* message);
  using End = std::function<void(const WatchPtr& watch)>;

  /// An error instead of a watch ends the stream with it. `end` runs once the stream is over.
  WatchReactor(Traffic& traffic, StatusOr<WatchPtr> watch, Fill fill, End end)
      : traffic_(traffic), fill_(fill), end_(std::move(end)) {
    traffic_.Begin();
    if (!watch.ok()) {
      this->Finish(rpc::ToGrpc(watch.status()));
      return;
    }
    watch_ = *std::move(watch);
    Next();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) watch_->Stop(Cancelled("the watcher left"));
    Next();
  }

  void OnCancel() override {
    if (watch_ != nullptr) watch_->Stop(Cancelled("the watcher left"));
  }

  void OnDone() override {
    if (watch_ != nullptr) end_(watch_);
    traffic_.End();
    delete this;
  }

 private:
  // The stream ends only by an answer of the watch, so the reactor outlives every callback.
  void Next() {
    watch_->Next([this](StatusOr<Batch> batch) { Deliver(std::move(batch)); });
  }

  void Deliver(StatusOr<Batch> batch) {
    if (!batch.ok()) {
      this->Finish(rpc::ToGrpc(batch.status()));
      return;
    }
    response_.Clear();
    fill_(*batch, &response_);
    this->StartWrite(&response_);
  }

  Traffic& traffic_;
  const Fill fill_;
  const End end_;
  WatchPtr watch_;     // null: the request was refused
  Response response_;  // belongs to the write under way
};

}  // namespace bw::event_store
