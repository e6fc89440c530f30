// What is known of sessions beyond their sealed ids: that one ended, its log level, its
// subscriptions, which of its streams is the newest. Every replica keeps all of it, fed by one
// watch of the shared state, so that any of them can serve any session.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "gateway/core/push_observer.h"
#include "gateway/core/shared_state.h"

namespace bw::gateway {

/// A session as requests name it.
struct SessionRef {
  /// Sealer::Digest of its id; the id itself is a credential and is kept nowhere.
  std::string digest;
  std::string tenant = "default";
  std::string principal;
  /// Nothing about it needs to be known for longer.
  std::int64_t expires_ms = 0;
};

struct DirectoryLimits {
  /// Sessions of which anything but their end is known.
  std::size_t max_sessions = 100'000;
  std::size_t max_sessions_per_principal = 10'000;
  std::size_t max_uris_per_session = 256;
  std::size_t max_uris_per_principal = 16'384;
  /// Ended sessions known; beyond it the one that ended first is forgotten.
  std::size_t max_ended = 100'000;
};

/// Thread-safe, and nothing blocks.
class SessionDirectory {
 public:
  /// Runs once, on any thread: OK when every replica will know, or when the shared state could not
  /// be reached and this replica alone does, until it can. RESOURCE_EXHAUSTED names the limit,
  /// NOT_FOUND for a session that has ended; nothing changed then.
  using Done = std::function<void(const Status&)>;

  /// Somebody who holds a session's stream on this replica. Thread-safe; called without locks.
  class Follower {
   public:
    virtual ~Follower() = default;
    /// Uris() has other contents now.
    virtual void SubscriptionsChanged() = 0;
    /// The session ended, or a newer stream took over.
    virtual void Over() = 0;
  };

  /// `shared` may be null: this replica is alone. Clock and observer outlive the directory; the
  /// shared state ends before it, after Stop().
  SessionDirectory(SharedState* shared, const Clock& clock, PushObserver& observer,
                   DirectoryLimits limits = {});
  /// Stop().
  ~SessionDirectory();

  /// Begins to learn from other replicas.
  void Start();
  /// Learns no more, and tells other replicas nothing more.
  void Stop();

  void SetLevel(const SessionRef& session, const std::string& level, Done done);
  void Subscribe(const SessionRef& session, const std::string& uri, Done done);
  void Unsubscribe(const SessionRef& session, const std::string& uri, Done done);
  /// Never refused.
  void End(const SessionRef& session, Done done);

  bool Ended(const std::string& digest) const;
  /// Empty: the client set none.
  std::string LogLevel(const std::string& digest) const;
  std::set<std::string> Uris(const std::string& digest) const;
  /// Whether some replica holds a stream of the session.
  bool HasStream(const std::string& digest) const;

  /// From now on `stream_id`, unique among all replicas, is the session's newest stream; those
  /// before it are over, wherever they are. RESOURCE_EXHAUSTED names the limit.
  Status ClaimStream(const SessionRef& session, const std::string& stream_id,
                     std::weak_ptr<Follower> follower);
  /// The stream has ended; nothing more is told of it.
  void LeaveStream(const SessionRef& session, const std::string& stream_id);

  std::size_t sessions() const;

 private:
  struct Fact {
    std::string value;
    // Of the watch that told it, or in which it was put.
    std::uint64_t generation = 0;
    // The shared state has it.
    bool shared = false;
    bool in_flight = false;
  };
  struct Claim {
    std::string stream_id;
    std::weak_ptr<Follower> follower;
    // The shared state has it: what it tells from the moment it told this came later.
    bool put = false;
    bool confirmed = false;
  };
  struct Entry {
    SessionRef ref;
    bool ended = false;
    std::size_t uris = 0;
    // By name: "level", "stream", "sub/<uri>"; "ended".
    std::map<std::string, Fact> facts;
    Claim claim;
  };
  struct Usage {
    std::size_t sessions = 0;
    std::size_t uris = 0;
  };
  // What must be told once the lock is released.
  struct News {
    std::shared_ptr<Follower> follower;
    bool over = false;
  };

  // With mutex_.
  Status CheckLimits(const SessionRef& session, bool adds_uri) const;
  Entry& FindOrAdd(const SessionRef& session);
  void Set(Entry& entry, const std::string& name, Fact fact, std::vector<News>& news);
  void Remove(Entry& entry, const std::string& name, std::vector<News>& news);
  void MarkEnded(Entry& entry, std::vector<News>& news);
  void HearOfStream(Entry& entry, const std::string& stream_id, std::vector<News>& news);
  void DropIfEmpty(const std::string& digest);
  void PurgeExpired();
  void Learn(const SharedState::Entry& told, std::vector<News>& news);

  // Without mutex_.
  void Put(const SessionRef& session, const std::string& name, const std::string& value, Done done);
  void PutDone(const std::string& digest, const std::string& name, const std::string& value,
               const Status& status);
  void Change(const SessionRef& session, const std::string& name, const std::string& value,
              Done done);
  void Changed(std::vector<SharedState::Entry> entries);
  void Current();
  void Broken(const Status& why);
  static void Tell(const std::vector<News>& news);

  SharedState* const shared_;
  const Clock& clock_;
  PushObserver& observer_;
  const DirectoryLimits limits_;
  mutable std::mutex mutex_;  // guards all below but watch_
  std::unordered_map<std::string, Entry> sessions_;
  std::unordered_map<std::string, Usage> usage_;
  std::deque<std::string> ended_order_;
  std::size_t ended_ = 0;
  std::uint64_t generation_ = 1;
  std::chrono::steady_clock::time_point next_purge_;
  bool stopped_ = false;
  bool broken_ = false;
  std::unique_ptr<Watch> watch_;
};

}  // namespace bw::gateway
