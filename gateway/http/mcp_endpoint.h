// MCP over streamable HTTP: one endpoint, both eras. (2025-11-25 and 2026-07-28 basic/transports)
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "common/clock/scheduler.h"
#include "common/http/server.h"
#include "gateway/core/admission.h"
#include "gateway/core/dispatcher.h"
#include "gateway/core/era.h"
#include "gateway/core/principal_limits.h"
#include "gateway/core/request_identity.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/subscriptions.h"
#include "gateway/http/access_guard.h"
#include "gateway/http/challenges.h"
#include "gateway/http/event_stream.h"
#include "gateway/http/legacy_sse.h"
#include "gateway/http/media_types.h"
#include "gateway/http/oauth_resource.h"
#include "gateway/metrics.h"

namespace bw::gateway {

struct EndpointOptions {
  std::string path = "/mcp";
  DecodeLimits decode;
  /// Requests under way; one more gets 503 with Retry-After.
  std::size_t max_concurrent_requests = 1024;
  std::chrono::milliseconds sse_keep_alive{15'000};
  /// Of a stream that is there to be told of changes. A call's stream may carry large results and
  /// has the server's limit.
  std::size_t max_stream_unsent_bytes = 256u << 10;
};

/// Who may call, and how much. What is referred to outlives the endpoint.
struct AccessRules {
  AccessOptions options;
  /// Null: nobody has to authenticate.
  Authenticator* authenticator = nullptr;
  FailureThrottle& failures;
  PrincipalLimits& limits;
  Challenges challenges{};
  /// Without an authorization server there is none.
  std::optional<OauthResource> resource{};
};

/// Thread-safe. Outlives every call it started, and the authenticator's checks.
class McpEndpoint {
 public:
  struct Dependencies {
    Dispatcher& dispatcher;
    Sessions& sessions;
    SessionDirectory& directory;
    Subscriptions& subscriptions;
    RequestIds& request_ids;
    Scheduler& scheduler;
    Metrics& metrics;
    /// Null: that transport is not served.
    LegacySse* legacy_sse = nullptr;
  };

  McpEndpoint(EndpointOptions options, AccessRules access, const Dependencies& dependencies);

  /// An http::Handler.
  void Handle(std::shared_ptr<http::Exchange> exchange);
  std::size_t requests_under_way() const { return admission_.used(); }

 private:
  // What is known of one HTTP request before its body is read.
  struct Incoming {
    std::shared_ptr<http::Exchange> exchange;
    Principal principal;
    Selection selection;
    Accepts accepts;
    std::string origin;
    McpHeaders mcp;
  };
  // What a legacy request or batch is served in.
  struct LegacyContext {
    Revision revision = kAssumedRevision;
    std::string session_id;
    std::string client_capabilities_json = "{}";
    std::optional<SessionRef> session;
  };

  void Preflight(http::Exchange& exchange) const;
  void RefuseAccess(http::Exchange& exchange, const AccessGuard::Verdict& verdict) const;
  // What follows once it is known who asks.
  void Admit(std::shared_ptr<http::Exchange> exchange, AccessGuard::Verdict verdict);
  void Post(Incoming incoming);
  void Get(const Incoming& incoming);
  void Delete(const Incoming& incoming);
  // nullopt after refusing: what GET and DELETE need.
  std::optional<Session> NeedSession(const Incoming& incoming);
  void PostBatch(const Incoming& incoming, Decoded decoded);
  void PostModern(const Incoming& incoming, Message message);
  void PostLegacy(const Incoming& incoming, Message message);
  void Dispatch(const Incoming& incoming, Request request);
  Request MakeRequest(const Incoming& incoming, Message message) const;
  // nullopt after refusing: an unknown session, revision or media type.
  std::optional<LegacyContext> FindLegacyContext(const Incoming& incoming,
                                                 const std::optional<RequestId>& id);
  // Answers what has no answer.
  static void Accept(const Incoming& incoming);
  void Refuse(const Incoming& incoming, const std::optional<RequestId>& id, const RpcError& error);
  // For a principal that asks too much, 429.
  void RefuseForNow(const Incoming& incoming, const std::optional<RequestId>& id,
                    RefusalReason reason, std::chrono::milliseconds pause);
  // Room for `count` requests of one POST; refuses where there is none.
  std::optional<Admission::Slot> Enter(const Incoming& incoming, const std::optional<RequestId>& id,
                                       std::size_t count);
  void DispatchListen(const Incoming& incoming, Request request);
  std::shared_ptr<ReplySink> MakeSink(const Incoming& incoming,
                                      std::optional<Admission::Slot> slot);
  EventStreamOptions StreamOptionsOf(const Incoming& incoming) const;
  static void CancelWhenGone(const Incoming& incoming, const std::shared_ptr<Call>& call);

  const EndpointOptions options_;
  const AccessRules access_;
  const AccessGuard guard_;
  Dispatcher& dispatcher_;
  Sessions& sessions_;
  SessionDirectory& directory_;
  Subscriptions& subscriptions_;
  RequestIds& request_ids_;
  Scheduler& scheduler_;
  Metrics& metrics_;
  LegacySse* const legacy_sse_;
  Admission admission_;
};

}  // namespace bw::gateway
