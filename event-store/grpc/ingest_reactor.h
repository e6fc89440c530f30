// One Ingest stream on gRPC's callback API.
#pragma once

#include <memory>
#include <mutex>

#include <grpcpp/support/server_callback.h>

#include "bw/event_store/v1/event_store.pb.h"
#include "event-store/core/event_hub.h"
#include "event-store/grpc/traffic.h"

namespace bw::event_store {

/// Outcomes that become ready while a message is being written share the next one. Deletes itself.
class IngestReactor : public grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>,
                      private OutcomeSink {
 public:
  IngestReactor(EventHub& hub, Traffic& traffic);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void OnOutcome(IngestOutcome outcome) override;
  void OnRoom() override;
  void WriteOrFinish();

  Traffic& traffic_;
  const std::shared_ptr<IngestSession> session_;
  v1::IngestRequest request_;   // belongs to the read under way
  v1::IngestResponse writing_;  // belongs to the write under way

  std::mutex mutex_;  // guards all below
  v1::IngestResponse ready_;
  std::size_t unanswered_ = 0;
  std::size_t unwritten_ = 0;  // counted in traffic_
  bool is_writing_ = false;
  bool is_paused_ = false;
  bool is_half_closed_ = false;
  bool is_finished_ = false;
};

}  // namespace bw::event_store
