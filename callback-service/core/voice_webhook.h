// A voice webhook's bytes → VoiceEvent. Tolerant where the platform is loose (nulls, missing
// members, unknown keys, unknown types), strict where a guess would mix up two calls.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "callback-service/core/event.h"
#include "callback-service/core/voice_event_types.h"
#include "common/status/status.h"

namespace bw::callback_service {

struct VoiceEvent {
  Event event;
  CallUpdate update;
  /// The row of its type; nullptr for a type the table does not know. Lives for ever.
  const VoiceEventType* type = nullptr;
  /// An inbound call that nobody has answered yet: media would answer it, and start its billing.
  bool is_unanswered_inbound = false;
};

/// Parameters of a webhook's URL, in order.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kMaxQueryParameters = 100;

/// The JSON object a POST carries. `hop` is what our own URL carried for this webhook ("" if
/// nothing): it tells two redirects of one call apart should their eventTime be equal.
/// INVALID_ARGUMENT names the member; the text is never quoted.
StatusOr<VoiceEvent> ParseVoiceWebhook(std::string_view body, std::string_view hop = "");

/// The same for a webhook sent as GET: each parameter is a member; nested members arrive as JSON
/// text. The payload becomes the JSON object a POST would have carried.
StatusOr<VoiceEvent> ParseVoiceQuery(const QueryParameters& query, std::string_view hop = "");

}  // namespace bw::callback_service
