// bw.event_store.v1.EventStore on gRPC's callback API: no thread per call, held or not.
#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace bw::event_store {

class EventHub;

/// `hub` must outlive the service.
std::unique_ptr<grpc::Service> MakeEventStoreService(EventHub& hub);

}  // namespace bw::event_store
