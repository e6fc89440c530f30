#include "callback-service/grpc/grpc_call_ledger.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "callback-service/grpc/event_translation.h"
#include "callback-service/grpc/ingest_stream.h"
#include "common/log/log.h"
#include "common/rpc/rpc.h"

namespace bw::callback_service {
namespace {

namespace pb = ::bw::event_store::v1;
using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;
using Ticket = CallLedger::Ticket;
using Done = CallLedger::Done;

/// Releases nothing; its outcome proves that the store answers on a new stream.
constexpr std::string_view kProbeIdentity = "stream-probe";

struct ReleaseItem {
  std::string identity;
};

struct Entry {
  std::variant<VoiceRecord, Event, Delivery, ReleaseItem> item;
  Done done;  // empty for deliveries and releases, and once it has run
  Time recorded;
  Time deadline;  // also when the stream stands
  milliseconds store_wait{0};
  bool is_sent = false;  // on the present stream
  bool is_released = false;
  bool is_refused = false;  // by the store, for now: to be sent again
  // The caller was answered without it; a document that comes late goes back.
  bool is_abandoned = false;

  bool is_event() const {
    return std::holds_alternative<VoiceRecord>(item) || std::holds_alternative<Event>(item);
  }
  bool may_bring_document() const {
    const auto* voice = std::get_if<VoiceRecord>(&item);
    return voice != nullptr && voice->takes_document;
  }
};

struct Answer {
  Done done;
  StatusOr<Recorded> result;
};

void Run(std::vector<Answer>& answers) {
  for (Answer& answer : answers) answer.done(std::move(answer.result));
}

StatusOr<Recorded> ResultOf(const pb::IngestOutcome& outcome) {
  if (outcome.code() != 0) return MakeStatus(rpc::FromCode(outcome.code()), outcome.error());
  return Recorded{outcome.duplicate(), outcome.bxml(), outcome.receipt_id()};
}

bool IsWorthRepeating(int code) {
  const StatusCode status = rpc::FromCode(code);
  return status == StatusCode::kUnavailable || status == StatusCode::kResourceExhausted;
}

}  // namespace

class GrpcCallLedger::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<grpc::Channel> channel, GrpcCallLedgerOptions options, Metrics& metrics,
        const Clock& clock, Scheduler& scheduler)
      : options_(std::move(options)),
        metrics_(metrics),
        clock_(clock),
        scheduler_(scheduler),
        stub_(pb::EventStore::NewStub(std::move(channel))),
        backoff_(options_.min_backoff),
        down_since_(clock.Steady()) {}

  void OpenStream();
  Ticket AddVoice(VoiceRecord record, Done done);
  void AddPlain(Event event, milliseconds store_wait, Done done);
  void AddDelivery(Delivery delivery);
  void Release(Ticket ticket);
  Status Ready() const;
  void Close(milliseconds limit);

 private:
  bool Fill(pb::IngestRequest& request);
  void FillItem(Entry& entry, pb::IngestItem& item) const;
  void Receive(const pb::IngestResponse& response);
  void Settle(const pb::IngestOutcome& outcome, std::vector<Answer>& answers);
  void EndStream(const Status& status);
  void QueueUnanswered();
  void Sweep();
  bool Expire(Entry& entry, Time now, std::vector<Answer>& answers);
  Time LimitOf(const Entry& entry) const;

  Ticket AddEvent(Entry entry);
  Ticket Insert(Entry entry);
  void Erase(std::unordered_map<Ticket, Entry>::iterator position);
  void ArmSweep();
  void WakeStream(std::unique_lock<std::mutex> lock);

  const GrpcCallLedgerOptions options_;
  Metrics& metrics_;
  const Clock& clock_;
  Scheduler& scheduler_;
  std::unique_ptr<pb::EventStore::Stub> stub_;  // changed by Close only, after the last stream

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  std::unordered_map<Ticket, Entry> entries_;
  std::deque<Ticket> queue_;  // to be sent, in this order
  Ticket next_ticket_ = 1;
  std::size_t waiting_events_ = 0;
  std::size_t waiting_deliveries_ = 0;
  std::shared_ptr<IngestStream> stream_;  // nullptr between two streams
  bool is_up_ = false;                    // the store answered on stream_
  milliseconds backoff_;
  Time down_since_;
  bool is_sweep_armed_ = false;
  bool is_closing_ = false;  // no new events
  bool is_closed_ = false;
};

// --- the stream ---

void GrpcCallLedger::State::OpenStream() {
  // Close waits for the stream's end, so `this` outlives the hooks' calls.
  const std::shared_ptr<IngestStream> stream = IngestStream::Create(
      {.fill = [this](pb::IngestRequest& request) { return Fill(request); },
       .received = [this](const pb::IngestResponse& response) { Receive(response); },
       .ended = [this](const Status& status) { EndStream(status); }});
  {
    const std::lock_guard lock(mutex_);
    if (is_closing_ || stream_ != nullptr) return;
    stream_ = stream;
    Entry probe;
    probe.item = ReleaseItem{std::string(kProbeIdentity)};
    probe.deadline = clock_.Steady() + options_.delivery_wait;
    queue_.push_front(Insert(std::move(probe)));
  }
  stream->Begin(*stub_);
}

// Unlocked first: gRPC may call the hooks on this thread, before Wake returns.
void GrpcCallLedger::State::WakeStream(std::unique_lock<std::mutex> lock) {
  const std::shared_ptr<IngestStream> stream = queue_.empty() ? nullptr : stream_;
  lock.unlock();
  if (stream != nullptr) stream->Wake();
}

bool GrpcCallLedger::State::Fill(pb::IngestRequest& request) {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  while (!queue_.empty() &&
         static_cast<std::size_t>(request.items_size()) < options_.max_items_per_write &&
         bytes < options_.max_bytes_per_write) {
    const Ticket ticket = queue_.front();
    queue_.pop_front();
    const auto found = entries_.find(ticket);
    if (found == entries_.end()) continue;
    pb::IngestItem& item = *request.add_items();
    item.set_correlation_id(ticket);
    item.set_tenant(options_.tenant);
    FillItem(found->second, item);
    found->second.is_sent = true;
    bytes += item.ByteSizeLong();
  }
  return request.items_size() > 0;
}

void GrpcCallLedger::State::FillItem(Entry& entry, pb::IngestItem& item) const {
  if (const auto* voice = std::get_if<VoiceRecord>(&entry.item)) {
    const auto held = std::chrono::duration_cast<milliseconds>(clock_.Steady() - entry.recorded);
    const milliseconds left = entry.is_released ? milliseconds(0) : voice->hold - held;
    Translate(*voice, left, *item.mutable_voice());
  } else if (const auto* event = std::get_if<Event>(&entry.item)) {
    Translate(*event, *item.mutable_plain()->mutable_event());
  } else if (const auto* delivery = std::get_if<Delivery>(&entry.item)) {
    Translate(*delivery, *item.mutable_delivered());
  } else {
    item.mutable_release()->set_identity(std::get<ReleaseItem>(entry.item).identity);
  }
}

void GrpcCallLedger::State::Receive(const pb::IngestResponse& response) {
  std::vector<Answer> answers;
  answers.reserve(static_cast<std::size_t>(response.outcomes_size()));
  std::unique_lock lock(mutex_);
  if (!is_up_) {
    is_up_ = true;
    backoff_ = options_.min_backoff;
    metrics_.store_stream_up.Set(1);
    log::Info("store.connected");
  }
  for (const pb::IngestOutcome& outcome : response.outcomes()) Settle(outcome, answers);
  changed_.notify_all();
  WakeStream(std::move(lock));
  Run(answers);
}

void GrpcCallLedger::State::Settle(const pb::IngestOutcome& outcome, std::vector<Answer>& answers) {
  const auto found = entries_.find(outcome.correlation_id());
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (std::holds_alternative<Delivery>(entry.item) && IsWorthRepeating(outcome.code())) {
    entry.is_refused = true;  // the next sweep sends it again
    return;
  }
  if (entry.is_abandoned && !outcome.bxml().empty()) {
    const Event& event = std::get<VoiceRecord>(entry.item).event;
    Entry back;
    back.item = Delivery{event.identity, event.call_id, outcome.receipt_id(), false};
    back.deadline = clock_.Steady() + options_.delivery_wait;
    metrics_.store_documents_returned.Increment();
    Erase(found);
    queue_.push_back(Insert(std::move(back)));
    return;
  }
  if (entry.done) answers.push_back({std::move(entry.done), ResultOf(outcome)});
  Erase(found);
}

void GrpcCallLedger::State::EndStream(const Status& status) {
  const std::lock_guard lock(mutex_);
  stream_ = nullptr;
  if (is_up_) {
    down_since_ = clock_.Steady();
    metrics_.store_streams_broken.Increment();
    metrics_.store_stream_up.Set(0);
    if (!is_closing_) log::Warning("store.disconnected", {{"problem", ToString(status)}});
  }
  is_up_ = false;
  QueueUnanswered();
  changed_.notify_all();
  if (is_closing_) return;
  scheduler_.After(backoff_, [weak = weak_from_this()] {
    if (const std::shared_ptr<State> state = weak.lock()) state->OpenStream();
  });
  backoff_ = std::min(backoff_ * 2, options_.max_backoff);
}

// Deliveries go first: the store gives an unconfirmed document to the call's next webhook, which
// may be among the events that follow.
void GrpcCallLedger::State::QueueUnanswered() {
  std::vector<Ticket> deliveries;
  std::vector<Ticket> events;
  for (auto position = entries_.begin(); position != entries_.end();) {
    Entry& entry = position->second;
    if (entry.is_abandoned || std::holds_alternative<ReleaseItem>(entry.item)) {
      Erase(position++);  // the stream took its documents and its holds with it
      continue;
    }
    entry.is_refused = false;
    if (std::exchange(entry.is_sent, false)) metrics_.store_items_resent.Increment();
    (entry.is_event() ? events : deliveries).push_back(position->first);
    ++position;
  }
  std::sort(deliveries.begin(), deliveries.end());
  std::sort(events.begin(), events.end());
  queue_.assign(deliveries.begin(), deliveries.end());
  queue_.insert(queue_.end(), events.begin(), events.end());
}

// --- what is waiting ---

Ticket GrpcCallLedger::State::Insert(Entry entry) {
  const Ticket ticket = next_ticket_++;
  if (entry.is_event()) ++waiting_events_;
  if (std::holds_alternative<Delivery>(entry.item)) ++waiting_deliveries_;
  entries_.emplace(ticket, std::move(entry));
  metrics_.store_items_waiting.Set(static_cast<double>(entries_.size()));
  ArmSweep();
  return ticket;
}

void GrpcCallLedger::State::Erase(std::unordered_map<Ticket, Entry>::iterator position) {
  if (position->second.is_event()) --waiting_events_;
  if (std::holds_alternative<Delivery>(position->second.item)) --waiting_deliveries_;
  entries_.erase(position);
  metrics_.store_items_waiting.Set(static_cast<double>(entries_.size()));
}

Ticket GrpcCallLedger::State::AddVoice(VoiceRecord record, Done done) {
  Entry entry;
  entry.recorded = clock_.Steady();
  entry.store_wait = record.store_wait;
  entry.deadline = entry.recorded + record.hold + record.store_wait;
  entry.item = std::move(record);
  entry.done = std::move(done);
  return AddEvent(std::move(entry));
}

void GrpcCallLedger::State::AddPlain(Event event, milliseconds store_wait, Done done) {
  Entry entry;
  entry.recorded = clock_.Steady();
  entry.store_wait = store_wait;
  entry.deadline = entry.recorded + store_wait;
  entry.item = std::move(event);
  entry.done = std::move(done);
  AddEvent(std::move(entry));
}

Ticket GrpcCallLedger::State::AddEvent(Entry entry) {
  Status refused;
  {
    std::unique_lock lock(mutex_);
    if (is_closing_) {
      refused = Cancelled("the service is stopping");
    } else if (waiting_events_ >= options_.max_waiting) {
      refused = ResourceExhausted(std::to_string(options_.max_waiting) +
                                  " events wait for the event store already");
    } else {
      const Ticket ticket = Insert(std::move(entry));
      queue_.push_back(ticket);
      WakeStream(std::move(lock));
      return ticket;
    }
  }
  metrics_.store_items_refused.Increment();
  entry.done(refused);
  return 0;
}

void GrpcCallLedger::State::AddDelivery(Delivery delivery) {
  std::unique_lock lock(mutex_);
  // Also while closing: the last documents are confirmed during the drain.
  if (is_closed_ || waiting_deliveries_ >= options_.max_deliveries) {
    lock.unlock();
    metrics_.store_items_refused.Increment();
    log::Warning("delivery.dropped", {{"call_id", delivery.call_id}});
    return;
  }
  Entry entry;
  entry.item = std::move(delivery);
  entry.deadline = clock_.Steady() + options_.delivery_wait;
  queue_.push_back(Insert(std::move(entry)));
  WakeStream(std::move(lock));
}

void GrpcCallLedger::State::Release(Ticket ticket) {
  std::unique_lock lock(mutex_);
  const auto found = entries_.find(ticket);
  if (found == entries_.end() || found->second.is_released) return;
  const auto* voice = std::get_if<VoiceRecord>(&found->second.item);
  if (voice == nullptr) return;
  found->second.is_released = true;
  if (!found->second.is_sent) return;  // will be sent without a hold
  Entry release;
  release.item = ReleaseItem{voice->event.identity};
  release.deadline = clock_.Steady() + options_.delivery_wait;
  queue_.push_back(Insert(std::move(release)));
  WakeStream(std::move(lock));
}

// --- deadlines ---

void GrpcCallLedger::State::ArmSweep() {
  if (is_sweep_armed_) return;
  is_sweep_armed_ = true;
  scheduler_.After(options_.sweep_interval, [weak = weak_from_this()] {
    if (const std::shared_ptr<State> state = weak.lock()) state->Sweep();
  });
}

// While the store is away an event waits from the break on, not from its hold's end: nobody answers
// it.
Time GrpcCallLedger::State::LimitOf(const Entry& entry) const {
  if (is_up_ || !entry.is_event() || entry.is_abandoned) return entry.deadline;
  return std::min(entry.deadline, std::max(entry.recorded, down_since_) + entry.store_wait);
}

void GrpcCallLedger::State::Sweep() {
  std::vector<Answer> answers;
  {
    std::unique_lock lock(mutex_);
    is_sweep_armed_ = false;
    const Time now = clock_.Steady();
    std::vector<ReleaseItem> releases;
    for (auto position = entries_.begin(); position != entries_.end();) {
      Entry& entry = position->second;
      const bool was_abandoned = entry.is_abandoned;
      if (Expire(entry, now, answers)) {
        Erase(position++);
        continue;
      }
      if (std::exchange(entry.is_refused, false)) queue_.push_back(position->first);
      if (!was_abandoned && entry.is_abandoned) {
        releases.push_back({std::get<VoiceRecord>(entry.item).event.identity});
      }
      ++position;
    }
    for (ReleaseItem& item : releases) {
      Entry release;
      release.deadline = now + options_.delivery_wait;
      release.item = std::move(item);
      queue_.push_back(Insert(std::move(release)));
    }
    // What expired unsent is still queued; a long outage must not let that grow.
    if (queue_.size() > 2 * entries_.size() + options_.max_items_per_write) {
      std::erase_if(queue_, [this](Ticket ticket) { return !entries_.contains(ticket); });
    }
    if (!entries_.empty()) ArmSweep();
    changed_.notify_all();
    WakeStream(std::move(lock));
  }
  Run(answers);
}

// True when the entry is to be forgotten.
bool GrpcCallLedger::State::Expire(Entry& entry, Time now, std::vector<Answer>& answers) {
  if (now < LimitOf(entry)) return false;
  if (!entry.done) return true;
  metrics_.store_items_expired.Increment();
  answers.push_back(
      {std::move(entry.done), is_up_ ? DeadlineExceeded("the event store did not answer in time")
                                     : Unavailable("the event store is not reached")});
  entry.done = nullptr;
  if (!entry.is_sent || !entry.may_bring_document()) return true;
  entry.is_abandoned = true;
  entry.deadline = now + options_.delivery_wait;
  return false;
}

// --- the end ---

Status GrpcCallLedger::State::Ready() const {
  const std::lock_guard lock(mutex_);
  return is_up_ ? OkStatus() : Unavailable("the event store is not reached");
}

void GrpcCallLedger::State::Close(milliseconds limit) {
  std::vector<Answer> answers;
  std::unique_lock lock(mutex_);
  is_closing_ = true;
  changed_.wait_for(lock, limit, [this] { return entries_.empty() || stream_ == nullptr; });
  for (auto& [ticket, entry] : entries_) {
    if (entry.done)
      answers.push_back({std::move(entry.done), Cancelled("the service is stopping")});
    entry.done = nullptr;
  }
  is_closed_ = true;
  entries_.clear();
  queue_.clear();
  waiting_events_ = waiting_deliveries_ = 0;
  if (const std::shared_ptr<IngestStream> stream = stream_) {
    lock.unlock();
    stream->Cancel();
    lock.lock();
  }
  changed_.wait(lock, [this] { return stream_ == nullptr; });
  // Now rather than with the last reference, which the scheduler's thread may hold: an in-process
  // channel must go before its server.
  const std::unique_ptr<pb::EventStore::Stub> last = std::move(stub_);
  lock.unlock();
  Run(answers);
}

// --- the port ---

GrpcCallLedger::GrpcCallLedger(std::shared_ptr<grpc::Channel> channel,
                               GrpcCallLedgerOptions options, Metrics& metrics, const Clock& clock,
                               Scheduler& scheduler)
    : state_(std::make_shared<State>(std::move(channel), std::move(options), metrics, clock,
                                     scheduler)) {
  state_->OpenStream();
}

GrpcCallLedger::~GrpcCallLedger() { Close(milliseconds(0)); }

Ticket GrpcCallLedger::RecordVoice(VoiceRecord record, Done done) {
  return state_->AddVoice(std::move(record), std::move(done));
}

void GrpcCallLedger::RecordPlain(Event event, milliseconds store_wait, Done done) {
  state_->AddPlain(std::move(event), store_wait, std::move(done));
}

void GrpcCallLedger::Delivered(Delivery delivery) { state_->AddDelivery(std::move(delivery)); }

void GrpcCallLedger::Release(Ticket ticket) { state_->Release(ticket); }

Status GrpcCallLedger::Ready() const { return state_->Ready(); }

void GrpcCallLedger::Close(milliseconds limit) { state_->Close(limit); }

}  // namespace bw::callback_service
