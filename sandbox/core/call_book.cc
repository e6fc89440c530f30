#include "sandbox/core/call_book.h"

#include <algorithm>
#include <utility>

namespace bw::sandbox {

Call& CallBook::Add(Call call) {
  while (order_.size() >= max_kept_) {
    const auto ended = std::find_if(order_.begin(), order_.end(), [&](const std::string& id) {
      return !calls_.find(id)->second->live();
    });
    if (ended == order_.end()) break;
    calls_.erase(*ended);
    order_.erase(ended);
  }
  order_.push_back(call.id);
  auto& slot = calls_[call.id];
  slot = std::make_unique<Call>(std::move(call));
  return *slot;
}

Call* CallBook::Find(std::string_view call_id) {
  const auto found = calls_.find(call_id);
  return found == calls_.end() ? nullptr : found->second.get();
}

const Call* CallBook::Find(std::string_view call_id) const {
  const auto found = calls_.find(call_id);
  return found == calls_.end() ? nullptr : found->second.get();
}

void CallBook::ForEach(const std::function<void(const Call&)>& visit) const {
  for (const std::string& id : order_) visit(*calls_.find(id)->second);
}

std::size_t CallBook::CountIf(const std::function<bool(const Call&)>& matches) const {
  std::size_t count = 0;
  for (const auto& [id, call] : calls_) count += matches(*call) ? 1 : 0;
  return count;
}

std::size_t CallBook::live() const {
  return CountIf([](const Call& call) { return call.live() && call.state != CallState::kQueued; });
}

std::size_t CallBook::queued() const {
  return CountIf([](const Call& call) { return call.state == CallState::kQueued; });
}

}  // namespace bw::sandbox
