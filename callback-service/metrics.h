// Every metric of the service, once.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "common/metrics/metrics.h"

namespace bw::callback_service {

/// How a webhook was answered: the `outcome` label.
enum class Outcome {
  kDocument,
  kFiller,
  kApology,
  kBridge,
  kAccepted,
  kRefused,
  kUnavailable,
  kUnauthorized,
  kNotFound,
  kMethodNotAllowed,
  kUnsupportedMediaType,
};
inline constexpr std::size_t kOutcomes = 11;

/// Why a caller got a document of ours instead of the agent's: the `reason` label.
enum class FillerReason { kHoldEnded, kStoreUnavailable, kUnreadable };
inline constexpr std::size_t kFillerReasons = 3;

/// Thread-safe. Metrics by route, event type and outcome appear when first counted: most
/// combinations never occur.
class Metrics {
 public:
  /// Both tables bound the labels; what is in neither counts as "other".
  Metrics(metrics::Registry& registry, std::vector<std::string_view> routes,
          std::vector<std::string_view> event_types);

  std::size_t RouteIndex(std::string_view label) const { return IndexOf(routes_, label); }
  std::size_t TypeIndex(std::string_view type) const { return IndexOf(types_, type); }

  /// One webhook, answered; indices from RouteIndex and TypeIndex.
  void CountWebhook(std::size_t route, std::size_t type, Outcome outcome,
                    std::chrono::nanoseconds duration);
  void CountFiller(FillerReason reason) { fillers_[static_cast<std::size_t>(reason)]->Increment(); }

  metrics::Gauge& held_webhooks;
  metrics::Histogram& handover_seconds;
  metrics::Counter& challenges;
  metrics::Counter& wrong_credentials;
  metrics::Counter& store_unavailable_voice;
  metrics::Counter& store_unavailable_messaging;
  metrics::Counter& malformed_events;
  metrics::Counter& duplicate_events;
  metrics::Gauge& store_stream_up;
  metrics::Gauge& store_items_waiting;
  metrics::Counter& store_streams_broken;
  metrics::Counter& store_items_resent;
  metrics::Counter& store_items_refused;
  metrics::Counter& store_items_expired;
  metrics::Counter& store_documents_returned;

 private:
  static std::size_t IndexOf(const std::vector<std::string_view>& names, std::string_view name);
  std::size_t Slot(std::size_t route, std::size_t type) const {
    return route * (types_.size() + 1) + type;
  }

  metrics::Registry& registry_;
  const std::vector<std::string_view> routes_;
  const std::vector<std::string_view> types_;
  std::array<metrics::Counter*, kFillerReasons> fillers_{};
  // Filled on first use; asking the registry takes its lock.
  std::vector<std::array<std::atomic<metrics::Counter*>, kOutcomes>> webhooks_;
  std::vector<std::atomic<metrics::Histogram*>> durations_;
};

}  // namespace bw::callback_service
