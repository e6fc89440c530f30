#include "gateway/core/principal_limits.h"

#include <algorithm>

namespace bw::gateway {
namespace {

// Accounts looked at for one to forget: the longest unused are idle, or none is.
constexpr int kEvictionTries = 8;
// When a full table is tried again.
constexpr std::chrono::milliseconds kFullTablePause{1'000};

}  // namespace

std::chrono::nanoseconds PrincipalLimits::Pace() const {
  return std::chrono::nanoseconds(std::chrono::seconds(1)) / options_.requests_per_second;
}

bool PrincipalLimits::IsIdle(const Account& account) const {
  return account.under_way.used() == 0 && account.even <= clock_.Steady();
}

PrincipalLimits::Account* PrincipalLimits::Open(const std::string& principal) {
  const auto found = by_name_.find(principal);
  if (found != by_name_.end()) {
    accounts_.splice(accounts_.end(), accounts_, found->second);
    return &*found->second;
  }
  auto oldest = accounts_.begin();
  for (int i = 0; accounts_.size() >= options_.max_principals; ++i) {
    if (i == kEvictionTries || oldest == accounts_.end()) return nullptr;
    const auto candidate = oldest++;
    if (!IsIdle(*candidate)) continue;
    by_name_.erase(candidate->name);
    accounts_.erase(candidate);
  }
  accounts_.emplace_back(principal, options_.max_concurrent);
  const auto opened = std::prev(accounts_.end());
  by_name_.emplace(opened->name, opened);
  return &*opened;
}

std::optional<std::chrono::milliseconds> PrincipalLimits::Charge(const std::string& principal) {
  if (options_.requests_per_second == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Account* account = Open(principal);
  if (account == nullptr) return kFullTablePause;
  const auto now = clock_.Steady();
  const auto free_at = account->even - Pace() * (options_.burst - 1);
  if (free_at > now) return std::chrono::ceil<std::chrono::milliseconds>(free_at - now);
  account->even = std::max(account->even, now) + Pace();
  return std::nullopt;
}

void PrincipalLimits::Owe(const std::string& principal, std::size_t requests) {
  if (options_.requests_per_second == 0) return;
  const std::lock_guard lock(mutex_);
  Account* account = Open(principal);
  if (account == nullptr) return;
  account->even = std::max(account->even, clock_.Steady()) + Pace() * requests;
}

Admission::Slot PrincipalLimits::TryEnter(const std::string& principal, std::size_t count) {
  if (options_.max_concurrent == 0) return unlimited_.TryEnter(count);
  const std::lock_guard lock(mutex_);
  Account* account = Open(principal);
  if (account == nullptr) return Admission(0).TryEnter();
  return account->under_way.TryEnter(std::min(count, options_.max_concurrent));
}

std::size_t PrincipalLimits::tracked() const {
  const std::lock_guard lock(mutex_);
  return accounts_.size();
}

}  // namespace bw::gateway
