#include "event-store/core/event_hub.h"

#include <condition_variable>
#include <map>
#include <random>

#include "event-store/core/limits.h"
#include "event-store/core/retention.h"
#include "event-store/sqlite/sqlite_store.h"
#include "tests/event-store/support.h"

namespace bw::event_store::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CountingTelemetry : public NoTelemetry {
 public:
  void Refused(std::string_view limit) override {
    const std::lock_guard lock(mutex_);
    refusals_.emplace_back(limit);
  }
  void Change(Level level, std::int64_t by) override {
    const std::lock_guard lock(mutex_);
    levels_[static_cast<std::size_t>(level)] += by;
  }
  std::int64_t level(Level level) {
    const std::lock_guard lock(mutex_);
    return levels_[static_cast<std::size_t>(level)];
  }
  std::vector<std::string> refusals() {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

 private:
  std::mutex mutex_;  // guards all below
  std::vector<std::string> refusals_;
  std::array<std::int64_t, kLevels> levels_{};
};

class Stream : public OutcomeSink {
 public:
  void OnOutcome(IngestOutcome outcome) override {
    const std::lock_guard lock(mutex_);
    outcomes_[outcome.correlation_id] = std::move(outcome);
    changed_.notify_all();
  }
  void OnRoom() override {
    const std::lock_guard lock(mutex_);
    ++rooms_;
    changed_.notify_all();
  }
  IngestOutcome Wait(std::uint64_t correlation_id) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return outcomes_.count(correlation_id) != 0; });
    return outcomes_[correlation_id];
  }
  bool Has(std::uint64_t correlation_id) {
    const std::lock_guard lock(mutex_);
    return outcomes_.count(correlation_id) != 0;
  }
  void WaitForRoom() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return rooms_ > 0; });
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::uint64_t, IngestOutcome> outcomes_;
  int rooms_ = 0;
};

class EventHubTest : public ::testing::Test {
 protected:
  void SetUp() override { Start({}); }
  void TearDown() override {
    for (const auto& session : sessions_) session->Close();
    store_->Close();
  }

  void Start(const HubLimits& limits) {
    if (store_ != nullptr) store_->Close();
    hub_ = std::make_unique<EventHub>(limits, clock_, scheduler_, telemetry_);
    SqliteOptions options;
    options.data_dir = ":memory:";
    store_ = *SqliteStore::Open(options, clock_, telemetry_, *hub_);
    hub_->Attach(*store_);
  }
  std::shared_ptr<IngestSession> Open(Stream& stream) {
    sessions_.push_back(hub_->OpenSession(stream));
    return sessions_.back();
  }
  static IngestItem Webhook(std::uint64_t correlation_id, const std::string& identity,
                            std::uint32_t hold_ms = 20'000, const std::string& call_id = "c-1",
                            const std::string& state = "") {
    AppendItem item;
    item.request = Voice(MakeEvent(identity, "gather", call_id), state.empty(), false, state);
    item.hold_ms = hold_ms;
    return {correlation_id, item};
  }
  static IngestItem Delivered(std::uint64_t correlation_id, const std::string& identity,
                              const std::string& receipt_id, bool written) {
    return {correlation_id, SettleRequest{"default", "c-1", identity, receipt_id, written}};
  }
  StatusOr<QueueResult> Queue(const std::string& bxml, const std::string& call_id = "c-1") {
    return Await<QueueResult>([&](auto done) {
      hub_->QueueBxml({"default", call_id, bxml, "", {}}, std::move(done));
    });
  }
  // Waits until everything submitted so far is committed and told.
  void Settle() {
    ASSERT_TRUE(Await<Nothing>([&](auto done) { store_->Probe(std::move(done)); }).ok());
    ASSERT_TRUE(Await<Nothing>([&](auto done) { store_->Probe(std::move(done)); }).ok());
  }
  void AwaitHeld(std::int64_t count) {
    Settle();
    ASSERT_EQ(telemetry_.level(Level::kHeldWebhooks), count);
  }
  ReceiptState StateOf(const std::string& receipt_id) {
    Settle();
    return Await<Receipt>([&](auto done) {
             store_->Reader().GetReceipt("default", receipt_id, std::move(done));
           })
        ->state;
  }
  std::uint64_t Append(const Event& event) {
    return Await<AppendResult>([&](auto done) { store_->Append(Plain(event), std::move(done)); })
        ->seq;
  }

  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  CountingTelemetry telemetry_;
  std::unique_ptr<EventHub> hub_;
  std::unique_ptr<SqliteStore> store_;
  std::vector<std::shared_ptr<IngestSession>> sessions_;
};

TEST_F(EventHubTest, AHeldWebhookIsAnsweredByQueueBxml) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  EXPECT_FALSE(stream.Has(1));
  ASSERT_TRUE(Queue("<A/>").ok());
  const IngestOutcome outcome = stream.Wait(1);
  EXPECT_EQ(outcome.result.bxml, "<A/>");
  EXPECT_FALSE(outcome.result.receipt_id.empty());
  AwaitHeld(0);
  EXPECT_EQ(scheduler_.pending(), 0u) << "its timer is gone";
}

TEST_F(EventHubTest, AHoldEndsEmptyExactlyAtItsTime) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1", 5000));
  AwaitHeld(1);
  scheduler_.Advance(milliseconds(4999));
  Settle();
  EXPECT_FALSE(stream.Has(1));
  scheduler_.Advance(milliseconds(1));
  const IngestOutcome outcome = stream.Wait(1);
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_TRUE(outcome.result.bxml.empty());
  EXPECT_EQ(Queue("<A/>")->receipt.state, ReceiptState::kQueued);
}

TEST_F(EventHubTest, ZeroHoldAnswersAtOnce) {
  Stream stream;
  Open(stream)->Submit(Webhook(1, "e1", 0));
  EXPECT_TRUE(stream.Wait(1).result.bxml.empty());
}

TEST_F(EventHubTest, ARetriedHeldWebhookGetsTheSameDocument) {
  Stream first, second;
  Open(first)->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  Open(second)->Submit(Webhook(7, "e1"));
  AwaitHeld(2);
  ASSERT_TRUE(Queue("<A/>").ok());
  EXPECT_EQ(first.Wait(1).result.bxml, "<A/>");
  EXPECT_FALSE(first.Wait(1).result.duplicate);
  EXPECT_EQ(second.Wait(7).result.bxml, "<A/>");
  EXPECT_TRUE(second.Wait(7).result.duplicate);
  const std::string receipt = first.Wait(1).result.receipt_id;
  // One copy fails, the other may still arrive: the document does not return yet.
  sessions_[0]->Submit(Delivered(2, "e1", receipt, false));
  EXPECT_TRUE(first.Wait(2).status.ok());
  EXPECT_EQ(StateOf(receipt), ReceiptState::kTaken);
  sessions_[1]->Submit(Delivered(8, "e1", receipt, false));
  second.Wait(8);
  EXPECT_EQ(StateOf(receipt), ReceiptState::kQueued);
}

TEST_F(EventHubTest, TheFirstOfTwoHoldsOfOneEventEndsAlone) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1", 1000));
  session->Submit(Webhook(2, "e1", 9000));
  AwaitHeld(2);
  scheduler_.Advance(seconds(1));
  EXPECT_TRUE(stream.Wait(1).result.bxml.empty());
  ASSERT_TRUE(Queue("<A/>").ok());
  EXPECT_EQ(stream.Wait(2).result.bxml, "<A/>");
}

TEST_F(EventHubTest, ABrokenStreamReturnsItsDocument) {
  Stream first, second;
  const auto session = Open(first);
  ASSERT_TRUE(Queue("<A/>").ok());
  session->Submit(Webhook(1, "e1"));
  const std::string receipt = first.Wait(1).result.receipt_id;
  EXPECT_EQ(StateOf(receipt), ReceiptState::kTaken);
  Open(second)->Submit(Webhook(1, "e2"));
  AwaitHeld(1);
  session->Close();
  const IngestOutcome outcome = second.Wait(1);
  EXPECT_EQ(outcome.result.bxml, "<A/>") << "the held webhook gets it at once";
  EXPECT_EQ(outcome.result.receipt_id, receipt);
}

TEST_F(EventHubTest, AConfirmedDocumentStaysDeliveredWhenTheStreamBreaks) {
  Stream stream;
  const auto session = Open(stream);
  ASSERT_TRUE(Queue("<A/>").ok());
  session->Submit(Webhook(1, "e1"));
  const std::string receipt = stream.Wait(1).result.receipt_id;
  session->Submit(Delivered(2, "e1", receipt, true));
  EXPECT_TRUE(stream.Wait(2).status.ok());
  session->Close();
  EXPECT_EQ(StateOf(receipt), ReceiptState::kDelivered);
}

TEST_F(EventHubTest, ABrokenStreamsHoldTakesNoDocument) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  session->Close();
  AwaitHeld(0);
  EXPECT_EQ(Queue("<A/>")->receipt.state, ReceiptState::kQueued);
  EXPECT_FALSE(stream.Has(1));
}

TEST_F(EventHubTest, ADisconnectReleasesTheHold) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  session->Submit(Webhook(2, "end", 0, "c-1", "disconnected"));
  EXPECT_TRUE(stream.Wait(1).result.bxml.empty());
  EXPECT_TRUE(stream.Wait(1).status.ok());
}

TEST_F(EventHubTest, ReleaseHoldAnswersNow) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  session->Submit({2, ReleaseItem{"default", "unknown"}});
  EXPECT_TRUE(stream.Wait(2).status.ok());
  EXPECT_FALSE(stream.Has(1));
  session->Submit({3, ReleaseItem{"default", "e1"}});
  EXPECT_TRUE(stream.Wait(1).result.bxml.empty());
}

TEST_F(EventHubTest, AReleaseThatOvertakesTheCommitIsNotLost) {
  Stream stream;
  const auto session = Open(stream);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const std::string identity = "early-" + std::to_string(i);
    session->Submit(Webhook(2 * i, identity));
    session->Submit({2 * i + 1, ReleaseItem{"default", identity}});
  }
  for (std::uint64_t i = 0; i < 50; ++i) EXPECT_TRUE(stream.Wait(2 * i).result.bxml.empty());
}

TEST_F(EventHubTest, HoldsAreBounded) {
  HubLimits limits;
  limits.max_held = 1;
  Start(limits);
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  session->Submit(Webhook(2, "e2", 20'000, "c-2"));
  EXPECT_TRUE(stream.Wait(2).result.bxml.empty()) << "kept, but answered at once";
  EXPECT_EQ(telemetry_.refusals(), std::vector<std::string>{"held_webhooks"});
  EXPECT_FALSE(stream.Has(1));
}

TEST_F(EventHubTest, UnconfirmedDocumentsOfAStreamAreBounded) {
  HubLimits limits;
  limits.max_unconfirmed_per_stream = 1;
  Start(limits);
  Stream stream;
  const auto session = Open(stream);
  ASSERT_TRUE(Queue("<A/>").ok());
  session->Submit(Webhook(1, "e1"));
  const std::string receipt = stream.Wait(1).result.receipt_id;
  session->Submit(Webhook(2, "e2"));
  EXPECT_EQ(stream.Wait(2).status.code(), StatusCode::kResourceExhausted);
  session->Submit(Delivered(3, "e1", receipt, true));
  stream.Wait(3);
  session->Submit(Webhook(4, "e2", 0));
  EXPECT_TRUE(stream.Wait(4).status.ok());
}

TEST_F(EventHubTest, AFullStreamHasRoomAgainLater) {
  HubLimits limits;
  limits.max_pending_per_stream = 1;
  Start(limits);
  Stream stream;
  const auto session = Open(stream);
  EXPECT_TRUE(session->HasRoom());
  session->Submit(Webhook(1, "e1"));
  stream.WaitForRoom();
  EXPECT_TRUE(session->HasRoom()) << "a held item does not count";
}

TEST_F(EventHubTest, BadItemsAreAnsweredWithTheField) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, std::string(kMaxIdentityBytes + 1, 'i')));
  EXPECT_EQ(stream.Wait(1).status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(stream.Wait(1).status).find("event.identity"), std::string_view::npos);
  session->Submit(Webhook(2, std::string(kMaxIdentityBytes, 'i'), 0));
  EXPECT_TRUE(stream.Wait(2).status.ok());
  session->Submit(Webhook(3, "e", kMaxHoldMs + 1));
  EXPECT_NE(Message(stream.Wait(3).status).find("hold_ms"), std::string_view::npos);
}

TEST_F(EventHubTest, ReleaseAnswersEveryoneAndHoldsNoMore) {
  Stream stream;
  const auto session = Open(stream);
  session->Submit(Webhook(1, "e1"));
  AwaitHeld(1);
  StatusOr<EventPage> waited = Internal("");
  std::promise<void> answered;
  hub_->waits().Wait({"default", {.types = {"never"}}, 0, std::nullopt, 10}, 60'000,
                     [&](StatusOr<EventPage> page) {
                       waited = std::move(page);
                       answered.set_value();
                     });
  Settle();
  hub_->Release();
  answered.get_future().wait();
  EXPECT_TRUE(waited.ok());
  EXPECT_TRUE(stream.Wait(1).result.bxml.empty());
  session->Submit(Webhook(2, "e2"));
  EXPECT_TRUE(stream.Wait(2).result.bxml.empty());
  EXPECT_EQ(hub_->Watch({"default", {}, 0, true}).status().code(), StatusCode::kUnavailable);
}

TEST_F(EventHubTest, WaitEventsAnswersWithTheFirstMatch) {
  std::promise<StatusOr<EventPage>> answer;
  hub_->waits().Wait({"default", {.message_id = "m-2"}, 0, std::nullopt, 10}, 60'000,
                     [&](StatusOr<EventPage> page) { answer.set_value(std::move(page)); });
  Settle();
  Append(MakeMessage("other"));
  Append(MakeMessage("match", "+15550100003", "m-2"));
  Settle();
  scheduler_.Advance(milliseconds(0));
  const auto page = answer.get_future().get();
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->events.size(), 1u);
  EXPECT_EQ(page->events[0].identity, "match");
  EXPECT_EQ(telemetry_.level(Level::kEventWaiters), 0);
}

TEST_F(EventHubTest, WaitEventsIsEmptyAfterItsTimeAndBounded) {
  HubLimits limits;
  limits.max_event_waits = 1;
  Start(limits);
  std::promise<StatusOr<EventPage>> first, second, third;
  const auto id =
      hub_->waits().Wait({"default", {}, 0, std::nullopt, 10}, 1000,
                         [&](StatusOr<EventPage> page) { first.set_value(std::move(page)); });
  EXPECT_NE(id, 0u);
  hub_->waits().Wait({"default", {}, 0, std::nullopt, 10}, 1000,
                     [&](StatusOr<EventPage> page) { second.set_value(std::move(page)); });
  EXPECT_EQ(second.get_future().get().status().code(), StatusCode::kResourceExhausted);
  Settle();
  scheduler_.Advance(milliseconds(1000));
  EXPECT_TRUE(first.get_future().get()->events.empty());
  const auto cancelled =
      hub_->waits().Wait({"default", {}, 0, std::nullopt, 10}, 1000,
                         [&](StatusOr<EventPage> page) { third.set_value(std::move(page)); });
  hub_->waits().Cancel(cancelled);
  EXPECT_EQ(third.get_future().get().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(scheduler_.pending(), 0u);
}

TEST_F(EventHubTest, ReadUnreadGivesEachEventOnce) {
  for (int i = 0; i < 5; ++i) Append(MakeMessage(std::to_string(i)));
  EventsRequest request{"default", {}, 0, "agent", 3};
  const auto read = [&] {
    return *Await<EventPage>([&](auto done) { hub_->ReadUnread(request, std::move(done)); });
  };
  EXPECT_EQ(read().events.size(), 3u);
  EXPECT_EQ(read().events.size(), 2u);
  EXPECT_EQ(read().events.size(), 0u);
  Append(MakeMessage("skipped"));
  request.filter.types = {"nothing"};
  EXPECT_EQ(read().events.size(), 0u);
  request.filter = {};
  EXPECT_EQ(read().events.size(), 0u) << "what a filter left out is passed over for good";
  request.reader = "another";
  request.limit = 100;
  EXPECT_EQ(read().events.size(), 6u);
}

// Drives a watch the way a transport does.
class Watcher {
 public:
  Watcher(EventHub& hub, ManualScheduler& scheduler, EventWatch::Request request)
      : hub_(hub), scheduler_(scheduler), watch_(*hub.Watch(std::move(request))) {}
  ~Watcher() { hub_.EndWatch(watch_); }
  StatusOr<EventWatch::Batch> Next() {
    std::promise<StatusOr<EventWatch::Batch>> promise;
    auto future = promise.get_future();
    watch_->Next([&](StatusOr<EventWatch::Batch> batch) { promise.set_value(std::move(batch)); });
    while (future.wait_for(milliseconds(1)) != std::future_status::ready) {
      scheduler_.Advance(milliseconds(0));
    }
    return future.get();
  }
  std::vector<std::uint64_t> Collect(std::size_t count) {
    std::vector<std::uint64_t> seqs;
    while (seqs.size() < count) {
      const auto batch = Next();
      if (!batch.ok()) break;
      for (const EventPtr& event : batch->events) seqs.push_back(event->seq);
    }
    return seqs;
  }

 private:
  EventHub& hub_;
  ManualScheduler& scheduler_;
  std::shared_ptr<EventWatch> watch_;
};

TEST_F(EventHubTest, AWatchReplaysThenFollowsWithoutGapOrRepetition) {
  std::vector<std::uint64_t> expected;
  for (int i = 0; i < 600; ++i) expected.push_back(Append(MakeMessage("old" + std::to_string(i))));
  Watcher watcher(*hub_, scheduler_, {"default", {}, 0, false});
  EXPECT_TRUE(watcher.Next()->events.empty()) << "the first batch says where it begins";
  auto seen = watcher.Collect(256);
  for (int i = 0; i < 50; ++i) expected.push_back(Append(MakeMessage("mid" + std::to_string(i))));
  for (const std::uint64_t seq : watcher.Collect(expected.size() - seen.size())) {
    seen.push_back(seq);
  }
  for (int i = 0; i < 50; ++i) expected.push_back(Append(MakeMessage("new" + std::to_string(i))));
  for (const std::uint64_t seq : watcher.Collect(50)) seen.push_back(seq);
  EXPECT_EQ(seen, expected);
}

TEST_F(EventHubTest, AWatchFromNowSkipsWhatWas) {
  Append(MakeMessage("old"));
  Watcher watcher(*hub_, scheduler_, {"default", {.types = {"message-received"}}, 0, true});
  const auto first = watcher.Next();
  EXPECT_TRUE(first->events.empty());
  EXPECT_GT(first->next_after_seq, 0u);
  const std::uint64_t seq = Append(MakeMessage("new"));
  EXPECT_EQ(watcher.Collect(1), std::vector<std::uint64_t>{seq});
}

TEST_F(EventHubTest, AWatcherThatFallsBehindIsEnded) {
  HubLimits limits;
  limits.watch.max_backlog_events = 3;
  limits.max_watchers = 1;
  Start(limits);
  {
    Watcher watcher(*hub_, scheduler_, {"default", {}, 0, true});
    EXPECT_EQ(hub_->Watch({"default", {}, 0, true}).status().code(),
              StatusCode::kResourceExhausted);
    ASSERT_TRUE(watcher.Next().ok());
    for (int i = 0; i < 3; ++i) Append(MakeMessage("a" + std::to_string(i)));
    Settle();
    EXPECT_EQ(watcher.Next()->events.size(), 3u) << "at the limit nothing is lost";
    for (int i = 0; i < 4; ++i) Append(MakeMessage("b" + std::to_string(i)));
    Settle();
    EXPECT_EQ(watcher.Next().status().code(), StatusCode::kResourceExhausted);
  }
  EXPECT_TRUE(hub_->Watch({"default", {}, 0, true}).ok()) << "there is room for another";
  hub_->Release();
}

TEST_F(EventHubTest, MailGoesToTheLongestWaiting) {
  Mailbox& box = hub_->mailbox();
  std::vector<std::string> got;
  const auto note = [&got](const char* who) {
    return [&got, who](const StatusOr<std::string>& body) {
      got.push_back(std::string(who) + (body.ok() ? *body : ToString(body.status())));
    };
  };
  box.Wait("t", "topic", seconds(5), note("first:"));
  const auto second = box.Wait("t", "topic", seconds(5), note("second:"));
  box.Wait("other", "topic", seconds(5), note("other tenant:"));
  ASSERT_TRUE(box.Put({"t", "topic", "1", seconds(60)}).ok());
  EXPECT_EQ(got, std::vector<std::string>{"first:1"});
  box.Cancel(second);
  ASSERT_TRUE(box.Put({"t", "topic", "2", seconds(60)}).ok());
  ASSERT_TRUE(box.Put({"t", "topic", "3", seconds(60)}).ok());
  EXPECT_EQ(box.Wait("t", "topic", seconds(5), note("third:")), 0u);
  EXPECT_EQ(got.back(), "third:2");
  scheduler_.Advance(seconds(5));
  EXPECT_EQ(got.back(), "other tenant:DEADLINE_EXCEEDED: no mail came");
  scheduler_.Advance(seconds(55));
  EXPECT_EQ(telemetry_.level(Level::kMailBytes), 0) << "dropped after its time";
  box.Wait("t", "topic", milliseconds(0), note("fourth:"));
  EXPECT_EQ(got.back(), "fourth:DEADLINE_EXCEEDED: no mail came");
}

TEST_F(EventHubTest, MailIsBoundedInCountBytesAndWaits) {
  Mailbox box({2, 10, 1}, scheduler_, telemetry_);
  EXPECT_TRUE(box.Put({"t", "a", "123456", seconds(1)}).ok());
  EXPECT_EQ(box.Put({"t", "a", "12345", seconds(1)}).code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(box.Put({"t", "a", "1234", seconds(1)}).ok());
  EXPECT_EQ(box.Put({"t", "b", "", seconds(1)}).code(), StatusCode::kResourceExhausted);
  StatusOr<std::string> refused = std::string();
  box.Wait("t", "x", seconds(1), [](const StatusOr<std::string>&) {});
  box.Wait("t", "y", seconds(1), [&](StatusOr<std::string> body) { refused = std::move(body); });
  EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
  scheduler_.Advance(seconds(1));
}

// Drives a watch of state the way a transport does.
class StateWatcher {
 public:
  StateWatcher(EventHub& hub, ManualScheduler& scheduler, StateSelection selection)
      : hub_(hub), scheduler_(scheduler), watch_(*hub.state_watches().Open(std::move(selection))) {}
  ~StateWatcher() { hub_.state_watches().End(watch_); }
  StatusOr<StateWatch::Batch> Next() {
    std::promise<StatusOr<StateWatch::Batch>> promise;
    auto future = promise.get_future();
    watch_->Next([&](StatusOr<StateWatch::Batch> batch) { promise.set_value(std::move(batch)); });
    while (future.wait_for(milliseconds(1)) != std::future_status::ready) {
      scheduler_.Advance(milliseconds(0));
    }
    return future.get();
  }
  // Takes one batch into what this watcher knows.
  void Take() {
    const auto batch = Next();
    ASSERT_TRUE(batch.ok()) << ToString(batch.status());
    current = batch->current;
    for (const StateChangePtr& change : batch->changes) {
      EXPECT_GT(change->seq, last_seq) << "in commit order, nothing twice";
      last_seq = change->seq;
      if (change->value.empty()) {
        known.erase(change->key);
      } else {
        known[change->key] = change->value;
      }
    }
  }

  bool current = false;
  std::uint64_t last_seq = 0;
  std::map<std::string, std::string> known;

 private:
  EventHub& hub_;
  ManualScheduler& scheduler_;
  std::shared_ptr<StateWatch> watch_;
};

TEST_F(EventHubTest, StateWatchersKnowWhatTheStoreHoldsWhateverChangesMeanwhile) {
  HubLimits limits;
  limits.state.watch.max_batch_changes = 7;
  Start(limits);
  std::mt19937 random(1);
  std::map<std::string, std::string> expected;
  const auto change = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const std::string key = "k/" + std::to_string(random() % 40);
      const std::string value = random() % 4 == 0 ? "" : std::to_string(random());
      store_->PutState({"default", key, value, 1000}, [](const StatusOr<PutStateResult>&) {});
      if (value.empty()) {
        expected.erase(key);
      } else {
        expected[key] = value;
      }
    }
  };
  for (int round = 0; round < 10; ++round) {
    change(100);
    StateWatcher watcher(*hub_, scheduler_, {"default", "k/"});
    for (int i = 0; i < 20; ++i) {
      change(static_cast<int>(random() % 6));
      if (!watcher.current || watcher.known != expected) watcher.Take();
    }
    while (!watcher.current || watcher.known != expected) watcher.Take();
    EXPECT_FALSE(HasFailure()) << "round " << round;
  }
}

TEST_F(EventHubTest, ForgottenStateIsToldToItsWatchers) {
  ASSERT_TRUE(Await<PutStateResult>([&](auto done) {
                store_->PutState({"default", "k", "v", 1500}, std::move(done));
              }).ok());
  StateWatcher watcher(*hub_, scheduler_, {"", ""});
  watcher.Take();
  EXPECT_EQ(watcher.known.size(), 1u);
  Retention retention({*store_, scheduler_, telemetry_}, {}, seconds(1));
  retention.Start();
  scheduler_.Advance(seconds(1));
  Settle();
  scheduler_.Advance(seconds(1));
  watcher.Take();
  EXPECT_TRUE(watcher.known.empty());
  retention.Stop();
}

TEST_F(EventHubTest, RetentionRunsUntilTheLimitsAreMet) {
  for (int i = 0; i < 30; ++i) Append(MakeMessage(std::to_string(i)));
  RetentionLimits limits;
  limits.max_events = 7;
  limits.batch = 5;
  Retention retention({*store_, scheduler_, telemetry_}, limits, seconds(1));
  retention.Start();
  scheduler_.Advance(seconds(1));
  for (int i = 0; i < 10; ++i) Settle();
  EventsRequest request;
  request.tenant = "default";
  const auto page =
      Await<EventPage>([&](auto done) { store_->Reader().ListEvents(request, std::move(done)); });
  EXPECT_EQ(page->events.size(), 7u);
  retention.Stop();
  EXPECT_EQ(scheduler_.pending(), 0u);
}

}  // namespace
}  // namespace bw::event_store::testing
