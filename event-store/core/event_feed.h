// Tells those who wait of the events that were committed.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "event-store/core/event.h"

namespace bw::event_store {

/// Thread-safe. What a wait costs is memory; what an event costs grows with the subscriptions that
/// may match it (its call's, its message's, and the unspecific ones of its tenant), not with all.
class EventFeed {
 public:
  using Id = std::uint64_t;
  /// Runs under the feed's lock, in commit order: must be quick and must not call the feed. Returns
  /// false to end the subscription.
  using OnMatch = std::function<bool(const EventPtr& event)>;

  struct Subscription {
    std::string tenant;
    EventFilter filter;
    OnMatch on_match;
  };

  /// From now on. To miss nothing, subscribe first and read the store afterwards: what the read
  /// does not show is told.
  Id Subscribe(Subscription subscription);
  /// When it returns, on_match neither runs nor will.
  void Unsubscribe(Id id);

  /// `tenant` of each event is given by the caller because events do not carry it.
  void Publish(const std::string& tenant, const EventPtr& event);

 private:
  struct Entry {
    std::string bucket;
    Subscription subscription;
  };
  Id Insert(Subscription subscription);
  void Erase(Id id);

  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<Id, Entry> entries_;
  std::unordered_map<std::string, std::vector<Id>> buckets_;
  Id next_id_ = 1;
};

}  // namespace bw::event_store
