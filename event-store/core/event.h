// What the store keeps of every webhook, and the filter by which it is found again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bw::event_store {

/// Values as in bw.event_store.v1.Channel; they are stored, so they never change.
enum class Channel { kUnspecified = 0, kVoice = 1, kMessaging = 2, kNotification = 3 };

/// Values as in bw.event_store.v1.Direction; they are stored, so they never change.
enum class Direction { kUnspecified = 0, kInbound = 1, kOutbound = 2 };

/// Field by field as bw.event_store.v1.Event documents it.
struct Event {
  std::uint64_t seq = 0;
  Channel channel = Channel::kUnspecified;
  std::string type;
  std::string identity;
  std::string call_id;
  std::string message_id;
  std::string from;
  std::vector<std::string> to;
  Direction direction = Direction::kUnspecified;
  std::int64_t event_time_ms = 0;
  std::int64_t received_time_ms = 0;
  std::string payload_json;
  std::string application_id;
  std::string tag;
};

/// A committed event, shared by everyone who is told of it.
using EventPtr = std::shared_ptr<const Event>;

/// All given conditions must hold; an empty filter matches everything.
struct EventFilter {
  std::vector<std::string> types{};
  std::vector<Channel> channels{};
  std::string call_id{};
  std::string message_id{};
  std::string phone_number{};
  Direction direction = Direction::kUnspecified;
  /// received_time_ms in [since_ms, until_ms); 0 leaves a side open.
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;
};

/// The conditions that concern what kind of event it is: type, channel, direction.
bool MatchesKind(const EventFilter& filter, Channel channel, Direction direction,
                 const std::string& type);

bool Matches(const EventFilter& filter, const Event& event);

/// The bytes an event occupies in an answer, near enough to bound one.
std::size_t SizeOf(const Event& event);

}  // namespace bw::event_store
