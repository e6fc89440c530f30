// The contract of the Store port. Every adapter instantiates it:
//
//   struct MyBackend {
//     std::unique_ptr<Store> Open(const Clock&, Telemetry&, StoreListener&);  // the same data
//     again static constexpr bool kOutlivesProcess = true;
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, StoreContract, MyBackend);
//
// A test sees what was told to the listener after Settled(), which waits for one more commit.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/clock.h"
#include "event-store/core/limits.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"
#include "tests/event-store/support.h"

namespace bw::event_store::testing {

template <typename Backend>
class StoreContract : public ::testing::Test {
 protected:
  StoreContract() : store_(backend_.Open(clock_, telemetry_, listener_)) {}

  void Reopen() {
    store_.reset();
    store_ = backend_.Open(clock_, telemetry_, listener_);
  }

  AppendResult Append(AppendRequest request) {
    auto result = Await<AppendResult>(
        [&](auto done) { store_->Append(std::move(request), std::move(done)); });
    EXPECT_TRUE(result.ok()) << ToString(result.status());
    return result.ok() ? *std::move(result) : AppendResult{};
  }
  StatusOr<QueueResult> Queue(const std::string& bxml, const std::string& key = "",
                              const std::string& call_id = "c-1") {
    return Await<QueueResult>([&](auto done) {
      store_->QueueBxml({"default", call_id, bxml, key, {}}, std::move(done));
    });
  }
  Status Settle(const std::string& identity, const std::string& receipt_id, bool written) {
    return Await<Nothing>([&](auto done) {
             store_->Settle({"default", "c-1", identity, receipt_id, written}, std::move(done));
           })
        .status();
  }
  bool EndHold(std::uint64_t seq, const std::string& call_id = "c-1") {
    return *Await<bool>([&](auto done) {
      store_->EndHold({"default", call_id, seq}, std::move(done));
    });
  }
  ReceiptState StateOf(const std::string& receipt_id) {
    const auto receipt = Await<Receipt>(
        [&](auto done) { store_->Reader().GetReceipt("default", receipt_id, std::move(done)); });
    return receipt.ok() ? receipt->state : ReceiptState::kUnspecified;
  }
  StatusOr<Call> GetCall(const std::string& call_id = "c-1") {
    return Await<Call>(
        [&](auto done) { store_->Reader().GetCall("default", call_id, std::move(done)); });
  }
  EventPage List(EventFilter filter, std::uint64_t after_seq = 0, std::size_t limit = 100,
                 const std::string& tenant = "default") {
    EventsRequest request;
    request.tenant = tenant;
    request.filter = std::move(filter);
    request.after_seq = after_seq;
    request.limit = limit;
    return *Await<EventPage>(
        [&](auto done) { store_->Reader().ListEvents(request, std::move(done)); });
  }
  std::vector<std::string> Identities(const EventFilter& filter) {
    std::vector<std::string> identities;
    for (const Event& event : List(filter).events) identities.push_back(event.identity);
    return identities;
  }
  CallPage ListCalls(CallsRequest request) {
    request.tenant = "default";
    return *Await<CallPage>(
        [&](auto done) { store_->Reader().ListCalls(request, std::move(done)); });
  }
  EvictResult EvictAll(const RetentionLimits& limits) {
    EvictResult sum;
    for (bool more = true; more;) {
      const auto one =
          *Await<EvictResult>([&](auto done) { store_->Evict(limits, std::move(done)); });
      sum.events += one.events;
      sum.calls += one.calls;
      sum.receipts_expired += one.receipts_expired;
      sum.state_entries += one.state_entries;
      more = one.more;
    }
    return sum;
  }
  Status PutState(const std::string& key, const std::string& value,
                  std::uint32_t ttl_ms = kDefaultStateTtlMs,
                  const std::string& tenant = "default") {
    const auto result = Await<PutStateResult>([&](auto done) {
      store_->PutState({tenant, key, value, ttl_ms}, std::move(done));
    });
    EXPECT_TRUE(!result.ok() || (result->stored && result->value.empty()));
    return result.status();
  }
  // "stored", what the key holds instead, or "absent".
  std::string PutIfAbsent(const std::string& key, const std::string& value,
                          std::uint32_t ttl_ms = 1000, const std::string& tenant = "default") {
    const auto result = Await<PutStateResult>([&](auto done) {
      store_->PutState({tenant, key, value, ttl_ms, true}, std::move(done));
    });
    if (!result.ok()) return ToString(result.status());
    if (result->stored) return "stored";
    return result->value.empty() ? "absent" : result->value;
  }
  StatePage ListState(const StateRequest& request) {
    return *Await<StatePage>(
        [&](auto done) { store_->Reader().ListState(request, std::move(done)); });
  }
  static std::vector<std::string> Texts(const StatePage& page) {
    std::vector<std::string> texts;
    for (const StateChange& entry : page.entries) {
      texts.push_back(entry.tenant + ":" + entry.key + "=" + entry.value);
    }
    return texts;
  }
  std::vector<std::string> State(const StateSelection& selection = {}) {
    return Texts(ListState({selection, 0, std::nullopt, 1000}));
  }
  // What the listener was told of state since it was asked last.
  std::vector<std::string> ToldState() {
    StatePage told;
    for (const StateChangePtr& change : Settled().state_changes) told.entries.push_back(*change);
    return Texts(told);
  }
  Committed Settled() {
    EXPECT_TRUE(Await<Nothing>([&](auto done) { store_->Probe(std::move(done)); }).ok());
    return listener_.Take();
  }

  Backend backend_;
  FakeClock clock_;
  NoTelemetry telemetry_;
  RecordingListener listener_;
  std::unique_ptr<Store> store_;
};

TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, KeepsEveryFieldOfAnEvent) {
  Event event = MakeEvent("id-1");
  event.message_id = "m-9";
  event.to = {"+15550100002", "", "sip:a:3@example.com"};
  event.event_time_ms = 1234;
  event.payload_json = std::string("{\"a\":\"\0b\"}", 10);
  event.application_id = "app";
  event.tag = "tag";
  const AppendResult result = this->Append(Plain(event));
  EXPECT_FALSE(result.duplicate);
  const EventPage page = this->List({});
  ASSERT_EQ(page.events.size(), 1u);
  const Event& kept = page.events[0];
  EXPECT_EQ(kept.seq, result.seq);
  EXPECT_EQ(kept.received_time_ms, this->clock_.NowMs());
  EXPECT_EQ(kept.identity, event.identity);
  EXPECT_EQ(kept.channel, event.channel);
  EXPECT_EQ(kept.type, event.type);
  EXPECT_EQ(kept.call_id, event.call_id);
  EXPECT_EQ(kept.message_id, event.message_id);
  EXPECT_EQ(kept.from, event.from);
  EXPECT_EQ(kept.to, event.to);
  EXPECT_EQ(kept.direction, event.direction);
  EXPECT_EQ(kept.event_time_ms, event.event_time_ms);
  EXPECT_EQ(kept.payload_json, event.payload_json);
  EXPECT_EQ(kept.application_id, event.application_id);
  EXPECT_EQ(kept.tag, event.tag);
}

TYPED_TEST_P(StoreContract, AnIdentityIsKeptOncePerTenant) {
  const AppendResult first = this->Append(Plain(MakeMessage("same")));
  const AppendResult again = this->Append(Plain(MakeMessage("same", "+15550109999")));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_FALSE(this->Append(Plain(MakeMessage("same"), "other")).duplicate);
  EXPECT_EQ(this->List({}).events.size(), 1u);
  EXPECT_EQ(this->List({}, 0, 100, "other").events.size(), 1u);
  EXPECT_EQ(this->List({}, 0, 100, "nobody").events.size(), 0u);
  EXPECT_EQ(this->Settled().events.size(), 2u);
}

TYPED_TEST_P(StoreContract, SeqGrowsAndTellsTheListenerInOrder) {
  std::uint64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t seq = this->Append(Plain(MakeMessage(std::to_string(i)))).seq;
    EXPECT_GT(seq, last);
    last = seq;
  }
  last = 0;
  const Committed told = this->Settled();
  ASSERT_EQ(told.events.size(), 20u);
  for (const CommittedEvent& one : told.events) {
    EXPECT_GT(one.event->seq, last);
    last = one.event->seq;
  }
}

TYPED_TEST_P(StoreContract, FiltersMeanWhatTheySay) {
  this->Append(Voice(MakeEvent("v1", "initiate", "c-1"), false));
  Event outbound = MakeEvent("v2", "answer", "c-2");
  outbound.from = "+15550100002";
  outbound.to = {"+1 (555) 010-0003"};
  outbound.direction = Direction::kOutbound;
  this->Append(Voice(outbound, false));
  this->clock_.Advance(std::chrono::milliseconds(1000));
  const std::int64_t later_ms = this->clock_.NowMs();
  this->Append(Plain(MakeMessage("t1", "sip:Alice@Example.com", "m-1")));
  Event group = MakeMessage("t2", "15550100003", "m-2");
  group.to = {"+15550100002", "+15550100009"};
  this->Append(Plain(group));

  using ::testing::ElementsAre;
  const auto none = ElementsAre();
  EXPECT_THAT(this->Identities({}), ElementsAre("v1", "v2", "t1", "t2"));
  EXPECT_THAT(this->Identities({.types = {"answer", "initiate"}}), ElementsAre("v1", "v2"));
  EXPECT_THAT(this->Identities({.types = {"nothing"}}), none);
  EXPECT_THAT(this->Identities({.channels = {Channel::kMessaging}}), ElementsAre("t1", "t2"));
  EXPECT_THAT(this->Identities({.call_id = "c-2"}), ElementsAre("v2"));
  EXPECT_THAT(this->Identities({.types = {"initiate"}, .call_id = "c-2"}), none);
  EXPECT_THAT(this->Identities({.call_id = "c-unknown"}), none);
  EXPECT_THAT(this->Identities({.message_id = "m-2"}), ElementsAre("t2"));
  EXPECT_THAT(this->Identities({.phone_number = "5550100003"}), ElementsAre("v2", "t2"));
  EXPECT_THAT(this->Identities({.phone_number = "+15550100003"}), ElementsAre("v2", "t2"));
  EXPECT_THAT(this->Identities({.phone_number = "+445550100003"}), none);
  EXPECT_THAT(this->Identities({.phone_number = "SIP:alice@example.COM"}), ElementsAre("t1"));
  EXPECT_THAT(this->Identities({.phone_number = "+15550100009"}), ElementsAre("t2"));
  EXPECT_THAT(this->Identities({.direction = Direction::kOutbound}), ElementsAre("v2"));
  EXPECT_THAT(this->Identities({.since_ms = later_ms}), ElementsAre("t1", "t2"));
  EXPECT_THAT(this->Identities({.until_ms = later_ms}), ElementsAre("v1", "v2"));
  EXPECT_THAT(this->Identities({.since_ms = later_ms + 1}), none);
  EXPECT_THAT(this->Identities({.channels = {Channel::kMessaging},
                                .phone_number = "+15550100003",
                                .direction = Direction::kInbound,
                                .since_ms = later_ms}),
              ElementsAre("t2"));
}

TYPED_TEST_P(StoreContract, PagesCoverEverythingOnce) {
  constexpr int kEvents = 57;
  for (int i = 0; i < kEvents; ++i) {
    Event event = MakeMessage(std::to_string(i));
    event.type = i % 3 == 0 ? "message-received" : i % 3 == 1 ? "message-sent" : "message-failed";
    this->Append(Plain(event));
  }
  std::vector<std::string> seen;
  std::uint64_t after = 0;
  while (true) {
    const EventPage page = this->List({}, after, 10);
    for (const Event& event : page.events) seen.push_back(event.identity);
    after = page.next_after_seq;
    if (!page.has_more) break;
    EXPECT_EQ(page.events.size(), 10u);
  }
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(kEvents));
  for (int i = 0; i < kEvents; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
  const EventPage exact = this->List({}, 0, kEvents);
  EXPECT_EQ(exact.events.size(), static_cast<std::size_t>(kEvents));
  EXPECT_FALSE(exact.has_more);
  EXPECT_TRUE(this->List({}, 0, kEvents - 1).has_more);
  EXPECT_TRUE(this->List({}, after, 10).events.empty());
}

TYPED_TEST_P(StoreContract, APageEndsEarlyAtTheAnswerLimit) {
  for (int i = 0; i < 12; ++i) {
    Event event = MakeMessage(std::to_string(i));
    event.payload_json = std::string(kMaxPayloadBytes, 'x');
    this->Append(Plain(event));
  }
  const EventPage page = this->List({});
  EXPECT_EQ(page.events.size(), kMaxAnswerBytes / kMaxPayloadBytes - 1);
  EXPECT_TRUE(page.has_more);
  EXPECT_EQ(this->List({}, page.next_after_seq).events.front().identity,
            std::to_string(page.events.size()));
}

TYPED_TEST_P(StoreContract, FoldsVoiceEventsIntoTheirCall) {
  AppendRequest initiate = Voice(MakeEvent("e1", "initiate"), false, false, "initiated");
  initiate.voice->update.start_time_ms = 10;
  this->Append(initiate);
  AppendRequest answer = Voice(MakeEvent("e2", "answer"), false, false, "answered");
  answer.voice->update.answer_time_ms = 20;
  this->Append(answer);
  AppendRequest end = Voice(MakeEvent("e3", "disconnect"), false, false, "disconnected");
  end.voice->update.end_time_ms = 30;
  end.voice->update.disconnect_cause = "hangup";
  this->Append(end);
  AppendRequest late = Voice(MakeEvent("e4", "recordingAvailable"), false, false, "answered");
  const AppendResult result = this->Append(late);
  ASSERT_TRUE(result.call.has_value());
  EXPECT_EQ(result.call->state, "disconnected");
  const auto call = this->GetCall();
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->state, "disconnected");
  EXPECT_EQ(call->from, "+15550100001");
  EXPECT_EQ(call->to, "+15550100002");
  EXPECT_EQ(call->start_time_ms, 10);
  EXPECT_EQ(call->answer_time_ms, 20);
  EXPECT_EQ(call->end_time_ms, 30);
  EXPECT_EQ(call->disconnect_cause, "hangup");
  EXPECT_EQ(call->last_event_seq, result.seq);
  EXPECT_EQ(call->turn_count, 4u);
  ASSERT_EQ(call->turns.size(), 4u);
  EXPECT_EQ(call->turns[0].event_type, "initiate");
  EXPECT_EQ(call->turns[3].event_type, "recordingAvailable");
  EXPECT_EQ(this->GetCall("c-unknown").status().code(), StatusCode::kNotFound);
}

TYPED_TEST_P(StoreContract, AQueuedDocumentIsTakenByTheNextWebhook) {
  const auto queued = this->Queue("<Response/>", "k");
  ASSERT_TRUE(queued.ok());
  EXPECT_EQ(queued->receipt.state, ReceiptState::kQueued);
  EXPECT_EQ(this->GetCall()->queued->bxml, "<Response/>");
  EXPECT_FALSE(this->Append(Voice(MakeEvent("notice", "dtmf"), false)).held);
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kQueued);
  const AppendResult taken = this->Append(Voice(MakeEvent("e1")));
  EXPECT_EQ(taken.bxml, "<Response/>");
  EXPECT_EQ(taken.receipt_id, queued->receipt.receipt_id);
  EXPECT_FALSE(taken.held);
  EXPECT_EQ(this->StateOf(taken.receipt_id), ReceiptState::kTaken);
  EXPECT_TRUE(this->Settle("e1", taken.receipt_id, true).ok());
  EXPECT_EQ(this->StateOf(taken.receipt_id), ReceiptState::kDelivered);
  const auto call = this->GetCall();
  EXPECT_FALSE(call->queued.has_value());
  ASSERT_EQ(call->turns.size(), 2u);
  EXPECT_EQ(call->turns[0].receipt_id, "");
  EXPECT_EQ(call->turns[1].bxml, "<Response/>");
  EXPECT_EQ(call->turns[1].receipt_id, taken.receipt_id);
}

TYPED_TEST_P(StoreContract, TheFirstWriterWins) {
  const auto first = this->Queue("<A/>", "a");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(this->Queue("<B/>", "b").status().code(), StatusCode::kAlreadyExists);
  const auto again = this->Queue("<A/>", "a");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->receipt.receipt_id, first->receipt.receipt_id);
  this->Append(Voice(MakeEvent("e1")));
  EXPECT_TRUE(this->Queue("<B/>", "b").ok()) << "the slot is free once the document is taken";
  EXPECT_TRUE(this->Queue("<A/>", "a")->duplicate);
  EXPECT_TRUE(this->Queue("<A/>", "a", "c-2").ok()) << "keys are per call";
}

TYPED_TEST_P(StoreContract, AHeldWebhookGetsTheNextDocumentInItsCommit) {
  const AppendResult held = this->Append(Voice(MakeEvent("e1")));
  EXPECT_TRUE(held.held);
  EXPECT_TRUE(held.receipt_id.empty());
  EXPECT_TRUE(this->GetCall()->webhook_held);
  const auto queued = this->Queue("<A/>");
  ASSERT_TRUE(queued.ok());
  EXPECT_EQ(queued->receipt.state, ReceiptState::kTaken);
  EXPECT_EQ(queued->receipt.event_seq, held.seq);
  const Committed told = this->Settled();
  ASSERT_EQ(told.handovers.size(), 1u);
  EXPECT_EQ(told.handovers[0].event_seq, held.seq);
  EXPECT_EQ(told.handovers[0].bxml, "<A/>");
  EXPECT_EQ(told.handovers[0].tenant, "default");
  EXPECT_EQ(told.handovers[0].call_id, "c-1");
  EXPECT_EQ(told.handovers[0].identity, "e1");
  EXPECT_FALSE(this->GetCall()->webhook_held);
  EXPECT_FALSE(this->EndHold(held.seq)) << "it was handed a document";
}

TYPED_TEST_P(StoreContract, TheLongestHeldWebhookComesFirst) {
  const AppendResult first = this->Append(Voice(MakeEvent("e1")));
  const AppendResult second = this->Append(Voice(MakeEvent("e2")));
  ASSERT_TRUE(this->Queue("<A/>").ok());
  ASSERT_TRUE(this->Queue("<B/>").ok());
  const Committed told = this->Settled();
  ASSERT_EQ(told.handovers.size(), 2u);
  EXPECT_EQ(told.handovers[0].event_seq, first.seq);
  EXPECT_EQ(told.handovers[1].event_seq, second.seq);
}

TYPED_TEST_P(StoreContract, AnEndedHoldGetsNothing) {
  const AppendResult held = this->Append(Voice(MakeEvent("e1")));
  EXPECT_TRUE(this->EndHold(held.seq));
  EXPECT_FALSE(this->EndHold(held.seq));
  EXPECT_FALSE(this->EndHold(held.seq, "c-unknown"));
  EXPECT_EQ(this->Queue("<A/>")->receipt.state, ReceiptState::kQueued);
  EXPECT_TRUE(this->Settled().handovers.empty());
  EXPECT_FALSE(this->Append(Voice(MakeEvent("e0", "answer", "c-2"), true, false)).held)
      << "may_hold is false";
}

TYPED_TEST_P(StoreContract, ARetriedWebhookGetsTheSameDocument) {
  ASSERT_TRUE(this->Queue("<A/>").ok());
  const AppendResult first = this->Append(Voice(MakeEvent("e1")));
  const AppendResult while_taken = this->Append(Voice(MakeEvent("e1")));
  EXPECT_TRUE(while_taken.duplicate);
  EXPECT_EQ(while_taken.bxml, "<A/>");
  EXPECT_EQ(while_taken.receipt_id, first.receipt_id);
  ASSERT_TRUE(this->Settle("e1", first.receipt_id, true).ok());
  ASSERT_TRUE(this->Queue("<B/>").ok());
  const AppendResult after_delivery = this->Append(Voice(MakeEvent("e1")));
  EXPECT_EQ(after_delivery.bxml, "<A/>");
  EXPECT_EQ(this->StateOf(first.receipt_id), ReceiptState::kDelivered);
}

TYPED_TEST_P(StoreContract, ARetriedWebhookIsHeldLikeTheFirst) {
  const AppendResult first = this->Append(Voice(MakeEvent("e1")));
  const AppendResult again = this->Append(Voice(MakeEvent("e1")));
  EXPECT_TRUE(again.held);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.seq, first.seq);
  ASSERT_TRUE(this->Queue("<A/>").ok());
  EXPECT_EQ(this->Settled().handovers.size(), 1u) << "one event, one hand-over";
}

TYPED_TEST_P(StoreContract, AnUnwrittenDocumentReturnsToTheSlot) {
  const auto queued = this->Queue("<A/>");
  this->Append(Voice(MakeEvent("e1")));
  ASSERT_TRUE(this->Settle("e1", queued->receipt.receipt_id, false).ok());
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kQueued);
  EXPECT_EQ(this->GetCall()->turns[0].receipt_id, "");
  ASSERT_TRUE(this->Settle("e1", queued->receipt.receipt_id, false).ok()) << "repeating is safe";
  EXPECT_EQ(this->Append(Voice(MakeEvent("e2"))).bxml, "<A/>");
  ASSERT_TRUE(this->Settle("e1", queued->receipt.receipt_id, false).ok());
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kTaken)
      << "e1 no longer has it";
  ASSERT_TRUE(this->Settle("e1", queued->receipt.receipt_id, true).ok());
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kTaken);
  ASSERT_TRUE(this->Settle("e2", queued->receipt.receipt_id, true).ok());
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kDelivered);
  ASSERT_TRUE(this->Settle("e2", queued->receipt.receipt_id, false).ok());
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kDelivered);
}

TYPED_TEST_P(StoreContract, AReturnedDocumentGoesToAHeldWebhookAtOnce) {
  const auto queued = this->Queue("<A/>");
  this->Append(Voice(MakeEvent("e1")));
  const AppendResult held = this->Append(Voice(MakeEvent("e2")));
  ASSERT_TRUE(held.held);
  ASSERT_TRUE(this->Settle("e1", queued->receipt.receipt_id, false).ok());
  const Committed told = this->Settled();
  ASSERT_EQ(told.handovers.size(), 1u);
  EXPECT_EQ(told.handovers[0].event_seq, held.seq);
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kTaken);
}

TYPED_TEST_P(StoreContract, AReturnedDocumentComesBeforeALaterOne) {
  const auto first = this->Queue("<A/>");
  this->Append(Voice(MakeEvent("e1")));
  ASSERT_TRUE(this->Queue("<B/>").ok());
  ASSERT_TRUE(this->Settle("e1", first->receipt.receipt_id, false).ok());
  EXPECT_EQ(this->Queue("<C/>").status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(this->Append(Voice(MakeEvent("e2"))).bxml, "<A/>");
  EXPECT_EQ(this->Append(Voice(MakeEvent("e3"))).bxml, "<B/>");
}

TYPED_TEST_P(StoreContract, TheEndOfACallReleasesAndEndsItsSlot) {
  const AppendResult held = this->Append(Voice(MakeEvent("e1")));
  ASSERT_TRUE(held.held);
  const auto other = this->Queue("<X/>", "", "c-2");
  this->Append(Voice(MakeEvent("end", "disconnect"), false, false, "disconnected"));
  const Committed told = this->Settled();
  EXPECT_EQ(told.released_event_seqs, std::vector<std::uint64_t>{held.seq});
  EXPECT_EQ(this->Queue("<A/>").status().code(), StatusCode::kFailedPrecondition);
  EXPECT_FALSE(this->Append(Voice(MakeEvent("late", "gather"))).held);
  EXPECT_EQ(this->StateOf(other->receipt.receipt_id), ReceiptState::kQueued);
  this->Append(Voice(MakeEvent("end2", "disconnect", "c-2"), false, false, "disconnected"));
  EXPECT_EQ(this->StateOf(other->receipt.receipt_id), ReceiptState::kCallEnded);
}

TYPED_TEST_P(StoreContract, ATakenDocumentReturnedAfterTheEndIsEnded) {
  const auto queued = this->Queue("<A/>");
  this->Append(Voice(MakeEvent("e1")));
  this->Append(Voice(MakeEvent("end", "disconnect"), false, false, "disconnected"));
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kTaken);
  ASSERT_TRUE(this->Settle("e1", queued->receipt.receipt_id, false).ok());
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kCallEnded);
}

TYPED_TEST_P(StoreContract, UnknownReceiptsAreNotFound) {
  const auto queued = this->Queue("<A/>");
  for (const char* id : {"", "bx-", "bx-999", "bx-1x", "nonsense"}) {
    EXPECT_EQ(this->Settle("e1", id, true).code(), StatusCode::kNotFound) << id;
    EXPECT_EQ(this->StateOf(id), ReceiptState::kUnspecified) << id;
  }
  const auto foreign = Await<Receipt>([&](auto done) {
    this->store_->Reader().GetReceipt("other", queued->receipt.receipt_id, std::move(done));
  });
  EXPECT_EQ(foreign.status().code(), StatusCode::kNotFound) << "tenants do not see each other";
}

TYPED_TEST_P(StoreContract, CallsAreListedNewestFirst) {
  for (int i = 0; i < 5; ++i) {
    Event event = MakeEvent("e" + std::to_string(i), "initiate", "c-" + std::to_string(i));
    event.from = i % 2 == 0 ? "+15550100001" : "+15550100007";
    this->Append(Voice(event, false, false, "initiated"));
  }
  this->Append(Voice(MakeEvent("again", "answer", "c-1"), false, false, "answered"));
  this->Append(Voice(MakeEvent("end", "disconnect", "c-0"), false, false, "disconnected"));
  const auto ids = [](const CallPage& page) {
    std::vector<std::string> found;
    for (const Call& call : page.calls) found.push_back(call.call_id);
    return found;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(ids(this->ListCalls({})), ElementsAre("c-0", "c-1", "c-4", "c-3", "c-2"));
  EXPECT_THAT(ids(this->ListCalls({.state = "initiated"})), ElementsAre("c-4", "c-3", "c-2"));
  EXPECT_THAT(ids(this->ListCalls({.state = "disconnected"})), ElementsAre("c-0"));
  EXPECT_THAT(ids(this->ListCalls({.phone_number = "5550100007"})), ElementsAre("c-1", "c-3"));
  EXPECT_THAT(ids(this->ListCalls({.state = "answered", .phone_number = "+15550100007"})),
              ElementsAre("c-1"));
  const CallPage first = this->ListCalls({.limit = 2});
  EXPECT_THAT(ids(first), ElementsAre("c-0", "c-1"));
  ASSERT_NE(first.next_before_order, 0u);
  const CallPage rest = this->ListCalls({.before_order = first.next_before_order, .limit = 3});
  EXPECT_THAT(ids(rest), ElementsAre("c-4", "c-3", "c-2"));
  EXPECT_EQ(rest.next_before_order, 0u);
}

TYPED_TEST_P(StoreContract, ACursorMovesOnlyFromWhereItStands) {
  const auto advance = [this](std::uint64_t from, std::uint64_t to) {
    return *Await<bool>([&](auto done) {
      this->store_->AdvanceCursor({"default", "reader", from, to}, std::move(done));
    });
  };
  EXPECT_FALSE(advance(5, 6));
  EXPECT_TRUE(advance(0, 3));
  EXPECT_FALSE(advance(0, 4));
  EXPECT_TRUE(advance(3, 7));
  EventsRequest request;
  request.tenant = "default";
  request.reader = "reader";
  const auto page = Await<EventPage>(
      [&](auto done) { this->store_->Reader().ListEvents(request, std::move(done)); });
  EXPECT_EQ(page->after_seq, 7u);
}

TYPED_TEST_P(StoreContract, EvictsByCountOldestFirst) {
  for (int i = 0; i < 25; ++i) this->Append(Plain(MakeMessage(std::to_string(i))));
  RetentionLimits limits;
  limits.max_events = 10;
  limits.batch = 4;
  EXPECT_EQ(this->EvictAll(limits).events, 15);
  const EventPage page = this->List({});
  ASSERT_EQ(page.events.size(), 10u);
  EXPECT_EQ(page.events.front().identity, "15");
  EXPECT_EQ(this->EvictAll(limits).events, 0) << "at the limit nothing goes";
  EXPECT_EQ(this->List({.phone_number = "+15550100003"}).events.size(), 10u);
  EXPECT_FALSE(this->Append(Plain(MakeMessage("0"))).duplicate) << "it was forgotten";
}

TYPED_TEST_P(StoreContract, EvictsByAge) {
  this->Append(Voice(MakeEvent("old", "initiate", "c-old"), false));
  this->clock_.Advance(std::chrono::hours(2));
  this->Append(Voice(MakeEvent("new", "initiate", "c-new"), false));
  RetentionLimits limits;
  limits.max_age = std::chrono::hours(2);
  EXPECT_EQ(this->EvictAll(limits).events, 0) << "exactly as old as allowed";
  this->clock_.Advance(std::chrono::milliseconds(1));
  const EvictResult evicted = this->EvictAll(limits);
  EXPECT_EQ(evicted.events, 1);
  EXPECT_EQ(evicted.calls, 1);
  EXPECT_EQ(this->GetCall("c-old").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(this->GetCall("c-new").ok());
}

TYPED_TEST_P(StoreContract, ACallGoesWithItsEventsAndReceipts) {
  this->Append(Voice(MakeEvent("a1", "initiate", "c-a"), false));
  const auto receipt = this->Queue("<A/>", "", "c-a");
  this->Append(Voice(MakeEvent("b1", "initiate", "c-b"), false));
  RetentionLimits limits;
  limits.max_calls = 1;
  limits.batch = 1;
  EXPECT_EQ(this->EvictAll(limits).calls, 1);
  EXPECT_EQ(this->GetCall("c-a").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(this->StateOf(receipt->receipt.receipt_id), ReceiptState::kUnspecified);
  EXPECT_TRUE(this->List({.call_id = "c-a"}).events.empty());
  EXPECT_EQ(this->List({}).events.size(), 1u);
}

TYPED_TEST_P(StoreContract, DocumentsNobodyTookExpire) {
  const auto queued = this->Queue("<A/>");
  RetentionLimits limits;
  limits.max_queued_age = std::chrono::minutes(5);
  this->clock_.Advance(limits.max_queued_age);
  EXPECT_EQ(this->EvictAll(limits).receipts_expired, 0);
  this->clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(this->EvictAll(limits).receipts_expired, 1);
  EXPECT_EQ(this->StateOf(queued->receipt.receipt_id), ReceiptState::kExpired);
  EXPECT_TRUE(this->Append(Voice(MakeEvent("e1"))).held);
}

TYPED_TEST_P(StoreContract, TimeNeverRunsBackwardsInSeqOrder) {
  this->clock_.Advance(std::chrono::seconds(10));
  this->Append(Plain(MakeMessage("late")));
  this->clock_.Advance(-std::chrono::seconds(10));
  this->Append(Plain(MakeMessage("early")));
  const EventPage page = this->List({});
  EXPECT_EQ(page.events[0].received_time_ms, page.events[1].received_time_ms);
}

TYPED_TEST_P(StoreContract, ARestartKeepsEverythingAndReturnsWhatWasTaken) {
  if (!TypeParam::kOutlivesProcess) return;
  const auto taken = this->Queue("<A/>", "k");
  const AppendResult first = this->Append(Voice(MakeEvent("e1")));
  const auto ended = this->Queue("<B/>", "", "c-2");
  this->Append(Voice(MakeEvent("e2", "answer", "c-2")));
  this->Append(Voice(MakeEvent("end", "disconnect", "c-2"), false, false, "disconnected"));
  const AppendResult held = this->Append(Voice(MakeEvent("e3", "answer", "c-3")));
  ASSERT_TRUE(held.held);
  this->Reopen();
  EXPECT_EQ(this->StateOf(taken->receipt.receipt_id), ReceiptState::kQueued);
  EXPECT_EQ(this->StateOf(ended->receipt.receipt_id), ReceiptState::kCallEnded);
  EXPECT_FALSE(this->GetCall("c-3")->webhook_held);
  EXPECT_EQ(this->Queue("<C/>", "", "c-3")->receipt.state, ReceiptState::kQueued);
  EXPECT_TRUE(this->Queue("<A/>", "k")->duplicate);
  const AppendResult retried = this->Append(Voice(MakeEvent("e1")));
  EXPECT_TRUE(retried.duplicate);
  EXPECT_EQ(retried.seq, first.seq);
  EXPECT_EQ(retried.bxml, "<A/>");
  EXPECT_GT(this->Append(Plain(MakeMessage("next"))).seq, held.seq) << "seq never repeats";
}

TYPED_TEST_P(StoreContract, StateIsSetReplacedAndRemoved) {
  using ::testing::ElementsAre;
  ASSERT_TRUE(this->PutState("a", "1").ok());
  ASSERT_TRUE(this->PutState("b", std::string("\0\xff", 2)).ok());
  ASSERT_TRUE(this->PutState("a", "2").ok());
  ASSERT_TRUE(this->PutState("a", "2").ok());
  ASSERT_TRUE(this->PutState("a", "3", 1000, "other").ok());
  EXPECT_THAT(this->State(),
              ElementsAre(std::string("default:b=\0\xff", 12), "default:a=2", "other:a=3"))
      << "in the order they were written";
  ASSERT_TRUE(this->PutState("a", "").ok());
  ASSERT_TRUE(this->PutState("a", "").ok()) << "there is nothing to remove";
  ASSERT_TRUE(this->PutState("a", "", 1000, "nobody").ok());
  EXPECT_THAT(this->State({"default", ""}), ElementsAre(std::string("default:b=\0\xff", 12)));
  EXPECT_THAT(this->ToldState(),
              ElementsAre("default:a=1", std::string("default:b=\0\xff", 12), "default:a=2",
                          "default:a=2", "other:a=3", "default:a="));
}

TYPED_TEST_P(StoreContract, StateSharesItsNumbersWithEvents) {
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t event = this->Append(Plain(MakeMessage(std::to_string(i)))).seq;
    EXPECT_GT(event, last);
    ASSERT_TRUE(this->PutState("k", i == 2 ? "" : "v").ok());
    const auto told = this->Settled().state_changes;
    ASSERT_EQ(told.size(), 1u);
    last = told[0]->seq;
    EXPECT_GT(last, event);
  }
}

TYPED_TEST_P(StoreContract, StateIsSelectedByTenantAndPrefix) {
  using ::testing::ElementsAre;
  for (const char* key : {"session/1/ended", "session/1", "session/2/level", "%", "session"}) {
    ASSERT_TRUE(this->PutState(key, "v").ok());
    ASSERT_TRUE(this->PutState(key, "w", 1000, "other").ok());
  }
  EXPECT_EQ(this->State().size(), 10u);
  EXPECT_THAT(this->State({"default", "session/1"}),
              ElementsAre("default:session/1/ended=v", "default:session/1=v"));
  EXPECT_THAT(this->State({"", "%"}), ElementsAre("default:%=v", "other:%=w"));
  EXPECT_TRUE(this->State({"nobody", ""}).empty());
  EXPECT_TRUE(this->State({"default", "session/3"}).empty());
}

TYPED_TEST_P(StoreContract, PagesOfStateEndWhereTheFirstBegan) {
  using ::testing::ElementsAre;
  for (const char* key : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(this->PutState(key, "1").ok());
  StateRequest request{{"default", ""}, 0, std::nullopt, 2};
  StatePage page = this->ListState(request);
  EXPECT_THAT(this->Texts(page), ElementsAre("default:a=1", "default:b=1"));
  EXPECT_TRUE(page.has_more);
  ASSERT_TRUE(this->PutState("a", "2").ok());
  ASSERT_TRUE(this->PutState("d", "2").ok());
  ASSERT_TRUE(this->PutState("e", "").ok());
  ASSERT_TRUE(this->PutState("f", "2").ok());
  std::vector<std::string> rest;
  while (page.has_more) {
    request.after_seq = page.next_after_seq;
    request.until_seq = page.until_seq;
    page = this->ListState(request);
    for (const std::string& text : this->Texts(page)) rest.push_back(text);
  }
  EXPECT_THAT(rest, ElementsAre("default:c=1")) << "what changed since is told, not read";
  request = {{"default", ""}, page.until_seq, std::nullopt, 1000};
  EXPECT_THAT(this->Texts(this->ListState(request)),
              ElementsAre("default:a=2", "default:d=2", "default:f=2"));
}

TYPED_TEST_P(StoreContract, AStatePageIsBoundedByRowsLookedAtAndBytes) {
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(this->PutState("x" + std::to_string(i), "v").ok());
  StatePage page = this->ListState({{"", "y"}, 0, std::nullopt, 4});
  EXPECT_TRUE(page.entries.empty());
  EXPECT_TRUE(page.has_more) << "rows that do not match were looked at as well";
  page = this->ListState({{"", "y"}, page.next_after_seq, page.until_seq, 4});
  EXPECT_FALSE(page.has_more);
  const std::string value(kMaxStateValueBytes, 'v');
  constexpr std::size_t kCount = kMaxAnswerBytes / kMaxStateValueBytes + 1;
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(this->PutState("big" + std::to_string(i), value).ok());
  }
  page = this->ListState({{"", "big"}, 0, std::nullopt, 1000});
  EXPECT_TRUE(page.has_more);
  std::size_t bytes = 0;
  for (const StateChange& entry : page.entries) bytes += SizeOf(entry);
  EXPECT_LE(bytes, kMaxAnswerBytes);
  const std::size_t first = page.entries.size();
  page = this->ListState({{"", "big"}, page.next_after_seq, page.until_seq, 1000});
  EXPECT_EQ(first + page.entries.size(), kCount);
  EXPECT_FALSE(page.has_more);
}

TYPED_TEST_P(StoreContract, StateIsForgottenWhenItsTimeIsOver) {
  using ::testing::ElementsAre;
  ASSERT_TRUE(this->PutState("short", "1", 1000).ok());
  ASSERT_TRUE(this->PutState("renewed", "1", 1000).ok());
  ASSERT_TRUE(this->PutState("long", "1", kMaxStateTtlMs).ok());
  this->clock_.Advance(std::chrono::milliseconds(999));
  ASSERT_TRUE(this->PutState("renewed", "1", 1000).ok());
  EXPECT_EQ(this->EvictAll({}).state_entries, 0);
  EXPECT_EQ(this->State().size(), 3u);
  this->ToldState();
  this->clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_THAT(this->State(), ElementsAre("default:long=1", "default:renewed=1"))
      << "a read does not wait for the eviction";
  EXPECT_TRUE(this->ToldState().empty());
  EXPECT_EQ(this->EvictAll({}).state_entries, 1);
  EXPECT_THAT(this->ToldState(), ElementsAre("default:short="));
  EXPECT_EQ(this->EvictAll({}).state_entries, 0) << "forgotten once";
}

TYPED_TEST_P(StoreContract, StateThatIsThereIsLeftWhenAskedFor) {
  using ::testing::ElementsAre;
  const std::string bytes("\0\xff", 2);
  EXPECT_EQ(this->PutIfAbsent("a", bytes), "stored");
  EXPECT_EQ(this->PutIfAbsent("a", "2", kMaxStateTtlMs), bytes) << "and so is its time";
  EXPECT_EQ(this->PutIfAbsent("a", "3", 1000, "other"), "stored");
  EXPECT_EQ(this->PutIfAbsent("A", "4"), "stored");
  EXPECT_EQ(this->ToldState().size(), 3u) << "what was left is not told";
  this->clock_.Advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(this->PutIfAbsent("a", "5"), "stored") << "its time was over";
  EXPECT_EQ(this->PutIfAbsent("a", "6"), "5");
  ASSERT_TRUE(this->PutState("a", "7").ok());
  EXPECT_EQ(this->PutIfAbsent("a", "8"), "7");
  ASSERT_TRUE(this->PutState("a", "").ok());
  EXPECT_EQ(this->PutIfAbsent("a", "9"), "stored") << "it was removed";
  EXPECT_THAT(this->State({"default", ""}), ElementsAre("default:a=9"));
}

TYPED_TEST_P(StoreContract, AnEmptyValueReadsStateWhenOnlyTheAbsentIsSet) {
  EXPECT_EQ(this->PutIfAbsent("a", ""), "absent");
  EXPECT_EQ(this->PutIfAbsent("a", "", 1000, "nobody"), "absent");
  ASSERT_TRUE(this->PutState("a", "1", 1000).ok());
  this->ToldState();
  EXPECT_EQ(this->PutIfAbsent("a", ""), "1");
  EXPECT_EQ(this->PutIfAbsent("a", ""), "1") << "it was not removed";
  this->clock_.Advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(this->PutIfAbsent("a", ""), "absent");
  EXPECT_TRUE(this->ToldState().empty());
}

TYPED_TEST_P(StoreContract, OneOfManyFindsTheKeyAbsent) {
  constexpr int kCallers = 32;
  std::vector<std::promise<bool>> stored(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    this->store_->PutState(
        {"default", "k", std::to_string(i), 1000, true},
        [&promise = stored[i]](const auto& result) { promise.set_value(result->stored); });
  }
  int winners = 0;
  for (auto& promise : stored) winners += promise.get_future().get() ? 1 : 0;
  EXPECT_EQ(winners, 1);
}

TYPED_TEST_P(StoreContract, ForgettingStateIsDoneInBatches) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(this->PutState(std::to_string(i), "v", 1).ok());
  this->clock_.Advance(std::chrono::milliseconds(1));
  RetentionLimits limits;
  limits.batch = 4;
  const auto first =
      *Await<EvictResult>([&](auto done) { this->store_->Evict(limits, std::move(done)); });
  EXPECT_EQ(first.state_entries, 4);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(this->EvictAll(limits).state_entries, 6);
}

TYPED_TEST_P(StoreContract, ARestartKeepsState) {
  if (!TypeParam::kOutlivesProcess) return;
  ASSERT_TRUE(this->PutState("kept", "1", 2000).ok());
  ASSERT_TRUE(this->PutState("removed", "1").ok());
  ASSERT_TRUE(this->PutState("removed", "").ok());
  ASSERT_TRUE(this->PutState("expires meanwhile", "1", 1000).ok());
  this->Reopen();
  this->clock_.Advance(std::chrono::milliseconds(1000));
  EXPECT_THAT(this->State(), ::testing::ElementsAre("default:kept=1"));
  this->ToldState();
  ASSERT_TRUE(this->PutState("kept", "2").ok());
  const auto told = this->Settled().state_changes;
  ASSERT_EQ(told.size(), 1u);
  const StatePage page = this->ListState({{}, 0, std::nullopt, 1000});
  EXPECT_EQ(page.entries.back().seq, told[0]->seq) << "its number is greater than all before";
}

// A slot as the contract describes it, in the simplest data structures that can say so.
class SlotModel {
 public:
  struct Given {
    bool held = false;
    std::string document;
  };

  Given Append(const std::string& event) {
    if (given_.count(event) != 0) return {false, given_[event]};
    if (ended_) return {};
    if (queued_.empty()) {
      held_.insert(Number(event));
      return {true, ""};
    }
    const std::string document = TakeOldest();
    given_[event] = document;
    held_.erase(Number(event));
    return {false, document};
  }
  StatusCode Queue(const std::string& document) {
    if (ended_) return StatusCode::kFailedPrecondition;
    if (!queued_.empty()) return StatusCode::kAlreadyExists;
    Offer(document);
    return StatusCode::kOk;
  }
  void Settle(const std::string& event, const std::string& document, bool written) {
    if (delivered_.count(document) != 0) return;
    const bool is_taken_here = given_.count(event) != 0 && given_[event] == document;
    if (written && (is_taken_here || queued_.count(document) != 0 || lost_.count(document) != 0)) {
      delivered_.insert(document);
      queued_.erase(document);
      lost_.erase(document);
      given_[event] = document;
    } else if (!written && is_taken_here) {
      given_.erase(event);
      if (ended_) {
        lost_.insert(document);
      } else {
        Offer(document);
      }
    }
  }
  bool EndHold(const std::string& event) { return held_.erase(Number(event)) > 0; }
  void End() {
    ended_ = true;
    held_.clear();
    lost_.insert(queued_.begin(), queued_.end());
    queued_.clear();
  }
  ReceiptState StateOf(const std::string& document) const {
    if (delivered_.count(document) != 0) return ReceiptState::kDelivered;
    if (queued_.count(document) != 0) return ReceiptState::kQueued;
    return lost_.count(document) != 0 ? ReceiptState::kCallEnded : ReceiptState::kTaken;
  }

 private:
  static int Number(const std::string& event) { return std::stoi(event); }
  std::string TakeOldest() {
    // Documents are numbered in the order they came.
    const auto oldest = std::min_element(
        queued_.begin(), queued_.end(),
        [](const std::string& a, const std::string& b) { return std::stoi(a) < std::stoi(b); });
    std::string document = *oldest;
    queued_.erase(oldest);
    return document;
  }
  void Offer(const std::string& document) {
    if (held_.empty()) {
      queued_.insert(document);
      return;
    }
    given_[std::to_string(*held_.begin())] = document;
    held_.erase(held_.begin());
  }

  bool ended_ = false;
  std::set<std::string> queued_, lost_, delivered_;
  std::set<int> held_;
  std::map<std::string, std::string> given_;
};

// `receipts` by document.
template <typename StateOf>
void ExpectStates(const std::map<std::string, std::string>& receipts, const SlotModel& model,
                  StateOf state_of) {
  for (const auto& [document, receipt_id] : receipts) {
    EXPECT_EQ(state_of(receipt_id), model.StateOf(document)) << "document " << document;
  }
}

TYPED_TEST_P(StoreContract, SlotsBehaveLikeTheModel) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&random](int limit) {
      return static_cast<int>(random() % static_cast<unsigned>(limit));
    };
    const std::string call_id = "c-" + std::to_string(seed);
    const auto identity = [&](const std::string& event) { return call_id + "/" + event; };
    SlotModel model;
    std::map<std::string, std::uint64_t> seqs;
    std::map<std::string, std::string> receipts;  // by document
    int documents = 0;
    for (int step = 0; step < 80; ++step) {
      const std::string event = std::to_string(below(8));
      // Events keep their order of arrival, which is what "longest held" goes by.
      const bool next_new = static_cast<int>(seqs.size()) < 8 && below(2) == 0;
      const std::string subject = next_new ? std::to_string(seqs.size()) : event;
      switch (below(6)) {
        case 0:
        case 1: {
          if (!next_new && seqs.count(subject) == 0) break;
          const auto expected = model.Append(subject);
          const AppendResult result =
              this->Append(Voice(MakeEvent(identity(subject), "gather", call_id)));
          EXPECT_EQ(result.bxml, expected.document) << "step " << step;
          EXPECT_EQ(result.held, expected.held) << "step " << step;
          EXPECT_EQ(result.duplicate, seqs.count(subject) != 0);
          seqs[subject] = result.seq;
          break;
        }
        case 2: {
          const std::string document = std::to_string(documents);
          const auto result = this->Queue(document, "", call_id);
          EXPECT_EQ(result.status().code(), model.Queue(document)) << "step " << step;
          if (result.ok()) receipts[document] = result->receipt.receipt_id;
          ++documents;
          break;
        }
        case 3: {
          if (receipts.empty() || seqs.count(event) == 0) break;
          auto receipt = receipts.begin();
          std::advance(receipt, below(static_cast<int>(receipts.size())));
          const bool written = below(2) == 0;
          const auto status = Await<Nothing>([&](auto done) {
            this->store_->Settle({"default", call_id, identity(event), receipt->second, written},
                                 done);
          });
          EXPECT_TRUE(status.ok());
          model.Settle(event, receipt->first, written);
          break;
        }
        case 4:
          if (seqs.count(event) != 0) {
            EXPECT_EQ(this->EndHold(seqs[event], call_id), model.EndHold(event)) << "step " << step;
          }
          break;
        case 5:
          if (step < 60 || below(10) != 0) break;
          this->Append(Voice(MakeEvent(identity("end"), "disconnect", call_id), false, false,
                             "disconnected"));
          model.End();
          break;
      }
      ExpectStates(receipts, model, [this](const std::string& id) { return this->StateOf(id); });
    }
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    StoreContract, KeepsEveryFieldOfAnEvent, AnIdentityIsKeptOncePerTenant,
    SeqGrowsAndTellsTheListenerInOrder, FiltersMeanWhatTheySay, PagesCoverEverythingOnce,
    APageEndsEarlyAtTheAnswerLimit, FoldsVoiceEventsIntoTheirCall,
    AQueuedDocumentIsTakenByTheNextWebhook, TheFirstWriterWins,
    AHeldWebhookGetsTheNextDocumentInItsCommit, TheLongestHeldWebhookComesFirst,
    AnEndedHoldGetsNothing, ARetriedWebhookGetsTheSameDocument, ARetriedWebhookIsHeldLikeTheFirst,
    AnUnwrittenDocumentReturnsToTheSlot, AReturnedDocumentGoesToAHeldWebhookAtOnce,
    AReturnedDocumentComesBeforeALaterOne, TheEndOfACallReleasesAndEndsItsSlot,
    ATakenDocumentReturnedAfterTheEndIsEnded, UnknownReceiptsAreNotFound, CallsAreListedNewestFirst,
    ACursorMovesOnlyFromWhereItStands, EvictsByCountOldestFirst, EvictsByAge,
    ACallGoesWithItsEventsAndReceipts, DocumentsNobodyTookExpire, TimeNeverRunsBackwardsInSeqOrder,
    ARestartKeepsEverythingAndReturnsWhatWasTaken, StateIsSetReplacedAndRemoved,
    StateSharesItsNumbersWithEvents, StateIsSelectedByTenantAndPrefix,
    PagesOfStateEndWhereTheFirstBegan, AStatePageIsBoundedByRowsLookedAtAndBytes,
    StateIsForgottenWhenItsTimeIsOver, StateThatIsThereIsLeftWhenAskedFor,
    AnEmptyValueReadsStateWhenOnlyTheAbsentIsSet, OneOfManyFindsTheKeyAbsent,
    ForgettingStateIsDoneInBatches, ARestartKeepsState, SlotsBehaveLikeTheModel);

}  // namespace bw::event_store::testing
