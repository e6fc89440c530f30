#include "event-store/core/call.h"

namespace bw::event_store {
namespace {

// States the platform may add later rank between answered and disconnected.
int Rank(const std::string& state) {
  if (state.empty()) return 0;
  if (state == "initiated") return 1;
  if (state == "answered") return 2;
  if (state == kDisconnected) return 4;
  return 3;
}

void KeepFirst(const std::string& value, std::string& field) {
  if (field.empty()) field = value;
}

void KeepLast(const std::string& value, std::string& field) {
  if (!value.empty()) field = value;
}

void KeepLast(std::int64_t value, std::int64_t& field) {
  if (value != 0) field = value;
}

}  // namespace

void Fold(const Event& event, const CallUpdate& update, Call& call) {
  KeepFirst(event.call_id, call.call_id);
  KeepFirst(event.from, call.from);
  if (!event.to.empty()) KeepFirst(event.to.front(), call.to);
  KeepFirst(event.application_id, call.application_id);
  if (call.direction == Direction::kUnspecified) call.direction = event.direction;
  KeepLast(event.tag, call.tag);
  if (Rank(update.state) >= Rank(call.state)) KeepLast(update.state, call.state);
  KeepLast(update.start_time_ms, call.start_time_ms);
  KeepLast(update.answer_time_ms, call.answer_time_ms);
  KeepLast(update.end_time_ms, call.end_time_ms);
  KeepLast(update.disconnect_cause, call.disconnect_cause);
  KeepLast(update.error_message, call.error_message);
  call.updated_time_ms = event.received_time_ms;
  call.last_event_seq = event.seq;
  ++call.turn_count;
}

}  // namespace bw::event_store
