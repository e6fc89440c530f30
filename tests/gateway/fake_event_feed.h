// An EventFeed that a test drives.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gateway/core/event_feed.h"

namespace bw::gateway {

/// Thread-safe. Feeds stand at once unless `holds` is set before.
class FakeEventFeed : public EventFeed {
 public:
  std::unique_ptr<Watch> WatchEvents(const std::string& tenant, Listener listener) override {
    auto handle = std::make_unique<Handle>(*this, tenant);
    Listener copy = listener;
    {
      const std::lock_guard lock(mutex_);
      ++opened;
      listeners_[tenant] = std::move(listener);
    }
    if (!holds) copy.stands(false);
    return handle;
  }

  /// False when nobody watches the tenant.
  bool Happen(const std::vector<FeedEvent>& events, const std::string& tenant = "default") {
    const auto listener = Find(tenant);
    if (listener.happened) listener.happened(events);
    return static_cast<bool>(listener.happened);
  }
  void Stand(bool continuous, const std::string& tenant = "default") {
    if (const auto listener = Find(tenant); listener.stands) listener.stands(continuous);
  }
  void Break(const std::string& tenant = "default") {
    if (const auto listener = Find(tenant); listener.broken) listener.broken(Unavailable("gone"));
  }
  bool Watched(const std::string& tenant) { return static_cast<bool>(Find(tenant).happened); }

  bool holds = false;
  int opened = 0;

 private:
  struct Handle : Watch {
    Handle(FakeEventFeed& owner, std::string name) : feed(owner), tenant(std::move(name)) {}
    ~Handle() override {
      const std::lock_guard lock(feed.mutex_);
      feed.listeners_.erase(tenant);
    }
    FakeEventFeed& feed;
    const std::string tenant;
  };

  Listener Find(const std::string& tenant) {
    const std::lock_guard lock(mutex_);
    const auto found = listeners_.find(tenant);
    return found == listeners_.end() ? Listener{} : found->second;
  }

  std::mutex mutex_;  // guards listeners_
  std::map<std::string, Listener> listeners_;
};

inline FeedEvent VoiceEvent(std::string call_id) {
  return {FeedEvent::Channel::kVoice, true, std::move(call_id)};
}
inline FeedEvent InboundText() { return {FeedEvent::Channel::kMessaging, true, {}}; }
inline FeedEvent OutboundText() { return {FeedEvent::Channel::kMessaging, false, {}}; }

}  // namespace bw::gateway
