#include <array>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event-store/core/limits.h"
#include "event-store/core/state_watches.h"

namespace bw::event_store::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CountingTelemetry : public NoTelemetry {
 public:
  void Refused(std::string_view limit) override { refusals.emplace_back(limit); }
  void Change(Level level, std::int64_t by) override {
    if (level == Level::kStateWatchers) watchers += by;
  }
  std::vector<std::string> refusals;
  std::int64_t watchers = 0;
};

// Keeps each read of state until the test answers it; nothing else is ever read.
class ScriptedReader : public StoreReader {
 public:
  void ListState(StateRequest request, Done<StatePage> done) override {
    request_ = std::move(request);
    done_ = std::move(done);
  }
  void GetCall(std::string, std::string, Done<Call>) override { FAIL(); }
  void ListCalls(CallsRequest, Done<CallPage>) override { FAIL(); }
  void GetReceipt(std::string, std::string, Done<Receipt>) override { FAIL(); }
  void ListEvents(EventsRequest, Done<EventPage>) override { FAIL(); }
  void LastSeq(Done<std::uint64_t>) override { FAIL(); }

  bool is_asked() const { return done_ != nullptr; }
  const StateRequest& request() const { return request_; }
  void Answer(StatusOr<StatePage> page) { std::exchange(done_, nullptr)(std::move(page)); }

 private:
  StateRequest request_;
  Done<StatePage> done_;
};

StateChange Entry(std::uint64_t seq, std::string key, std::string value = "v",
                  std::string tenant = "t") {
  return {seq, std::move(tenant), std::move(key), std::move(value)};
}

StatePage Page(std::vector<StateChange> entries, std::uint64_t next_after_seq,
               std::uint64_t until_seq, bool has_more) {
  return {std::move(entries), next_after_seq, until_seq, has_more};
}

class StateWatchTest : public ::testing::Test {
 protected:
  void Open(StateSelection selection = {"t", ""}) {
    watches_ = std::make_unique<StateWatches>(limits_, reader_, scheduler_, telemetry_);
    watch_ = *watches_->Open(std::move(selection));
  }
  void TearDown() override {
    if (watch_ != nullptr) watches_->End(watch_);
  }
  void Commit(StateChange change) {
    watches_->Publish({std::make_shared<const StateChange>(std::move(change))});
  }
  void Ask() {
    answered_ = false;
    watch_->Next([this](StatusOr<StateWatch::Batch> batch) {
      answered_ = true;
      batch_ = std::move(batch);
    });
  }
  // "key=value" of the batch's changes.
  std::vector<std::string> Delivered() {
    scheduler_.Advance(milliseconds(0));
    EXPECT_TRUE(answered_);
    std::vector<std::string> texts;
    if (!batch_.ok()) return {ToString(batch_.status())};
    for (const auto& change : batch_->changes) texts.push_back(change->key + "=" + change->value);
    return texts;
  }
  void BecomeCurrent(std::uint64_t until_seq = 10) {
    Ask();
    reader_.Answer(Page({}, 0, until_seq, false));
    EXPECT_THAT(Delivered(), IsEmpty());
    EXPECT_TRUE(batch_->current);
  }

  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  CountingTelemetry telemetry_;
  ScriptedReader reader_;
  StateWatchLimits limits_;
  std::unique_ptr<StateWatches> watches_;
  std::shared_ptr<StateWatch> watch_;
  bool answered_ = false;
  StatusOr<StateWatch::Batch> batch_ = Internal("not asked");
};

TEST_F(StateWatchTest, PagesComeFirstAndTheLastIsCurrent) {
  limits_.watch.max_batch_changes = 2;
  Open({"t", "session/"});
  Ask();
  EXPECT_EQ(reader_.request().selection.prefix, "session/");
  EXPECT_EQ(reader_.request().after_seq, 0u);
  EXPECT_EQ(reader_.request().until_seq, std::nullopt);
  EXPECT_EQ(reader_.request().limit, 2u);
  reader_.Answer(Page({Entry(3, "session/a"), Entry(4, "session/b")}, 4, 9, true));
  EXPECT_THAT(Delivered(), ElementsAre("session/a=v", "session/b=v"));
  EXPECT_FALSE(batch_->current);
  EXPECT_FALSE(reader_.is_asked()) << "a page is read when its batch is wanted";
  Ask();
  EXPECT_EQ(reader_.request().after_seq, 4u);
  EXPECT_EQ(reader_.request().until_seq, 9u);
  reader_.Answer(Page({}, 7, 9, true));
  EXPECT_FALSE(answered_) << "a page without matches is no batch";
  EXPECT_EQ(reader_.request().after_seq, 7u);
  reader_.Answer(Page({Entry(9, "session/c")}, 9, 9, false));
  EXPECT_THAT(Delivered(), ElementsAre("session/c=v"));
  EXPECT_TRUE(batch_->current);
}

TEST_F(StateWatchTest, AChangeDuringTheReadComesAfterItAndOnce) {
  Open();
  Commit(Entry(5, "seen by the read"));
  Ask();
  Commit(Entry(6, "seen as well"));
  Commit(Entry(8, "a", "new"));
  reader_.Answer(Page({Entry(2, "a", "old"), Entry(6, "seen as well")}, 6, 7, true));
  EXPECT_THAT(Delivered(), ElementsAre("a=old", "seen as well=v"));
  Commit(Entry(7, "told late"));
  Commit(Entry(9, "b", ""));
  scheduler_.Advance(milliseconds(1));
  Ask();
  scheduler_.Advance(milliseconds(1));
  EXPECT_FALSE(answered_) << "changes wait until everything was read";
  reader_.Answer(Page({Entry(7, "told late")}, 7, 7, false));
  EXPECT_THAT(Delivered(), ElementsAre("told late=v"));
  EXPECT_TRUE(batch_->current);
  Ask();
  EXPECT_THAT(Delivered(), ElementsAre("a=new", "b="));
  EXPECT_TRUE(batch_->current);
  Ask();
  scheduler_.Advance(milliseconds(1));
  EXPECT_FALSE(answered_);
  Commit(Entry(10, "c"));
  EXPECT_THAT(Delivered(), ElementsAre("c=v"));
}

TEST_F(StateWatchTest, OnlyWhatWasSelectedIsTold) {
  Open({"t", "session/"});
  BecomeCurrent();
  Ask();
  Commit(Entry(11, "session/a", "1", "other tenant"));
  Commit(Entry(12, "session", "2"));
  Commit(Entry(13, "session/", "3"));
  Commit(Entry(14, "other/session/", "4"));
  EXPECT_THAT(Delivered(), ElementsAre("session/=3"));
}

TEST_F(StateWatchTest, WithoutATenantAllAreTold) {
  Open({"", ""});
  BecomeCurrent();
  Ask();
  Commit(Entry(11, "a", "1", "t"));
  Commit(Entry(12, "a", "2", "u"));
  Delivered();
  ASSERT_EQ(batch_->changes.size(), 2u);
  EXPECT_EQ(batch_->changes[0]->tenant, "t");
  EXPECT_EQ(batch_->changes[1]->tenant, "u");
}

TEST_F(StateWatchTest, AWatcherThatFallsBehindIsEnded) {
  limits_.watch.max_backlog_changes = 3;
  Open();
  BecomeCurrent();
  for (std::uint64_t seq = 11; seq < 14; ++seq) Commit(Entry(seq, "k"));
  Ask();
  EXPECT_EQ(Delivered().size(), 3u) << "at the limit nothing is lost";
  EXPECT_THAT(telemetry_.refusals, IsEmpty());
  for (std::uint64_t seq = 14; seq < 18; ++seq) Commit(Entry(seq, "k"));
  EXPECT_THAT(telemetry_.refusals, ElementsAre("state_watch_backlog"));
  Ask();
  EXPECT_THAT(Delivered(), ElementsAre(HasSubstr("more than 3 changes")));
  EXPECT_EQ(batch_.status().code(), StatusCode::kResourceExhausted);
  Commit(Entry(18, "k"));
  Ask();
  EXPECT_THAT(Delivered(), ElementsAre(HasSubstr("more than 3 changes"))) << "it stays ended";
  EXPECT_EQ(telemetry_.refusals.size(), 1u);
}

TEST_F(StateWatchTest, TheBacklogIsBoundedInBytesAlsoWhileReading) {
  const std::size_t size = SizeOf(Entry(1, "k"));
  limits_.watch.max_backlog_bytes = 2 * size;
  Open();
  Ask();
  Commit(Entry(11, "k"));
  Commit(Entry(12, "k"));
  EXPECT_THAT(telemetry_.refusals, IsEmpty()) << "at the limit";
  Commit(Entry(13, "k"));
  EXPECT_THAT(Delivered(), ElementsAre(HasSubstr("fell behind")));
  reader_.Answer(Page({Entry(1, "late")}, 1, 1, true));
  EXPECT_THAT(Delivered(), ElementsAre(HasSubstr("fell behind"))) << "the page came too late";
}

TEST_F(StateWatchTest, ABatchIsBoundedInCountAndBytes) {
  limits_.watch.max_batch_changes = 3;
  Open();
  BecomeCurrent();
  for (std::uint64_t seq = 11; seq < 15; ++seq) Commit(Entry(seq, "k"));
  Ask();
  EXPECT_EQ(Delivered().size(), 3u);
  const std::string half(kMaxAnswerBytes / 2, 'v');
  Commit(Entry(15, "k", half));
  Commit(Entry(16, "k", half));
  Ask();
  EXPECT_EQ(Delivered().size(), 2u) << "the small one and one half";
  Ask();
  EXPECT_EQ(Delivered().size(), 1u);
}

TEST_F(StateWatchTest, AFailedReadEndsTheWatch) {
  Open();
  Ask();
  reader_.Answer(Unavailable("no disk"));
  EXPECT_THAT(Delivered(), ElementsAre("UNAVAILABLE: no disk"));
  Ask();
  EXPECT_FALSE(reader_.is_asked());
  EXPECT_THAT(Delivered(), ElementsAre("UNAVAILABLE: no disk"));
}

TEST_F(StateWatchTest, AStopAnswersWhoeverWaits) {
  Open();
  BecomeCurrent();
  Commit(Entry(11, "dropped"));
  watches_->ReleaseAll();
  Ask();
  Delivered();
  EXPECT_EQ(batch_.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(watches_->Open({}).status().code(), StatusCode::kUnavailable);
}

TEST_F(StateWatchTest, AStopDoesNotWaitForTheRead) {
  Open();
  Ask();
  watches_->ReleaseAll();
  Delivered();
  EXPECT_EQ(batch_.status().code(), StatusCode::kUnavailable);
  reader_.Answer(Page({}, 0, 0, false));
}

TEST_F(StateWatchTest, WatchersAreBounded) {
  limits_.max_watchers = 2;
  Open();
  const auto second = *watches_->Open({});
  EXPECT_EQ(telemetry_.watchers, 2);
  const auto third = watches_->Open({});
  EXPECT_EQ(third.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(telemetry_.refusals, ElementsAre("state_watchers"));
  watches_->End(watch_);
  watch_.reset();
  EXPECT_EQ(telemetry_.watchers, 1);
  EXPECT_TRUE(watches_->Open({}).ok()) << "there is room for another";
}

}  // namespace
}  // namespace bw::event_store::testing
