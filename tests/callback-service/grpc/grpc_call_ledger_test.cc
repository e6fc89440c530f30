#include "callback-service/grpc/grpc_call_ledger.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callback-service/http/webhook_endpoint.h"
#include "common/log/log.h"
#include "tests/callback-service/grpc/fake_event_store.h"
#include "tests/support/child_process.h"

namespace bw::callback_service {
namespace {

namespace pb = ::bw::event_store::v1;
using std::chrono::milliseconds;
using Item = FakeEventStore::Item;
using Outcome = FakeEventStore::Outcome;

// Long enough never to pass in a test that does not wait for it.
constexpr milliseconds kLong{60'000};
constexpr milliseconds kShort{30};

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() : metrics_(registry_, RouteLabels(), EventTypeLabels()) {
    log::SetLevel(log::Level::kOff);
    options_.min_backoff = milliseconds(1);
    options_.max_backoff = milliseconds(10);
    options_.sweep_interval = milliseconds(5);
  }
  ~LedgerTest() override { log::SetLevel(log::Level::kInfo); }

  void Connect(std::shared_ptr<grpc::Channel> channel) {
    ledger_ = std::make_unique<GrpcCallLedger>(std::move(channel), options_, metrics_,
                                               SystemClock(), *scheduler_);
  }
  void Connect() { Connect(store_.Channel()); }

  using Result = std::future<StatusOr<Recorded>>;

  static CallLedger::Done Into(std::shared_ptr<std::promise<StatusOr<Recorded>>> promise) {
    return [promise](StatusOr<Recorded> recorded) { promise->set_value(std::move(recorded)); };
  }

  Result Plain(const std::string& identity, milliseconds store_wait = kLong) {
    auto promise = std::make_shared<std::promise<StatusOr<Recorded>>>();
    Event event;
    event.channel = Channel::kMessaging;
    event.type = "message-received";
    event.identity = identity;
    ledger_->RecordPlain(std::move(event), store_wait, Into(promise));
    return promise->get_future();
  }

  Result Voice(const std::string& identity, milliseconds hold = kLong,
               milliseconds store_wait = kLong) {
    auto promise = std::make_shared<std::promise<StatusOr<Recorded>>>();
    VoiceRecord record;
    record.event.channel = Channel::kVoice;
    record.event.type = "answer";
    record.event.identity = identity;
    record.event.call_id = "c-1";
    record.takes_document = true;
    record.hold = hold;
    record.store_wait = store_wait;
    ticket_ = ledger_->RecordVoice(std::move(record), Into(promise));
    return promise->get_future();
  }

  static Outcome DocumentFor(const Item& item) {
    Outcome outcome;
    outcome.set_correlation_id(item.correlation_id());
    outcome.set_bxml("<Response/>");
    outcome.set_receipt_id("r-1");
    return outcome;
  }

  metrics::Registry registry_;
  Metrics metrics_;
  std::unique_ptr<Scheduler> scheduler_ = MakeThreadScheduler();
  FakeEventStore store_;
  GrpcCallLedgerOptions options_;
  CallLedger::Ticket ticket_ = 0;
  std::unique_ptr<GrpcCallLedger> ledger_;
};

TEST_F(LedgerTest, CarriesAVoiceEventWhole) {
  Connect();
  VoiceRecord record;
  record.event = {.channel = Channel::kVoice,
                  .type = "gather",
                  .identity = "i",
                  .call_id = "c",
                  .message_id = "",
                  .from = "+1",
                  .to = {"+2", "+3"},
                  .direction = Direction::kOutbound,
                  .event_time_ms = 5,
                  .payload_json = "{}",
                  .application_id = "a",
                  .tag = "t"};
  record.update = {.state = "disconnected",
                   .start_time_ms = 1,
                   .answer_time_ms = 2,
                   .end_time_ms = 3,
                   .disconnect_cause = "busy",
                   .error_message = "e"};
  record.takes_document = true;
  record.hold = kLong;  // beyond the contract's limit
  std::promise<StatusOr<Recorded>> promise;
  ledger_->RecordVoice(record, [&](StatusOr<Recorded> r) { promise.set_value(std::move(r)); });

  const Item item = store_.Next();
  EXPECT_EQ(item.tenant(), "default");
  ASSERT_TRUE(item.has_voice());
  const pb::VoiceEvent& voice = item.voice();
  EXPECT_TRUE(voice.expects_bxml());
  EXPECT_EQ(voice.hold_ms(), 30'000u);
  EXPECT_EQ(voice.event().channel(), pb::CHANNEL_VOICE);
  EXPECT_EQ(voice.event().type(), "gather");
  EXPECT_EQ(voice.event().identity(), "i");
  EXPECT_EQ(voice.event().call_id(), "c");
  EXPECT_EQ(voice.event().from(), "+1");
  EXPECT_THAT(voice.event().to(), testing::ElementsAre("+2", "+3"));
  EXPECT_EQ(voice.event().direction(), pb::DIRECTION_OUTBOUND);
  EXPECT_EQ(voice.event().event_time_ms(), 5);
  EXPECT_EQ(voice.event().payload_json(), "{}");
  EXPECT_EQ(voice.event().application_id(), "a");
  EXPECT_EQ(voice.event().tag(), "t");
  EXPECT_EQ(voice.update().state(), "disconnected");
  EXPECT_EQ(voice.update().start_time_ms(), 1);
  EXPECT_EQ(voice.update().answer_time_ms(), 2);
  EXPECT_EQ(voice.update().end_time_ms(), 3);
  EXPECT_EQ(voice.update().disconnect_cause(), "busy");
  EXPECT_EQ(voice.update().error_message(), "e");

  Outcome outcome = DocumentFor(item);
  outcome.set_duplicate(true);
  store_.Answer({outcome});
  const StatusOr<Recorded> recorded = promise.get_future().get();
  ASSERT_TRUE(recorded.ok());
  EXPECT_TRUE(recorded->is_duplicate);
  EXPECT_EQ(recorded->bxml, "<Response/>");
  EXPECT_EQ(recorded->receipt_id, "r-1");
}

TEST_F(LedgerTest, MatchesOutcomesInAnyOrder) {
  Connect();
  Result first = Plain("1");
  Result second = Plain("2");
  const Item one = store_.Next();
  const Item two = store_.Next();
  Outcome refused;
  refused.set_correlation_id(two.correlation_id());
  refused.set_code(3);
  refused.set_error("event.tag is too long");
  Outcome unknown;
  unknown.set_correlation_id(999'999);
  Outcome accepted;
  accepted.set_correlation_id(one.correlation_id());
  store_.Answer({refused, unknown, accepted, accepted});
  EXPECT_TRUE(first.get().ok());
  const Status status = second.get().status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(status), "event.tag is too long");
  EXPECT_TRUE(ledger_->Ready().ok());
}

TEST_F(LedgerTest, SendsWhatWaitsInOneWrite) {
  Connect();
  Result before = Plain("before");
  const Item first = store_.Next();
  store_.Pause();
  const std::size_t requests = store_.item_counts().size();
  std::vector<Result> results;
  for (int i = 0; i < 100; ++i) results.push_back(Plain(std::to_string(i)));
  store_.Resume();
  store_.Accept(first);
  for (int i = 0; i < 100; ++i) store_.Accept(store_.Next());
  for (Result& result : results) EXPECT_TRUE(result.get().ok());
  EXPECT_TRUE(before.get().ok());
  // One that the store was reading already, one that was under way, and one with all the rest.
  EXPECT_LE(store_.item_counts().size() - requests, 3u);
}

TEST_F(LedgerTest, BoundsAWrite) {
  options_.max_items_per_write = 7;
  Connect();
  store_.Pause();
  std::vector<Result> results;
  for (int i = 0; i < 100; ++i) results.push_back(Plain(std::to_string(i)));
  store_.Resume();
  for (int i = 0; i < 100; ++i) store_.Accept(store_.Next());
  for (Result& result : results) EXPECT_TRUE(result.get().ok());
  for (const int count : store_.item_counts()) EXPECT_LE(count, 7);
}

TEST_F(LedgerTest, SendsUnansweredItemsAgainDeliveriesFirst) {
  Connect();
  Result held = Voice("held");
  Result plain = Plain("plain");
  EXPECT_EQ(store_.Next().voice().event().identity(), "held");
  EXPECT_EQ(store_.Next().plain().event().identity(), "plain");
  ledger_->Delivered({"taken", "c-1", "r-9", true});
  EXPECT_EQ(store_.Next().delivered().receipt_id(), "r-9");
  store_.BreakStream();

  const Item delivered = store_.Next();
  EXPECT_EQ(delivered.delivered().identity(), "taken");
  EXPECT_TRUE(delivered.delivered().written());
  const Item voice_again = store_.Next();
  EXPECT_EQ(voice_again.voice().event().identity(), "held");
  const Item plain_again = store_.Next();
  EXPECT_EQ(plain_again.plain().event().identity(), "plain");
  store_.Accept(delivered);
  store_.Answer({DocumentFor(voice_again)});
  store_.Accept(plain_again);
  EXPECT_EQ(held.get()->receipt_id, "r-1");
  EXPECT_TRUE(plain.get().ok());
  EXPECT_THAT(registry_.Expose(), testing::HasSubstr("bw_callback_store_items_resent_total 3"));
}

TEST_F(LedgerTest, ReportsADeliveryUntilItIsTaken) {
  Connect();
  ledger_->Delivered({"i", "c-1", "r-1", true});
  Outcome later;
  later.set_correlation_id(store_.Next().correlation_id());
  later.set_code(14);
  store_.Answer({later});
  const Item again = store_.Next();
  EXPECT_EQ(again.delivered().receipt_id(), "r-1");
  store_.Accept(again);
}

TEST_F(LedgerTest, RefusesOneEventTooMany) {
  options_.max_waiting = 3;
  Connect();
  std::vector<Result> results;
  for (int i = 0; i < 3; ++i) results.push_back(Plain(std::to_string(i)));
  EXPECT_EQ(Plain("4").get().status().code(), StatusCode::kResourceExhausted);
  store_.Accept(store_.Next());
  EXPECT_TRUE(results[0].get().ok());
  Result fits = Plain("5");
  for (int i = 0; i < 3; ++i) store_.Accept(store_.Next());
  EXPECT_TRUE(fits.get().ok());
}

TEST_F(LedgerTest, DropsOneDeliveryTooMany) {
  options_.max_deliveries = 1;
  Connect();
  ledger_->Delivered({"1", "c-1", "r-1", true});
  ledger_->Delivered({"2", "c-1", "r-2", true});
  Result marker = Plain("marker");
  EXPECT_EQ(store_.Next().delivered().receipt_id(), "r-1");
  EXPECT_TRUE(store_.Next().has_plain());
  EXPECT_THAT(registry_.Expose(), testing::HasSubstr("bw_callback_store_items_refused_total 1"));
}

TEST_F(LedgerTest, GivesUpOnASilentStoreAndReturnsALateDocument) {
  Connect();
  Result result = Voice("slow", milliseconds(0), kShort);
  const Item item = store_.Next();
  EXPECT_EQ(result.get().status().code(), StatusCode::kDeadlineExceeded);
  const Item release = store_.Next();
  EXPECT_EQ(release.release().identity(), "slow");
  store_.Accept(release);
  store_.Answer({DocumentFor(item)});
  const Item returned = store_.Next();
  EXPECT_EQ(returned.delivered().receipt_id(), "r-1");
  EXPECT_EQ(returned.delivered().identity(), "slow");
  EXPECT_EQ(returned.delivered().call_id(), "c-1");
  EXPECT_FALSE(returned.delivered().written());
  store_.Accept(returned);
}

TEST_F(LedgerTest, ReleasesAHold) {
  Connect();
  Result result = Voice("held");
  const Item item = store_.Next();
  EXPECT_GT(item.voice().hold_ms(), 0u);
  ledger_->Release(ticket_);
  ledger_->Release(ticket_);
  ledger_->Release(12'345);
  const Item release = store_.Next();
  EXPECT_EQ(release.release().identity(), "held");
  store_.Accept(release);
  store_.Accept(item);
  EXPECT_TRUE(result.get().ok());
}

TEST_F(LedgerTest, SendsAReleasedItemWithoutItsHold) {
  Connect();
  Result result = Voice("held");
  store_.Next();
  ledger_->Release(ticket_);
  store_.Next();
  store_.BreakStream();
  const Item again = store_.Next();
  EXPECT_EQ(again.voice().hold_ms(), 0u);
  store_.Accept(again);
  EXPECT_TRUE(result.get().ok());
}

TEST_F(LedgerTest, FailsSoonWhileTheStoreIsAwayAndRecovers) {
  const testing_support::TemporaryFolder folder;
  const std::string address = "unix:" + folder.path() + "/store";
  Connect(rpc::Connect(address));
  // The hold is not waited for: nobody would answer it.
  EXPECT_EQ(Voice("v", kLong, kShort).get().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Plain("p", kShort).get().status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(ledger_->Ready().code(), StatusCode::kUnavailable);

  FakeEventStore late(address);
  Result result = Plain("after");
  late.Accept(late.Next());
  EXPECT_TRUE(result.get().ok());
  EXPECT_TRUE(ledger_->Ready().ok());
}

TEST_F(LedgerTest, EndsWhatIsLeftWhenItCloses) {
  Connect();
  Result held = Voice("held");
  store_.Next();
  ledger_->Close(milliseconds(1));
  EXPECT_EQ(held.get().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Plain("late").get().status().code(), StatusCode::kCancelled);
  ledger_->Delivered({"i", "c-1", "r-1", true});
  ledger_->Close(milliseconds(1));
}

TEST_F(LedgerTest, WaitsForTheLastAnswersWhenItCloses) {
  Connect();
  Result result = Plain("last");
  std::thread store([&] { store_.Accept(store_.Next()); });
  ledger_->Close(kLong);
  EXPECT_TRUE(result.get().ok());
  store.join();
}

TEST_F(LedgerTest, AnswersEverythingOnceWhileStreamsBreak) {
  Connect();
  store_.AnswerAll([](const Item& item) {
    Outcome outcome;
    outcome.set_correlation_id(item.correlation_id());
    return outcome;
  });
  constexpr int kThreads = 3;
  constexpr int kEach = 2'000;
  std::atomic<int> answered{0};
  std::atomic<bool> is_done{false};
  std::thread breaker([&] {
    for (int i = 0; i < 10 && !is_done; ++i) store_.BreakStream();
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Event event;
        event.channel = Channel::kMessaging;
        event.identity = std::to_string(t * kEach + i);
        ledger_->RecordPlain(std::move(event), kLong,
                             [&](const StatusOr<Recorded>&) { ++answered; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  breaker.join();
  is_done = true;
  ledger_->Close(kLong);
  EXPECT_EQ(answered, kThreads * kEach);
}

}  // namespace
}  // namespace bw::callback_service
