#include "gateway/stdio/stdio_server.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gateway/core/batch.h"
#include "gateway/core/client_capabilities.h"
#include "gateway/core/session_stream.h"
#include "gateway/stdio/line_reader.h"
#include "gateway/stdio/outbox.h"

namespace bw::gateway {
namespace {

// There is one client, so its requests share one scope.
const std::string kScope = "stdio";
constexpr std::size_t kReadBytes = 64u << 10;
// A client that reads no more may still hold our input open.
constexpr int kBrokenCheckMs = 1'000;
// For what is left to be written once everything is answered or cancelled.
constexpr std::chrono::milliseconds kFlushLimit{5'000};

}  // namespace

// What lives as long as a request does, beyond the server if need be. Lines are handled by one
// thread; answers come from any.
class StdioServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(const StdioOptions& options, const Dependencies& dependencies)
      : outbox_(options.out, options.max_unsent_bytes),
        decode_(options.decode),
        tenant_(options.tenant),
        dispatcher_(dependencies.dispatcher),
        directory_(dependencies.directory),
        subscriptions_(dependencies.subscriptions),
        request_ids_(dependencies.request_ids),
        metrics_(dependencies.metrics),
        admission_(options.max_concurrent_requests) {}

  void HandleLine(std::string_view line);
  void HandleTooLong();
  /// Waits for what is under way, cancels what takes too long, writes the answers.
  void Finish(std::chrono::milliseconds limit);
  bool broken() const { return outbox_.broken(); }

 private:
  class Sink;
  class NewsSink;

  void HandleMessage(Message message);
  void HandleUnanswered(const Message& message);
  void HandleBatch(Decoded decoded);
  void Dispatch(Message message, Era era, std::shared_ptr<ReplySink> sink);
  // nullptr when as many requests are under way as may be.
  std::shared_ptr<ReplySink> MakeSink();
  std::shared_ptr<ReplySink> MakeListenSink();
  std::shared_ptr<ReplySink> AddSink(std::optional<Admission::Slot> slot);
  SessionRef session() const;
  void OpenSession();
  void Refuse(const std::optional<RequestId>& id, const RpcError& error);
  void Over();

  Outbox outbox_;
  const DecodeLimits decode_;
  const std::string tenant_;
  Dispatcher& dispatcher_;
  SessionDirectory& directory_;
  Subscriptions& subscriptions_;
  RequestIds& request_ids_;
  Metrics& metrics_;
  Admission admission_;
  // Of the reading thread only.
  StdioEra era_ = StdioEra::kUndecided;
  Revision legacy_revision_ = kLatestLegacyRevision;
  std::string legacy_capabilities_json_ = "{}";
  bool session_open_ = false;

  std::mutex mutex_;  // guards under_way_
  std::condition_variable all_over_;
  std::size_t under_way_ = 0;
};

class StdioServer::Connection::Sink : public ReplySink {
 public:
  Sink(std::shared_ptr<Connection> connection, std::optional<Admission::Slot> slot)
      : connection_(std::move(connection)), slot_(std::move(slot)) {}

  void Notify(std::string message) override { connection_->outbox_.Post(std::move(message)); }
  void Finish(Reply reply) override {
    connection_->outbox_.Post(std::move(reply.body));
    connection_->Over();
  }
  void Abandon() override { connection_->Over(); }

 private:
  const std::shared_ptr<Connection> connection_;
  const std::optional<Admission::Slot> slot_;
};

// What a legacy client hears of changes: notifications among the answers.
class StdioServer::Connection::NewsSink : public MessageSink {
 public:
  explicit NewsSink(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  void Open() override {}
  void Send(std::string message) override { connection_->outbox_.Post(std::move(message)); }
  void Close() override {}

 private:
  const std::shared_ptr<Connection> connection_;
};

void StdioServer::Connection::Over() {
  {
    const std::lock_guard lock(mutex_);
    --under_way_;
  }
  all_over_.notify_all();
}

void StdioServer::Connection::Finish(std::chrono::milliseconds limit) {
  dispatcher_.StopAsking();
  const auto none = [this] { return under_way_ == 0; };
  // Who listens would be under way for ever.
  subscriptions_.EndAll();
  {
    std::unique_lock lock(mutex_);
    all_over_.wait_for(lock, limit, none);
  }
  dispatcher_.CancelAll(kScope);
  outbox_.Close(limit.count() == 0 ? limit : kFlushLimit);
}

void StdioServer::Connection::Refuse(const std::optional<RequestId>& id, const RpcError& error) {
  metrics_.Refused(error.http_status == 503 ? RefusalReason::kOverload : RefusalReason::kFraming);
  outbox_.Post(EncodeError(id, error));
}

void StdioServer::Connection::HandleTooLong() {
  Refuse(std::nullopt, MakeError(Fault::kParse, "Parse error: a message has at most " +
                                                    std::to_string(decode_.max_bytes) + " bytes"));
}

void StdioServer::Connection::HandleLine(std::string_view line) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  Decoded decoded = Decode(line, decode_);
  if (decoded.batch) return HandleBatch(std::move(decoded));
  if (const auto* malformed = std::get_if<Malformed>(&decoded.elements.front())) {
    return Refuse(malformed->id, malformed->error);
  }
  HandleMessage(std::get<Message>(std::move(decoded.elements.front())));
}

std::shared_ptr<ReplySink> StdioServer::Connection::MakeSink() {
  Admission::Slot slot = admission_.TryEnter();
  if (!slot) return nullptr;
  return AddSink(std::move(slot));
}

std::shared_ptr<ReplySink> StdioServer::Connection::MakeListenSink() {
  return AddSink(std::nullopt);
}

std::shared_ptr<ReplySink> StdioServer::Connection::AddSink(std::optional<Admission::Slot> slot) {
  const std::lock_guard lock(mutex_);
  ++under_way_;
  return std::make_shared<Sink>(shared_from_this(), std::move(slot));
}

void StdioServer::Connection::HandleMessage(Message message) {
  const StdioDecision decided = DecideStdioEra(era_, message);
  era_ = decided.connection;
  if (decided.decision.refusal) return Refuse(message.id, *decided.decision.refusal);
  if (message.kind != Message::Kind::kRequest) return HandleUnanswered(message);
  if (decided.decision.era == Era::kLegacy && message.method == "initialize") {
    const auto asked = json::GetString(message.params, "protocolVersion");
    if (asked) legacy_revision_ = NegotiateLegacy(*asked);
    const json::Json* declared = json::Find(message.params, "capabilities");
    if (declared != nullptr) legacy_capabilities_json_ = PruneCapabilities(*declared);
    OpenSession();
  }
  const bool listens = decided.decision.era == Era::kModern && message.method == kListenMethod;
  auto sink = listens ? MakeListenSink() : MakeSink();
  if (!sink) {
    return Refuse(message.id, MakeError(Fault::kOverloaded, "Too many requests are under way"));
  }
  Dispatch(std::move(message), decided.decision.era, std::move(sink));
}

void StdioServer::Connection::HandleUnanswered(const Message& message) {
  if (message.kind == Message::Kind::kResponse) {
    return dispatcher_.HandleResponse(message, tenant_, kScope);
  }
  dispatcher_.HandleNotification(message, kScope);
}

// The connection is the session: its name needs to differ from nobody's.
SessionRef StdioServer::Connection::session() const {
  return {kScope, tenant_, {}, std::numeric_limits<std::int64_t>::max()};
}

void StdioServer::Connection::OpenSession() {
  if (session_open_) return;
  // It holds this connection, and is dropped when the subscriptions end. It is refused only when
  // that has happened.
  session_open_ =
      SessionStream::Start({subscriptions_, directory_}, StreamKind::kSession, session(), kScope,
                           std::make_shared<NewsSink>(shared_from_this()))
          .ok();
}

void StdioServer::Connection::Dispatch(Message message, Era era, std::shared_ptr<ReplySink> sink) {
  Request request;
  request.era = era;
  request.revision = era == Era::kModern ? kModernRevision : legacy_revision_;
  request.caller = {request_ids_.Next(), TraceparentOf({}, message.params), {}};
  request.audience = {tenant_, Transport::kStdio, {}};
  request.cancel_scope = kScope;
  request.client_capabilities_json = legacy_capabilities_json_;
  if (era == Era::kLegacy) request.session = session();
  request.message = std::move(message);
  dispatcher_.Dispatch(std::move(request), std::move(sink));
}

void StdioServer::Connection::HandleBatch(Decoded decoded) {
  // A connection that has not been opened has no revision that could allow batches.
  const EraDecision decision = DecideBatchEra({}, decoded, legacy_revision_);
  if (decision.refusal) return Refuse(std::nullopt, *decision.refusal);
  if (era_ == StdioEra::kModern) {
    return Refuse(std::nullopt,
                  MakeError(Fault::kInvalidRequest, "Invalid Request: batches are not supported"));
  }
  auto sink = MakeSink();
  if (!sink) {
    return Refuse(std::nullopt, MakeError(Fault::kOverloaded, "Too many requests are under way"));
  }
  const auto batch = std::make_shared<Batch>(std::move(sink));
  for (Element& element : decoded.elements) {
    if (const auto* malformed = std::get_if<Malformed>(&element)) {
      batch->AddReady(EncodeError(malformed->id, malformed->error));
      continue;
    }
    Message& message = std::get<Message>(element);
    if (message.kind != Message::Kind::kRequest) {
      HandleUnanswered(message);
      continue;
    }
    Dispatch(std::move(message), Era::kLegacy, batch->AddRequest());
  }
  batch->Close();
}

StdioServer::StdioServer(StdioOptions options, const Dependencies& dependencies,
                         std::function<void()> ended)
    : finish_limit_(options.finish_limit),
      in_(options.in),
      ended_(std::move(ended)),
      connection_(std::make_shared<Connection>(options, dependencies)),
      wake_(eventfd(0, EFD_CLOEXEC)) {
  reader_ = std::thread([this, max = options.decode.max_bytes] { Read(max); });
}

StdioServer::~StdioServer() {
  Stop(std::chrono::milliseconds(0));
  ::close(wake_);
}

void StdioServer::Stop(std::chrono::milliseconds limit) {
  if (stopping_.exchange(true)) return;
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof(one)) < 0) return;
  if (reader_.joinable()) reader_.join();
  connection_->Finish(limit);
}

void StdioServer::Read(std::size_t max_line_bytes) {
  LineReader lines(max_line_bytes);
  const auto line = [this](std::string_view text) { connection_->HandleLine(text); };
  const auto too_long = [this] { connection_->HandleTooLong(); };
  std::array<char, kReadBytes> buffer;
  while (!connection_->broken()) {
    pollfd watched[] = {{in_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (::poll(watched, 2, kBrokenCheckMs) < 0 && errno != EINTR) break;
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    const ssize_t count = ::read(in_, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) break;
    lines.Add({buffer.data(), static_cast<std::size_t>(count)}, line, too_long);
  }
  lines.End(line);
  connection_->Finish(finish_limit_);
  if (!stopping_ && ended_) ended_();
}

}  // namespace bw::gateway
