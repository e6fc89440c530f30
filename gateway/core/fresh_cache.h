// A value per audience that is fetched in the background: callers get what is there, however old
// within bounds, while one fetch renews it. Concurrent first callers share one fetch.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

struct FreshnessLimits {
  /// Younger values are served as they are; older ones too, but a fetch is started.
  std::chrono::milliseconds fresh_for{2'000};
  /// Values that could not be renewed for so long are served no more.
  std::chrono::milliseconds usable_for{60'000};
  /// Audiences kept; beyond it the least recently asked for goes.
  std::size_t max_entries = 16;
  /// Callers waiting for one first fetch; more get RESOURCE_EXHAUSTED.
  std::size_t max_waiters = 1024;
};

/// Thread-safe. Must outlive every fetch it started.
template <typename T>
class FreshCache {
 public:
  using Value = std::shared_ptr<const T>;
  using Done = std::function<void(StatusOr<Value>)>;
  /// Gets the value now held (or null), so that an unchanged one can be kept.
  using Fetch = std::function<void(const Audience&, Value previous, Done)>;
  using Degraded = std::function<void(const Status&)>;

  /// `degraded` runs whenever a fetch fails.
  FreshCache(const Clock& clock, FreshnessLimits limits, Fetch fetch, Degraded degraded)
      : clock_(clock), limits_(limits), fetch_(std::move(fetch)), degraded_(std::move(degraded)) {}

  /// `done` runs exactly once, perhaps before Get returns.
  void Get(const Audience& audience, Done done) {
    Value ready;
    Value previous;
    bool start = false;
    {
      const std::lock_guard lock(mutex_);
      Entry* entry = FindOrAdd(audience);
      if (entry == nullptr) {
        ready = nullptr;
      } else {
        const auto now = clock_.Steady();
        entry->used = ++uses_;
        const bool usable = entry->value && now < entry->unusable_at;
        if (usable && !entry->outdated) ready = entry->value;
        if (!ready && entry->waiters.size() < limits_.max_waiters) {
          entry->waiters.push_back(std::exchange(done, nullptr));
        }
        start = !entry->fetching && (!ready || now >= entry->renew_at);
        if (start) entry->fetch_outdated = false;
        entry->fetching = entry->fetching || start;
        previous = entry->value;
      }
    }
    if (ready) {
      done(std::move(ready));
    } else if (done) {
      done(ResourceExhausted("too many requests wait for the catalogue"));
    }
    if (start) StartFetch(audience, std::move(previous));
  }

  /// Callers of any audience of `tenant` wait for a fetch that begins from now on, and get the
  /// old value only if that fails.
  void Invalidate(const std::string& tenant) {
    const std::lock_guard lock(mutex_);
    for (auto& [audience, entry] : entries_) {
      if (audience.tenant == tenant) entry.outdated = entry.fetch_outdated = true;
    }
  }

 private:
  struct Entry {
    Value value;
    std::chrono::steady_clock::time_point renew_at;
    std::chrono::steady_clock::time_point unusable_at;
    bool fetching = false;
    // The value is from before an Invalidate; so will be what is being fetched.
    bool outdated = false;
    bool fetch_outdated = false;
    std::uint64_t used = 0;
    std::vector<Done> waiters;
  };

  // nullptr when every entry is being fetched and none may be dropped. Holds mutex_.
  Entry* FindOrAdd(const Audience& audience) {
    const auto found = entries_.find(audience);
    if (found != entries_.end()) return &found->second;
    if (entries_.size() >= limits_.max_entries) {
      auto oldest = entries_.end();
      for (auto it = entries_.begin(); it != entries_.end(); ++it) {
        if (it->second.fetching) continue;
        if (oldest == entries_.end() || it->second.used < oldest->second.used) oldest = it;
      }
      if (oldest == entries_.end()) return nullptr;
      entries_.erase(oldest);
    }
    return &entries_[audience];
  }

  void StartFetch(const Audience& audience, Value previous) {
    fetch_(audience, std::move(previous),
           [this, audience](StatusOr<Value> value) { Fetched(audience, std::move(value)); });
  }

  void Fetched(const Audience& audience, StatusOr<Value> value) {
    std::vector<Done> waiters;
    const Status failed = value.ok() ? OkStatus() : value.status();
    bool again = false;
    {
      const std::lock_guard lock(mutex_);
      Entry& entry = entries_.at(audience);  // entries being fetched are never dropped
      const auto now = clock_.Steady();
      again = value.ok() && entry.fetch_outdated && !entry.waiters.empty();
      entry.fetching = again;
      entry.renew_at = now + limits_.fresh_for;
      if (value.ok()) {
        entry.value = *value;
        entry.unusable_at = now + limits_.usable_for;
        entry.outdated = entry.fetch_outdated;
      } else if (entry.value && now < entry.unusable_at) {
        value = entry.value;
      }
      entry.fetch_outdated = false;
      if (!again) waiters.swap(entry.waiters);
    }
    if (!failed.ok()) degraded_(failed);
    if (again) return StartFetch(audience, *std::move(value));
    for (Done& done : waiters) done(value);
  }

  const Clock& clock_;
  const FreshnessLimits limits_;
  const Fetch fetch_;
  const Degraded degraded_;
  std::mutex mutex_;  // guards all below
  std::map<Audience, Entry> entries_;
  std::uint64_t uses_ = 0;
};

}  // namespace bw::gateway
