// Every voice event as data: whether the platform waits for BXML, and what it says about the call.
// Source: Bandwidth's webhook reference (https://dev.bandwidth.com/docs/voice/webhooks/).
#pragma once

#include <span>
#include <string_view>

namespace bw::callback_service {

/// What the platform does with the reply.
enum class ReplyUse {
  kScript,  // executes it; a call whose script ends is hung up, so the caller is kept in a document
  kWhisper,  // executes it for the called party and bridges afterwards: the script must end
  kNothing,  // ignores the body, or does well without one (events of a conference)
};

/// Where the call stands after the event.
enum class CallState {
  kUnchanged,
  kInitiated,
  kAnswered,
  /// Answered if the event carries an answerTime: inbound calls have no event of their own for it.
  kAnsweredIfTime,
  kDisconnected,
};

struct VoiceEventType {
  std::string_view name;
  ReplyUse reply = ReplyUse::kNothing;
  CallState state = CallState::kUnchanged;
};

/// Grows with the platform; the order is the metrics' order.
std::span<const VoiceEventType> VoiceEventTypes();
/// The row of `name`, or nullptr for an event this table does not know (the platform adds some).
const VoiceEventType* FindVoiceEventType(std::string_view name);

}  // namespace bw::callback_service
