// Clients that leave at once beside clients that check what they get. Descriptor numbers are reused
// all the time; no reply may reach anyone but the client that asked.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "common/http/server.h"
#include "tests/common/http/raw_client.h"

namespace bw::http {
namespace {

constexpr int kChecks = 100'000;
constexpr int kCheckers = 2;
constexpr int kLeavers = 2;
constexpr int kReplyThreads = 2;
constexpr int kRequestsPerConnection = 5;

// Answers from threads of its own, as services do.
class ReplyPool {
 public:
  ReplyPool() {
    for (int i = 0; i < kReplyThreads; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~ReplyPool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  void Answer(std::shared_ptr<Exchange> exchange) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(exchange));
    }
    changed_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto exchange = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      exchange->Reply(TextResponse(200, exchange->request().path));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Exchange>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

struct Findings {
  std::atomic<int> checked{0};
  std::atomic<int> wrong{0};
  std::atomic<int> missing{0};
  std::atomic<int> left{0};
};

// Every second connection pipelines its requests; half the requests are answered by the pool.
void Check(int port, int checker, Findings& findings) {
  for (int connection = 0; findings.checked < kChecks; ++connection) {
    RawClient client(port);
    if (!client.connected()) continue;  // the machine is short of ports for a moment
    const bool pipelined = connection % 2 == 0;
    std::vector<std::string> paths;
    std::string batch;
    for (int i = 0; i < kRequestsPerConnection; ++i) {
      paths.push_back((i % 2 == 0 ? "/now/" : "/later/") + std::to_string(checker) + "/" +
                      std::to_string(connection) + "/" + std::to_string(i));
      batch += Get(paths.back());
    }
    if (pipelined) client.Send(batch);
    for (const auto& path : paths) {
      if (!pipelined) client.Send(Get(path));
      const RawResponse response = client.Read();
      if (response.status == 0) {
        ++findings.missing;
      } else if (response.body != path) {
        ++findings.wrong;
      }
      ++findings.checked;
    }
    client.Reset();  // leaves no port in TIME_WAIT: there are not enough of them
  }
}

void Leave(int port, Findings& findings) {
  while (findings.checked < kChecks) {
    if (findings.left > findings.checked / 2) {  // beside the checkers, not instead of them
      std::this_thread::yield();
      continue;
    }
    RawClient client(port);
    client.Send(Get(findings.left % 2 == 0 ? "/now/secret" : "/later/secret"));
    if (findings.left++ % 3 == 0) {
      client.Close();
    } else {
      client.Reset();
    }
  }
}

TEST(WrongClientTest, NoReplyReachesAnotherClient) {
  ReplyPool pool;
  ServerOptions options;
  options.threads = 2;
  auto server = StartServer(options, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->request().path.rfind("/later/", 0) == 0) return pool.Answer(std::move(exchange));
    exchange->Reply(TextResponse(200, exchange->request().path));
  });
  ASSERT_TRUE(server.ok()) << ToString(server.status());
  const int port = (*server)->port();
  Findings findings;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCheckers; ++i) {
    threads.emplace_back([&, i] { Check(port, i, findings); });
  }
  for (int i = 0; i < kLeavers; ++i) threads.emplace_back([&] { Leave(port, findings); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(findings.wrong, 0);
  EXPECT_EQ(findings.missing, 0);
  EXPECT_GE(findings.checked, kChecks);
  EXPECT_GE(findings.left, kChecks / 4);
  EXPECT_EQ((*server)->counters().connections_refused, 0u);
  EXPECT_EQ((*server)->counters().malformed, 0u);
  std::cout << findings.checked << " replies checked beside " << findings.left
            << " clients that left\n";
}

}  // namespace
}  // namespace bw::http
