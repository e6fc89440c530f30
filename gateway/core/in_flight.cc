#include "gateway/core/in_flight.h"

namespace bw::gateway {

// Ids are JSON texts, which hold no line feed.
std::string InFlight::Key(const std::string& scope, const RequestId& id) {
  return id.json + '\n' + scope;
}

bool InFlight::Add(const std::string& scope, const RequestId& id,
                   const std::shared_ptr<Call>& call) {
  const std::lock_guard lock(mutex_);
  return calls_.try_emplace(Key(scope, id), call).second;
}

void InFlight::Remove(const std::string& scope, const RequestId& id) {
  const std::lock_guard lock(mutex_);
  calls_.erase(Key(scope, id));
}

std::shared_ptr<Call> InFlight::Find(const std::string& scope, const RequestId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(Key(scope, id));
  return found == calls_.end() ? nullptr : found->second.lock();
}

std::vector<std::shared_ptr<Call>> InFlight::FindAll(const std::string& scope) const {
  std::vector<std::shared_ptr<Call>> found;
  const std::string suffix = '\n' + scope;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, weak] : calls_) {
    if (!key.ends_with(suffix)) continue;
    if (auto call = weak.lock()) found.push_back(std::move(call));
  }
  return found;
}

}  // namespace bw::gateway
