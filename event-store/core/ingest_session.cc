#include "event-store/core/ingest_session.h"

#include <utility>
#include <vector>

#include "event-store/core/event_hub.h"
#include "event-store/core/limits.h"

namespace bw::event_store {
namespace {

SettleRequest NotWritten(const HeldEvent& event, const std::string& receipt_id) {
  return {event.tenant, event.call_id, event.identity, receipt_id, false};
}

}  // namespace

IngestSession::IngestSession(EventHub& hub, OutcomeSink& sink, std::size_t max_pending)
    : hub_(hub), sink_(sink), max_pending_(max_pending) {}

void IngestSession::Submit(IngestItem item) {
  BeginPending();
  if (auto* append = std::get_if<AppendItem>(&item.item)) {
    Append(item.correlation_id, std::move(*append));
  } else if (auto* settle = std::get_if<SettleRequest>(&item.item)) {
    Settle(item.correlation_id, std::move(*settle));
  } else {
    const auto& release = std::get<ReleaseItem>(item.item);
    const Status valid = CheckTenant(release.tenant);
    if (valid.ok()) Release(release);
    AnswerStatus(item.correlation_id, valid);
  }
}

// A release may overtake its event's commit; it is then noted, and done once the event is held.
void IngestSession::Release(const ReleaseItem& release) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = appending_.find({release.tenant, release.identity});
    if (found != appending_.end()) found->second = true;
  }
  hub_.ReleaseByIdentity(release.tenant, release.identity);
}

bool IngestSession::TakeEarlyRelease(const HeldEvent& event) {
  const std::lock_guard lock(mutex_);
  const auto found = appending_.find({event.tenant, event.identity});
  if (found == appending_.end()) return false;
  const bool released = found->second;
  appending_.erase(found);
  return released;
}

void IngestSession::Append(std::uint64_t correlation_id, AppendItem item) {
  Status valid = CheckAppend(item.request);
  if (valid.ok()) valid = CheckAtMost("hold_ms", item.hold_ms, kMaxHoldMs);
  if (valid.ok() && item.request.voice && item.request.voice->expects_bxml &&
      TooManyUnconfirmed()) {
    hub_.telemetry_.Refused("unconfirmed_documents");
    valid =
        ResourceExhausted("at most " + std::to_string(hub_.limits().max_unconfirmed_per_stream) +
                          " documents of a stream may wait for Delivered");
  }
  if (!valid.ok()) return AnswerStatus(correlation_id, valid);
  if (item.request.voice) {
    item.request.voice->may_hold =
        item.request.voice->expects_bxml && item.hold_ms > 0 && hub_.MayHold();
  }
  HeldEvent event{item.request.tenant, item.request.event.identity, item.request.event.call_id, 0};
  if (item.request.voice && item.request.voice->may_hold) {
    const std::lock_guard lock(mutex_);
    appending_.emplace(std::pair(event.tenant, event.identity), false);
  }
  hub_.store().Append(std::move(item.request),
                      [self = shared_from_this(), correlation_id, event = std::move(event),
                       hold_ms = item.hold_ms](StatusOr<AppendResult> result) {
                        self->OnAppended(correlation_id, event, hold_ms, std::move(result));
                      });
}

void IngestSession::OnAppended(std::uint64_t correlation_id, const HeldEvent& event,
                               std::uint32_t hold_ms, StatusOr<AppendResult> result) {
  IngestOutcome outcome;
  outcome.correlation_id = correlation_id;
  if (!result.ok() || !result->held) TakeEarlyRelease(event);
  if (!result.ok()) return AnswerStatus(correlation_id, result.status());
  outcome.result = *std::move(result);
  if (!outcome.result.held) {
    if (!outcome.result.receipt_id.empty()) hub_.NoteGiven(outcome.result.receipt_id);
    EndPending();
    return Answer(std::move(outcome), event);
  }
  EndPending();
  HeldEvent held = event;
  held.seq = outcome.result.seq;
  HeldRequest request;
  request.owner = this;
  request.answer = [self = shared_from_this(), held, outcome](const std::string& bxml,
                                                              const std::string& receipt_id) {
    IngestOutcome answered = outcome;
    answered.result.bxml = bxml;
    answered.result.receipt_id = receipt_id;
    if (answered.result.call) answered.result.call->webhook_held = false;
    self->Answer(std::move(answered), held);
  };
  hub_.Hold(held, hold_ms, std::move(request));
  if (TakeEarlyRelease(held)) hub_.ReleaseByIdentity(held.tenant, held.identity);
  // Close may have dropped this session's holds just before this one was added.
  if (is_closed()) hub_.DropSession(this);
}

bool IngestSession::ForgetUnconfirmed(const SettleRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto found = unconfirmed_.find(request.receipt_id);
  if (found == unconfirmed_.end()) return false;
  if (request.written || --found->second.copies == 0) unconfirmed_.erase(found);
  return true;
}

void IngestSession::Settle(std::uint64_t correlation_id, SettleRequest request) {
  const Status valid = CheckTenant(request.tenant);
  if (!valid.ok()) return AnswerStatus(correlation_id, valid);
  const bool was_given = ForgetUnconfirmed(request);
  if (request.written) {
    hub_.NoteWritten(request.receipt_id);
  } else if (was_given && !hub_.NoteLost(request.receipt_id)) {
    return AnswerStatus(correlation_id, OkStatus());  // another copy may still arrive
  }
  hub_.store().Settle(std::move(request),
                      [self = shared_from_this(), correlation_id](StatusOr<Nothing> result) {
                        self->AnswerStatus(correlation_id, result.status());
                      });
}

void IngestSession::Answer(IngestOutcome outcome, const HeldEvent& event) {
  const std::string receipt_id = outcome.result.receipt_id;
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      if (!receipt_id.empty()) {
        Unconfirmed& unconfirmed = unconfirmed_[receipt_id];
        unconfirmed.settle = NotWritten(event, receipt_id);
        ++unconfirmed.copies;
      }
      sink_.OnOutcome(std::move(outcome));
      return;
    }
  }
  if (!receipt_id.empty() && hub_.NoteLost(receipt_id)) {
    hub_.ReturnDocument(NotWritten(event, receipt_id));
  }
}

void IngestSession::AnswerStatus(std::uint64_t correlation_id, const Status& status) {
  EndPending();
  IngestOutcome outcome;
  outcome.correlation_id = correlation_id;
  outcome.status = status;
  Answer(std::move(outcome), {});
}

void IngestSession::BeginPending() {
  const std::lock_guard lock(mutex_);
  if (++pending_ >= max_pending_) was_full_ = true;
}

void IngestSession::EndPending() {
  const std::lock_guard lock(mutex_);
  if (--pending_ >= max_pending_ || !was_full_) return;
  was_full_ = false;
  if (!closed_) sink_.OnRoom();
}

bool IngestSession::HasRoom() const {
  const std::lock_guard lock(mutex_);
  return !was_full_;
}

bool IngestSession::is_closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool IngestSession::TooManyUnconfirmed() const {
  const std::lock_guard lock(mutex_);
  return unconfirmed_.size() >= hub_.limits().max_unconfirmed_per_stream;
}

void IngestSession::Close() {
  std::unordered_map<std::string, Unconfirmed> unconfirmed;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    unconfirmed.swap(unconfirmed_);
  }
  hub_.DropSession(this);
  for (auto& [receipt_id, given] : unconfirmed) {
    bool last = false;
    for (int copy = 0; copy < given.copies; ++copy) last = hub_.NoteLost(receipt_id);
    if (last) hub_.ReturnDocument(std::move(given.settle));
  }
}

}  // namespace bw::event_store
