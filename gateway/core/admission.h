// How many requests may be under way at once.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace bw::gateway {

/// Thread-safe. Slots may outlive it.
class Admission {
 public:
  /// Room for a request; given back when dropped.
  class Slot {
   public:
    Slot(Slot&&) = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      for (const Room& room : rooms_) {
        if (room.used) room.used->fetch_sub(room.taken, std::memory_order_relaxed);
      }
    }
    explicit operator bool() const { return rooms_[0].used != nullptr; }
    /// Room in two places, given back as one. Neither was joined before.
    static Slot Join(Slot one, Slot other) {
      one.rooms_[1] = std::move(other.rooms_[0]);
      return one;
    }

   private:
    friend class Admission;
    struct Room {
      std::shared_ptr<std::atomic<std::size_t>> used;
      std::size_t taken = 0;
    };
    explicit Slot(Room room) : rooms_{std::move(room), Room{}} {}
    std::array<Room, 2> rooms_;
  };

  explicit Admission(std::size_t limit)
      : limit_(limit), used_(std::make_shared<std::atomic<std::size_t>>(0)) {}

  /// Room for `count` requests; false when less than that is left.
  Slot TryEnter(std::size_t count = 1) {
    if (used_->fetch_add(count, std::memory_order_relaxed) + count <= limit_) {
      return Slot({used_, count});
    }
    used_->fetch_sub(count, std::memory_order_relaxed);
    return Slot({nullptr, 0});
  }
  std::size_t used() const { return used_->load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  const std::shared_ptr<std::atomic<std::size_t>> used_;
};

}  // namespace bw::gateway
