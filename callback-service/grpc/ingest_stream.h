// One Ingest call to the event store: one write and one read under way at a time, many items in
// each.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include <grpcpp/channel.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/status/status.h"

namespace bw::callback_service {

/// Called on gRPC's threads and on the thread that calls Wake; none may block.
struct IngestStreamHooks {
  /// Fills the empty request with what is to be sent next; false when there is nothing.
  std::function<bool(event_store::v1::IngestRequest&)> fill;
  std::function<void(const event_store::v1::IngestResponse&)> received;
  /// The last call of a stream: nothing written and unanswered will be answered on it, and it holds
  /// nothing of the channel any more.
  std::function<void(const Status&)> ended;
};

class IngestStream : public std::enable_shared_from_this<IngestStream>,
                     private grpc::ClientBidiReactor<event_store::v1::IngestRequest,
                                                     event_store::v1::IngestResponse> {
 public:
  static std::shared_ptr<IngestStream> Create(IngestStreamHooks hooks);

  /// Begins the call, once, and asks `fill` for the first write. The stream keeps itself alive
  /// until it has ended.
  void Begin(event_store::v1::EventStore::Stub& stub);

  /// There is something to send: asks `fill` now, or when the write under way is done. What arrives
  /// meanwhile shares the next write. Thread-safe.
  void Wake();
  /// Ends the call soon; `ended` follows. Thread-safe.
  void Cancel();

 private:
  explicit IngestStream(IngestStreamHooks hooks) : hooks_(std::move(hooks)) {}

  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void Pump();
  void Close();

  IngestStreamHooks hooks_;
  event_store::v1::IngestRequest request_;    // of the write under way
  event_store::v1::IngestResponse response_;  // of the read under way
  std::shared_ptr<IngestStream> self_;        // until OnDone

  std::mutex mutex_;  // guards what follows
  std::shared_ptr<grpc::ClientContext> context_ = std::make_shared<grpc::ClientContext>();
  bool is_woken_ = true;    // since fill was last asked
  bool is_writing_ = true;  // somebody runs Pump, or a write is under way; Begin is the first
  bool is_closed_ = false;  // broken: no further write
};

}  // namespace bw::callback_service
