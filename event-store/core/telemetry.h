// The port through which core and the adapters report what the operator's metrics show.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bw::event_store {

/// Things of which there is a number right now.
enum class Level {
  kHeldWebhooks,
  kEventWaiters,
  kWatchers,
  kMailWaiters,
  kMailBytes,
  kStateWatchers,
};
inline constexpr std::size_t kLevels = 6;

/// What one step of retention removed.
struct Evictions {
  std::int64_t events = 0;
  std::int64_t calls = 0;
  std::int64_t state_entries = 0;
};

/// Thread-safe; quick.
class Telemetry {
 public:
  virtual ~Telemetry() = default;
  virtual void Ingested(bool duplicate) = 0;
  virtual void Committed(std::size_t steps, std::chrono::microseconds took) = 0;
  /// From QueueBxml's arrival until its document was passed to the held webhook's stream.
  virtual void HandedOver(std::chrono::microseconds took) = 0;
  /// A limit was met; `limit` is a static name such as "write_queue".
  virtual void Refused(std::string_view limit) = 0;
  virtual void WalBytes(std::int64_t bytes) = 0;
  /// Keys that hold a value now.
  virtual void StateEntries(std::int64_t entries) = 0;
  virtual void Evicted(const Evictions& evictions) = 0;
  virtual void Change(Level level, std::int64_t by) = 0;
};

/// Reports to nobody.
class NoTelemetry : public Telemetry {
 public:
  void Ingested(bool) override {}
  void Committed(std::size_t, std::chrono::microseconds) override {}
  void HandedOver(std::chrono::microseconds) override {}
  void Refused(std::string_view) override {}
  void WalBytes(std::int64_t) override {}
  void StateEntries(std::int64_t) override {}
  void Evicted(const Evictions&) override {}
  void Change(Level, std::int64_t) override {}
};

}  // namespace bw::event_store
