// The port through which the sandbox posts webhooks, and the platform's habit of sending
// credentials only when challenged.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"

namespace bw::sandbox {

struct Credentials {
  std::string username;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

struct WebhookRequest {
  std::string method = "POST";
  std::string url;
  /// Appended to the URL, percent-encoded by the adapter; for webhooks of method GET.
  std::vector<std::pair<std::string, std::string>> query;
  std::string content_type;
  std::string user_agent;
  std::string body;
  /// Sent as Basic credentials with this request.
  std::optional<Credentials> credentials = {};
  std::chrono::milliseconds timeout{15'000};
  std::size_t max_reply_bytes = 64u << 10;
};

struct WebhookReply {
  int status = 0;
  std::string content_type = {};
  /// The WWW-Authenticate field, or "".
  std::string authenticate = {};
  std::string body = {};
};

/// Sends one HTTP request. `done` runs exactly once, later, on the simulator's thread, with a reply
/// of any status, or UNAVAILABLE (not reached), DEADLINE_EXCEEDED (timeout) or RESOURCE_EXHAUSTED
/// (the reply is larger than max_reply_bytes). Redirects are not followed.
class WebhookClient {
 public:
  using Done = std::function<void(StatusOr<WebhookReply>)>;
  virtual ~WebhookClient() = default;
  virtual void Send(WebhookRequest request, Done done) = 0;
};

/// What one delivery came to.
struct Delivery {
  StatusOr<WebhookReply> reply = Internal("not sent");
  /// From the (last) request's start to its reply.
  std::int64_t latency_us = 0;
  /// The credentials were asked for by a 401 and sent with a second request.
  bool challenged = false;

  bool accepted() const { return reply.ok() && reply->status >= 200 && reply->status < 300; }
};

/// Sends `request` without credentials; when the answer is 401 with a Basic challenge and there are
/// `credentials`, sends it once more with them, within the same timeout. A 401 without a challenge
/// is final.
void Deliver(WebhookClient& client, const Clock& clock, WebhookRequest request,
             std::optional<Credentials> credentials, std::function<void(Delivery)> done);

}  // namespace bw::sandbox
