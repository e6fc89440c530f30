#include "event-store/core/event_hub.h"

#include <utility>
#include <vector>

namespace bw::event_store {
namespace {

// Two readers of one name take turns; more often than this they do not lose in a row.
constexpr int kReadUnreadAttempts = 16;

}  // namespace

EventHub::EventHub(const HubLimits& limits, const Clock& clock, Scheduler& scheduler,
                   Telemetry& telemetry)
    : limits_(limits),
      clock_(clock),
      scheduler_(scheduler),
      telemetry_(telemetry),
      mailbox_(limits.mail, scheduler, telemetry) {}

void EventHub::Attach(Store& store) {
  store_ = &store;
  waits_ = std::make_unique<EventWaits>(EventWaits::Environment{
      store.Reader(), feed_, scheduler_, telemetry_, limits_.max_event_waits});
  state_watches_ =
      std::make_unique<StateWatches>(limits_.state, store.Reader(), scheduler_, telemetry_);
}

std::shared_ptr<IngestSession> EventHub::OpenSession(OutcomeSink& sink) {
  return std::make_shared<IngestSession>(*this, sink, limits_.max_pending_per_stream);
}

void EventHub::QueueBxml(QueueRequest request, Done<QueueResult> done) {
  request.asked = clock_.Steady();
  store_->QueueBxml(std::move(request), std::move(done));
}

void EventHub::ReadUnread(EventsRequest request, Done<EventPage> done) {
  ReadUnreadOnce(std::move(request), std::move(done), kReadUnreadAttempts);
}

// The page is read beside the commits and taken by moving the cursor, if nobody moved it meanwhile.
void EventHub::ReadUnreadOnce(EventsRequest request, Done<EventPage> done, int attempts_left) {
  store_->Reader().ListEvents(request, [this, request, done = std::move(done),
                                        attempts_left](StatusOr<EventPage> page) {
    if (!page.ok() || page->next_after_seq == page->after_seq) return done(std::move(page));
    AdvanceRequest advance{request.tenant, *request.reader, page->after_seq, page->next_after_seq};
    auto shared = std::make_shared<EventPage>(*std::move(page));
    store_->AdvanceCursor(
        std::move(advance), [this, request, done, attempts_left, shared](StatusOr<bool> moved) {
          if (!moved.ok()) return done(moved.status());
          if (*moved) return done(std::move(*shared));
          if (attempts_left > 0) return ReadUnreadOnce(request, done, attempts_left - 1);
          done(Unavailable("other requests with the same reader came first each time"));
        });
  });
}

StatusOr<std::shared_ptr<EventWatch>> EventHub::Watch(EventWatch::Request request) {
  const std::lock_guard lock(watches_mutex_);
  if (released_) return Unavailable("the event store is shutting down");
  if (watches_.size() >= limits_.max_watchers) {
    telemetry_.Refused("watchers");
    return ResourceExhausted("at most " + std::to_string(limits_.max_watchers) + " watchers");
  }
  auto watch = std::make_shared<EventWatch>(
      EventWatch::Environment{store_->Reader(), feed_, scheduler_, telemetry_, limits_.watch},
      std::move(request));
  watches_.insert(watch);
  return watch;
}

void EventHub::EndWatch(const std::shared_ptr<EventWatch>& watch) {
  watch->Stop(Cancelled("the watcher left"));
  const std::lock_guard lock(watches_mutex_);
  watches_.erase(watch);
}

bool EventHub::MayHold() const {
  if (released_) return false;
  if (held_.size() < limits_.max_held) return true;
  telemetry_.Refused("held_webhooks");
  return false;
}

void EventHub::Hold(const HeldEvent& event, std::uint32_t hold_ms, HeldRequest request) {
  const std::uint64_t id = held_.Add(event, std::move(request));
  telemetry_.Change(Level::kHeldWebhooks, 1);
  held_.SetTimer(event.seq, id,
                 scheduler_.After(std::chrono::milliseconds(hold_ms),
                                  [this, event, id] { OnHoldTimeout(event, id); }));
  if (released_) EndHold(event);  // Release may have passed just before
}

void EventHub::OnHoldTimeout(const HeldEvent& event, std::uint64_t request_id) {
  HeldRequest request;
  switch (held_.Expire(event.seq, request_id, request)) {
    case HeldWebhooks::Expiry::kGone:
      return;
    case HeldWebhooks::Expiry::kLast:
      return EndHold(event);
    case HeldWebhooks::Expiry::kTaken:
      telemetry_.Change(Level::kHeldWebhooks, -1);
      request.answer("", "");
  }
}

// The store decides whether the hold ended empty or a document was faster. When it cannot tell, the
// webhook is answered all the same: a caller waits on the line.
void EventHub::EndHold(const HeldEvent& event) {
  store_->EndHold({event.tenant, event.call_id, event.seq},
                  [this, seq = event.seq](StatusOr<bool> ended) {
                    if (!ended.ok() || *ended) AnswerHeld(seq, "", "");
                  });
}

void EventHub::AnswerHeld(std::uint64_t seq, const std::string& bxml,
                          const std::string& receipt_id) {
  const std::vector<HeldRequest> requests = held_.Take(seq);
  telemetry_.Change(Level::kHeldWebhooks, -static_cast<std::int64_t>(requests.size()));
  if (!receipt_id.empty()) {
    for (std::size_t i = 0; i < requests.size(); ++i) NoteGiven(receipt_id);
  }
  for (const HeldRequest& request : requests) {
    scheduler_.Cancel(request.timer);
    request.answer(bxml, receipt_id);
  }
}

void EventHub::ReleaseByIdentity(const std::string& tenant, const std::string& identity) {
  if (const auto event = held_.Find(tenant, identity)) EndHold(*event);
}

void EventHub::DropSession(const void* session) {
  std::vector<Scheduler::Id> timers;
  const std::vector<HeldEvent> abandoned = held_.DropOwner(session, timers);
  telemetry_.Change(Level::kHeldWebhooks, -static_cast<std::int64_t>(timers.size()));
  for (const Scheduler::Id timer : timers) scheduler_.Cancel(timer);
  for (const HeldEvent& event : abandoned) EndHold(event);
}

void EventHub::NoteGiven(const std::string& receipt_id) {
  const std::lock_guard lock(given_mutex_);
  ++given_[receipt_id];
}

void EventHub::NoteWritten(const std::string& receipt_id) {
  const std::lock_guard lock(given_mutex_);
  given_.erase(receipt_id);
}

bool EventHub::NoteLost(const std::string& receipt_id) {
  const std::lock_guard lock(given_mutex_);
  const auto found = given_.find(receipt_id);
  if (found == given_.end()) return false;  // another copy was written
  if (--found->second > 0) return false;
  given_.erase(found);
  return true;
}

void EventHub::ReturnDocument(SettleRequest request) {
  // When the store cannot do it now, its next start will: what is TAKEN then is QUEUED again.
  store_->Settle(std::move(request), [](const StatusOr<Nothing>&) {});
}

void EventHub::Release() {
  std::vector<std::shared_ptr<EventWatch>> watches;
  {
    const std::lock_guard lock(watches_mutex_);
    released_ = true;
    watches.assign(watches_.begin(), watches_.end());
  }
  for (const auto& watch : watches) watch->Stop(Unavailable("the event store is shutting down"));
  for (const HeldEvent& event : held_.All()) EndHold(event);
  state_watches_->ReleaseAll();
  waits_->ReleaseAll();
  mailbox_.ReleaseAll();
}

void EventHub::OnCommitted(const Committed& committed) {
  for (const CommittedEvent& one : committed.events) feed_.Publish(one.tenant, one.event);
  for (const Handover& handover : committed.handovers) {
    if (!held_.Find(handover.event_seq)) {
      // Who held it left while the commit was under way.
      ReturnDocument(
          {handover.tenant, handover.call_id, handover.identity, handover.receipt_id, false});
      continue;
    }
    if (handover.asked != std::chrono::steady_clock::time_point{}) {
      telemetry_.HandedOver(
          std::chrono::duration_cast<std::chrono::microseconds>(clock_.Steady() - handover.asked));
    }
    AnswerHeld(handover.event_seq, handover.bxml, handover.receipt_id);
  }
  for (const std::uint64_t seq : committed.released_event_seqs) AnswerHeld(seq, "", "");
  if (!committed.state_changes.empty()) state_watches_->Publish(committed.state_changes);
}

}  // namespace bw::event_store
