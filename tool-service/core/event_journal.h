// The port to what happened on the phone: events, calls and the documents queued for them, and to
// values that outlive a call of a tool. The adapter (tool-service/grpc) asks the event store; tests
// put a fake behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

enum class EventChannel { kUnknown, kVoice, kMessaging, kNotification };
enum class EventDirection { kUnknown, kInbound, kOutbound };

/// One webhook, as the event store keeps it. Times are milliseconds since the Unix epoch, 0 when
/// unknown.
struct Event {
  std::uint64_t seq = 0;
  EventChannel channel = EventChannel::kUnknown;
  std::string type;
  std::string call_id;
  std::string message_id;
  std::string from;
  std::vector<std::string> to;
  EventDirection direction = EventDirection::kUnknown;
  std::int64_t event_time_ms = 0;
  std::int64_t received_time_ms = 0;
  /// The webhook's object; null when it could not be read.
  json::Json payload;
  std::string tag;
  std::string application_id;
};

/// All that is set must hold.
struct EventFilter {
  std::vector<std::string> types;
  std::vector<EventChannel> channels;
  std::string call_id;
  std::string message_id;
  std::string phone_number;
  EventDirection direction = EventDirection::kUnknown;
  /// Only what was received at this time or later; 0 is open.
  std::int64_t since_ms = 0;
};

struct EventQuery {
  EventFilter filter;
  std::uint64_t after_seq = 0;
  std::uint32_t limit = 100;
  /// How long to wait for the first match; 0 answers at once.
  std::uint32_t wait_ms = 0;
};

struct EventPage {
  std::vector<Event> events;
  std::uint64_t next_after_seq = 0;
  bool has_more = false;
};

enum class ReceiptState { kUnknown, kQueued, kTaken, kDelivered, kPushed, kExpired, kCallEnded };

/// What became of a queued document.
struct Receipt {
  std::string receipt_id;
  std::string call_id;
  ReceiptState state = ReceiptState::kUnknown;
  std::int64_t queued_time_ms = 0;
  std::int64_t delivered_time_ms = 0;
  std::uint64_t event_seq = 0;
  /// May hold passwords: RedactBxml before anybody sees it.
  std::string bxml;
};

struct Turn {
  std::uint64_t event_seq = 0;
  std::string event_type;
  std::int64_t time_ms = 0;
  std::string receipt_id;
  std::string bxml;
};

struct CallRecord {
  std::string call_id;
  std::string state;
  EventDirection direction = EventDirection::kUnknown;
  std::string from;
  std::string to;
  std::string tag;
  std::string application_id;
  std::int64_t start_time_ms = 0;
  std::int64_t answer_time_ms = 0;
  std::int64_t end_time_ms = 0;
  std::string disconnect_cause;
  std::string error_message;
  std::uint64_t last_event_seq = 0;
  /// A webhook waits for a document right now.
  bool webhook_held = false;
  std::optional<Receipt> queued;
  std::vector<Turn> turns;
  std::uint32_t turn_count = 0;
};

struct QueueRequest {
  std::string call_id;
  std::string bxml;
  std::string key;
};

struct QueueOutcome {
  Receipt receipt;
  bool duplicate = false;
};

struct CallQuery {
  /// Empty: every state.
  std::string state;
  /// Either side; empty: every number.
  std::string phone_number;
  std::string page_token;
  std::uint32_t page_size = 50;
};

struct CallPage {
  std::vector<CallRecord> calls;
  std::string next_page_token;
};

/// A value that all replicas see under its key.
struct ValueRequest {
  /// 1 to 512 bytes; begins with what it is for: "once/…".
  std::string key;
  /// At most EventJournal::kMaxValueBytes. Empty: removes the key.
  std::string value{};
  std::chrono::milliseconds time_to_live = std::chrono::hours(1);
  /// A key that holds a value keeps it. With an empty value nothing is changed: that reads.
  bool only_if_absent = false;
};

struct ValueOutcome {
  bool stored = false;
  /// What the key holds, when only_if_absent left it; empty when it holds nothing.
  std::string value{};
};

/// Thread-safe. Nothing blocks: `done` runs exactly once, on any thread, perhaps before the method
/// returns. The context gives tenant and deadline, and its on_cancel ends a wait. Errors are the
/// event store's: NOT_FOUND, ALREADY_EXISTS (another document waits in the call's slot),
/// FAILED_PRECONDITION (the call has ended), INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE,
/// DEADLINE_EXCEEDED, CANCELLED.
class EventJournal {
 public:
  template <typename T>
  using Done = std::function<void(StatusOr<T>)>;

  /// The longest wait_ms that the store accepts.
  static constexpr std::uint32_t kMaxWaitMs = 60'000;
  static constexpr std::size_t kMaxValueBytes = 16u << 10;
  static constexpr std::chrono::hours kMaxTimeToLive{24 * 31};

  virtual ~EventJournal() = default;
  virtual void QueueBxml(const CallContext& context, QueueRequest request,
                         Done<QueueOutcome> done) = 0;
  virtual void GetCall(const CallContext& context, const std::string& call_id,
                       Done<CallRecord> done) = 0;
  virtual void ListCalls(const CallContext& context, CallQuery query, Done<CallPage> done) = 0;
  virtual void GetReceipt(const CallContext& context, const std::string& receipt_id,
                          Done<Receipt> done) = 0;
  virtual void WaitEvents(const CallContext& context, EventQuery query, Done<EventPage> done) = 0;
  /// What `reader` has not been given yet; moves its cursor.
  virtual void ReadUnread(const CallContext& context, const std::string& reader, EventQuery query,
                          Done<EventPage> done) = 0;
  /// One atomic step, durable when it is answered.
  virtual void PutValue(const CallContext& context, ValueRequest request,
                        Done<ValueOutcome> done) = 0;
};

}  // namespace bw::tool_service
