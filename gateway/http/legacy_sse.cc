#include "gateway/http/legacy_sse.h"

#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "gateway/core/admission.h"
#include "gateway/core/client_capabilities.h"
#include "gateway/core/session_stream.h"
#include "gateway/http/cors.h"
#include "gateway/http/media_types.h"

namespace bw::gateway {
namespace {

// A message to a replica that has just lost its stream is worth nothing soon.
constexpr std::chrono::milliseconds kKeepMail{60'000};

MailAddress AddressOf(const std::string& tenant, const std::string& digest) {
  return {tenant, "sse/" + digest};
}

void Answer(const LegacySse::Incoming& incoming, http::Response response) {
  AddCorsHeaders(response, incoming.origin);
  incoming.exchange->Reply(std::move(response));
}

void Refuse(const LegacySse::Incoming& incoming, Fault fault, std::string message) {
  const RpcError error = MakeError(fault, std::move(message));
  http::Response response = http::JsonResponse(error.http_status, EncodeError(std::nullopt, error));
  if (error.http_status == 503) response.headers.Add("Retry-After", "1");
  if (error.http_status == 405) {
    const bool stream = incoming.exchange->request().path == LegacySse::kStreamPath;
    response.headers.Add("Allow", stream ? "GET, OPTIONS" : "POST, OPTIONS");
  }
  Answer(incoming, std::move(response));
}

void Accept(const LegacySse::Incoming& incoming) {
  Answer(incoming, http::TextResponse(202, "Accepted"));
}

}  // namespace

// The streams of this replica by their sessions' digests. Thread-safe.
class LegacySse::Streams {
 public:
  void Add(const std::string& digest, const std::shared_ptr<Stream>& stream) {
    const std::lock_guard lock(mutex_);
    streams_[digest] = stream;
  }
  void Remove(const std::string& digest) {
    const std::lock_guard lock(mutex_);
    streams_.erase(digest);
  }
  std::shared_ptr<Stream> Find(const std::string& digest) const {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(digest);
    return found == streams_.end() ? nullptr : found->second.lock();
  }

 private:
  mutable std::mutex mutex_;  // guards streams_
  std::unordered_map<std::string, std::weak_ptr<Stream>> streams_;
};

// One client: its stream, and the messages that come for it. Held by the session's stream.
// Thread-safe.
class LegacySse::Stream : public MessageSink, public std::enable_shared_from_this<Stream> {
 public:
  Stream(const LegacySseOptions& options, const Dependencies& dependencies,
         std::shared_ptr<Streams> streams, const Incoming& incoming, std::string session_id,
         const SessionRef& session)
      : options_(options),
        dependencies_(dependencies),
        streams_(std::move(streams)),
        incoming_(incoming),
        session_id_(std::move(session_id)),
        session_(session),
        admission_(options.max_requests_per_stream) {}

  void Open() override;
  void Send(std::string message) override;
  void Close() override;
  /// The stream is over: nothing is taken or awaited for it any more.
  void End();
  /// One message of the client, as it was POSTed.
  void Take(std::string_view text);

 private:
  class Sink;

  void WaitForMail();
  void Dispatch(Message message);
  std::shared_ptr<EventStream> stream() const;

  const LegacySseOptions options_;
  const Dependencies dependencies_;
  const std::shared_ptr<Streams> streams_;
  const Incoming incoming_;
  const std::string session_id_;
  const SessionRef session_;
  Admission admission_;
  mutable std::mutex mutex_;  // guards all below
  std::shared_ptr<EventStream> stream_;
  std::shared_ptr<Cancellable> mail_;
  bool over_ = false;
  Revision revision_ = Revision::k2024_11_05;
  std::string capabilities_json_ = "{}";
};

// Every answer travels on the stream, whatever its HTTP status would be elsewhere.
class LegacySse::Stream::Sink : public ReplySink {
 public:
  Sink(std::shared_ptr<Stream> stream, Admission::Slot slot)
      : stream_(std::move(stream)), slot_(std::move(slot)) {}
  void Notify(std::string message) override { stream_->Send(std::move(message)); }
  void Finish(Reply reply) override { stream_->Send(std::move(reply.body)); }
  void Abandon() override {}

 private:
  const std::shared_ptr<Stream> stream_;
  const Admission::Slot slot_;
};

std::shared_ptr<EventStream> LegacySse::Stream::stream() const {
  const std::lock_guard lock(mutex_);
  return stream_;
}

void LegacySse::Stream::Open() {
  const EventStreamOptions options{incoming_.origin, options_.keep_alive, 0};
  const auto opened = EventStream::Start(*incoming_.exchange, options, dependencies_.scheduler);
  if (!opened) return;
  bool over = false;
  {
    const std::lock_guard lock(mutex_);
    stream_ = opened;
    over = over_;
  }
  if (over) return opened->Close();
  streams_->Add(session_.digest, shared_from_this());
  opened->SendNamed("endpoint",
                    std::string(kMessagesPath) + "?sessionId=" + http::PercentEncode(session_id_));
  WaitForMail();
}

void LegacySse::Stream::Send(std::string message) {
  if (const auto open = stream()) open->Send(message);
}

void LegacySse::Stream::Close() {
  End();
  if (const auto open = stream()) return open->Close();
  Open();
}

void LegacySse::Stream::End() {
  std::shared_ptr<Cancellable> mail;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return;
    mail = std::move(mail_);
  }
  streams_->Remove(session_.digest);
  if (mail) mail->Cancel();
  // Nobody would hear the answers.
  dependencies_.dispatcher.CancelAll(session_id_);
}

void LegacySse::Stream::WaitForMail() {
  if (dependencies_.mailbox == nullptr) return;
  auto wait = dependencies_.mailbox->Wait(AddressOf(session_.tenant, session_.digest),
                                          [weak = weak_from_this()](StatusOr<std::string> text) {
                                            const auto self = weak.lock();
                                            if (!self || !text.ok()) return;
                                            self->Take(*text);
                                            self->WaitForMail();
                                          });
  {
    const std::lock_guard lock(mutex_);
    if (!over_) {
      mail_ = std::move(wait);
      return;
    }
  }
  wait->Cancel();
}

void LegacySse::Stream::Take(std::string_view text) {
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
  }
  Decoded decoded = Decode(text, options_.decode);
  auto* message = std::get_if<Message>(&decoded.elements.front());
  // Who POSTed anything else was told so.
  if (decoded.batch || message == nullptr) return;
  switch (message->kind) {
    case Message::Kind::kResponse:
      return dependencies_.dispatcher.HandleResponse(*message, session_.tenant, session_id_);
    case Message::Kind::kNotification:
      return dependencies_.dispatcher.HandleNotification(*message, session_id_);
    case Message::Kind::kRequest:
      return Dispatch(std::move(*message));
  }
}

void LegacySse::Stream::Dispatch(Message message) {
  Admission::Slot slot = admission_.TryEnter();
  if (!slot) {
    return Send(EncodeError(
        message.id,
        MakeError(Fault::kOverloaded, "Too many requests of this client are under way")));
  }
  Request request;
  {
    const std::lock_guard lock(mutex_);
    if (message.method == "initialize") {
      const auto asked = json::GetString(message.params, "protocolVersion");
      if (asked) revision_ = NegotiateLegacy(*asked);
      const json::Json* declared = json::Find(message.params, "capabilities");
      if (declared != nullptr) capabilities_json_ = PruneCapabilities(*declared);
    }
    request.revision = revision_;
    request.client_capabilities_json = capabilities_json_;
  }
  const Principal& principal = incoming_.principal;
  request.caller = {dependencies_.request_ids.Next(), TraceparentOf({}, message.params),
                    principal.name, principal.access};
  request.audience = {principal.tenant, Transport::kHttp, {}, principal.access};
  request.cancel_scope = session_id_;
  request.session = session_;
  request.message = std::move(message);
  dependencies_.dispatcher.Dispatch(std::move(request),
                                    std::make_shared<Sink>(shared_from_this(), std::move(slot)));
}

LegacySse::LegacySse(LegacySseOptions options, const Dependencies& dependencies)
    : options_(options), dependencies_(dependencies), streams_(std::make_shared<Streams>()) {}

LegacySse::~LegacySse() = default;

void LegacySse::Handle(const Incoming& incoming) {
  const http::Request& request = incoming.exchange->request();
  if (request.path == kStreamPath && request.method == "GET") return OpenStream(incoming);
  if (request.path == kMessagesPath && request.method == "POST") return TakeMessage(incoming);
  Refuse(incoming, Fault::kNotAllowed, "Method not allowed");
}

void LegacySse::OpenStream(const Incoming& incoming) {
  if (!AcceptsOf(incoming.exchange->request().headers).event_stream) {
    return Refuse(incoming, Fault::kNotAcceptable,
                  "Not Acceptable: the client must accept text/event-stream");
  }
  Session opened;
  opened.revision = Revision::k2024_11_05;
  opened.principal = incoming.principal.Key();
  const std::string id = dependencies_.sessions.Open(std::move(opened));
  const auto session = dependencies_.sessions.Find(id, incoming.principal.Key());
  if (!session.ok()) {
    return Refuse(incoming, Fault::kOverloaded, std::string(bw::Message(session.status())));
  }
  const SessionRef ref = dependencies_.sessions.RefOf(*session, incoming.principal.tenant);
  const auto stream =
      std::make_shared<Stream>(options_, dependencies_, streams_, incoming, id, ref);
  const auto started =
      SessionStream::Start({dependencies_.subscriptions, dependencies_.directory},
                           StreamKind::kLegacySse, ref, dependencies_.request_ids.Next(), stream);
  if (!started.ok()) {
    return Refuse(incoming, Fault::kOverloaded, std::string(bw::Message(started.status())));
  }
  incoming.exchange->OnClientGone(
      [weak = std::weak_ptr<SessionStream>(*started), weak_stream = std::weak_ptr<Stream>(stream)] {
        if (const auto left = weak_stream.lock()) left->End();
        if (const auto left = weak.lock()) left->Leave();
      });
}

void LegacySse::TakeMessage(const Incoming& incoming) {
  const http::Request& request = incoming.exchange->request();
  const auto id = request.Query("sessionId");
  if (!id) return Refuse(incoming, Fault::kSessionMissing, "Bad Request: sessionId is missing");
  const auto session = dependencies_.sessions.Find(*id, incoming.principal.Key());
  if (!session.ok()) return Refuse(incoming, Fault::kSessionUnknown, "Session not found");
  if (!IsJsonContent(request.headers)) {
    return Refuse(incoming, Fault::kMediaType, "Unsupported Media Type: send application/json");
  }
  const Decoded decoded = Decode(request.body, options_.decode);
  if (decoded.batch) {
    return Refuse(incoming, Fault::kInvalidRequest,
                  "Invalid Request: this transport takes one message at a time");
  }
  if (const auto* malformed = std::get_if<Malformed>(&decoded.elements.front())) {
    return Answer(incoming, http::JsonResponse(malformed->error.http_status,
                                               EncodeError(malformed->id, malformed->error)));
  }
  const auto stream = streams_->Find(session->digest);
  if (!stream) return HandOver(incoming, session->digest);
  Accept(incoming);
  stream->Take(request.body);
}

void LegacySse::HandOver(const Incoming& incoming, const std::string& digest) {
  if (dependencies_.mailbox == nullptr || !dependencies_.directory.HasStream(digest)) {
    return Refuse(incoming, Fault::kSessionUnknown, "Session not found: its stream has ended");
  }
  dependencies_.mailbox->Put(
      AddressOf(incoming.principal.tenant, digest), incoming.exchange->request().body, kKeepMail,
      [incoming](const Status& status) {
        if (status.ok()) return Accept(incoming);
        Refuse(incoming, Fault::kOverloaded, "The message could not be handed to its stream");
      });
}

}  // namespace bw::gateway
