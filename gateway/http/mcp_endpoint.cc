#include "gateway/http/mcp_endpoint.h"

#include <utility>

#include "gateway/core/batch.h"
#include "gateway/core/session_stream.h"
#include "gateway/http/access_refusal.h"
#include "gateway/http/cors.h"
#include "gateway/http/http_message_sink.h"
#include "gateway/http/http_reply.h"
#include "gateway/http/selection.h"

namespace bw::gateway {
namespace {

constexpr const char* kAllowedMethods = "GET, POST, DELETE, OPTIONS";
// A listening request stays in memory for as long as its client listens.
constexpr std::size_t kMaxListenBytes = 256u << 10;
// Some request of the same principal is likely to end by then.
constexpr std::chrono::milliseconds kBusyPause{1'000};

http::Response ErrorResponse(const std::optional<RequestId>& id, const RpcError& error) {
  return http::JsonResponse(error.http_status, EncodeError(id, error));
}

http::Response EmptyResponse(int status) {
  http::Response response;
  response.status = status;
  return response;
}

McpHeaders ReadMcpHeaders(const http::Headers& headers) {
  return {headers.Get("MCP-Protocol-Version"), headers.Get("Mcp-Method"), headers.Get("Mcp-Name")};
}

RpcError Overloaded() {
  return MakeError(Fault::kOverloaded, "Too many requests are under way, try again shortly");
}

}  // namespace

McpEndpoint::McpEndpoint(EndpointOptions options, AccessRules access,
                         const Dependencies& dependencies)
    : options_(std::move(options)),
      access_(std::move(access)),
      guard_(access_.options, access_.authenticator, access_.failures),
      dispatcher_(dependencies.dispatcher),
      sessions_(dependencies.sessions),
      directory_(dependencies.directory),
      subscriptions_(dependencies.subscriptions),
      request_ids_(dependencies.request_ids),
      scheduler_(dependencies.scheduler),
      metrics_(dependencies.metrics),
      legacy_sse_(dependencies.legacy_sse),
      admission_(options_.max_concurrent_requests) {}

void McpEndpoint::Handle(std::shared_ptr<http::Exchange> exchange) {
  const http::Request& request = exchange->request();
  if (access_.resource && access_.resource->Serves(request.path)) {
    exchange->Reply(access_.resource->Answer(request));
    return;
  }
  const bool legacy_sse = legacy_sse_ != nullptr && LegacySse::Serves(request.path);
  if (request.path != options_.path && !legacy_sse) {
    exchange->Reply(http::TextResponse(404, "MCP is served at " + options_.path + "\n"));
    return;
  }
  if (request.method == "OPTIONS") return Preflight(*exchange);
  guard_.Check(request, [this, exchange](AccessGuard::Verdict verdict) {
    Admit(exchange, std::move(verdict));
  });
}

void McpEndpoint::Admit(std::shared_ptr<http::Exchange> exchange, AccessGuard::Verdict verdict) {
  if (verdict.reason) metrics_.Authenticated(*verdict.reason);
  const http::Request& request = exchange->request();
  if (verdict.starts_throttling) metrics_.ThrottlingStarted(PeerNetwork(request.peer));
  if (verdict.refusal) return RefuseAccess(*exchange, verdict);
  Incoming incoming;
  incoming.principal = std::move(verdict.principal);
  incoming.origin = std::string(request.headers.Get("Origin").value_or(""));
  incoming.mcp = ReadMcpHeaders(request.headers);
  incoming.exchange = std::move(exchange);
  if (const auto pause = access_.limits.Charge(incoming.principal.Key())) {
    return RefuseForNow(incoming, std::nullopt, RefusalReason::kRate, *pause);
  }
  if (request.path != options_.path) {
    return legacy_sse_->Handle({incoming.exchange, incoming.principal, incoming.origin});
  }
  if (request.method == "POST") return Post(std::move(incoming));
  if (request.method == "GET") return Get(incoming);
  if (request.method == "DELETE") return Delete(incoming);
  Refuse(incoming, std::nullopt, MakeError(Fault::kNotAllowed, "Method not allowed"));
}

void McpEndpoint::Preflight(http::Exchange& exchange) const {
  const http::Headers& headers = exchange.request().headers;
  if (const auto refusal = guard_.CheckSource(headers)) {
    return RefuseAccess(exchange, {.refusal = refusal});
  }
  http::Response response = EmptyResponse(204);
  response.headers.Add("Allow", kAllowedMethods);
  AddPreflightHeaders(response, headers);
  exchange.Reply(std::move(response));
}

void McpEndpoint::RefuseAccess(http::Exchange& exchange,
                               const AccessGuard::Verdict& verdict) const {
  const std::string origin(exchange.request().headers.Get("Origin").value_or(""));
  exchange.Reply(AccessRefusal(verdict, access_.challenges, origin, metrics_));
}

void McpEndpoint::Refuse(const Incoming& incoming, const std::optional<RequestId>& id,
                         const RpcError& error) {
  metrics_.Refused(error.http_status == 503 ? RefusalReason::kOverload : RefusalReason::kFraming);
  http::Response response = ErrorResponse(id, error);
  if (error.http_status == 503) response.headers.Add("Retry-After", "1");
  if (error.http_status == 405) response.headers.Add("Allow", kAllowedMethods);
  AddCorsHeaders(response, incoming.origin);
  incoming.exchange->Reply(std::move(response));
}

void McpEndpoint::RefuseForNow(const Incoming& incoming, const std::optional<RequestId>& id,
                               RefusalReason reason, std::chrono::milliseconds pause) {
  metrics_.Refused(reason);
  http::Response response = ErrorResponse(
      id, MakeError(Fault::kTooManyRequests, reason == RefusalReason::kRate
                                                 ? "Too Many Requests: slow down"
                                                 : "Too Many Requests: too many are under way"));
  response.headers.Add("Retry-After", RetryAfter(pause));
  AddCorsHeaders(response, incoming.origin);
  incoming.exchange->Reply(std::move(response));
}

std::optional<Admission::Slot> McpEndpoint::Enter(const Incoming& incoming,
                                                  const std::optional<RequestId>& id,
                                                  std::size_t count) {
  Admission::Slot own = access_.limits.TryEnter(incoming.principal.Key(), count);
  if (!own) {
    RefuseForNow(incoming, id, RefusalReason::kConcurrency, kBusyPause);
    return std::nullopt;
  }
  Admission::Slot shared = admission_.TryEnter();
  if (!shared) {
    Refuse(incoming, id, Overloaded());
    return std::nullopt;
  }
  return Admission::Slot::Join(std::move(shared), std::move(own));
}

void McpEndpoint::Accept(const Incoming& incoming) {
  http::Response accepted = EmptyResponse(202);
  AddCorsHeaders(accepted, incoming.origin);
  incoming.exchange->Reply(std::move(accepted));
}

void McpEndpoint::Post(Incoming incoming) {
  const http::Request& request = incoming.exchange->request();
  if (!IsJsonContent(request.headers)) {
    return Refuse(incoming, std::nullopt,
                  MakeError(Fault::kMediaType, "Unsupported Media Type: send application/json"));
  }
  auto selection = SelectionOf(request);
  if (!selection.ok()) {
    return Refuse(
        incoming, std::nullopt,
        MakeError(Fault::kInvalidRequest, "Invalid Request: URL parameter " +
                                              std::string(bw::Message(selection.status()))));
  }
  incoming.selection = *std::move(selection);
  incoming.accepts = AcceptsOf(request.headers);
  Decoded decoded = Decode(request.body, options_.decode);
  if (decoded.batch) return PostBatch(incoming, std::move(decoded));
  if (const auto* malformed = std::get_if<Malformed>(&decoded.elements.front())) {
    return Refuse(incoming, malformed->id, malformed->error);
  }
  Message& message = std::get<Message>(decoded.elements.front());
  const EraDecision decision = DecideEra(incoming.mcp, message);
  if (decision.refusal) return Refuse(incoming, message.id, *decision.refusal);
  if (decision.era == Era::kModern) return PostModern(incoming, std::move(message));
  PostLegacy(incoming, std::move(message));
}

Request McpEndpoint::MakeRequest(const Incoming& incoming, Message message) const {
  Request request;
  const auto trace = incoming.exchange->request().headers.Get("traceparent");
  request.caller = {request_ids_.Next(), TraceparentOf(trace.value_or(""), message.params),
                    incoming.principal.name, incoming.principal.access};
  request.audience = {incoming.principal.tenant, Transport::kHttp, incoming.selection,
                      incoming.principal.access};
  request.message = std::move(message);
  return request;
}

EventStreamOptions McpEndpoint::StreamOptionsOf(const Incoming& incoming) const {
  return {incoming.origin, options_.sse_keep_alive, options_.max_stream_unsent_bytes};
}

std::shared_ptr<ReplySink> McpEndpoint::MakeSink(const Incoming& incoming,
                                                 std::optional<Admission::Slot> slot) {
  HttpReplyOptions options{incoming.accepts.event_stream, StreamOptionsOf(incoming),
                           access_.challenges};
  // Calls may send large results; those who listen hold no slot.
  if (slot) options.stream.max_unsent_bytes = 0;
  return std::make_shared<HttpReply>(incoming.exchange, std::move(options), std::move(slot),
                                     scheduler_);
}

void McpEndpoint::CancelWhenGone(const Incoming& incoming, const std::shared_ptr<Call>& call) {
  incoming.exchange->OnClientGone([weak = std::weak_ptr<Call>(call)] {
    if (const auto left = weak.lock()) left->Cancel();
  });
}

void McpEndpoint::DispatchListen(const Incoming& incoming, Request request) {
  if (!incoming.accepts.event_stream) {
    return Refuse(incoming, request.message.id,
                  MakeError(Fault::kNotAcceptable,
                            "Not Acceptable: the client must accept text/event-stream"));
  }
  if (incoming.exchange->request().body.size() > kMaxListenBytes) {
    return Refuse(
        incoming, request.message.id,
        MakeError(Fault::kInvalidParams, "Invalid params: a subscriptions/listen has at most " +
                                             std::to_string(kMaxListenBytes) + " bytes"));
  }
  CancelWhenGone(incoming,
                 dispatcher_.Dispatch(std::move(request), MakeSink(incoming, std::nullopt)));
}

void McpEndpoint::Dispatch(const Incoming& incoming, Request request) {
  auto slot = Enter(incoming, request.message.id, 1);
  if (!slot) return;
  const bool modern = request.era == Era::kModern;
  const auto call = dispatcher_.Dispatch(std::move(request), MakeSink(incoming, *std::move(slot)));
  // Leaving cancels in the modern era and must not in the legacy one.
  if (modern) CancelWhenGone(incoming, call);
}

void McpEndpoint::PostModern(const Incoming& incoming, Message message) {
  if (message.kind != Message::Kind::kRequest) {
    return Accept(incoming);
  }
  Request request = MakeRequest(incoming, std::move(message));
  request.era = Era::kModern;
  for (const auto& [name, value] : incoming.exchange->request().headers.all()) {
    if (IsParameterHeader(name)) request.parameter_headers.emplace_back(name, value);
  }
  request.revision = kModernRevision;
  if (request.message.method == kListenMethod) return DispatchListen(incoming, std::move(request));
  Dispatch(incoming, std::move(request));
}

std::optional<McpEndpoint::LegacyContext> McpEndpoint::FindLegacyContext(
    const Incoming& incoming, const std::optional<RequestId>& id) {
  LegacyContext context;
  std::optional<Revision> negotiated;
  if (const auto header = incoming.exchange->request().headers.Get("Mcp-Session-Id")) {
    const auto session = sessions_.Find(*header, incoming.principal.Key());
    if (!session.ok()) {
      Refuse(incoming, id,
             MakeError(Fault::kSessionUnknown, "Session not found: initialize again"));
      return std::nullopt;
    }
    negotiated = session->revision;
    context.client_capabilities_json = session->capabilities_json;
    context.session_id = std::string(*header);
    context.session = sessions_.RefOf(*session, incoming.principal.tenant);
  }
  const auto [revision, refusal] = DecideLegacyRevision(incoming.mcp.protocol_version, negotiated);
  if (refusal) {
    Refuse(incoming, id, *refusal);
    return std::nullopt;
  }
  if (!incoming.accepts.json || !incoming.accepts.event_stream) {
    Refuse(incoming, id,
           MakeError(Fault::kNotAcceptable,
                     "Not Acceptable: the client must accept "
                     "application/json and text/event-stream"));
    return std::nullopt;
  }
  context.revision = revision;
  return context;
}

void McpEndpoint::PostLegacy(const Incoming& incoming, Message message) {
  // What initialize is served in, it decides itself.
  const bool opens = message.kind == Message::Kind::kRequest && message.method == "initialize";
  LegacyContext context;
  if (!opens) {
    auto found = FindLegacyContext(incoming, message.id);
    if (!found) return;
    context = *std::move(found);
  }
  if (message.kind == Message::Kind::kResponse) {
    dispatcher_.HandleResponse(message, incoming.principal.tenant, context.session_id);
    return Accept(incoming);
  }
  if (message.kind == Message::Kind::kNotification) {
    dispatcher_.HandleNotification(message, context.session_id);
    return Accept(incoming);
  }
  Request request = MakeRequest(incoming, std::move(message));
  request.revision = context.revision;
  request.cancel_scope = std::move(context.session_id);
  request.client_capabilities_json = std::move(context.client_capabilities_json);
  request.session = std::move(context.session);
  Dispatch(incoming, std::move(request));
}

void McpEndpoint::PostBatch(const Incoming& incoming, Decoded decoded) {
  // The era needs no session; the revision does.
  const EraDecision era = DecideBatchEra(incoming.mcp, decoded, std::nullopt);
  if (era.era == Era::kModern) return Refuse(incoming, std::nullopt, *era.refusal);
  auto context = FindLegacyContext(incoming, std::nullopt);
  if (!context) return;
  const EraDecision decision = DecideBatchEra(incoming.mcp, decoded, context->revision);
  if (decision.refusal) return Refuse(incoming, std::nullopt, *decision.refusal);
  // The POST is charged already.
  access_.limits.Owe(incoming.principal.Key(), decoded.elements.size() - 1);
  auto whole = Enter(incoming, std::nullopt, decoded.elements.size());
  if (!whole) return;
  const auto batch = std::make_shared<Batch>(MakeSink(incoming, *std::move(whole)));
  bool any_answer = false;
  for (Element& element : decoded.elements) {
    if (const auto* malformed = std::get_if<Malformed>(&element)) {
      batch->AddReady(EncodeError(malformed->id, malformed->error));
      any_answer = true;
      continue;
    }
    Message& message = std::get<Message>(element);
    if (message.kind == Message::Kind::kResponse) {
      dispatcher_.HandleResponse(message, incoming.principal.tenant, context->session_id);
      continue;
    }
    if (message.kind == Message::Kind::kNotification) {
      dispatcher_.HandleNotification(message, context->session_id);
      continue;
    }
    any_answer = true;
    Request request = MakeRequest(incoming, std::move(message));
    request.revision = context->revision;
    request.cancel_scope = context->session_id;
    request.client_capabilities_json = context->client_capabilities_json;
    request.session = context->session;
    dispatcher_.Dispatch(std::move(request), batch->AddRequest());
  }
  if (!any_answer) return Accept(incoming);
  batch->Close();
}

std::optional<Session> McpEndpoint::NeedSession(const Incoming& incoming) {
  const auto refuse = [&](Fault fault, const char* message) {
    Refuse(incoming, std::nullopt, MakeError(fault, message));
    return std::nullopt;
  };
  const auto id = incoming.exchange->request().headers.Get("Mcp-Session-Id");
  if (incoming.mcp.protocol_version && NamesModernEra(*incoming.mcp.protocol_version)) {
    return refuse(Fault::kNotAllowed, "Method not allowed: no sessions in this revision");
  }
  if (!id) return refuse(Fault::kSessionMissing, "Bad Request: Mcp-Session-Id is missing");
  auto session = sessions_.Find(*id, incoming.principal.Key());
  if (!session.ok()) return refuse(Fault::kSessionUnknown, "Session not found");
  return *std::move(session);
}

void McpEndpoint::Get(const Incoming& incoming) {
  const auto session = NeedSession(incoming);
  if (!session) return;
  const auto decided = DecideLegacyRevision(incoming.mcp.protocol_version, session->revision);
  if (decided.refusal) return Refuse(incoming, std::nullopt, *decided.refusal);
  if (!AcceptsOf(incoming.exchange->request().headers).event_stream) {
    return Refuse(incoming, std::nullopt,
                  MakeError(Fault::kNotAcceptable,
                            "Not Acceptable: the client must accept text/event-stream"));
  }
  const auto stream = SessionStream::Start(
      {subscriptions_, directory_}, StreamKind::kSession,
      sessions_.RefOf(*session, incoming.principal.tenant), request_ids_.Next(),
      std::make_shared<HttpMessageSink>(incoming.exchange, StreamOptionsOf(incoming), scheduler_));
  if (!stream.ok()) {
    const bool ended = stream.status().code() == StatusCode::kNotFound;
    return Refuse(incoming, std::nullopt,
                  MakeError(ended ? Fault::kSessionUnknown : Fault::kOverloaded,
                            std::string(bw::Message(stream.status()))));
  }
  incoming.exchange->OnClientGone([weak = std::weak_ptr<SessionStream>(*stream)] {
    if (const auto left = weak.lock()) left->Leave();
  });
}

void McpEndpoint::Delete(const Incoming& incoming) {
  const auto session = NeedSession(incoming);
  if (!session) return;
  dispatcher_.CancelAll(std::string(*incoming.exchange->request().headers.Get("Mcp-Session-Id")));
  directory_.End(sessions_.RefOf(*session, incoming.principal.tenant),
                 [exchange = incoming.exchange, origin = incoming.origin](const Status&) {
                   http::Response ended = EmptyResponse(200);
                   AddCorsHeaders(ended, origin);
                   exchange->Reply(std::move(ended));
                 });
}

}  // namespace bw::gateway
