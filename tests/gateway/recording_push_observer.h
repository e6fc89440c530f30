// A PushObserver that remembers.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/core/push_observer.h"

namespace bw::gateway {

/// Thread-safe but for reading the members.
struct RecordingPushObserver : PushObserver {
  void StreamOpened(StreamKind kind) override {
    const std::lock_guard lock(mutex);
    ++streams[kind];
  }
  void StreamEnded(StreamKind kind) override {
    const std::lock_guard lock(mutex);
    --streams[kind];
  }
  void StreamRefused(StreamKind) override {
    const std::lock_guard lock(mutex);
    ++refused;
  }
  void SubscriptionsChanged(int by) override {
    const std::lock_guard lock(mutex);
    subscriptions += by;
  }
  void Notified(News) override {
    const std::lock_guard lock(mutex);
    ++notified;
  }
  void FeedBroken(std::string_view feed, const Status&) override {
    const std::lock_guard lock(mutex);
    broken.emplace_back(feed);
  }
  void StateNotShared(const Status&) override {
    const std::lock_guard lock(mutex);
    ++unshared;
  }

  std::mutex mutex;  // guards all below
  std::map<StreamKind, int> streams;
  int refused = 0;
  int subscriptions = 0;
  int notified = 0;
  std::vector<std::string> broken;
  int unshared = 0;
};

}  // namespace bw::gateway
