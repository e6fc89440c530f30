// The transport of 2024-11-05: a stream on one path carries every answer, messages are POSTed to
// another. Deprecated, and off unless it is asked for. (2024-11-05 basic/transports, HTTP with SSE)
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/clock/scheduler.h"
#include "common/http/server.h"
#include "gateway/core/authenticator.h"
#include "gateway/core/dispatcher.h"
#include "gateway/core/mailbox.h"
#include "gateway/core/request_identity.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/subscriptions.h"
#include "gateway/http/event_stream.h"

namespace bw::gateway {

struct LegacySseOptions {
  DecodeLimits decode;
  std::chrono::milliseconds keep_alive{15'000};
  /// Requests of one stream under way; one more gets an error.
  std::size_t max_requests_per_stream = 64;
};

/// Serves whom the endpoint has let in. A message POSTed to another replica than the stream's is
/// handed over by mail. Thread-safe. The subscriptions stop before it is destroyed.
class LegacySse {
 public:
  static constexpr std::string_view kStreamPath = "/sse";
  static constexpr std::string_view kMessagesPath = "/messages";

  struct Dependencies {
    Dispatcher& dispatcher;
    Sessions& sessions;
    SessionDirectory& directory;
    Subscriptions& subscriptions;
    RequestIds& request_ids;
    Scheduler& scheduler;
    /// Null: there is no other replica.
    Mailbox* mailbox;
  };
  /// One HTTP request and who sent it.
  struct Incoming {
    std::shared_ptr<http::Exchange> exchange;
    Principal principal;
    /// Of an allowed web page; else empty.
    std::string origin;
  };

  LegacySse(LegacySseOptions options, const Dependencies& dependencies);
  ~LegacySse();

  static bool Serves(std::string_view path) { return path == kStreamPath || path == kMessagesPath; }
  void Handle(const Incoming& incoming);

 private:
  class Stream;
  class Streams;

  void OpenStream(const Incoming& incoming);
  void TakeMessage(const Incoming& incoming);
  void HandOver(const Incoming& incoming, const std::string& digest);

  const LegacySseOptions options_;
  const Dependencies dependencies_;
  const std::shared_ptr<Streams> streams_;
};

}  // namespace bw::gateway
