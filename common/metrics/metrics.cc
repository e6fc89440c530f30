#include "common/metrics/metrics.h"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace bw::metrics {

const std::vector<double>& LatencyBuckets() {
  static const std::vector<double> buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                           0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                           1,      2.5,     5,      10,    30};
  return buckets;
}

Registry::Registry()
    // Merge: the same name asked for twice is one family, as the header promises.
    : registry_(
          std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)) {}

Registry::~Registry() = default;

Counter& Registry::AddCounter(const std::string& name, const std::string& help,
                              const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
}

Gauge& Registry::AddGauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
}

Histogram& Registry::AddHistogram(const std::string& name, const std::string& help,
                                  const std::vector<double>& buckets, const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*registry_)
      .Add(labels, buckets);
}

std::shared_ptr<void> Registry::BeforeExpose(std::function<void()> update) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_update_++;
  updates_.emplace(id, std::move(update));
  return {nullptr, [this, id](void*) {
            const std::lock_guard guard(mutex_);
            updates_.erase(id);
          }};
}

std::string Registry::Expose() const {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, update] : updates_) update();
  }
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace bw::metrics
