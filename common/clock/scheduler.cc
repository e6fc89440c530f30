#include "common/clock/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <unordered_map>

namespace bw {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

class ThreadScheduler : public Scheduler {
 public:
  ThreadScheduler() : thread_([this] { Run(); }) {}

  ~ThreadScheduler() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  Id After(std::chrono::milliseconds delay, std::function<void()> callback) override {
    const SteadyTime when = SystemClock().Steady() + delay;
    bool is_first = false;
    Id id = 0;
    {
      const std::lock_guard lock(mutex_);
      id = next_++;
      const auto position = due_.emplace(std::pair(when, id), std::move(callback)).first;
      when_of_.emplace(id, when);
      is_first = position == due_.begin();
    }
    if (is_first) changed_.notify_one();
    return id;
  }

  bool Cancel(Id id) override {
    std::function<void()> dropped;  // destroyed outside the lock: it may own anything
    const std::lock_guard lock(mutex_);
    const auto found = when_of_.find(id);
    if (found == when_of_.end()) return false;
    const auto entry = due_.find({found->second, id});
    dropped = std::move(entry->second);
    due_.erase(entry);
    when_of_.erase(found);
    return true;
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (due_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const auto first = due_.begin();
      const SteadyTime when = first->first.first;
      if (when > SystemClock().Steady()) {
        changed_.wait_until(lock, when);
        continue;
      }
      std::function<void()> callback = std::move(first->second);
      when_of_.erase(first->first.second);
      due_.erase(first);
      lock.unlock();
      callback();
      callback = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;  // guards everything below but the thread
  std::condition_variable changed_;
  bool stopping_ = false;
  Id next_ = 1;
  std::map<std::pair<SteadyTime, Id>, std::function<void()>> due_;
  std::unordered_map<Id, SteadyTime> when_of_;
  std::thread thread_;  // last: it uses the members above
};

}  // namespace

std::unique_ptr<Scheduler> MakeThreadScheduler() { return std::make_unique<ThreadScheduler>(); }

Scheduler::Id ManualScheduler::After(std::chrono::milliseconds delay,
                                     std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  const Id id = next_++;
  due_.emplace(std::pair(clock_.NowMs() + delay.count(), id), std::move(callback));
  return id;
}

bool ManualScheduler::Cancel(Id id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(due_.begin(), due_.end(),
                                  [id](const auto& entry) { return entry.first.second == id; });
  if (found == due_.end()) return false;
  due_.erase(found);
  return true;
}

void ManualScheduler::Advance(std::chrono::milliseconds by) {
  const std::int64_t end = clock_.NowMs() + by.count();
  while (true) {
    std::function<void()> callback;
    {
      const std::lock_guard lock(mutex_);
      if (due_.empty() || due_.begin()->first.first > end) break;
      const std::int64_t wait = due_.begin()->first.first - clock_.NowMs();
      if (wait > 0) clock_.Advance(std::chrono::milliseconds(wait));
      callback = std::move(due_.begin()->second);
      due_.erase(due_.begin());
    }
    callback();
  }
  if (end > clock_.NowMs()) clock_.Advance(std::chrono::milliseconds(end - clock_.NowMs()));
}

std::size_t ManualScheduler::pending() const {
  const std::lock_guard lock(mutex_);
  return due_.size();
}

}  // namespace bw
