// Whether the gateway can do its work: it can when the tool service answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "common/clock/scheduler.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

/// Asks the provider now and then. Thread-safe.
class Readiness : public std::enable_shared_from_this<Readiness> {
 public:
  /// Both outlive the probes: they end with the scheduler.
  Readiness(ToolProvider& provider, Scheduler& scheduler, Audience audience,
            std::chrono::milliseconds interval)
      : provider_(provider),
        scheduler_(scheduler),
        audience_(std::move(audience)),
        interval_(interval) {}

  /// Asks, and again `interval` after each answer.
  void Probe();
  /// No further probes; waits for one that is just being sent.
  void Stop();
  /// The last answer.
  Status status() const;

 private:
  ToolProvider& provider_;
  Scheduler& scheduler_;
  const Audience audience_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;  // guards all below
  Status status_ = Unavailable("the tool service has not answered yet");
  bool stopped_ = false;
  bool sending_ = false;
  std::condition_variable sent_;
};

}  // namespace bw::gateway
