#include "callback-service/core/voice.h"

#include <utility>
#include <vector>

namespace bw::callback_service {
namespace {

// What is done for an event of a known type, or of an unknown one by the route it came on.
enum class Treatment {
  kHold,     // take a document or wait for one, then fill
  kWhisper,  // take a document or wait for one, then bridge
  kFill,     // a document at once, without taking the agent's: it may be that nobody reads it
  kAccept,
};

Treatment TreatmentOf(const VoiceEvent& event, Listener listener) {
  if (event.type == nullptr) {
    switch (listener) {
      case Listener::kCaller:
        return Treatment::kHold;
      case Listener::kUnknown:
        return Treatment::kFill;
      case Listener::kNobody:
        return Treatment::kAccept;
    }
  }
  switch (event.type->reply) {
    case ReplyUse::kScript:
      return Treatment::kHold;
    case ReplyUse::kWhisper:
      return Treatment::kWhisper;
    case ReplyUse::kNothing:
      break;
  }
  return Treatment::kAccept;
}

bool TakesDocument(Treatment treatment) {
  return treatment == Treatment::kHold || treatment == Treatment::kWhisper;
}

}  // namespace

// The event's texts travel to the ledger; what the reply needs of them stays here.
struct Voice::Turn {
  Id id = 0;
  Treatment treatment = Treatment::kAccept;
  std::string call_id;
  std::string identity;
  int waits = 0;
  bool is_unanswered_inbound = false;
  // Guarded by Voice::mutex_; empty once answered.
  Respond respond;
  CallLedger::Ticket ticket = 0;
  bool is_released = false;

  Wait wait() const {
    return {.call_id = call_id, .count = waits, .is_unanswered_inbound = is_unanswered_inbound};
  }
};

Voice::Voice(CallLedger& ledger, Patience patience, VoiceOptions options)
    : ledger_(ledger), patience_(std::move(patience)), options_(options) {}

std::shared_ptr<Voice::Turn> Voice::AddTurn(const VoiceWebhook& webhook, Respond respond) {
  const VoiceEvent& event = *webhook.event;
  auto turn = std::make_shared<Turn>();
  turn->treatment = TreatmentOf(event, webhook.listener);
  turn->call_id = event.event.call_id;
  turn->identity = event.event.identity;
  turn->waits = webhook.waits;
  turn->is_unanswered_inbound = event.is_unanswered_inbound;
  turn->respond = std::move(respond);
  TellHeld(*turn, +1);
  const std::lock_guard lock(mutex_);
  turn->id = next_id_++;
  turns_.emplace(turn->id, turn);
  if (TakesDocument(turn->treatment)) ++held_;
  return turn;
}

void Voice::TellHeld(const Turn& turn, int change) const {
  if (options_.on_held && TakesDocument(turn.treatment)) options_.on_held(change);
}

Voice::Id Voice::Answer(VoiceWebhook webhook, Respond respond) {
  if (!webhook.event.ok()) {
    respond(AnswerUnreadable(webhook));
    return 0;
  }
  VoiceEvent& event = *webhook.event;
  if (event.event.call_id.empty()) event.event.call_id = std::move(webhook.url_call_id);
  const std::shared_ptr<Turn> turn = AddTurn(webhook, std::move(respond));
  const auto done = [this, turn](StatusOr<Recorded> recorded) {
    Finish(turn, std::move(recorded));
  };
  // An event of no call (a conference's) has nothing to take and nothing to update.
  if (turn->call_id.empty()) {
    const bool is_heard = turn->treatment != Treatment::kAccept;
    ledger_.RecordPlain(std::move(event.event),
                        is_heard ? options_.caller_store_wait : options_.notice_store_wait, done);
    return 0;
  }
  VoiceRecord record{.event = std::move(event.event), .update = std::move(event.update)};
  record.takes_document = TakesDocument(turn->treatment);
  record.store_wait = turn->treatment == Treatment::kAccept ? options_.notice_store_wait
                                                            : options_.caller_store_wait;
  {
    const std::lock_guard lock(mutex_);
    if (record.takes_document && is_holding_) record.hold = patience_.hold();
  }
  const CallLedger::Ticket ticket = ledger_.RecordVoice(std::move(record), done);
  bool is_released = false;
  {
    const std::lock_guard lock(mutex_);
    turn->ticket = ticket;
    if (turn->respond == nullptr) return 0;
    is_released = turn->is_released;
  }
  if (is_released) ledger_.Release(ticket);
  return turn->id;
}

void Voice::Finish(const std::shared_ptr<Turn>& turn, StatusOr<Recorded> recorded) {
  Respond respond;
  {
    const std::lock_guard lock(mutex_);
    respond = std::exchange(turn->respond, nullptr);
    if (respond != nullptr) {
      turns_.erase(turn->id);
      if (TakesDocument(turn->treatment)) --held_;
    }
  }
  if (respond != nullptr) {
    TellHeld(*turn, -1);
    respond(Decide(*turn, std::move(recorded)));
  } else if (recorded.ok() && !recorded->bxml.empty()) {
    // Answered without waiting for the ledger: the document is for the call's next webhook.
    ledger_.Delivered({turn->identity, turn->call_id, std::move(recorded->receipt_id), false});
  }
}

VoiceReply Voice::Decide(const Turn& turn, StatusOr<Recorded> recorded) const {
  if (!recorded.ok()) {
    if (turn.treatment != Treatment::kAccept) return Fill(turn, recorded.status());
    const bool never = recorded.status().code() == StatusCode::kInvalidArgument;
    return {.outcome = never ? VoiceOutcome::kRefused : VoiceOutcome::kUnavailable,
            .bxml = "",
            .delivery = std::nullopt,
            .problem = recorded.status()};
  }
  VoiceReply reply;
  if (turn.treatment == Treatment::kAccept) {
    reply.outcome = VoiceOutcome::kAccepted;
  } else if (recorded->bxml.empty()) {
    reply = Fill(turn, OkStatus());
  } else {
    reply.outcome = VoiceOutcome::kDocument;
    reply.bxml = std::move(recorded->bxml);
    reply.delivery = Delivery{turn.identity, turn.call_id, std::move(recorded->receipt_id), false};
  }
  reply.is_duplicate = recorded->is_duplicate;
  return reply;
}

VoiceReply Voice::Fill(const Turn& turn, Status problem) const {
  VoiceReply reply;
  reply.problem = std::move(problem);
  if (turn.treatment == Treatment::kWhisper) {
    reply.outcome = VoiceOutcome::kBridge;
    reply.bxml = patience_.BridgeNow();
    return reply;
  }
  Filler filler = patience_.Next(turn.wait());
  reply.outcome =
      filler.kind == FillerKind::kApology ? VoiceOutcome::kApology : VoiceOutcome::kFiller;
  reply.bxml = std::move(filler.bxml);
  return reply;
}

VoiceReply Voice::AnswerUnreadable(const VoiceWebhook& webhook) const {
  if (webhook.listener == Listener::kNobody) {
    VoiceReply reply;
    reply.outcome = VoiceOutcome::kRefused;
    reply.problem = webhook.event.status();
    return reply;
  }
  // The next webhook may be readable again; the count ends a loop of unreadable ones.
  Turn turn;
  turn.treatment = Treatment::kFill;
  turn.call_id = webhook.url_call_id;
  turn.waits = webhook.waits;
  return Fill(turn, webhook.event.status());
}

void Voice::ClientGone(Id id) {
  CallLedger::Ticket ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = turns_.find(id);
    if (found == turns_.end()) return;
    found->second->is_released = true;
    ticket = found->second->ticket;
  }
  if (ticket != 0) ledger_.Release(ticket);
}

std::size_t Voice::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void Voice::StopHolding() {
  std::vector<CallLedger::Ticket> tickets;
  {
    const std::lock_guard lock(mutex_);
    is_holding_ = false;
    for (const auto& [id, turn] : turns_) {
      turn->is_released = true;
      if (turn->ticket != 0) tickets.push_back(turn->ticket);
    }
  }
  for (const CallLedger::Ticket ticket : tickets) ledger_.Release(ticket);
}

void Voice::AnswerAll() {
  std::vector<std::shared_ptr<Turn>> turns;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, turn] : turns_) turns.push_back(turn);
  }
  for (const std::shared_ptr<Turn>& turn : turns) {
    Finish(turn, Cancelled("the service is stopping"));
  }
}

}  // namespace bw::callback_service
