#include "callback-service/metrics.h"

#include <algorithm>
#include <string>

namespace bw::callback_service {
namespace {

constexpr std::array<std::string_view, kOutcomes> kOutcomeLabels{"document",
                                                                 "filler",
                                                                 "apology",
                                                                 "bridge",
                                                                 "accepted",
                                                                 "refused",
                                                                 "unavailable",
                                                                 "unauthorized",
                                                                 "not_found",
                                                                 "method",
                                                                 "unsupported_media_type"};

constexpr std::array<std::string_view, kFillerReasons> kFillerLabels{
    "hold_ended", "store_unavailable", "unreadable"};

std::string LabelAt(const std::vector<std::string_view>& names, std::size_t index) {
  return index < names.size() ? std::string(names[index]) : "other";
}

}  // namespace

Metrics::Metrics(metrics::Registry& registry, std::vector<std::string_view> routes,
                 std::vector<std::string_view> event_types)
    : held_webhooks(registry.AddGauge("bw_callback_held_webhooks",
                                      "Voice webhooks whose caller waits for a document")),
      handover_seconds(registry.AddHistogram(
          "bw_callback_handover_seconds",
          "From a document's arrival from the store to its last byte handed to the kernel",
          metrics::LatencyBuckets())),
      challenges(registry.AddCounter("bw_callback_unauthorized_total",
                                     "Webhooks answered with 401, by reason",
                                     {{"reason", "no_credentials"}})),
      wrong_credentials(registry.AddCounter("bw_callback_unauthorized_total",
                                            "Webhooks answered with 401, by reason",
                                            {{"reason", "wrong_credentials"}})),
      store_unavailable_voice(registry.AddCounter("bw_callback_store_unavailable_total",
                                                  "Webhooks answered without their event recorded",
                                                  {{"surface", "voice"}})),
      store_unavailable_messaging(registry.AddCounter(
          "bw_callback_store_unavailable_total", "Webhooks answered without their event recorded",
          {{"surface", "other"}})),
      malformed_events(registry.AddCounter("bw_callback_malformed_events_total",
                                           "Events that could not be read")),
      duplicate_events(registry.AddCounter("bw_callback_duplicate_events_total",
                                           "Events the platform sent again")),
      store_stream_up(registry.AddGauge("bw_callback_store_stream_up",
                                        "1 while the event store answers on the ingest stream")),
      store_items_waiting(registry.AddGauge("bw_callback_store_items_waiting",
                                            "Items the event store has not answered yet")),
      store_streams_broken(registry.AddCounter("bw_callback_store_streams_broken_total",
                                               "Ingest streams that ended")),
      store_items_resent(registry.AddCounter("bw_callback_store_items_resent_total",
                                             "Items sent again on a new stream")),
      store_items_refused(registry.AddCounter("bw_callback_store_items_refused_total",
                                              "Events refused because too many wait")),
      store_items_expired(registry.AddCounter("bw_callback_store_items_expired_total",
                                              "Events the store did not answer in time")),
      store_documents_returned(
          registry.AddCounter("bw_callback_store_documents_returned_total",
                              "Documents given back because their webhook was answered or gone")),
      registry_(registry),
      routes_(std::move(routes)),
      types_(std::move(event_types)),
      webhooks_((routes_.size() + 1) * (types_.size() + 1)),
      durations_((routes_.size() + 1) * (types_.size() + 1)) {
  for (std::size_t i = 0; i < kFillerReasons; ++i) {
    fillers_[i] = &registry.AddCounter("bw_callback_fillers_total",
                                       "Documents of ours a caller got instead of the agent's",
                                       {{"reason", std::string(kFillerLabels[i])}});
  }
}

std::size_t Metrics::IndexOf(const std::vector<std::string_view>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

void Metrics::CountWebhook(std::size_t route, std::size_t type, Outcome outcome,
                           std::chrono::nanoseconds duration) {
  const std::size_t slot = Slot(route, type);
  const auto index = static_cast<std::size_t>(outcome);
  std::atomic<metrics::Counter*>& counter = webhooks_[slot][index];
  metrics::Counter* count = counter.load(std::memory_order_acquire);
  if (count == nullptr) {
    count = &registry_.AddCounter("bw_callback_webhooks_total",
                                  "Webhooks by route, event type and how they were answered",
                                  {{"route", LabelAt(routes_, route)},
                                   {"type", LabelAt(types_, type)},
                                   {"outcome", std::string(kOutcomeLabels[index])}});
    counter.store(count, std::memory_order_release);
  }
  count->Increment();
  metrics::Histogram* histogram = durations_[slot].load(std::memory_order_acquire);
  if (histogram == nullptr) {
    histogram = &registry_.AddHistogram(
        "bw_callback_webhook_duration_seconds",
        "From a webhook's last byte to its reply, hold included", metrics::LatencyBuckets(),
        {{"route", LabelAt(routes_, route)}, {"type", LabelAt(types_, type)}});
    durations_[slot].store(histogram, std::memory_order_release);
  }
  histogram->Observe(std::chrono::duration<double>(duration).count());
}

}  // namespace bw::callback_service
