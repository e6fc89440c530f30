// A client of the Ingest stream that matches outcomes to items.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"

namespace bw::event_store::testing {

inline v1::IngestItem VoiceItem(std::uint64_t correlation_id, const std::string& identity,
                                const std::string& call_id, std::uint32_t hold_ms) {
  v1::IngestItem item;
  item.set_correlation_id(correlation_id);
  item.set_tenant("default");
  v1::VoiceEvent& voice = *item.mutable_voice();
  voice.set_expects_bxml(true);
  voice.set_hold_ms(hold_ms);
  v1::Event& event = *voice.mutable_event();
  event.set_channel(v1::CHANNEL_VOICE);
  event.set_type("gather");
  event.set_identity(identity);
  event.set_call_id(call_id);
  event.set_from("+15550100001");
  event.add_to("+15550100002");
  event.set_direction(v1::DIRECTION_INBOUND);
  event.set_payload_json("{\"eventType\":\"gather\"}");
  return item;
}

inline v1::IngestItem MessageItem(std::uint64_t correlation_id, const std::string& identity) {
  v1::IngestItem item;
  item.set_correlation_id(correlation_id);
  item.set_tenant("default");
  v1::Event& event = *item.mutable_plain()->mutable_event();
  event.set_channel(v1::CHANNEL_MESSAGING);
  event.set_type("message-received");
  event.set_identity(identity);
  event.set_message_id("m-" + identity);
  event.set_from("+15550100003");
  event.add_to("+15550100002");
  event.set_direction(v1::DIRECTION_INBOUND);
  event.set_payload_json("{}");
  return item;
}

inline v1::IngestItem DeliveredItem(std::uint64_t correlation_id, const std::string& identity,
                                    const std::string& call_id, const std::string& receipt_id,
                                    bool written) {
  v1::IngestItem item;
  item.set_correlation_id(correlation_id);
  item.set_tenant("default");
  v1::Delivered& delivered = *item.mutable_delivered();
  delivered.set_identity(identity);
  delivered.set_call_id(call_id);
  delivered.set_receipt_id(receipt_id);
  delivered.set_written(written);
  return item;
}

/// One thread.
class IngestClient {
 public:
  explicit IngestClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::EventStore::NewStub(channel)), stream_(stub_->Ingest(&context_)) {}
  ~IngestClient() { Break(); }

  bool Send(const v1::IngestItem& item) {
    v1::IngestRequest request;
    *request.add_items() = item;
    return stream_->Write(request);
  }
  bool Send(const v1::IngestRequest& request) { return stream_->Write(request); }
  bool Read(v1::IngestResponse* response) { return stream_->Read(response); }

  /// Reads until the outcome of `correlation_id` is there; others are kept. code -1: stream ended.
  v1::IngestOutcome Wait(std::uint64_t correlation_id) {
    while (outcomes_.count(correlation_id) == 0) {
      v1::IngestResponse response;
      if (!stream_->Read(&response)) {
        v1::IngestOutcome ended;
        ended.set_code(-1);
        return ended;
      }
      for (const v1::IngestOutcome& one : response.outcomes()) {
        outcomes_[one.correlation_id()] = one;
      }
    }
    return outcomes_[correlation_id];
  }
  bool Has(std::uint64_t correlation_id) const { return outcomes_.count(correlation_id) != 0; }

  void HalfClose() { stream_->WritesDone(); }
  /// After the last Read.
  grpc::Status Finish() {
    finished_ = true;
    return stream_->Finish();
  }
  void Break() {
    if (finished_) return;
    context_.TryCancel();
    v1::IngestResponse response;
    while (stream_->Read(&response)) {
    }
    Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::EventStore::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::IngestRequest, v1::IngestResponse>> stream_;
  std::map<std::uint64_t, v1::IngestOutcome> outcomes_;
  bool finished_ = false;
};

}  // namespace bw::event_store::testing
