#include "event-store/core/event.h"

#include <algorithm>

#include "event-store/core/phone_number.h"

namespace bw::event_store {
namespace {

template <typename T>
bool EmptyOrContains(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool MatchesNumber(const std::string& wanted, const Event& event) {
  const std::string number = ComparablePhoneNumber(wanted);
  if (ComparablePhoneNumber(event.from) == number) return true;
  return std::any_of(event.to.begin(), event.to.end(), [&number](const std::string& to) {
    return ComparablePhoneNumber(to) == number;
  });
}

}  // namespace

bool MatchesKind(const EventFilter& filter, Channel channel, Direction direction,
                 const std::string& type) {
  return EmptyOrContains(filter.types, type) && EmptyOrContains(filter.channels, channel) &&
         (filter.direction == Direction::kUnspecified || filter.direction == direction);
}

bool Matches(const EventFilter& filter, const Event& event) {
  if (!MatchesKind(filter, event.channel, event.direction, event.type)) return false;
  if (!filter.call_id.empty() && filter.call_id != event.call_id) return false;
  if (!filter.message_id.empty() && filter.message_id != event.message_id) return false;
  if (filter.since_ms != 0 && event.received_time_ms < filter.since_ms) return false;
  if (filter.until_ms != 0 && event.received_time_ms >= filter.until_ms) return false;
  return filter.phone_number.empty() || MatchesNumber(filter.phone_number, event);
}

std::size_t SizeOf(const Event& event) {
  constexpr std::size_t kFixedFields = 64;
  std::size_t size = kFixedFields + event.type.size() + event.identity.size() +
                     event.call_id.size() + event.message_id.size() + event.from.size() +
                     event.payload_json.size() + event.application_id.size() + event.tag.size();
  for (const std::string& to : event.to) size += to.size() + 2;
  return size;
}

}  // namespace bw::event_store
