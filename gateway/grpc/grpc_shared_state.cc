#include "gateway/grpc/grpc_shared_state.h"

#include <utility>
#include <vector>

#include <grpcpp/channel.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"
#include "gateway/grpc/open_calls.h"
#include "gateway/grpc/stream_watch.h"

namespace bw::gateway {
namespace {

namespace v1 = bw::event_store::v1;

}  // namespace

class GrpcSharedState::Connection {
 public:
  explicit Connection(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::EventStore::NewStub(channel)) {}
  ~Connection() { open_calls_.CancelAllAndWait(); }

  void Put(Entry entry, std::chrono::milliseconds ttl, Done done) {
    struct State {
      v1::PutStateRequest request;
      v1::PutStateResponse response;
    };
    auto state = std::make_shared<State>();
    state->request.set_tenant(std::move(entry.tenant));
    state->request.set_key(std::move(entry.key));
    state->request.set_value(std::move(entry.value));
    state->request.set_ttl_ms(static_cast<std::uint32_t>(ttl.count()));
    auto context = std::make_shared<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + kPutTimeout);
    const auto handle = std::make_shared<ContextHandle>(context);
    open_calls_.Add(handle);
    stub_->async()->PutState(
        context.get(), &state->request, &state->response,
        [this, context, handle, state, done = std::move(done)](const grpc::Status& status) mutable {
          done(rpc::FromGrpc(status));
          // What `done` holds must be gone before this may be.
          done = nullptr;
          open_calls_.Remove(handle);
        });
  }

  std::unique_ptr<Watch> WatchPrefix(const std::string& prefix, Listener listener) {
    using States = StreamWatch<v1::WatchStateResponse>;
    auto request = std::make_shared<v1::WatchStateRequest>();
    request->set_prefix(prefix);
    auto told = std::make_shared<Listener>(std::move(listener));
    // Whether this stream has said that it is current.
    auto current = std::make_shared<bool>(false);
    return std::make_unique<States>(States::Functions{
        [this, request, current](grpc::ClientContext* context, auto* reactor) {
          *current = false;
          stub_->async()->WatchState(context, request.get(), reactor);
        },
        [told, current](v1::WatchStateResponse& response) {
          std::vector<Entry> entries;
          entries.reserve(static_cast<std::size_t>(response.entries_size()));
          for (v1::StateEntry& entry : *response.mutable_entries()) {
            entries.push_back({std::move(*entry.mutable_tenant()), std::move(*entry.mutable_key()),
                               std::move(*entry.mutable_value())});
          }
          if (!entries.empty()) told->changed(std::move(entries));
          if (response.current() && !std::exchange(*current, true)) told->current();
        },
        [told](const Status& why) { told->broken(why); }});
  }

 private:
  const std::unique_ptr<v1::EventStore::Stub> stub_;
  OpenCalls open_calls_;
};

GrpcSharedState::GrpcSharedState(const std::shared_ptr<grpc::Channel>& channel)
    : connection_(std::make_unique<Connection>(channel)) {}

GrpcSharedState::~GrpcSharedState() = default;

void GrpcSharedState::Put(Entry entry, std::chrono::milliseconds ttl, Done done) {
  connection_->Put(std::move(entry), ttl, std::move(done));
}

std::unique_ptr<Watch> GrpcSharedState::WatchPrefix(const std::string& prefix, Listener listener) {
  return connection_->WatchPrefix(prefix, std::move(listener));
}

}  // namespace bw::gateway
