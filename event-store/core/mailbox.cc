#include "event-store/core/mailbox.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace bw::event_store {
namespace {

std::string TopicKey(const std::string& tenant, const std::string& topic) {
  return tenant + '\0' + topic;
}

}  // namespace

Mailbox::Mailbox(const MailLimits& limits, Scheduler& scheduler, Telemetry& telemetry)
    : limits_(limits), scheduler_(scheduler), telemetry_(telemetry) {}

Status Mailbox::Room(const Mail& mail) const {
  if (mails_ >= limits_.max_mails) {
    return ResourceExhausted("at most " + std::to_string(limits_.max_mails) + " mails are kept");
  }
  if (bytes_ + mail.body.size() > limits_.max_bytes) {
    return ResourceExhausted("at most " + std::to_string(limits_.max_bytes) +
                             " bytes of mail are kept");
  }
  return OkStatus();
}

Status Mailbox::Put(Mail mail) {
  const std::string key = TopicKey(mail.tenant, mail.topic);
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    const auto topic = topics_.find(key);
    if (topic != topics_.end() && !topic->second.waiters.empty()) {
      waiter = std::move(topic->second.waiters.front());
      topic->second.waiters.pop_front();
      topic_by_waiter_.erase(waiter.id);
      DropIfEmpty(key);
    } else {
      const Status room = Room(mail);
      if (!room.ok()) {
        telemetry_.Refused("mail");
        return room;
      }
      const Id id = next_id_++;
      ++mails_;
      bytes_ += mail.body.size();
      telemetry_.Change(Level::kMailBytes, static_cast<std::int64_t>(mail.body.size()));
      const Scheduler::Id timer = scheduler_.After(mail.ttl, [this, key, id] { Expire(key, id); });
      topics_[key].mails.push_back({id, std::move(mail.body), timer});
    }
  }
  if (waiter.done != nullptr) {
    scheduler_.Cancel(waiter.timer);
    telemetry_.Change(Level::kMailWaiters, -1);
    waiter.done(std::move(mail.body));
  }
  return OkStatus();
}

Mailbox::Id Mailbox::Wait(const std::string& tenant, const std::string& topic,
                          std::chrono::milliseconds wait, Done<std::string> done) {
  const std::string key = TopicKey(tenant, topic);
  StatusOr<std::string> answer = DeadlineExceeded("no mail came");
  {
    const std::lock_guard lock(mutex_);
    const auto found = topics_.find(key);
    if (found != topics_.end() && !found->second.mails.empty()) {
      KeptMail mail = std::move(found->second.mails.front());
      found->second.mails.pop_front();
      --mails_;
      bytes_ -= mail.body.size();
      telemetry_.Change(Level::kMailBytes, -static_cast<std::int64_t>(mail.body.size()));
      scheduler_.Cancel(mail.timer);
      DropIfEmpty(key);
      answer = std::move(mail.body);
    } else if (topic_by_waiter_.size() >= limits_.max_waits) {
      telemetry_.Refused("mail_waits");
      answer = ResourceExhausted("at most " + std::to_string(limits_.max_waits) +
                                 " requests wait for mail");
    } else if (wait.count() > 0) {
      const Id id = next_id_++;
      telemetry_.Change(Level::kMailWaiters, 1);
      const Scheduler::Id timer =
          scheduler_.After(wait, [this, id] { End(id, DeadlineExceeded("no mail came")); });
      topics_[key].waiters.push_back({id, std::move(done), timer});
      topic_by_waiter_.emplace(id, key);
      return id;
    }
  }
  done(std::move(answer));
  return 0;
}

void Mailbox::Cancel(Id id) { End(id, Cancelled("the caller left")); }

void Mailbox::End(Id id, const Status& status) {
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    const auto key = topic_by_waiter_.find(id);
    if (key == topic_by_waiter_.end()) return;
    std::deque<Waiter>& waiters = topics_.at(key->second).waiters;
    const auto found = std::find_if(waiters.begin(), waiters.end(),
                                    [id](const Waiter& one) { return one.id == id; });
    waiter = std::move(*found);
    waiters.erase(found);
    DropIfEmpty(key->second);
    topic_by_waiter_.erase(key);
  }
  scheduler_.Cancel(waiter.timer);
  telemetry_.Change(Level::kMailWaiters, -1);
  waiter.done(status);
}

void Mailbox::Expire(const std::string& key, Id id) {
  const std::lock_guard lock(mutex_);
  const auto topic = topics_.find(key);
  if (topic == topics_.end()) return;
  std::deque<KeptMail>& mails = topic->second.mails;
  const auto found = std::find_if(mails.begin(), mails.end(),
                                  [id](const KeptMail& mail) { return mail.id == id; });
  if (found == mails.end()) return;
  --mails_;
  bytes_ -= found->body.size();
  telemetry_.Change(Level::kMailBytes, -static_cast<std::int64_t>(found->body.size()));
  mails.erase(found);
  DropIfEmpty(key);
}

void Mailbox::DropIfEmpty(const std::string& key) {
  const auto topic = topics_.find(key);
  if (topic == topics_.end()) return;
  if (topic->second.mails.empty() && topic->second.waiters.empty()) topics_.erase(topic);
}

void Mailbox::ReleaseAll() {
  std::vector<Id> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, key] : topic_by_waiter_) ids.push_back(id);
  }
  for (const Id id : ids) End(id, Unavailable("the event store is shutting down"));
}

}  // namespace bw::event_store
