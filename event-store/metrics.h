// Every metric of the event store, once.
#pragma once

#include <memory>

#include "event-store/core/telemetry.h"

namespace bw::metrics {
class Registry;
}

namespace bw::event_store {

/// Telemetry as Prometheus metrics in `registry`, which must outlive it:
///   bw_event_store_events_total{result="new|duplicate"}      events ingested
///   bw_event_store_commits_total                              transactions
///   bw_event_store_commit_steps                               histogram: steps that shared one
///   bw_event_store_commit_seconds                             histogram: its duration
///   bw_event_store_handover_seconds                           histogram: QueueBxml to held webhook
///   bw_event_store_held_webhooks, _event_waiters, _watchers, _mail_waiters, _mail_bytes,
///     _state_watchers, _state_entries                         now
///   bw_event_store_wal_bytes                                  the write-ahead log, now
///   bw_event_store_evicted_total{kind="event|call|state"}     removed by retention
///   bw_event_store_refusals_total{limit=…}                    requests a limit turned away
std::unique_ptr<Telemetry> MakeMetrics(metrics::Registry& registry);

}  // namespace bw::event_store
