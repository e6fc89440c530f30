#include "common/worker/pool.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace bw::worker {
namespace {

TEST(Pool, RefusesWorkBeyondItsQueue) {
  std::promise<void> release;
  std::promise<void> started;
  Pool pool(1, 2);
  ASSERT_TRUE(pool.Submit([&, gate = release.get_future().share()] {
    started.set_value();
    gate.wait();
  }));
  started.get_future().wait();  // the one thread is busy; the queue is empty
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_EQ(pool.queued(), 2u);
  EXPECT_FALSE(pool.Submit([] {}));
  release.set_value();
}

TEST(Pool, DestructionRunsWhatWasAccepted) {
  std::atomic<int> ran = 0;
  {
    Pool pool(3, 100);
    for (int i = 0; i < 100; ++i) pool.Submit([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

}  // namespace
}  // namespace bw::worker
