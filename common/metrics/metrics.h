// Prometheus metrics. Each service lists its own once in its metrics.h; names begin with
// bw_<service>_ and end in the unit (_total, _seconds, _bytes).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace prometheus {
class Registry;
}

namespace bw::metrics {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using Labels = std::map<std::string, std::string>;

/// Seconds, from 100 µs to 30 s: request and hand-over latencies.
const std::vector<double>& LatencyBuckets();

/// Thread-safe. Returned references live as long as the registry. Asking again for the same name
/// and labels gives the same metric. Callers keep label values few and fixed; never a number or an
/// id.
class Registry {
 public:
  Registry();
  ~Registry();
  Counter& AddCounter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& AddGauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& AddHistogram(const std::string& name, const std::string& help,
                          const std::vector<double>& buckets, const Labels& labels = {});
  /// Runs `update` at the beginning of every Expose, for values that are kept elsewhere and only
  /// read when asked for, until the returned guard is destroyed; not again once that returned.
  /// `update` must not call the registry's Add or Expose.
  [[nodiscard]] std::shared_ptr<void> BeforeExpose(std::function<void()> update);
  /// The Prometheus text format.
  std::string Expose() const;

 private:
  mutable std::mutex mutex_;  // guards next_update_, updates_; held while updates run
  std::uint64_t next_update_ = 0;
  std::map<std::uint64_t, std::function<void()>> updates_;
  std::shared_ptr<prometheus::Registry> registry_;
};

}  // namespace bw::metrics
