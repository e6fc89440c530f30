#include "gateway/http/mcp_endpoint.h"

#include <utility>

#include "gateway/core/batch.h"
#include "gateway/http/http_reply.h"
#include "gateway/http/selection.h"

namespace bw::gateway {
namespace {

constexpr const char* kAllowedMethods = "POST, DELETE, OPTIONS";
constexpr const char* kAllowedHeaders =
    "content-type, accept, authorization, mcp-protocol-version, mcp-method, mcp-name, "
    "mcp-session-id, last-event-id, traceparent, tracestate";

struct RefusalRow {
  AccessGuard::Refusal refusal;
  RefusalReason reason;
  Fault fault;
  const char* message;
};
constexpr RefusalRow kRefusals[] = {
    {AccessGuard::Refusal::kHost, RefusalReason::kHost, Fault::kForbidden,
     "Forbidden: this Host is not served; see BW_MCP_ALLOWED_HOSTS"},
    {AccessGuard::Refusal::kOrigin, RefusalReason::kOrigin, Fault::kForbidden,
     "Forbidden: this Origin may not call; see BW_MCP_ALLOWED_ORIGINS"},
    {AccessGuard::Refusal::kToken, RefusalReason::kToken, Fault::kUnauthorized,
     "Unauthorized: a valid bearer token is required"},
};

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

McpEndpoint::McpEndpoint(EndpointOptions options, AccessOptions access,
                         const Dependencies& dependencies)
    : options_(std::move(options)),
      guard_(std::move(access), dependencies.authenticator),
      dispatcher_(dependencies.dispatcher),
      sessions_(dependencies.sessions),
      request_ids_(dependencies.request_ids),
      scheduler_(dependencies.scheduler),
      metrics_(dependencies.metrics),
      admission_(options_.max_concurrent_requests) {}

void McpEndpoint::Handle(std::shared_ptr<http::Exchange> exchange) {
  const http::Request& request = exchange->request();
  if (request.path != options_.path) {
    exchange->Reply(http::TextResponse(404, "MCP is served at " + options_.path + "\n"));
    return;
  }
  if (request.method == "OPTIONS") return Preflight(*exchange);
  AccessGuard::Verdict verdict = guard_.Check(request.headers);
  if (verdict.refusal) return RefuseAccess(*exchange, verdict);
  Incoming incoming;
  incoming.principal = std::move(verdict.principal);
  incoming.origin = std::string(request.headers.Get("Origin").value_or(""));
  incoming.mcp = ReadMcpHeaders(request.headers);
  incoming.exchange = std::move(exchange);
  if (request.method == "POST") return Post(std::move(incoming));
  if (request.method == "DELETE") return Delete(incoming);
  Refuse(incoming, std::nullopt, MakeError(Fault::kNotAllowed, "Method not allowed"));
}

void McpEndpoint::Preflight(http::Exchange& exchange) const {
  const http::Headers& headers = exchange.request().headers;
  if (const auto refusal = guard_.CheckSource(headers))
    return RefuseAccess(exchange, {refusal, {}});
  http::Response response = EmptyResponse(204);
  response.headers.Add("Allow", kAllowedMethods);
  const std::string origin(headers.Get("Origin").value_or(""));
  if (!origin.empty()) {
    AddCorsHeaders(response, origin);
    response.headers.Add("Access-Control-Allow-Methods", kAllowedMethods);
    response.headers.Add("Access-Control-Allow-Headers", kAllowedHeaders);
    response.headers.Add("Access-Control-Max-Age", "600");
  }
  exchange.Reply(std::move(response));
}

void McpEndpoint::RefuseAccess(http::Exchange& exchange,
                               const AccessGuard::Verdict& verdict) const {
  for (const RefusalRow& row : kRefusals) {
    if (row.refusal != verdict.refusal) continue;
    metrics_.Refused(row.reason);
    http::Response response = ErrorResponse(std::nullopt, MakeError(row.fault, row.message));
    if (row.fault == Fault::kUnauthorized) {
      std::string challenge = R"(Bearer realm="bandwidth-mcp")";
      if (verdict.invalid_token) challenge += R"(, error="invalid_token")";
      response.headers.Add("WWW-Authenticate", std::move(challenge));
      // The source was allowed, so its page may learn why it was refused.
      AddCorsHeaders(response, std::string(exchange.request().headers.Get("Origin").value_or("")));
    }
    exchange.Reply(std::move(response));
    return;
  }
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
                    incoming.principal.name};
  request.audience = {incoming.principal.tenant, Transport::kHttp, incoming.selection};
  request.message = std::move(message);
  return request;
}

std::shared_ptr<ReplySink> McpEndpoint::MakeSink(const Incoming& incoming, Admission::Slot slot) {
  HttpReplyOptions options{incoming.accepts.event_stream, incoming.origin, options_.sse_keep_alive};
  return std::make_shared<HttpReply>(incoming.exchange, std::move(options), std::move(slot),
                                     scheduler_);
}

void McpEndpoint::Dispatch(const Incoming& incoming, Request request) {
  Admission::Slot slot = admission_.TryEnter();
  if (!slot) return Refuse(incoming, request.message.id, Overloaded());
  const bool modern = request.era == Era::kModern;
  const auto call = dispatcher_.Dispatch(std::move(request), MakeSink(incoming, std::move(slot)));
  // Leaving cancels in the modern era and must not in the legacy one.
  if (!modern) return;
  incoming.exchange->OnClientGone([weak = std::weak_ptr<Call>(call)] {
    if (const auto left = weak.lock()) left->Cancel();
  });
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
  Dispatch(incoming, std::move(request));
}

std::optional<McpEndpoint::LegacyContext> McpEndpoint::FindLegacyContext(
    const Incoming& incoming, const std::optional<RequestId>& id) {
  LegacyContext context;
  std::optional<Revision> negotiated;
  if (const auto header = incoming.exchange->request().headers.Get("Mcp-Session-Id")) {
    const auto session = sessions_.Find(*header, incoming.principal.name);
    if (!session.ok()) {
      Refuse(incoming, id,
             MakeError(Fault::kSessionUnknown, "Session not found: initialize again"));
      return std::nullopt;
    }
    negotiated = session->revision;
    context.client_capabilities_json = session->capabilities_json;
    context.session_id = std::string(*header);
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
  Admission::Slot whole = admission_.TryEnter();
  if (!whole) return Refuse(incoming, std::nullopt, Overloaded());
  const auto batch = std::make_shared<Batch>(MakeSink(incoming, std::move(whole)));
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
    dispatcher_.Dispatch(std::move(request), batch->AddRequest());
  }
  if (!any_answer) return Accept(incoming);
  batch->Close();
}

void McpEndpoint::Delete(const Incoming& incoming) {
  const auto id = incoming.exchange->request().headers.Get("Mcp-Session-Id");
  if (incoming.mcp.protocol_version && NamesModernEra(*incoming.mcp.protocol_version)) {
    return Refuse(
        incoming, std::nullopt,
        MakeError(Fault::kNotAllowed, "Method not allowed: no sessions in this revision"));
  }
  if (!id) {
    return Refuse(incoming, std::nullopt,
                  MakeError(Fault::kSessionMissing, "Bad Request: Mcp-Session-Id is missing"));
  }
  if (!sessions_.Find(*id, incoming.principal.name).ok()) {
    return Refuse(incoming, std::nullopt, MakeError(Fault::kSessionUnknown, "Session not found"));
  }
  sessions_.End(*id);
  dispatcher_.CancelAll(std::string(*id));
  http::Response ended = EmptyResponse(200);
  AddCorsHeaders(ended, incoming.origin);
  incoming.exchange->Reply(std::move(ended));
}

}  // namespace bw::gateway
