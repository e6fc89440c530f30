#include "tool-service/core/stop_gate.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

TEST(StopGate, LetsInUntilItIsStopped) {
  StopGate gate;
  {
    const auto pass = gate.Enter();
    const auto another = gate.Enter();
    EXPECT_TRUE(pass && another) << "one thread may hold several";
  }
  gate.Stop();
  EXPECT_FALSE(gate.Enter());
  gate.Stop();
}

TEST(StopGate, StoppingWaitsForWhatIsInsideAndKeepsOutWhatComes) {
  StopGate gate;
  std::atomic<bool> left{false};
  std::atomic<bool> entered{false};
  std::thread worker([&] {
    const auto pass = gate.Enter();
    entered = true;
    // Until somebody is stopping the gate, which is when nobody gets in any more.
    while (gate.Enter()) std::this_thread::yield();
    left = true;
  });
  while (!entered) std::this_thread::yield();
  gate.Stop();
  EXPECT_TRUE(left);
  worker.join();
}

}  // namespace
}  // namespace bw::tool_service
