#include "common/http/connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bw::http {
namespace {

// Buffers beyond this are given back when they have been emptied: most connections idle.
constexpr std::size_t kKeptBufferBytes = 4u << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string ChunkHead(std::size_t size) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  return std::string(digits.data(), end).append("\r\n");
}

void ClearBuffer(std::string* buffer, std::size_t* offset) {
  *offset = 0;
  if (buffer->capacity() > kKeptBufferBytes) {
    std::string().swap(*buffer);
  } else {
    buffer->clear();
  }
}

Response InvalidAnswer() {
  return TextResponse(500, "The server's answer had an invalid status or header field.");
}

}  // namespace

void Connection::Afterwards::Run() {
  if (written) std::exchange(written, nullptr)(written_whole);
  if (!client_gone) return;
  for (const auto& callback : gone) callback();
}

Connection::Connection(std::shared_ptr<ServerState> state, std::unique_ptr<ByteSink> sink,
                       std::string peer)
    : state_(std::move(state)),
      sink_(std::move(sink)),
      peer_(std::move(peer)),
      reader_({state_->options.max_header_bytes, state_->options.max_body_bytes}) {
  SetDeadline(state_->options.idle_timeout);
}

Connection::~Connection() = default;

void Connection::OnInput(std::string_view bytes) {
  Lock lock(mutex_);
  if (gone()) return;
  if (phase_ == Phase::kLingering) return Discard(bytes.size());
  if (phase_ != Phase::kReading || pumping_) {
    if (!KeepForLater(bytes)) CutNow();
    return;
  }
  Pump(lock, bytes);
}

void Connection::Resume() {
  Lock lock(mutex_);
  if (phase_ == Phase::kReading && !pumping_) Pump(lock, {});
}

// Turns bytes into requests until one is in flight that is not answered at once. `fresh` lives only
// as long as the caller's buffer: what is not consumed is kept before the lock is released.
void Connection::Pump(Lock& lock, std::string_view fresh) {
  pumping_ = true;
  while (phase_ == Phase::kReading && ReadOne(&fresh)) Dispatch(lock);
  pumping_ = false;
}

// Reads one request and keeps what follows it; false if there is none yet or the stream is refused.
bool Connection::ReadOne(std::string_view* fresh) {
  const bool was_started = reader_.started();
  const bool awaited_body = reader_.awaits_body();
  const bool direct = pending_.empty();
  if (!direct) pending_.append(*fresh);
  const std::string_view input =
      direct ? *fresh : std::string_view(pending_).substr(pending_offset_);
  std::size_t consumed = 0;
  const RequestReader::Outcome outcome = reader_.Read(input, &consumed);
  if (outcome == RequestReader::Outcome::kRefused) {
    *fresh = {};
    ClearBuffer(&pending_, &pending_offset_);
    Refuse(reader_.refusal().status, reader_.refusal().reason);
    return false;
  }
  if (direct) {
    pending_.assign(input.substr(consumed));
  } else {
    ConsumePending(consumed);
  }
  *fresh = {};
  if (outcome == RequestReader::Outcome::kRequest) return true;
  SetReadingDeadline(was_started, awaited_body);
  if (reader_.TakeContinueWish()) Write(std::string(kContinue), {});
  return false;
}

void Connection::Dispatch(Lock& lock) {
  Request request = reader_.TakeRequest();
  request.peer = peer_;
  phase_ = Phase::kAnswering;
  deadline_ = TimePoint::max();
  keep_alive_ = reader_.framing().keep_alive;
  auto exchange = MakeExchange(shared_from_this(), ++serial_, std::move(request));
  Count(state_->counters.requests);
  lock.unlock();
  state_->handler(std::move(exchange));
  lock.lock();
}

bool Connection::KeepForLater(std::string_view bytes) {
  const std::size_t limit = state_->options.max_header_bytes + state_->options.max_body_bytes;
  if (pending_.size() - pending_offset_ + bytes.size() > limit) return false;
  pending_.append(bytes);
  return true;
}

void Connection::ConsumePending(std::size_t bytes) {
  pending_offset_ += bytes;
  if (pending_offset_ == pending_.size()) {
    ClearBuffer(&pending_, &pending_offset_);
  } else if (pending_offset_ > pending_.size() / 2) {  // moves each byte once on average
    pending_.erase(0, pending_offset_);
    pending_offset_ = 0;
  }
}

void Connection::Discard(std::size_t bytes) {
  lingered_bytes_ += bytes;
  if (lingered_bytes_ > kMaxLingerBytes) CutNow();
}

// Answers what cannot be read on, and ends the connection: where the next request would begin is
// not known.
void Connection::Refuse(int status, std::string_view reason) {
  Count(status == 408 ? state_->counters.timeouts : state_->counters.malformed);
  keep_alive_ = false;
  ++serial_;
  Afterwards nothing;
  SendWhole(TextResponse(status, reason), &nothing);
}

bool Connection::Reply(std::uint64_t serial, Response response, std::function<void(bool)> written) {
  Afterwards after;
  bool accepted = false;
  {
    Lock lock(mutex_);
    accepted = InPhase(serial, Phase::kAnswering);
    if (accepted) {
      written_ = std::move(written);
      SendWhole(IsSendable(response) ? std::move(response) : InvalidAnswer(), &after);
      accepted = !gone();
    } else {
      after.written = std::move(written);
    }
  }
  after.Run();
  return accepted;
}

void Connection::SendWhole(Response response, Afterwards* after) {
  if (AsksToClose(response) || state_->draining.load(std::memory_order_relaxed))
    keep_alive_ = false;
  const RequestReader::Framing& framing = reader_.framing();
  std::string head = SerializeResponseHead(response, {.framing = BodyFraming::kContentLength,
                                                      .keep_alive = keep_alive_,
                                                      .http_1_0 = framing.http_1_0,
                                                      .now_ms = state_->clock.NowMs()});
  const bool answers_request = phase_ == Phase::kAnswering;
  phase_ = Phase::kFlushing;
  const bool no_body = StatusForbidsBody(response.status) || (answers_request && framing.head);
  if (Write(std::move(head), no_body ? std::string() : std::move(response.body))) FinishBody(after);
}

bool Connection::StartStream(std::uint64_t serial, const Response& response,
                             const StreamOptions& options) {
  Afterwards after;
  const Lock lock(mutex_);
  if (!InPhase(serial, Phase::kAnswering)) return false;
  if (!IsSendable(response)) {
    SendWhole(InvalidAnswer(), &after);
    return false;
  }
  const RequestReader::Framing& framing = reader_.framing();
  if (framing.http_1_0 || AsksToClose(response) || state_->draining) keep_alive_ = false;
  stream_framing_ = framing.http_1_0 ? BodyFraming::kUntilClose : BodyFraming::kChunked;
  stream_without_body_ = framing.head || StatusForbidsBody(response.status);
  const std::size_t limit = state_->options.max_unsent_bytes;
  stream_max_unsent_bytes_ =
      options.max_unsent_bytes == 0 ? limit : std::min(limit, options.max_unsent_bytes);
  phase_ = Phase::kStreaming;
  return Write(SerializeResponseHead(response, {.framing = stream_framing_,
                                                .keep_alive = keep_alive_,
                                                .http_1_0 = framing.http_1_0,
                                                .now_ms = state_->clock.NowMs()}),
               {});
}

bool Connection::WriteStream(std::uint64_t serial, std::string_view data) {
  const Lock lock(mutex_);
  if (!InPhase(serial, Phase::kStreaming)) return false;
  if (stream_without_body_ || data.empty()) return true;  // an empty chunk would end the body
  std::string framed;
  if (stream_framing_ == BodyFraming::kChunked) {
    framed = ChunkHead(data.size());
    framed.reserve(framed.size() + data.size() + 2);
    framed.append(data).append("\r\n");
  } else {
    framed = data;
  }
  return Write(std::move(framed), {});
}

void Connection::CloseStream(std::uint64_t serial) {
  Afterwards after;
  {
    const Lock lock(mutex_);
    if (!InPhase(serial, Phase::kStreaming)) return;
    const bool last_chunk = stream_framing_ == BodyFraming::kChunked && !stream_without_body_;
    if (!last_chunk || Write(std::string(kLastChunk), {})) {
      phase_ = Phase::kFlushing;
      FinishBody(&after);
    }
  }
  after.Run();
}

void Connection::AbandonStream(std::uint64_t serial) {
  const Lock lock(mutex_);
  if (InPhase(serial, Phase::kStreaming)) CutNow();
}

void Connection::OnClientGone(std::uint64_t serial, std::function<void()> gone_callback) {
  {
    const Lock lock(mutex_);
    if (serial != serial_) return;  // long complete
    if (phase_ == Phase::kAnswering || phase_ == Phase::kStreaming || phase_ == Phase::kFlushing ||
        phase_ == Phase::kCut) {
      gone_.push_back(std::move(gone_callback));
      return;
    }
    if (phase_ != Phase::kClosed || !cut_short_) return;
  }
  gone_callback();
}

// Sends or keeps `head` and `body`; false when the connection is or gets broken. Streams stay
// within the limit of unsent bytes; a whole reply comes alone and is kept whatever its size.
bool Connection::Write(std::string head, std::string body) {
  if (gone()) return false;
  if (!unsent_.empty()) {
    unsent_.append(head).append(body);
    return KeepsWithinLimit();
  }
  if (body.size() <= kMaxJoinedBodyBytes) {
    head.append(body);
    body.clear();
  }
  const long sent = sink_->Send(head, body);
  if (sent < 0) {
    CutNow();
    return false;
  }
  const auto count = static_cast<std::size_t>(sent);
  if (count == head.size() + body.size()) return true;
  if (count >= head.size() && !body.empty()) {
    unsent_offset_ = count - head.size();
    unsent_ = std::move(body);
  } else {
    unsent_offset_ = count;
    unsent_ = std::move(head);
    unsent_.append(body);
  }
  SetDeadline(state_->options.send_timeout);
  sink_->AwaitWritable();
  return KeepsWithinLimit();
}

bool Connection::KeepsWithinLimit() {
  const std::size_t kept = unsent_.size() - unsent_offset_;
  if (phase_ != Phase::kStreaming || kept <= stream_max_unsent_bytes_) return true;
  Count(state_->counters.slow_readers_dropped);
  CutNow();
  return false;
}

void Connection::OnWritable() {
  Afterwards after;
  {
    const Lock lock(mutex_);
    if (gone() || unsent_.empty() || !SendUnsent()) return;
    deadline_ = TimePoint::max();
    if (phase_ == Phase::kReading) SetDeadline(state_->options.body_timeout);  // "100 Continue"
    if (phase_ == Phase::kFlushing) FinishBody(&after);
  }
  after.Run();
}

// True once nothing is left to send.
bool Connection::SendUnsent() {
  const long sent = sink_->Send(std::string_view(unsent_).substr(unsent_offset_), {});
  if (sent < 0) {
    CutNow();
    return false;
  }
  unsent_offset_ += static_cast<std::size_t>(sent);
  if (unsent_offset_ == unsent_.size()) {
    ClearBuffer(&unsent_, &unsent_offset_);
    return true;
  }
  if (unsent_offset_ > unsent_.size() / 2) {
    unsent_.erase(0, unsent_offset_);
    unsent_offset_ = 0;
  }
  if (sent > 0) SetDeadline(state_->options.send_timeout);
  sink_->AwaitWritable();
  return false;
}

// The last byte of the reply is sent or kept.
void Connection::FinishBody(Afterwards* after) {
  if (!unsent_.empty()) return;
  after->written = std::move(written_);
  written_ = nullptr;
  after->written_whole = true;
  after->gone.swap(gone_);  // not run, but destroyed without the lock
  if (!keep_alive_) return EndSending();
  phase_ = Phase::kReading;
  SetDeadline(pending_.empty() ? state_->options.idle_timeout : state_->options.header_timeout);
  if (!pending_.empty() && !pumping_) sink_->ResumeSoon();
}

void Connection::EndSending() {
  phase_ = Phase::kLingering;
  ClearBuffer(&pending_, &pending_offset_);
  SetDeadline(kLingerTime);
  sink_->EndSending();
}

void Connection::CutNow() {
  if (gone()) return;
  cut_short_ = phase_ != Phase::kReading && phase_ != Phase::kLingering;
  phase_ = Phase::kCut;
  deadline_ = TimePoint::max();
  sink_->Cut();
}

void Connection::OnClosed() {
  Afterwards after;
  {
    const Lock lock(mutex_);
    if (phase_ == Phase::kClosed) return;
    if (phase_ != Phase::kCut) {
      cut_short_ = phase_ != Phase::kReading && phase_ != Phase::kLingering;
    }
    phase_ = Phase::kClosed;
    deadline_ = TimePoint::max();
    ClearBuffer(&pending_, &pending_offset_);
    ClearBuffer(&unsent_, &unsent_offset_);
    after.written = std::move(written_);
    written_ = nullptr;
    after.gone.swap(gone_);
    after.client_gone = cut_short_;
  }
  after.Run();
}

void Connection::SetDeadline(std::chrono::milliseconds from_now) {
  deadline_ = state_->clock.Steady() + from_now;
}

// Head and body have their time in all, not between bytes: a trickle must not hold a connection.
void Connection::SetReadingDeadline(bool was_started, bool awaited_body) {
  if (phase_ != Phase::kReading) return;
  if (!awaited_body && reader_.awaits_body()) {
    SetDeadline(state_->options.body_timeout);
  } else if (!was_started && reader_.started()) {
    SetDeadline(state_->options.header_timeout);
  }
}

void Connection::CheckDeadline(TimePoint now) {
  const Lock lock(mutex_);
  if (now < deadline_ || gone()) return;
  if (!unsent_.empty()) {
    Count(state_->counters.slow_readers_dropped);
    return CutNow();
  }
  if (phase_ == Phase::kLingering || !reader_.started()) return CutNow();
  Refuse(408, reader_.awaits_body() ? "The request body took too long to arrive."
                                    : "The request head took too long to arrive.");
}

void Connection::Drain() {
  const Lock lock(mutex_);
  if (phase_ == Phase::kReading && !pumping_ && !reader_.started() && pending_.empty())
    EndSending();
}

void Connection::Cut() {
  const Lock lock(mutex_);
  CutNow();
}

bool Connection::active() const {
  const Lock lock(mutex_);
  switch (phase_) {
    case Phase::kReading:
      return pumping_ || reader_.started() || !pending_.empty();
    case Phase::kAnswering:
    case Phase::kStreaming:
    case Phase::kFlushing:
      return true;
    default:
      return false;
  }
}

bool Connection::InPhase(std::uint64_t serial, Phase phase) const {
  return serial == serial_ && phase_ == phase;
}

}  // namespace bw::http
