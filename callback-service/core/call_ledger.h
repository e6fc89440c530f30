// Where webhooks are recorded and documents for callers come from: the event store, seen from here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "callback-service/core/event.h"
#include "common/status/status.h"

namespace bw::callback_service {

struct VoiceRecord {
  Event event;
  CallUpdate update;
  /// Take the call's queued document, or wait for one for up to `hold`.
  bool takes_document = false;
  std::chrono::milliseconds hold{0};
  /// How much longer than `hold` an answer of the ledger is worth waiting for.
  std::chrono::milliseconds store_wait{1'000};
};

struct Recorded {
  /// The event was known already; for a voice event the document of the first time comes again.
  bool is_duplicate = false;
  /// Empty when none came within the hold.
  std::string bxml;
  /// Names `bxml` in Delivered.
  std::string receipt_id;
};

/// What became of a document that a Recorded carried.
struct Delivery {
  /// Of the event that took it.
  std::string identity;
  std::string call_id;
  std::string receipt_id;
  /// False returns the document to the call, for its next webhook.
  bool is_written = false;
};

/// Thread-safe; no method blocks. Each Done runs exactly once, on any thread, possibly before the
/// method returns, and must not block. Its errors: INVALID_ARGUMENT (this event can never be
/// recorded), RESOURCE_EXHAUSTED (too much is waiting), UNAVAILABLE and DEADLINE_EXCEEDED (not
/// known to be recorded: the platform should send it again), CANCELLED (shutting down).
class CallLedger {
 public:
  using Done = std::function<void(StatusOr<Recorded>)>;
  /// Names a RecordVoice to Release; 0 names none.
  using Ticket = std::uint64_t;

  virtual ~CallLedger() = default;
  /// Done runs when the event is durable and a document came, the hold ended, or Release was
  /// called.
  virtual Ticket RecordVoice(VoiceRecord record, Done done) = 0;
  /// Done runs when the event is durable.
  virtual void RecordPlain(Event event, std::chrono::milliseconds store_wait, Done done) = 0;
  virtual void Delivered(Delivery delivery) = 0;
  /// Ends the hold of `ticket` early; nothing happens when it is over.
  virtual void Release(Ticket ticket) = 0;
};

}  // namespace bw::callback_service
