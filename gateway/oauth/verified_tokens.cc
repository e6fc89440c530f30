#include "gateway/oauth/verified_tokens.h"

#include <iterator>
#include <utility>

namespace bw::gateway {

std::optional<AuthResult> VerifiedTokens::Find(const TokenDigest& token, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return std::nullopt;
  if (now_ms < found->second->good_until_ms) return found->second->result;
  entries_.erase(found->second);
  by_token_.erase(found);
  return std::nullopt;
}

void VerifiedTokens::Add(const TokenDigest& token, AuthResult result, std::int64_t good_until_ms,
                         const KeySet::Key& key) {
  const std::lock_guard lock(mutex_);
  if (keys_ == nullptr || !keys_->Holds(key) || by_token_.contains(token)) return;
  while (!entries_.empty() && entries_.size() >= max_tokens_) {
    by_token_.erase(entries_.front().token);
    entries_.pop_front();
  }
  entries_.push_back({token, std::move(result), good_until_ms, key});
  by_token_.emplace(token, std::prev(entries_.end()));
}

void VerifiedTokens::UseKeys(Keys keys) {
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (keys_ == nullptr || !keys_->Holds(entry->key)) {
      by_token_.erase(entry->token);
      entries_.erase(entry);
    }
    entry = next;
  }
}

std::size_t VerifiedTokens::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace bw::gateway
