// What a webhook says, as values. Limits are those of the event store's contract
// (proto/bw/event_store/v1): a value that passed the parsers here is never refused there for its
// size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bw::callback_service {

inline constexpr std::size_t kMaxPayloadBytes = 256u << 10;
inline constexpr std::size_t kMaxIdentityBytes = 512;
/// Of call and message ids, and of one phone number or SIP URI.
inline constexpr std::size_t kMaxIdBytes = 256;
inline constexpr std::size_t kMaxTypeBytes = 64;
inline constexpr std::size_t kMaxRecipients = 64;
/// Longer tags (createCall allows 4096 bytes) are cut; the payload keeps them whole.
inline constexpr std::size_t kMaxTagBytes = 4096;

enum class Channel { kVoice, kMessaging, kNotification };
enum class Direction { kUnknown, kInbound, kOutbound };

struct Event {
  Channel channel = Channel::kNotification;
  /// The platform's own name: "initiate", "message-received", …
  std::string type;
  /// Equal for every delivery of one event, different for different events.
  std::string identity;
  /// Empty where they do not apply.
  std::string call_id;
  std::string message_id;
  std::string from;
  std::vector<std::string> to;
  Direction direction = Direction::kUnknown;
  /// Milliseconds since the Unix epoch; 0 when absent or unreadable.
  std::int64_t event_time_ms = 0;
  /// The JSON object as received.
  std::string payload_json;
  std::string application_id;
  std::string tag;
};

/// What a voice event says about its call; the store folds it into what it knows.
struct CallUpdate {
  /// "initiated", "answered", "disconnected"; empty leaves the state as it is.
  std::string state;
  std::int64_t start_time_ms = 0;
  std::int64_t answer_time_ms = 0;
  std::int64_t end_time_ms = 0;
  std::string disconnect_cause;
  std::string error_message;
};

}  // namespace bw::callback_service
