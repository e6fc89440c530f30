// The one HTTP client of the project: curl's multi interface on one thread, used by the tool
// service (upstream APIs), the sandbox (webhooks) and the tests. Nothing above knows curl.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status/status.h"

namespace bw::http_client {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  /// Absolute http:// or https:// URL, already percent-encoded.
  std::string url;
  Headers headers;
  std::string body;
  /// The whole exchange, connecting included.
  std::chrono::milliseconds timeout{30'000};
  /// A larger answer is refused with RESOURCE_EXHAUSTED, not cut.
  std::size_t max_response_bytes = 16u << 20;
  /// The peer must have an address of the public internet (IsPublicAddress), whatever its name
  /// resolves to and also on a connection kept from an earlier request; else PERMISSION_DENIED.
  bool public_peers_only = false;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
  /// Known for redirections (3xx) only, true elsewhere.
  bool peer_is_public = true;
};

/// Names of header fields are the same in any case (RFC 9110 §5.1).
bool IsSameField(std::string_view a, std::string_view b);
/// The first value of `name` (case-insensitive), or "".
std::string_view FindHeader(const Headers& headers, std::string_view name);

struct Options {
  std::chrono::milliseconds connect_timeout{5'000};
  /// Connections to one host, HTTP/1.1; requests beyond it wait in curl's queue.
  int max_connections_per_host = 64;
  /// Requests waiting or running; one more is refused at once with RESOURCE_EXHAUSTED.
  std::size_t max_in_flight = 4096;
  /// Extra certificate authorities (PEM file) for test upstreams; empty: the system's.
  std::string ca_file;
  /// Offers gzip and deflate (RFC 9110 §8.4.1) and hands out decoded bodies, without the fields
  /// Content-Encoding and Content-Length; max_response_bytes counts decoded bytes.
  bool decode_gzip = false;
};

/// Cancels a request that is still running; safe from any thread and after completion.
class Cancellation {
 public:
  virtual ~Cancellation() = default;
  virtual void Cancel() = 0;
};

/// Thread-safe. Redirects are never followed (the caller decides), cookies never kept, only http
/// and https are spoken, HTTP/2 where a TLS server offers it, keep-alive always. A reply with any
/// status is a Response; errors are UNAVAILABLE (not reached, not trusted, reset),
/// DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INVALID_ARGUMENT (malformed URL or header),
/// PERMISSION_DENIED (public_peers_only) and CANCELLED; they are marked unsent
/// (common/status/unsent.h) when the request had not begun to leave. `done` runs exactly once, on
/// the client's own thread: it must not block. Destruction cancels what is still running, and waits
/// for its `done`s.
class HttpClient {
 public:
  using Done = std::function<void(StatusOr<Response>)>;
  virtual ~HttpClient() = default;
  virtual std::shared_ptr<Cancellation> Send(Request request, Done done) = 0;
};

std::unique_ptr<HttpClient> MakeHttpClient(const Options& options = {});

/// Sends and waits; for tests, start-up and command-line programs, never on a server's threads.
StatusOr<Response> SendAndWait(HttpClient& client, Request request);

}  // namespace bw::http_client
