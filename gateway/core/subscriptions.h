// The streams on which clients of this replica hear of changes, and who wants to hear what: from
// the event feed and the catalogue to the streams, through an index by URI, so that an event costs
// what its subscribers cost.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/status/status.h"
#include "gateway/core/event_feed.h"
#include "gateway/core/push_observer.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

constexpr int kNewsCount = 4;
/// The notification's method: "notifications/resources/updated", …
std::string_view MethodOf(News news);

/// Longer ones cannot be subscribed to; they would not fit a key of the shared state.
constexpr std::size_t kMaxSubscribedUriBytes = 448;

/// One open stream. Thread-safe, never blocks.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  /// Once, and returns before anything else is told.
  virtual void Opened() = 0;
  /// `uri` is the one that was subscribed to; empty but for kResourceUpdated.
  virtual void Tell(News news, const std::string& uri) = 0;
  /// The server goes; nothing follows, and the stream has left.
  virtual void ServerEnds() = 0;
};

/// What a stream is told of.
struct Interests {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  std::set<std::string> uris;
};

struct StreamOwner {
  StreamKind kind = StreamKind::kListen;
  std::string tenant = "default";
  std::string principal;
};

struct SubscriptionLimits {
  std::size_t max_streams = 8192;
  std::size_t max_streams_per_principal = 4096;
  std::size_t max_uris_per_stream = 256;
  std::size_t max_uris_per_principal = 16'384;
  std::size_t max_tenants = 1024;
  /// A stream opens without the feeds when they do not stand by then.
  std::chrono::milliseconds feed_patience{500};
  /// A tenant without streams keeps its feeds so long.
  std::chrono::milliseconds linger{60'000};
};

/// Thread-safe. Stop() and the scheduler's end must come before its destruction.
class Subscriptions {
 public:
  struct Dependencies {
    /// Null: there are no events, only changes of the catalogue.
    EventFeed* events;
    ToolProvider& provider;
    Scheduler& scheduler;
    const Clock& clock;
    PushObserver& observer;
  };

  Subscriptions(const Dependencies& dependencies, SubscriptionLimits limits)
      : events_(dependencies.events),
        provider_(dependencies.provider),
        scheduler_(dependencies.scheduler),
        clock_(dependencies.clock),
        observer_(dependencies.observer),
        limits_(limits) {}

  /// `renew` runs when a tenant's catalogue changed, before streams are told. Set before the first
  /// stream opens.
  void BeforeListsChanged(std::function<void(const std::string& tenant)> renew) {
    before_lists_changed_ = std::move(renew);
  }

  /// Keeps `subscriber` until it leaves or the server ends. It is opened once the tenant's feeds
  /// stand, perhaps before this returns; what happens from then on is told. RESOURCE_EXHAUSTED
  /// names the limit, UNAVAILABLE when the server ends; then it is not kept.
  Status Open(const StreamOwner& owner, Interests interests,
              std::shared_ptr<Subscriber> subscriber);
  /// Both do nothing when there is nothing to change. A resource that changed just before is told
  /// of too: elsewhere the subscription may have been answered already.
  void AddUri(const Subscriber& subscriber, const std::string& uri);
  void RemoveUri(const Subscriber& subscriber, const std::string& uri);
  /// What is being told at this moment may still be told afterwards.
  void Leave(const Subscriber& subscriber);

  /// Runs `then` once the tenant's feeds stand, or patience is over; perhaps at once.
  void WhenFed(const std::string& tenant, std::function<void()> then);

  /// Tells every stream that the server ends; later ones are refused.
  void EndAll();
  /// Somebody was shown `tenant`'s lists: its catalogue is watched for a while, so that a change
  /// renews them here even when nobody here is told of it (another replica may tell). Cheap.
  void KeepLists(const std::string& tenant);

  /// EndAll, and drops the feeds. Nothing of them runs any more when it returns.
  void Stop();

  std::size_t streams() const;

 private:
  enum class State { kWaiting, kOpening, kOpen };
  struct Stream {
    std::shared_ptr<Subscriber> subscriber;
    StreamOwner owner;
    Interests interests;
    State state = State::kWaiting;
    bool ends_once_open = false;
    // What happened before it was open.
    std::set<std::pair<News, std::string>> early;
  };
  using Streams = std::unordered_set<Stream*>;
  struct Tenant {
    std::unique_ptr<Watch> events;
    std::unique_ptr<Watch> catalogue;
    bool catalogue_wanted = false;
    bool events_wanted = false;
    int starting = 0;  // watches on their way to the two above
    bool sweep_scheduled = false;
    bool events_stand = false;
    bool events_broken = false;
    std::optional<CatalogueRevisions> revisions;
    bool fed = false;
    std::vector<std::function<void()>> waiting;
    std::unordered_map<std::string, Streams> by_uri;
    std::array<Streams, kNewsCount> by_list;
    std::size_t streams = 0;
    std::chrono::steady_clock::time_point idle_since;
    // URIs of the last moments, oldest first.
    std::deque<std::pair<std::chrono::steady_clock::time_point, std::string>> recent;
  };
  struct Missing {
    bool catalogue = false;
    bool events = false;
  };
  struct Usage {
    std::size_t streams = 0;
    std::size_t uris = 0;
  };
  struct Telling {
    std::shared_ptr<Subscriber> subscriber;
    News news;
    std::string uri;
  };

  // All with a Tenant or Stream hold mutex_.
  Status CheckLimits(const StreamOwner& owner, std::size_t uris) const;
  Tenant* FindTenant(const std::string& name);
  Tenant& FindOrAddTenant(const std::string& name);
  // What WatchTenant must start now, without mutex_.
  static Missing Want(Tenant& tenant, bool events);
  void Index(Tenant& tenant, Stream& stream);
  void Unindex(Tenant& tenant, Stream& stream);
  void Forget(const Subscriber& subscriber);
  void Collect(Stream& stream, News news, const std::string& uri, std::vector<Telling>& out);
  void Remember(Tenant& tenant, const std::string& uri);
  bool IsRecent(const Tenant& tenant, const std::string& uri) const;
  void ScheduleSweep(const std::string& name, Tenant& tenant, std::chrono::milliseconds delay);

  // Without mutex_.
  void WatchTenant(const std::string& name, Missing missing);
  void WatchEvents(const std::string& name, std::unique_ptr<Watch>& watch);
  void OpenStream(const std::shared_ptr<Subscriber>& subscriber);
  void TellAll(const std::vector<Telling>& tellings);
  void EventsStand(const std::string& name, bool continuous);
  void EventsBroke(const std::string& name, const Status& why);
  void EventsHappened(const std::string& name, const std::vector<FeedEvent>& events);
  void CatalogueIs(const std::string& name, const CatalogueRevisions& revisions);
  // Lets whoever waits for the feeds go on: when both stand, or at once if `anyway`.
  void Fed(const std::string& name, bool anyway);
  void Sweep(const std::string& name);

  EventFeed* const events_;
  ToolProvider& provider_;
  Scheduler& scheduler_;
  const Clock& clock_;
  PushObserver& observer_;
  const SubscriptionLimits limits_;
  std::function<void(const std::string&)> before_lists_changed_;
  mutable std::mutex mutex_;  // guards all below
  bool ended_ = false;
  std::unordered_map<const Subscriber*, std::unique_ptr<Stream>> streams_;
  std::map<std::string, std::unique_ptr<Tenant>> tenants_;
  std::unordered_map<std::string, Usage> usage_;
};

}  // namespace bw::gateway
