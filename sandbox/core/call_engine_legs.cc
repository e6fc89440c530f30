// Verbs that connect a call to somebody else: Transfer, Forward, Bridge, Conference, Refer,
// Connect.
#include <algorithm>
#include <utility>

#include "sandbox/core/call_engine.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr std::size_t kMaxConferenceMembers = 20;

}  // namespace

CallEngine::Flow CallEngine::Transfer(Call& call, const bxml::Verb& verb) {
  if (call.is_leg()) {
    End(call, {"invalid-bxml", "Transfer is not allowed in the answer to transferAnswer"});
    return Flow::kWaiting;
  }
  AnswerIfRinging(call);
  call.transfer = TransferProgress{verb, {}, ""};
  for (const bxml::Verb& party : verb.children) DialLeg(call, verb, party);
  return Flow::kWaiting;
}

void CallEngine::DialLeg(Call& parent, const bxml::Verb& transfer, const bxml::Verb& party) {
  Call leg;
  leg.id = NewId(random_, "c");
  leg.account_id = parent.account_id;
  leg.application_id = parent.application_id;
  leg.parent_id = parent.id;
  const std::string* caller_id = bxml::FindAttribute(transfer, "transferCallerId");
  leg.from = caller_id == nullptr ? parent.from : *caller_id;
  leg.to = party.text;
  leg.transfer_caller_id = leg.from;
  leg.transfer_to = party.text;
  leg.created = clock_.Steady();
  leg.callback_timeout = parent.callback_timeout;
  leg.ring_timeout = std::chrono::milliseconds(
      static_cast<std::int64_t>(bxml::NumberOf(transfer, "callTimeout") * 1000));
  leg.answer = TargetOf(party, "transferAnswer", parent.base_url);
  leg.disconnect = TargetOf(party, "transferDisconnect", parent.base_url);
  leg.base_url = parent.base_url;
  leg.script = scripts_.Find(party.text);
  if (const std::string* tag = bxml::FindAttribute(party, "tag")) leg.tag = *tag;
  Call& added = calls_.Add(std::move(leg));
  parent.transfer->leg_ids.push_back(added.id);
  Dial(added);
}

void CallEngine::OnLegAnswered(Call& leg) {
  Call* parent = calls_.Find(leg.parent_id);
  if (parent == nullptr || !parent->live() || !parent->transfer) {
    End(leg, {"cancel"});
    return;
  }
  parent->transfer->winner_id = leg.id;
  EndLegs(*parent, leg.id);
  if (leg.answer.url.empty()) {
    ConnectLeg(leg);
  } else {
    AskAndRun(leg, Event(leg, "transferAnswer"), leg.answer);
  }
}

// Both sides talk until the person called hangs up.
void CallEngine::ConnectLeg(Call& leg) {
  Note(leg, "note", {{"text", "connected"}});
  Later(leg, static_cast<double>(leg.script.talk_ms), [this](Call& c) { End(c, {"hangup"}); });
}

void CallEngine::EndLegs(Call& call, std::string_view except) {
  const bool all = except.empty();
  // Without the progress, the legs' ends do not finish the transfer.
  std::optional<TransferProgress> progress = call.transfer;
  if (all) call.transfer.reset();
  for (const std::string& id : progress->leg_ids) {
    Call* leg = calls_.Find(id);
    if (id == except || leg == nullptr || !leg->live()) continue;
    End(*leg, {leg->state == CallState::kAnswered ? "hangup" : "cancel"});
  }
}

void CallEngine::OnLegEnded(Call& leg) {
  Json event = Event(leg, "transferDisconnect");
  event["endTime"] = FormatIso8601(*leg.end_ms);
  event["cause"] = leg.disconnect_cause;
  if (!leg.error_message.empty()) event["errorMessage"] = leg.error_message;
  webhooks_.Notify(leg, std::move(event), leg.disconnect);
  Call* parent = calls_.Find(leg.parent_id);
  if (parent == nullptr || !parent->live() || !parent->transfer) return;
  const TransferProgress& progress = *parent->transfer;
  const bool anyone_left =
      std::any_of(progress.leg_ids.begin(), progress.leg_ids.end(), [&](const std::string& id) {
        const Call* other = calls_.Find(id);
        return other != nullptr && other->live();
      });
  if (progress.winner_id.empty() ? !anyone_left : progress.winner_id == leg.id) {
    FinishTransfer(*parent, leg);
  }
}

void CallEngine::FinishTransfer(Call& call, const Call& last_leg) {
  const TransferProgress progress = *std::move(call.transfer);
  call.transfer.reset();
  const CallbackTarget target = TargetOf(progress.verb, "transferComplete", call.base_url);
  if (target.url.empty()) {
    RunNext(call);
    return;
  }
  call.pending.clear();
  Json event = Event(call, "transferComplete");
  event["transferCallerId"] = last_leg.transfer_caller_id;
  event["transferTo"] = last_leg.transfer_to;
  event["cause"] = last_leg.disconnect_cause;
  if (!last_leg.error_message.empty()) event["errorMessage"] = last_leg.error_message;
  AskAndRun(call, std::move(event), target);
}

CallEngine::Flow CallEngine::Forward(Call& call, const bxml::Verb& verb) {
  if (call.direction != Direction::kInbound || call.state != CallState::kInitiated) {
    End(call, {"application-error", "Forward is allowed only on an unanswered inbound call"});
    return Flow::kWaiting;
  }
  call.pending.clear();
  const CallerScript& party = scripts_.Find(bxml::AttributeOr(verb, "to"));
  const auto ring_ms = static_cast<double>(party.answer_after_ms);
  if (party.no_answer || ring_ms >= bxml::NumberOf(verb, "callTimeout") * 1000) {
    Later(call, bxml::NumberOf(verb, "callTimeout") * 1000, [this](Call& c) {
      End(c, {"timeout", "", 408});
    });
  } else if (party.busy || party.reject) {
    const EndReason reason =
        party.busy ? EndReason{"busy", "", 486} : EndReason{"rejected", "", 603};
    Later(call, ring_ms, [this, reason](Call& c) { End(c, reason); });
  } else {
    Later(call, ring_ms, [this, talk = party.talk_ms](Call& c) {
      AnswerIfRinging(c);
      Later(c, static_cast<double>(talk), [this](Call& d) { End(d, {"hangup"}); });
    });
  }
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::BridgeVerb(Call& call, const bxml::Verb& verb) {
  if (call.is_leg()) {
    End(call, {"invalid-bxml", "Bridge is not allowed in the answer to transferAnswer"});
    return Flow::kWaiting;
  }
  AnswerIfRinging(call);
  const BridgeLink link{verb.text, true, verb, call.base_url};
  Call* target = calls_.Find(verb.text);
  if (target == nullptr || target == &call || target->is_leg() ||
      target->state != CallState::kAnswered) {
    FinishBridge(call, link, {"error", "the target call is not answered or does not exist"});
    return Flow::kWaiting;
  }
  Interrupt(*target);
  call.bridge = link;
  target->bridge = BridgeLink{call.id, false, verb, call.base_url};
  Note(call, "note", {{"text", "bridged"}, {"peer", target->id}});
  Note(*target, "note", {{"text", "bridged"}, {"peer", call.id}});
  Later(*target, static_cast<double>(target->script.talk_ms),
        [this](Call& c) { End(c, {"hangup"}); });
  return Flow::kWaiting;
}

// `call` leaves; the other side gets its event, or goes on.
void CallEngine::LeaveBridge(Call& call) {
  const BridgeLink link = *std::move(call.bridge);
  call.bridge.reset();
  Call* peer = calls_.Find(link.peer_id);
  if (peer == nullptr || !peer->live() || !peer->bridge) return;
  const BridgeLink peer_link = *std::move(peer->bridge);
  peer->bridge.reset();
  NextGeneration(*peer);
  FinishBridge(*peer, peer_link, {"hangup"});
}

void CallEngine::FinishBridge(Call& call, const BridgeLink& link, const EndReason& reason) {
  const std::string prefix = link.initiator ? "bridgeComplete" : "bridgeTargetComplete";
  const CallbackTarget target = TargetOf(link.verb, prefix, link.base_url);
  if (target.url.empty()) {
    if (link.initiator) {
      // The caller may be in the middle of its own verb loop.
      Later(call, 0, [this](Call& c) { RunNext(c); });
    } else {
      End(call, {"hangup"});
    }
    return;
  }
  call.pending.clear();
  Json event = Event(call, prefix);
  if (link.initiator) {
    event["cause"] = reason.cause;
    if (!reason.message.empty()) event["errorMessage"] = reason.message;
  }
  AskAndRun(call, std::move(event), target);
}

Json CallEngine::ConferenceEvent(const std::string& name, const Conference& conference,
                                 std::string_view type) const {
  Json event = {{"eventType", type},
                {"eventTime", FormatIso8601(clock_.NowMs())},
                {"conferenceId", conference.id},
                {"name", name}};
  if (!conference.tag.empty()) event["tag"] = conference.tag;
  return event;
}

CallEngine::Flow CallEngine::JoinConference(Call& call, const bxml::Verb& verb) {
  if (call.is_leg()) {
    End(call, {"invalid-bxml", "Conference is not allowed in the answer to transferAnswer"});
    return Flow::kWaiting;
  }
  AnswerIfRinging(call);
  const auto [found, created] = conferences_.try_emplace(verb.text);
  Conference& conference = found->second;
  if (conference.member_ids.size() >= kMaxConferenceMembers) {
    End(call, {"application-error", "the conference is full"});
    return Flow::kWaiting;
  }
  // Answers to conference events play to all members; the sandbox checks them and plays nothing.
  const auto post = [&](Json event) {
    if (conference.target.url.empty()) return;
    webhooks_.Ask(call, std::move(event), conference.target, conference.callback_timeout,
                  [](const StatusOr<Script>&) {});
  };
  if (created) {
    conference.id = NewId(random_, "conf");
    conference.target = TargetOf(verb, "conferenceEvent", call.base_url);
    conference.tag = bxml::AttributeOr(verb, "tag");
    conference.callback_timeout = std::chrono::milliseconds(
        static_cast<std::int64_t>(bxml::NumberOf(verb, "callbackTimeout") * 1000));
    post(ConferenceEvent(verb.text, conference, "conferenceCreated"));
  }
  conference.member_ids.push_back(call.id);
  call.conference_name = verb.text;
  KeepMember(conference, verb.text, call, verb);
  Json event = ConferenceEvent(verb.text, conference, "conferenceMemberJoin");
  event.update({{"from", call.from}, {"to", call.to}, {"callId", call.id}});
  post(std::move(event));
  Later(call, static_cast<double>(call.script.talk_ms), [this](Call& c) { End(c, {"hangup"}); });
  return Flow::kWaiting;
}

void CallEngine::LeaveConference(Call& call) {
  const std::string name = std::exchange(call.conference_name, "");
  const auto found = conferences_.find(name);
  if (found == conferences_.end()) return;
  Conference& conference = found->second;
  std::erase(conference.member_ids, call.id);
  DropMember(conference, call);
  Json event = ConferenceEvent(name, conference, "conferenceMemberExit");
  event.update({{"from", call.from}, {"to", call.to}, {"callId", call.id}});
  webhooks_.Notify(call, std::move(event), conference.target);
  if (!conference.member_ids.empty()) return;
  webhooks_.Notify(call, ConferenceEvent(name, conference, "conferenceCompleted"),
                   conference.target);
  conferences_.erase(found);
}

// A referral succeeds when it is allowed at all: the call is then somebody else's.
CallEngine::Flow CallEngine::Refer(Call& call, const bxml::Verb& verb) {
  call.pending.clear();
  if (call.direction == Direction::kInbound && call.from.starts_with("sip")) {
    End(call, {"hangup"});
    return Flow::kWaiting;
  }
  const CallbackTarget target = TargetOf(verb, "referComplete", call.base_url);
  if (target.url.empty()) {
    End(call, {"application-error", "Refer is allowed only on inbound calls from a SIP URI"});
    return Flow::kWaiting;
  }
  Json event = Event(call, "referComplete");
  event["notifySipResponseCode"] = 405;
  AskAndRun(call, std::move(event), target);
  return Flow::kWaiting;
}

CallEngine::Flow CallEngine::Connect(Call& call, const bxml::Verb&) {
  AnswerIfRinging(call);
  Later(call, static_cast<double>(call.script.talk_ms), [this](Call& c) { RunNext(c); });
  return Flow::kWaiting;
}

}  // namespace bw::sandbox
