// The CallLedger over the event store's Ingest stream (proto/bw/event_store/v1): what waits shares
// one write, outcomes are matched by correlation id, and what a broken stream left unanswered is
// sent again on the next one, which the store's identities make safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "callback-service/core/call_ledger.h"
#include "callback-service/metrics.h"
#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/status/status.h"

namespace grpc {
class Channel;
}

namespace bw::callback_service {

struct GrpcCallLedgerOptions {
  std::string tenant = "default";
  /// Events without an answer; one more is refused with RESOURCE_EXHAUSTED.
  std::size_t max_waiting = 16'384;
  /// Reports of deliveries without an answer; beyond it they are dropped, and the store takes the
  /// documents back.
  std::size_t max_deliveries = 16'384;
  std::size_t max_items_per_write = 512;
  std::size_t max_bytes_per_write = 1u << 20;
  /// Before a new stream, doubling from the first to the second.
  std::chrono::milliseconds min_backoff{50};
  std::chrono::milliseconds max_backoff{2'000};
  /// How exactly deadlines are kept.
  std::chrono::milliseconds sweep_interval{20};
  /// How long the ledger goes on reporting a delivery, and waits for the outcome of a voice event
  /// whose webhook was answered without it.
  std::chrono::milliseconds delivery_wait{60'000};
};

/// Thread-safe. Starts to connect at once. `metrics`, `clock` and `scheduler` outlive it.
class GrpcCallLedger : public CallLedger {
 public:
  GrpcCallLedger(std::shared_ptr<grpc::Channel> channel, GrpcCallLedgerOptions options,
                 Metrics& metrics, const Clock& clock, Scheduler& scheduler);
  /// Close(0).
  ~GrpcCallLedger() override;

  Ticket RecordVoice(VoiceRecord record, Done done) override;
  void RecordPlain(Event event, std::chrono::milliseconds store_wait, Done done) override;
  void Delivered(Delivery delivery) override;
  void Release(Ticket ticket) override;

  /// OK while the store answers; otherwise UNAVAILABLE.
  Status Ready() const;
  /// Refuses new events, waits up to `limit` for the answers outstanding, then ends the rest with
  /// CANCELLED. Blocks; idempotent.
  void Close(std::chrono::milliseconds limit);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace bw::callback_service
