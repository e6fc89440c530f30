#include "common/clock/clock.h"

#include <future>
#include <vector>

#include <gtest/gtest.h>

#include "common/clock/scheduler.h"

namespace bw {
namespace {

using std::chrono::milliseconds;

TEST(Iso8601, FormatsMillisecondsInUtc) {
  EXPECT_EQ(FormatIso8601(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatIso8601(1'772'446'530'120), "2026-03-02T10:15:30.120Z");
}

struct ParseCase {
  const char* text;
  std::int64_t expected_ms;  // -1: refused
};

class ParseIso8601Test : public testing::TestWithParam<ParseCase> {};

TEST_P(ParseIso8601Test, ReadsWhatThePlatformSends) {
  const auto parsed = ParseIso8601(GetParam().text);
  EXPECT_EQ(parsed.value_or(-1), GetParam().expected_ms);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseIso8601Test,
    testing::Values(ParseCase{"2026-03-02T10:15:30.120Z", 1'772'446'530'120},
                    ParseCase{"2026-03-02T10:15:30Z", 1'772'446'530'000},
                    ParseCase{"2026-03-02T11:15:30.120+01:00", 1'772'446'530'120},
                    ParseCase{"2026-03-02T10:15:30.120987Z", 1'772'446'530'120},
                    ParseCase{"2026-03-02", -1}, ParseCase{"", -1}, ParseCase{"yesterday", -1}));

TEST(FakeClock, StandsStillUntilAdvanced) {
  FakeClock clock(1'000);
  const auto before = clock.Steady();
  EXPECT_EQ(clock.NowMs(), 1'000);
  clock.Advance(milliseconds(250));
  EXPECT_EQ(clock.NowMs(), 1'250);
  EXPECT_EQ(clock.Steady() - before, milliseconds(250));
}

TEST(ManualScheduler, RunsInOrderOfTimeAndMovesTheClock) {
  FakeClock clock(0);
  ManualScheduler scheduler(clock);
  std::vector<std::pair<int, std::int64_t>> ran;
  scheduler.After(milliseconds(20), [&] { ran.emplace_back(2, clock.NowMs()); });
  scheduler.After(milliseconds(10), [&] {
    ran.emplace_back(1, clock.NowMs());
    scheduler.After(milliseconds(5), [&] { ran.emplace_back(3, clock.NowMs()); });
  });
  scheduler.Advance(milliseconds(19));
  EXPECT_EQ(ran, (std::vector<std::pair<int, std::int64_t>>{{1, 10}, {3, 15}}));
  scheduler.Advance(milliseconds(1));
  EXPECT_EQ(ran.back(), std::pair(2, std::int64_t{20}));
  EXPECT_EQ(scheduler.pending(), 0u);
}

TEST(ManualScheduler, CancelledCallbacksDoNotRun) {
  FakeClock clock(0);
  ManualScheduler scheduler(clock);
  const auto id = scheduler.After(milliseconds(1), [] { FAIL() << "cancelled"; });
  EXPECT_TRUE(scheduler.Cancel(id));
  EXPECT_FALSE(scheduler.Cancel(id));
  scheduler.Advance(milliseconds(10));
}

TEST(ThreadScheduler, RunsEarlierCallbacksFirstWhateverTheOrderOfAsking) {
  const auto scheduler = MakeThreadScheduler();
  std::promise<std::vector<int>> done;
  std::vector<int> order;
  scheduler->After(milliseconds(40), [&] {
    order.push_back(2);
    done.set_value(order);
  });
  scheduler->After(milliseconds(1), [&] { order.push_back(1); });
  EXPECT_EQ(done.get_future().get(), (std::vector<int>{1, 2}));
}

TEST(ThreadScheduler, CancelAfterRunningSaysSo) {
  const auto scheduler = MakeThreadScheduler();
  std::promise<void> ran;
  const auto id = scheduler->After(milliseconds(0), [&] { ran.set_value(); });
  ran.get_future().wait();
  EXPECT_FALSE(scheduler->Cancel(id));
}

TEST(ThreadScheduler, DestructionDropsWhatIsNotDue) {
  const auto owned = std::make_shared<int>(1);
  {
    const auto scheduler = MakeThreadScheduler();
    scheduler->After(std::chrono::hours(1), [owned] {});
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace bw
