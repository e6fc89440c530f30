// The event store's behaviour beyond keeping rows: who is held, who waits, who is told. Knows no
// transport and no database.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "event-store/core/event_feed.h"
#include "event-store/core/event_waits.h"
#include "event-store/core/event_watch.h"
#include "event-store/core/held_webhooks.h"
#include "event-store/core/ingest_session.h"
#include "event-store/core/mailbox.h"
#include "event-store/core/state_watches.h"
#include "event-store/core/store.h"
#include "event-store/core/telemetry.h"

namespace bw::event_store {

struct HubLimits {
  /// Webhooks held at once; beyond it a webhook is answered without waiting.
  std::size_t max_held = 10'000;
  std::size_t max_event_waits = 10'000;
  std::size_t max_watchers = 1'000;
  /// Items of one Ingest stream that wait for the store; beyond it the stream is read no further.
  std::size_t max_pending_per_stream = 4096;
  /// Documents given over one stream and not confirmed; beyond it voice webhooks are refused.
  std::size_t max_unconfirmed_per_stream = 10'000;
  WatchOptions watch;
  MailLimits mail;
  StateWatchLimits state;
};

/// Thread-safe. Answers run on a thread of the store or the scheduler.
class EventHub : public StoreListener {
 public:
  /// All must outlive the hub.
  EventHub(const HubLimits& limits, const Clock& clock, Scheduler& scheduler, Telemetry& telemetry);

  /// The store that was opened with this hub as its listener; before anything else.
  void Attach(Store& store);

  std::shared_ptr<IngestSession> OpenSession(OutcomeSink& sink);
  void QueueBxml(QueueRequest request, Done<QueueResult> done);
  /// What the reader has not been given; moves its cursor past it.
  void ReadUnread(EventsRequest request, Done<EventPage> done);
  /// RESOURCE_EXHAUSTED names max_watchers.
  StatusOr<std::shared_ptr<EventWatch>> Watch(EventWatch::Request request);
  /// Once the transport is done with a watch: stops it and makes room for another.
  void EndWatch(const std::shared_ptr<EventWatch>& watch);
  EventWaits& waits() { return *waits_; }
  Mailbox& mailbox() { return mailbox_; }
  StateWatches& state_watches() { return *state_watches_; }
  Store& store() { return *store_; }
  const HubLimits& limits() const { return limits_; }

  /// Answers what is held and waited for, and ends every watch with UNAVAILABLE; from now on
  /// nothing is held. For a stop in peace.
  void Release();

  void OnCommitted(const Committed& committed) override;

 private:
  friend class IngestSession;
  bool MayHold() const;
  void Hold(const HeldEvent& event, std::uint32_t hold_ms, HeldRequest request);
  void OnHoldTimeout(const HeldEvent& event, std::uint64_t request_id);
  void EndHold(const HeldEvent& event);
  void AnswerHeld(std::uint64_t seq, const std::string& bxml, const std::string& receipt_id);
  void ReleaseByIdentity(const std::string& tenant, const std::string& identity);
  void DropSession(const void* session);

  // A document may be under way to the platform more than once (a webhook sent again): it returns
  // to the slot only when the last copy failed.
  void NoteGiven(const std::string& receipt_id);
  void NoteWritten(const std::string& receipt_id);
  /// True when no other copy is under way.
  bool NoteLost(const std::string& receipt_id);
  void ReturnDocument(SettleRequest request);

  void ReadUnreadOnce(EventsRequest request, Done<EventPage> done, int attempts_left);

  const HubLimits limits_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Telemetry& telemetry_;
  Store* store_ = nullptr;
  EventFeed feed_;
  HeldWebhooks held_;
  Mailbox mailbox_;
  std::unique_ptr<EventWaits> waits_;
  std::unique_ptr<StateWatches> state_watches_;
  std::atomic<bool> released_{false};
  std::mutex watches_mutex_;  // guards watches_
  std::unordered_set<std::shared_ptr<EventWatch>> watches_;
  std::mutex given_mutex_;  // guards given_
  std::unordered_map<std::string, int> given_;
};

}  // namespace bw::event_store
