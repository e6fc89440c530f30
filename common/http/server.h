// The HTTP/1.1 server of the project. Pistache accepts and reads, Boost.Beast frames, and every
// write is ours, under the connection's own lock, so that no reply can reach another client.
// Nothing above knows either library.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/http/message.h"
#include "common/status/status.h"

namespace bw::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  /// 0 picks a free port; Server::port() tells which.
  int port = 0;
  int threads = 1;
  /// Request line and header fields together; beyond it 431 and close.
  std::size_t max_header_bytes = 16u << 10;
  /// Beyond it 413 and close. Behind an unanswered request a client may pipeline this and
  /// max_header_bytes together; one that sends more is dropped.
  std::size_t max_body_bytes = 1u << 20;
  /// Unsent bytes a stream keeps for a slow reader; beyond it the connection is dropped and
  /// counted. A whole reply is always kept: its body was in memory anyway, and nothing is added to
  /// it.
  std::size_t max_unsent_bytes = 1u << 20;
  /// Connections beyond it are closed at once and counted. The process's soft limit of descriptors
  /// is raised to fit; where the hard limit does not allow that, fewer connections are taken.
  std::size_t max_connections = 10'000;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{60'000};
  /// Unsent bytes that make no progress for this long: dropped and counted as a slow reader.
  std::chrono::milliseconds send_timeout{30'000};
  int accept_backlog = 4096;
};

/// A reply sent piece by piece (Server-Sent Events). Thread-safe. Dropping the last reference
/// without Close() cuts the connection, so that the client cannot take a part for the whole.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  /// Queues `data`; false once the client is gone, the stream is closed or the reader fell too far
  /// behind (ServerOptions::max_unsent_bytes). Never blocks.
  virtual bool Write(std::string_view data) = 0;
  /// Ends the body properly; the connection may serve another request.
  virtual void Close() = 0;
};

struct StreamOptions {
  /// Unsent bytes kept for a slow reader of this stream; beyond it the connection is dropped and
  /// counted. 0: as many as ServerOptions::max_unsent_bytes; more than that has no effect.
  std::size_t max_unsent_bytes = 0;
};

/// One request waiting for its reply. Thread-safe: the reply may come from any thread at any later
/// time; holding one costs memory only. A dropped, never answered Exchange answers 500 itself.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  /// Sends the reply; the first call wins, later ones return false, as does a client already gone.
  /// `written`, if given, runs exactly once: true when the last byte was handed to the kernel,
  /// false when the connection went away first or Reply returned false. It may run before Reply
  /// returns, on this or a server thread. Content-Length, Transfer-Encoding and Date are the
  /// server's to set; "Connection: close" ends the connection after the reply. A field with a line
  /// break or an invalid name turns the reply into a 500.
  virtual bool Reply(Response response, std::function<void(bool)> written = nullptr) = 0;
  /// Sends status and headers and leaves the body open; nullptr if already answered or the client
  /// is gone. The body is chunked (HTTP/1.1) or ends with the connection (HTTP/1.0).
  virtual std::shared_ptr<StreamWriter> StartStream(Response head, StreamOptions options = {}) = 0;
  /// `gone` runs once if the client disconnects before the reply (or stream) is complete; at once
  /// if it already has. It runs on a server thread and must not block. A client that ends its
  /// sending side (half-close) counts as gone, as that cannot be told from leaving; whatever was
  /// answered by then is delivered.
  virtual void OnClientGone(std::function<void()> gone) = 0;
};

/// Called on a server thread for each complete request; must not block.
using Handler = std::function<void(std::shared_ptr<Exchange>)>;

struct ServerCounters {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t requests = 0;
  std::uint64_t malformed = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t slow_readers_dropped = 0;
  /// Connections the kernel could not give us (out of descriptors); accepting pauses after each.
  std::uint64_t accept_failures = 0;
};

class Server {
 public:
  virtual ~Server() = default;  // stops at once, closing what is open
  virtual int port() const = 0;
  virtual ServerCounters counters() const = 0;
  /// Refuses new connections and requests, lets what is in flight finish, closes; returns true when
  /// all finished within `limit`, false when the rest was cut.
  virtual bool Drain(std::chrono::milliseconds limit) = 0;
};

/// UNAVAILABLE when the address is taken or cannot be bound (the message names it);
/// INVALID_ARGUMENT for options out of range.
StatusOr<std::unique_ptr<Server>> StartServer(const ServerOptions& options, Handler handler);

}  // namespace bw::http
