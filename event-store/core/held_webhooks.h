// The webhooks that are held at this moment, each waiting in memory for a document.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/clock/scheduler.h"

namespace bw::event_store {

/// The event a webhook brought.
struct HeldEvent {
  std::string tenant;
  std::string identity;
  std::string call_id;
  std::uint64_t seq = 0;
};

/// One held request. A webhook that the platform sent again has several.
struct HeldRequest {
  /// Whose requests are dropped together.
  const void* owner = nullptr;
  /// Called once, without a lock of this class; an empty receipt_id: no document came.
  std::function<void(const std::string& bxml, const std::string& receipt_id)> answer;
  Scheduler::Id timer = 0;
  std::uint64_t id = 0;
};

/// Thread-safe.
class HeldWebhooks {
 public:
  /// Returns the id given to the request.
  std::uint64_t Add(const HeldEvent& event, HeldRequest request);
  /// Remembers by which timer the request gives up.
  void SetTimer(std::uint64_t seq, std::uint64_t request_id, Scheduler::Id timer);
  /// Everything that waits for the event; forgets it.
  std::vector<HeldRequest> Take(std::uint64_t seq);

  enum class Expiry { kGone, kLast, kTaken };
  /// kTaken: others still wait, `request` left alone. kLast: nobody else waits, so it stays until
  /// the store has ended the hold.
  Expiry Expire(std::uint64_t seq, std::uint64_t request_id, HeldRequest& request);

  /// Forgets the owner's requests; returns the events nobody waits for any more.
  std::vector<HeldEvent> DropOwner(const void* owner, std::vector<Scheduler::Id>& timers);

  std::optional<HeldEvent> Find(const std::string& tenant, const std::string& identity) const;
  std::optional<HeldEvent> Find(std::uint64_t seq) const;
  std::vector<HeldEvent> All() const;
  /// Requests held.
  std::size_t size() const;

 private:
  struct Entry {
    HeldEvent event;
    std::vector<HeldRequest> requests;
  };
  void Forget(std::unordered_map<std::uint64_t, Entry>::iterator entry);

  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::unordered_map<std::string, std::uint64_t> seq_by_identity_;
  std::uint64_t next_id_ = 1;
  std::size_t size_ = 0;
};

}  // namespace bw::event_store
