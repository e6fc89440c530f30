// A messaging webhook's bytes → events. The platform sends an array; its schema shows one object;
// both are read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "callback-service/core/event.h"
#include "common/status/status.h"

namespace bw::callback_service {

/// Of one webhook; the platform sends one or a few.
inline constexpr std::size_t kMaxEventsPerWebhook = 100;

struct MessagingWebhook {
  std::vector<Event> events;
  /// Elements that are no messaging event, and what was wrong with the first of them.
  std::size_t malformed = 0;
  Status first_problem;
};

/// INVALID_ARGUMENT when nothing in `body` can be used; the message names the element and the
/// member.
StatusOr<MessagingWebhook> ParseMessagingWebhook(std::string_view body);

/// The event types the platform documents, for metrics.
std::vector<std::string_view> MessagingEventTypes();

}  // namespace bw::callback_service
