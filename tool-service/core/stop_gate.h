// Lets work go on until the service stops: what comes later stays out, and stopping waits for what
// is inside.
#pragma once

#include <condition_variable>
#include <mutex>

namespace bw::tool_service {

/// Thread-safe.
class StopGate {
 public:
  /// Held while something is used that goes away after Stop; false when it may not be used any
  /// more. One thread may hold several.
  class Pass {
   public:
    explicit Pass(StopGate* gate) : gate_(gate) {}
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    StopGate* const gate_;
  };

  Pass Enter() {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Pass(nullptr);
    ++inside_;
    return Pass(this);
  }
  /// Not to be called while holding a pass.
  void Stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    empty_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  void Leave() {
    const std::lock_guard lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }

  std::mutex mutex_;  // guards all below
  std::condition_variable empty_;
  int inside_ = 0;
  bool stopped_ = false;
};

}  // namespace bw::tool_service
