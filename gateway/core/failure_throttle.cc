#include "gateway/core/failure_throttle.h"

namespace bw::gateway {

std::optional<std::chrono::milliseconds> FailureThrottle::Pause(std::string_view peer) const {
  if (limits_.max_failures == 0) return std::nullopt;
  const auto now = clock_.Steady();
  const std::lock_guard lock(mutex_);
  const auto found = by_peer_.find(peer);
  if (found == by_peer_.end()) return std::nullopt;
  const Window& window = *found->second;
  if (window.failures < limits_.max_failures || window.ends <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(window.ends - now);
}

void FailureThrottle::DropEnded() {
  const auto now = clock_.Steady();
  while (!windows_.empty() &&
         (windows_.front().ends <= now || windows_.size() > limits_.max_peers)) {
    by_peer_.erase(windows_.front().peer);
    windows_.pop_front();
  }
}

bool FailureThrottle::AddFailure(std::string_view peer) {
  if (limits_.max_failures == 0) return false;
  const std::lock_guard lock(mutex_);
  DropEnded();
  auto found = by_peer_.find(peer);
  if (found == by_peer_.end()) {
    windows_.push_back({std::string(peer), clock_.Steady() + limits_.window, 0});
    const auto added = std::prev(windows_.end());
    found = by_peer_.emplace(added->peer, added).first;
    DropEnded();
  }
  return ++found->second->failures == limits_.max_failures;
}

std::size_t FailureThrottle::tracked() const {
  const std::lock_guard lock(mutex_);
  return windows_.size();
}

}  // namespace bw::gateway
