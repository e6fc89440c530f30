// The ports behind which state is kept. `Store` changes it, one atomic step a method; `StoreReader`
// looks at it. Every adapter passes tests/event-store/store_contract.h.
//
// Threads: every method may be called from any thread and does not block. `done` runs exactly once,
// on a thread of the store, after the step is durable (steps) or read (readers); it must be quick
// and must not wait for another answer of the store. A request is assumed to have passed the checks
// of limits.h.
//
// Errors of every method: UNAVAILABLE - the step was not done (disk full, database locked, shutting
// down) and may be tried again; RESOURCE_EXHAUSTED - a named limit of the adapter, not done;
// DATA_LOSS - the stored data is damaged. Further codes are listed with the method.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "event-store/core/call.h"
#include "event-store/core/event.h"
#include "event-store/core/limits.h"
#include "event-store/core/state.h"

namespace bw::event_store {

template <typename T>
using Done = std::function<void(StatusOr<T>)>;

/// What a voice event asks for beyond being kept.
struct VoiceRequest {
  CallUpdate update;
  /// The platform waits for a document.
  bool expects_bxml = false;
  /// When none is queued, note the event as held, so that the next document goes to it.
  bool may_hold = false;
};

struct AppendRequest {
  std::string tenant;
  /// seq and received_time_ms are given by the store.
  Event event;
  /// Absent for a plain event.
  std::optional<VoiceRequest> voice;
};

struct AppendResult {
  /// The identity was known; `seq` is that of the first time.
  bool duplicate = false;
  std::uint64_t seq = 0;
  /// Set for voice events with a call_id: the call after the event, without turns.
  std::optional<Call> call;
  /// The document the event took (now, or the first time); empty receipt_id when there is none.
  std::string receipt_id;
  std::string bxml;
  /// The event is noted as held: a hand-over or a release follows, or the caller ends it.
  bool held = false;
};

struct QueueRequest {
  std::string tenant;
  std::string call_id;
  std::string bxml;
  /// Empty: each request is new.
  std::string key;
  /// For measuring the hand-over; carried into Handover.
  std::chrono::steady_clock::time_point asked{};
};

struct QueueResult {
  Receipt receipt;
  /// The key was known; nothing was queued.
  bool duplicate = false;
};

struct SettleRequest {
  std::string tenant;
  std::string call_id;
  /// The identity of the event that took the document.
  std::string identity;
  std::string receipt_id;
  bool written = false;
};

struct EndHoldRequest {
  std::string tenant;
  std::string call_id;
  std::uint64_t event_seq = 0;
};

struct AdvanceRequest {
  std::string tenant;
  std::string reader;
  std::uint64_t from_seq = 0;
  std::uint64_t to_seq = 0;
};

struct PutStateRequest {
  std::string tenant;
  std::string key;
  /// Empty: removes the key.
  std::string value;
  /// Forgotten this long after the commit.
  std::uint32_t ttl_ms = kDefaultStateTtlMs;
  /// A key that holds a value keeps it; with an empty value nothing is changed at all.
  bool only_if_absent = false;
};

struct PutStateResult {
  /// Set or removed as asked.
  bool stored = false;
  /// What the key holds, when only_if_absent left it.
  std::string value{};
};

/// How many keys hold a value at once.
struct StateLimits {
  std::int64_t max_entries = 200'000;
  std::int64_t max_entries_per_tenant = 100'000;
};

/// How much is kept. 0 switches a bound off.
struct RetentionLimits {
  std::chrono::milliseconds max_age{std::chrono::hours(24 * 30)};
  std::int64_t max_events = 1'000'000;
  std::int64_t max_calls = 100'000;
  /// A document nobody took becomes EXPIRED after this long.
  std::chrono::milliseconds max_queued_age{std::chrono::hours(1)};
  /// Rows looked at in one step: bounds how long others wait for the commit.
  int batch = 128;
};

struct EvictResult {
  std::int64_t events = 0;
  std::int64_t calls = 0;
  std::int64_t receipts_expired = 0;
  /// Keys forgotten because their time was over.
  std::int64_t state_entries = 0;
  /// The bounds are not met yet; ask again.
  bool more = false;
};

struct Nothing {};

/// A document that a commit gave to a held event.
struct Handover {
  std::string tenant;
  std::string call_id;
  /// Of the event.
  std::string identity;
  std::uint64_t event_seq = 0;
  std::string receipt_id;
  std::string bxml;
  /// From QueueRequest; zero when the document came back from another webhook.
  std::chrono::steady_clock::time_point asked{};
};

struct CommittedEvent {
  std::string tenant;
  EventPtr event;
};

/// What one commit means for those who wait. In commit order; told after every `done` of the
/// commit.
struct Committed {
  /// New events only, ascending seq.
  std::vector<CommittedEvent> events;
  std::vector<Handover> handovers;
  /// Held events whose call ended or was evicted: nothing will come.
  std::vector<std::uint64_t> released_event_seqs;
  /// Ascending seq.
  std::vector<StateChangePtr> state_changes;
};

class StoreListener {
 public:
  virtual ~StoreListener() = default;
  /// On a thread of the store, one call at a time. Must be quick.
  virtual void OnCommitted(const Committed& committed) = 0;
};

struct EventsRequest {
  std::string tenant;
  EventFilter filter;
  std::uint64_t after_seq = 0;
  /// When set, after_seq is that reader's cursor.
  std::optional<std::string> reader;
  std::size_t limit = 100;
};

struct EventPage {
  std::vector<Event> events;
  /// Everything up to here was considered.
  std::uint64_t next_after_seq = 0;
  bool has_more = false;
  /// What after_seq was: of use with `reader`.
  std::uint64_t after_seq = 0;
};

struct CallsRequest {
  std::string tenant{};
  std::string state{};
  std::string phone_number{};
  /// Calls updated before this order number; 0: from the newest.
  std::uint64_t before_order = 0;
  std::size_t limit = 50;
};

struct CallPage {
  /// Most recently updated first, without turns.
  std::vector<Call> calls;
  /// Pass as before_order to go on; 0 at the end.
  std::uint64_t next_before_order = 0;
};

struct StateRequest {
  StateSelection selection;
  /// Only entries written after this one ...
  std::uint64_t after_seq = 0;
  /// ... and up to this one; absent: up to the last commit that the read sees.
  std::optional<std::uint64_t> until_seq;
  /// Entries looked at, whether they match or not.
  std::size_t limit = 1024;
};

struct StatePage {
  /// Each key's present value, in the order they were written. Nothing expired.
  std::vector<StateChange> entries;
  /// Everything up to here was considered.
  std::uint64_t next_after_seq = 0;
  /// What until_seq was.
  std::uint64_t until_seq = 0;
  bool has_more = false;
};

class StoreReader {
 public:
  virtual ~StoreReader() = default;
  /// With the newest kMaxTurnsInCall turns (fewer if they would pass kMaxAnswerBytes). NOT_FOUND.
  virtual void GetCall(std::string tenant, std::string call_id, Done<Call> done) = 0;
  virtual void ListCalls(CallsRequest request, Done<CallPage> done) = 0;
  /// NOT_FOUND.
  virtual void GetReceipt(std::string tenant, std::string receipt_id, Done<Receipt> done) = 0;
  /// Ends a page early at kMaxAnswerBytes; then has_more is true.
  virtual void ListEvents(EventsRequest request, Done<EventPage> done) = 0;
  /// Ends a page early at kMaxAnswerBytes; then has_more is true.
  virtual void ListState(StateRequest request, Done<StatePage> done) = 0;
  /// The greatest seq ever given.
  virtual void LastSeq(Done<std::uint64_t> done) = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  /// Keeps an event once per identity and tenant. A voice event is folded into its call; one that
  /// expects a document takes the oldest queued one (TAKEN by this event), else is noted as held if
  /// it may be and the call has not ended. A known event gets the document of the first time again,
  /// or takes or holds as if it were new. The end of a call makes queued receipts CALL_ENDED and
  /// releases what is held.
  virtual void Append(AppendRequest request, Done<AppendResult> done) = 0;

  /// Queues a document, or hands it to the longest held event of the call in the same commit.
  /// A call nobody heard of is created. ALREADY_EXISTS while a document waits in the slot;
  /// FAILED_PRECONDITION once the call has ended. A known key is answered with its receipt.
  virtual void QueueBxml(QueueRequest request, Done<QueueResult> done) = 0;

  /// written: the receipt becomes DELIVERED, unless another event has it by now. Otherwise a
  /// document TAKEN by this event goes back to the slot, or straight to the longest held event; in
  /// a call that has ended it becomes CALL_ENDED. Repeating it changes nothing. NOT_FOUND.
  virtual void Settle(SettleRequest request, Done<Nothing> done) = 0;

  /// True: the event was held and is no more. False: it was handed a document or released before.
  virtual void EndHold(EndHoldRequest request, Done<bool> done) = 0;

  /// Moves a cursor if it still stands at from_seq; false otherwise.
  virtual void AdvanceCursor(AdvanceRequest request, Done<bool> done) = 0;

  /// Sets or removes what a key holds. Every value that is set is told to the listener, also one
  /// equal to the last; so is a removal, unless there was nothing. With only_if_absent one of all
  /// who ask at once finds the key without a value; one whose time is over is absent.
  /// RESOURCE_EXHAUSTED names the entry of StateLimits; a key that is known can always be set and
  /// removed.
  virtual void PutState(PutStateRequest request, Done<PutStateResult> done) = 0;

  /// One bounded step towards the limits: oldest events first, calls together with their events and
  /// receipts. Also forgets state whose time is over, which is told like a removal.
  virtual void Evict(RetentionLimits limits, Done<EvictResult> done) = 0;

  /// OK when the store can commit.
  virtual void Probe(Done<Nothing> done) = 0;

  virtual StoreReader& Reader() = 0;
};

}  // namespace bw::event_store
