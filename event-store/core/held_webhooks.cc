#include "event-store/core/held_webhooks.h"

#include <algorithm>
#include <utility>

namespace bw::event_store {
namespace {

// A tenant's name is short and holds no NUL, so the pair is unambiguous.
std::string IdentityKey(const std::string& tenant, const std::string& identity) {
  return tenant + '\0' + identity;
}

}  // namespace

std::uint64_t HeldWebhooks::Add(const HeldEvent& event, HeldRequest request) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[event.seq];
  if (entry.requests.empty()) {
    entry.event = event;
    seq_by_identity_[IdentityKey(event.tenant, event.identity)] = event.seq;
  }
  request.id = next_id_++;
  entry.requests.push_back(std::move(request));
  ++size_;
  return entry.requests.back().id;
}

void HeldWebhooks::SetTimer(std::uint64_t seq, std::uint64_t request_id, Scheduler::Id timer) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(seq);
  if (entry == entries_.end()) return;
  for (HeldRequest& request : entry->second.requests) {
    if (request.id == request_id) request.timer = timer;
  }
}

void HeldWebhooks::Forget(std::unordered_map<std::uint64_t, Entry>::iterator entry) {
  const HeldEvent& event = entry->second.event;
  seq_by_identity_.erase(IdentityKey(event.tenant, event.identity));
  entries_.erase(entry);
}

std::vector<HeldRequest> HeldWebhooks::Take(std::uint64_t seq) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(seq);
  if (entry == entries_.end()) return {};
  std::vector<HeldRequest> requests = std::move(entry->second.requests);
  size_ -= requests.size();
  Forget(entry);
  return requests;
}

HeldWebhooks::Expiry HeldWebhooks::Expire(std::uint64_t seq, std::uint64_t request_id,
                                          HeldRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(seq);
  if (entry == entries_.end()) return Expiry::kGone;
  std::vector<HeldRequest>& requests = entry->second.requests;
  const auto found =
      std::find_if(requests.begin(), requests.end(),
                   [request_id](const HeldRequest& one) { return one.id == request_id; });
  if (found == requests.end()) return Expiry::kGone;
  if (requests.size() == 1) return Expiry::kLast;
  request = std::move(*found);
  requests.erase(found);
  --size_;
  return Expiry::kTaken;
}

std::vector<HeldEvent> HeldWebhooks::DropOwner(const void* owner,
                                               std::vector<Scheduler::Id>& timers) {
  std::vector<HeldRequest> dropped;  // destroyed after the lock is released
  std::vector<HeldEvent> abandoned;
  const std::lock_guard lock(mutex_);
  for (auto& [seq, entry] : entries_) {
    for (auto request = entry.requests.begin(); request != entry.requests.end();) {
      if (request->owner != owner) {
        ++request;
        continue;
      }
      timers.push_back(request->timer);
      dropped.push_back(std::move(*request));
      request = entry.requests.erase(request);
      --size_;
    }
    if (entry.requests.empty()) abandoned.push_back(entry.event);
  }
  for (const HeldEvent& event : abandoned) Forget(entries_.find(event.seq));
  return abandoned;
}

std::optional<HeldEvent> HeldWebhooks::Find(const std::string& tenant,
                                            const std::string& identity) const {
  const std::lock_guard lock(mutex_);
  const auto found = seq_by_identity_.find(IdentityKey(tenant, identity));
  if (found == seq_by_identity_.end()) return std::nullopt;
  return entries_.at(found->second).event;
}

std::optional<HeldEvent> HeldWebhooks::Find(std::uint64_t seq) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(seq);
  if (found == entries_.end()) return std::nullopt;
  return found->second.event;
}

std::vector<HeldEvent> HeldWebhooks::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<HeldEvent> events;
  events.reserve(entries_.size());
  for (const auto& [seq, entry] : entries_) events.push_back(entry.event);
  return events;
}

std::size_t HeldWebhooks::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace bw::event_store
