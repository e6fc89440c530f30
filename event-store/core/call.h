// A call as the events told it, the documents queued for it, and how an event changes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event-store/core/event.h"

namespace bw::event_store {

/// The state after which nothing is answered any more.
inline constexpr char kDisconnected[] = "disconnected";

/// Field by field as bw.event_store.v1.CallUpdate documents it.
struct CallUpdate {
  std::string state;
  std::int64_t start_time_ms = 0;
  std::int64_t answer_time_ms = 0;
  std::int64_t end_time_ms = 0;
  std::string disconnect_cause;
  std::string error_message;
};

/// Values as in bw.event_store.v1.Receipt.State; they are stored, so they never change.
enum class ReceiptState {
  kUnspecified = 0,
  kQueued = 1,
  kTaken = 2,
  kDelivered = 3,
  kPushed = 4,
  kExpired = 5,
  kCallEnded = 6,
};

struct Receipt {
  std::string receipt_id;
  std::string call_id;
  std::string key;
  ReceiptState state = ReceiptState::kUnspecified;
  std::int64_t queued_time_ms = 0;
  std::int64_t delivered_time_ms = 0;
  std::uint64_t event_seq = 0;
  std::string bxml;
};

struct Turn {
  std::uint64_t event_seq = 0;
  std::string event_type;
  std::int64_t time_ms = 0;
  std::string receipt_id;
  std::string bxml;
};

struct Call {
  std::string call_id;
  std::string state;
  Direction direction = Direction::kUnspecified;
  std::string from;
  std::string to;
  std::string application_id;
  std::string tag;
  std::int64_t start_time_ms = 0;
  std::int64_t answer_time_ms = 0;
  std::int64_t end_time_ms = 0;
  std::string disconnect_cause;
  std::string error_message;
  std::int64_t updated_time_ms = 0;
  std::uint64_t last_event_seq = 0;
  bool webhook_held = false;
  std::optional<Receipt> queued;
  std::vector<Turn> turns;
  std::uint32_t turn_count = 0;
};

inline bool IsEnded(const Call& call) { return call.state == kDisconnected; }

/// Folds a committed event into its call. Webhooks may arrive in any order: a state never goes back
/// (initiated, answered, disconnected), parties and application are those of the first event that
/// names them, times and causes those of the last one that does.
void Fold(const Event& event, const CallUpdate& update, Call& call);

}  // namespace bw::event_store
