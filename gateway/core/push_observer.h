// The port through which everything that pushes tells operators what happens; the adapter counts
// and logs.
#pragma once

#include <string_view>

#include "common/status/status.h"

namespace bw::gateway {

enum class StreamKind { kListen, kSession, kLegacySse };

/// What a stream can be told.
enum class News { kResourceUpdated, kToolsChanged, kPromptsChanged, kResourcesChanged };

/// Thread-safe; must not block.
class PushObserver {
 public:
  virtual ~PushObserver() = default;
  virtual void StreamOpened(StreamKind kind) = 0;
  /// Once for each that opened.
  virtual void StreamEnded(StreamKind kind) = 0;
  /// A limit was reached.
  virtual void StreamRefused(StreamKind kind) = 0;
  /// Resources that streams of this replica are subscribed to, counted once for each stream.
  virtual void SubscriptionsChanged(int by) = 0;
  virtual void Notified(News news) = 0;
  /// "events" or "state" reach this replica no more until the feed stands again; once for each time
  /// it broke.
  virtual void FeedBroken(std::string_view feed, const Status& why) = 0;
  /// A fact about a session is known to this replica only.
  virtual void StateNotShared(const Status& why) = 0;
};

}  // namespace bw::gateway
