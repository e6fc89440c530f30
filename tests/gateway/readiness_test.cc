#include "gateway/core/readiness.h"

#include "common/clock/scheduler.h"
#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

TEST(Readiness, FollowsTheProvider) {
  FakeClock clock;
  ManualScheduler scheduler(clock);
  FakeToolProvider provider;
  const std::chrono::milliseconds interval(100);
  const auto readiness = std::make_shared<Readiness>(provider, scheduler, Audience{}, interval);
  EXPECT_EQ(readiness->status().code(), StatusCode::kUnavailable);
  provider.status = Unavailable("down");
  readiness->Probe();
  EXPECT_EQ(readiness->status().code(), StatusCode::kUnavailable);
  provider.status = OkStatus();
  scheduler.Advance(interval);
  EXPECT_TRUE(readiness->status().ok());
  provider.status = Unavailable("down");
  scheduler.Advance(interval);
  EXPECT_FALSE(readiness->status().ok());
  readiness->Stop();
  provider.status = OkStatus();
  scheduler.Advance(interval * 3);
  EXPECT_FALSE(readiness->status().ok());
  EXPECT_EQ(scheduler.pending(), 0u);
}

}  // namespace
}  // namespace bw::gateway
