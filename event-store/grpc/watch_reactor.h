// One Watch stream on gRPC's callback API.
#pragma once

#include <memory>
#include <mutex>

#include <grpcpp/support/server_callback.h>

#include "bw/event_store/v1/event_store.pb.h"
#include "event-store/core/event_hub.h"
#include "event-store/grpc/traffic.h"

namespace bw::event_store {

/// Deletes itself.
class WatchReactor : public grpc::ServerWriteReactor<v1::WatchResponse> {
 public:
  WatchReactor(EventHub& hub, Traffic& traffic, const v1::WatchRequest& request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Next();
  void Deliver(StatusOr<EventWatch::Batch> batch);

  EventHub& hub_;
  Traffic& traffic_;
  std::shared_ptr<EventWatch> watch_;  // null: the request was refused
  v1::WatchResponse response_;
};

}  // namespace bw::event_store
