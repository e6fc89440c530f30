// Short-lived messages between replicas of the gateway. They live in this process's memory only: an
// answer to a question that its asker no longer waits for is worthless, and while one event store
// serves all replicas, memory reaches them all.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/clock/scheduler.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"

namespace bw::event_store {

struct MailLimits {
  std::size_t max_mails = 10'000;
  std::size_t max_bytes = 64u << 20;
  std::size_t max_waits = 10'000;
};

/// Thread-safe. Answers run without a lock, perhaps before the call returns.
class Mailbox {
 public:
  using Id = std::uint64_t;

  /// `scheduler` and `telemetry` must outlive the box.
  Mailbox(const MailLimits& limits, Scheduler& scheduler, Telemetry& telemetry);

  struct Mail {
    std::string tenant;
    std::string topic;
    std::string body;
    std::chrono::milliseconds ttl{};
  };
  /// Hands the mail to the longest waiting, else keeps it for its ttl. RESOURCE_EXHAUSTED names the
  /// limit.
  Status Put(Mail mail);

  /// The oldest mail of the topic. DEADLINE_EXCEEDED when none came within `wait`;
  /// RESOURCE_EXHAUSTED names max_waits. The id is good for Cancel until `done` has run; 0: it has.
  Id Wait(const std::string& tenant, const std::string& topic, std::chrono::milliseconds wait,
          Done<std::string> done);
  /// Answers CANCELLED, if it has not been answered.
  void Cancel(Id id);
  /// Answers all who wait UNAVAILABLE.
  void ReleaseAll();

 private:
  struct KeptMail {
    Id id = 0;
    std::string body;
    Scheduler::Id timer = 0;
  };
  struct Waiter {
    Id id = 0;
    Done<std::string> done;
    Scheduler::Id timer = 0;
  };
  struct Topic {
    std::deque<KeptMail> mails;
    std::deque<Waiter> waiters;
  };
  Status Room(const Mail& mail) const;
  void Expire(const std::string& key, Id mail);
  void End(Id waiter, const Status& status);
  void DropIfEmpty(const std::string& key);

  const MailLimits limits_;
  Scheduler& scheduler_;
  Telemetry& telemetry_;
  std::mutex mutex_;  // guards all below
  std::unordered_map<std::string, Topic> topics_;
  std::unordered_map<Id, std::string> topic_by_waiter_;
  std::size_t mails_ = 0;
  std::size_t bytes_ = 0;
  Id next_id_ = 1;
};

}  // namespace bw::event_store
