// The stream on which a legacy session hears of changes: an HTTP GET stream, or the stdio
// connection itself. (2025-11-25 basic/transports, server/resources)
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "common/status/status.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/subscriptions.h"

namespace bw::gateway {

/// Where the stream's messages go. Thread-safe, never blocks. Open comes first; nothing but another
/// Close follows a Close.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void Open() = 0;
  virtual void Send(std::string message) = 0;
  virtual void Close() = 0;
};

/// Tells of changed lists and of whatever the session is subscribed to, on any replica, until it
/// leaves, the session ends, a newer stream takes over or the server ends. Thread-safe.
class SessionStream : public Subscriber,
                      public SessionDirectory::Follower,
                      public std::enable_shared_from_this<SessionStream> {
 public:
  struct Dependencies {
    Subscriptions& subscriptions;
    SessionDirectory& directory;
  };

  /// `stream_id` differs from every other stream's on any replica. `sink` is opened once the feeds
  /// stand. Errors: as of Subscriptions::Open and SessionDirectory::ClaimStream; then the sink is
  /// not used.
  static StatusOr<std::shared_ptr<SessionStream>> Start(const Dependencies& dependencies,
                                                        StreamKind kind, const SessionRef& session,
                                                        std::string stream_id,
                                                        std::shared_ptr<MessageSink> sink);

  /// The client left.
  void Leave();

  void Opened() override;
  void Tell(News news, const std::string& uri) override;
  void ServerEnds() override;
  void SubscriptionsChanged() override;
  void Over() override;

 private:
  SessionStream(const Dependencies& dependencies, const SessionRef& session, std::string stream_id,
                std::shared_ptr<MessageSink> sink)
      : subscriptions_(dependencies.subscriptions),
        directory_(dependencies.directory),
        session_(session),
        stream_id_(std::move(stream_id)),
        sink_(std::move(sink)) {}

  Subscriptions& subscriptions_;
  SessionDirectory& directory_;
  const SessionRef session_;
  const std::string stream_id_;
  const std::shared_ptr<MessageSink> sink_;
  std::mutex mutex_;  // guards uris_, and that what is read last is applied last
  std::set<std::string> uris_;
};

}  // namespace bw::gateway
