// bw.event_store.v1.EventStore on gRPC's callback API: no thread per call, held or not.
#pragma once

#include <chrono>
#include <memory>

namespace grpc {
class Service;
}

namespace bw::event_store {

class EventHub;

class EventStoreFrontend {
 public:
  virtual ~EventStoreFrontend() = default;
  /// To be registered with a server, which must be gone before the frontend.
  virtual grpc::Service* service() = 0;
  /// After EventHub::Release: waits until what was answered is written and every wait and watch is
  /// over. False when that took longer than `limit`.
  virtual bool Flush(std::chrono::milliseconds limit) = 0;
};

/// `hub` must outlive the frontend.
std::unique_ptr<EventStoreFrontend> MakeEventStoreFrontend(EventHub& hub);

}  // namespace bw::event_store
