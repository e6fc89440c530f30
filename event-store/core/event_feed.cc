#include "event-store/core/event_feed.h"

#include <utility>

namespace bw::event_store {
namespace {

// The most specific condition decides in which bucket a subscription lies.
std::string Bucket(const std::string& tenant, char kind, const std::string& id) {
  return tenant + '\0' + kind + id;
}

std::string BucketOf(const std::string& tenant, const EventFilter& filter) {
  if (!filter.call_id.empty()) return Bucket(tenant, 'c', filter.call_id);
  if (!filter.message_id.empty()) return Bucket(tenant, 'm', filter.message_id);
  return Bucket(tenant, '*', "");
}

}  // namespace

EventFeed::Id EventFeed::Insert(Subscription subscription) {
  const Id id = next_id_++;
  Entry entry{BucketOf(subscription.tenant, subscription.filter), std::move(subscription)};
  buckets_[entry.bucket].push_back(id);
  entries_.emplace(id, std::move(entry));
  return id;
}

void EventFeed::Erase(Id id) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return;
  const auto bucket = buckets_.find(entry->second.bucket);
  std::erase(bucket->second, id);
  if (bucket->second.empty()) buckets_.erase(bucket);
  entries_.erase(entry);
}

EventFeed::Id EventFeed::Subscribe(Subscription subscription) {
  const std::lock_guard lock(mutex_);
  return Insert(std::move(subscription));
}

void EventFeed::Unsubscribe(Id id) {
  const std::lock_guard lock(mutex_);
  Erase(id);
}

void EventFeed::Publish(const std::string& tenant, const EventPtr& event) {
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) return;
  std::vector<std::string> keys{Bucket(tenant, '*', "")};
  if (!event->call_id.empty()) keys.push_back(Bucket(tenant, 'c', event->call_id));
  if (!event->message_id.empty()) keys.push_back(Bucket(tenant, 'm', event->message_id));
  std::vector<Id> ended;
  for (const std::string& key : keys) {
    const auto bucket = buckets_.find(key);
    if (bucket == buckets_.end()) continue;
    for (const Id id : bucket->second) {
      const Subscription& subscription = entries_.at(id).subscription;
      if (Matches(subscription.filter, *event) && !subscription.on_match(event)) {
        ended.push_back(id);
      }
    }
  }
  for (const Id id : ended) Erase(id);
}

}  // namespace bw::event_store
