#include "gateway/grpc/grpc_event_feed.h"

#include <optional>
#include <utility>
#include <vector>

#include <grpcpp/channel.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "gateway/grpc/stream_watch.h"

namespace bw::gateway {
namespace {

namespace v1 = bw::event_store::v1;

FeedEvent FromMessage(const v1::Event& event) {
  FeedEvent made;
  made.inbound = event.direction() == v1::DIRECTION_INBOUND;
  made.call_id = event.call_id();
  if (event.channel() == v1::CHANNEL_VOICE) made.channel = FeedEvent::Channel::kVoice;
  if (event.channel() == v1::CHANNEL_MESSAGING) made.channel = FeedEvent::Channel::kMessaging;
  return made;
}

// One tenant's place in its events. One stream at a time uses it.
//
// A stream is opened for what happens from now on, because its first answer then tells how far the
// store has come. Where that is further than we have heard, the stream is given up for one that
// begins where we were; where it is less, the store has lost its data and counts anew.
class Position {
 public:
  Position(std::string tenant, EventFeed::Listener listener) : listener_(std::move(listener)) {
    request_.set_tenant(std::move(tenant));
    // Subscribers are told that something happened; they read what it was.
    request_.set_without_payloads(true);
  }

  const v1::WatchRequest* Begin(grpc::ClientContext* context) {
    context_ = context;
    first_ = true;
    given_up_ = false;
    request_.set_from_now(!replays_);
    request_.set_after_seq(replays_ ? *seq_ : 0);
    return &request_;
  }

  void Hear(const v1::WatchResponse& response) {
    if (given_up_) return;
    const std::uint64_t seq = response.next_after_seq();
    if (std::exchange(first_, false)) {
      if (!replays_ && seq_ && seq > *seq_) {
        replays_ = true;
        given_up_ = true;
        context_->TryCancel();
        return;
      }
      if (seq_ && seq < *seq_) continuous_ = false;
      replays_ = false;
      listener_.stands(std::exchange(continuous_, true));
    }
    seq_ = seq;
    if (response.events().empty()) return;
    std::vector<FeedEvent> events;
    events.reserve(static_cast<std::size_t>(response.events_size()));
    for (const v1::Event& event : response.events()) events.push_back(FromMessage(event));
    listener_.happened(events);
  }

  void Break(const Status& why) {
    context_ = nullptr;
    if (!given_up_) listener_.broken(why);
  }

 private:
  const EventFeed::Listener listener_;
  v1::WatchRequest request_;
  grpc::ClientContext* context_ = nullptr;
  bool first_ = true;
  bool replays_ = false;
  bool given_up_ = false;
  // Nothing was missed since the feed stood last, if it ever did.
  bool continuous_ = false;
  std::optional<std::uint64_t> seq_;
};

}  // namespace

class GrpcEventFeed::Connection {
 public:
  explicit Connection(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::EventStore::NewStub(channel)) {}
  v1::EventStore::Stub& stub() { return *stub_; }

 private:
  const std::unique_ptr<v1::EventStore::Stub> stub_;
};

GrpcEventFeed::GrpcEventFeed(const std::shared_ptr<grpc::Channel>& channel)
    : connection_(std::make_unique<Connection>(channel)) {}

GrpcEventFeed::~GrpcEventFeed() = default;

std::unique_ptr<Watch> GrpcEventFeed::WatchEvents(const std::string& tenant, Listener listener) {
  using Events = StreamWatch<v1::WatchResponse>;
  auto position = std::make_shared<Position>(tenant, std::move(listener));
  return std::make_unique<Events>(Events::Functions{
      [this, position](grpc::ClientContext* context, auto* reactor) {
        connection_->stub().async()->Watch(context, position->Begin(context), reactor);
      },
      [position](v1::WatchResponse& response) { position->Hear(response); },
      [position](const Status& why) { position->Break(why); }});
}

}  // namespace bw::gateway
