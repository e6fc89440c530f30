// What is under way on a channel, so that an adapter can end cleanly.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include <grpcpp/client_context.h>

#include "gateway/core/tool_provider.h"

namespace bw::gateway {

class ContextHandle : public Cancellable {
 public:
  explicit ContextHandle(std::shared_ptr<grpc::ClientContext> context)
      : context_(std::move(context)) {}
  void Cancel() override { context_->TryCancel(); }

 private:
  const std::shared_ptr<grpc::ClientContext> context_;
};

/// Thread-safe.
class OpenCalls {
 public:
  void Add(const std::shared_ptr<Cancellable>& call) {
    const std::lock_guard lock(mutex_);
    calls_.insert(call);
  }
  void Remove(const std::shared_ptr<Cancellable>& call) {
    const std::lock_guard lock(mutex_);
    calls_.erase(call);
    // Under the lock: the waiter destroys this object as soon as it sees the set empty.
    empty_.notify_all();
  }
  /// Waits until everything is removed; nothing is added from now on.
  void CancelAllAndWait() {
    std::unique_lock lock(mutex_);
    const auto calls = calls_;
    lock.unlock();
    for (const auto& call : calls) call->Cancel();
    lock.lock();
    empty_.wait(lock, [this] { return calls_.empty(); });
  }

 private:
  std::mutex mutex_;  // guards calls_
  std::condition_variable empty_;
  std::unordered_set<std::shared_ptr<Cancellable>> calls_;
};

}  // namespace bw::gateway
