#include "tool-service/core/store_probe.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

TEST(StoreProbe, ReportsWhatItFindsAndAsksMoreOftenWhileTheStoreIsDown) {
  FakeClock clock;
  ManualScheduler scheduler(clock);
  FakeJournal journal;
  journal.failure = Unavailable("not there");
  std::vector<bool> results;
  StoreProbe probe(journal, scheduler, clock, "default",
                   [&results](bool reached) { results.push_back(reached); });
  EXPECT_THAT(results, ElementsAre(false));
  EXPECT_FALSE(probe.reached());
  scheduler.Advance(milliseconds(500));
  EXPECT_THAT(results, ElementsAre(false, false));
  journal.failure = OkStatus();  // "no such call" means that it answers
  scheduler.Advance(milliseconds(500));
  EXPECT_THAT(results, ElementsAre(false, false, true));
  EXPECT_TRUE(probe.reached());
  scheduler.Advance(milliseconds(4'999));
  EXPECT_EQ(results.size(), 3u);
  journal.failure = Unavailable("gone again");
  scheduler.Advance(milliseconds(1));
  EXPECT_THAT(results, ElementsAre(false, false, true, false));
}

TEST(StoreProbe, IsSilentAfterItsEnd) {
  FakeClock clock;
  ManualScheduler scheduler(clock);
  FakeJournal journal;
  int results = 0;
  {
    StoreProbe probe(journal, scheduler, clock, "default", [&results](bool) { ++results; });
    EXPECT_EQ(results, 1);
  }
  scheduler.Advance(milliseconds(60'000));
  EXPECT_EQ(results, 1);
  EXPECT_EQ(scheduler.pending(), 0u);
}

}  // namespace
}  // namespace bw::tool_service
