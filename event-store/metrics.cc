#include "event-store/metrics.h"

#include <array>
#include <map>
#include <string>

#include "common/metrics/metrics.h"

namespace bw::event_store {
namespace {

using metrics::Registry;

// The limits that core and the adapters report; a new one is listed here, so that it is exported
// from the start with 0.
constexpr std::array kLimits{"write_queue",
                             "read_queue",
                             "held_webhooks",
                             "event_waits",
                             "watchers",
                             "watch_backlog",
                             "mail",
                             "mail_waits",
                             "unconfirmed_documents",
                             "state_entries",
                             "tenant_state_entries",
                             "state_watchers",
                             "wal_restart",
                             "state_watch_backlog",
                             "tenants",
                             "event_types",
                             "readers"};

double Seconds(std::chrono::microseconds took) {
  return std::chrono::duration<double>(took).count();
}

class PrometheusTelemetry : public Telemetry {
 public:
  explicit PrometheusTelemetry(Registry& registry)
      : new_events_(Events(registry, "new")),
        duplicate_events_(Events(registry, "duplicate")),
        commits_(registry.AddCounter("bw_event_store_commits_total", "Transactions committed")),
        commit_steps_(registry.AddHistogram("bw_event_store_commit_steps",
                                            "Steps that shared one transaction",
                                            {1, 2, 4, 8, 16, 32, 64, 128, 256, 512})),
        commit_seconds_(registry.AddHistogram("bw_event_store_commit_seconds",
                                              "Duration of a transaction",
                                              metrics::LatencyBuckets())),
        handover_seconds_(registry.AddHistogram(
            "bw_event_store_handover_seconds", "From QueueBxml until the held webhook was answered",
            metrics::LatencyBuckets())),
        wal_bytes_(registry.AddGauge("bw_event_store_wal_bytes", "Length of the write-ahead log")),
        state_entries_(
            registry.AddGauge("bw_event_store_state_entries", "Keys that hold a value now")),
        evicted_events_(EvictionsOf(registry, "event")),
        evicted_calls_(EvictionsOf(registry, "call")),
        evicted_state_(EvictionsOf(registry, "state")) {
    levels_ = {
        &registry.AddGauge("bw_event_store_held_webhooks", "Webhooks held now"),
        &registry.AddGauge("bw_event_store_event_waiters", "Requests that wait for events now"),
        &registry.AddGauge("bw_event_store_watchers", "Watch streams open now"),
        &registry.AddGauge("bw_event_store_mail_waiters", "Requests that wait for mail now"),
        &registry.AddGauge("bw_event_store_mail_bytes", "Bytes of mail kept now"),
        &registry.AddGauge("bw_event_store_state_watchers", "WatchState streams open now"),
    };
    for (const char* limit : kLimits) {
      refusals_.emplace(
          limit, &registry.AddCounter("bw_event_store_refusals_total",
                                      "Requests that a limit turned away", {{"limit", limit}}));
    }
  }

  void Ingested(bool duplicate) override {
    (duplicate ? duplicate_events_ : new_events_).Increment();
  }
  void Committed(std::size_t steps, std::chrono::microseconds took) override {
    commits_.Increment();
    commit_steps_.Observe(static_cast<double>(steps));
    commit_seconds_.Observe(Seconds(took));
  }
  void HandedOver(std::chrono::microseconds took) override {
    handover_seconds_.Observe(Seconds(took));
  }
  void Refused(std::string_view limit) override {
    const auto found = refusals_.find(limit);
    if (found != refusals_.end()) found->second->Increment();
  }
  void WalBytes(std::int64_t bytes) override { wal_bytes_.Set(static_cast<double>(bytes)); }
  void StateEntries(std::int64_t entries) override {
    state_entries_.Set(static_cast<double>(entries));
  }
  void Evicted(const Evictions& evictions) override {
    evicted_events_.Increment(static_cast<double>(evictions.events));
    evicted_calls_.Increment(static_cast<double>(evictions.calls));
    evicted_state_.Increment(static_cast<double>(evictions.state_entries));
  }
  void Change(Level level, std::int64_t by) override {
    levels_[static_cast<std::size_t>(level)]->Increment(static_cast<double>(by));
  }

 private:
  static metrics::Counter& Events(Registry& registry, const char* result) {
    return registry.AddCounter("bw_event_store_events_total", "Events ingested",
                               {{"result", result}});
  }
  static metrics::Counter& EvictionsOf(Registry& registry, const char* kind) {
    return registry.AddCounter("bw_event_store_evicted_total", "Rows removed by retention",
                               {{"kind", kind}});
  }

  metrics::Counter& new_events_;
  metrics::Counter& duplicate_events_;
  metrics::Counter& commits_;
  metrics::Histogram& commit_steps_;
  metrics::Histogram& commit_seconds_;
  metrics::Histogram& handover_seconds_;
  metrics::Gauge& wal_bytes_;
  metrics::Gauge& state_entries_;
  metrics::Counter& evicted_events_;
  metrics::Counter& evicted_calls_;
  metrics::Counter& evicted_state_;
  std::array<metrics::Gauge*, kLevels> levels_{};  // in the order of Level
  std::map<std::string, metrics::Counter*, std::less<>> refusals_;
};

}  // namespace

std::unique_ptr<Telemetry> MakeMetrics(Registry& registry) {
  return std::make_unique<PrometheusTelemetry>(registry);
}

}  // namespace bw::event_store
