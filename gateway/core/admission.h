// How many requests may be under way at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace bw::gateway {

/// Thread-safe. Slots may outlive it.
class Admission {
 public:
  /// Room for one request; given back when dropped.
  class Slot {
   public:
    Slot(Slot&&) = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (used_) used_->fetch_sub(1, std::memory_order_relaxed);
    }
    explicit operator bool() const { return used_ != nullptr; }

   private:
    friend class Admission;
    explicit Slot(std::shared_ptr<std::atomic<std::size_t>> used) : used_(std::move(used)) {}
    std::shared_ptr<std::atomic<std::size_t>> used_;
  };

  explicit Admission(std::size_t limit)
      : limit_(limit), used_(std::make_shared<std::atomic<std::size_t>>(0)) {}

  /// False when `limit` slots are taken.
  Slot TryEnter() {
    if (used_->fetch_add(1, std::memory_order_relaxed) < limit_) return Slot(used_);
    used_->fetch_sub(1, std::memory_order_relaxed);
    return Slot(nullptr);
  }
  std::size_t used() const { return used_->load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  const std::shared_ptr<std::atomic<std::size_t>> used_;
};

}  // namespace bw::gateway
