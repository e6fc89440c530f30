// Everything else that reports to us → Event: toll-free verification (JSON) and number orders
// (XML).
#pragma once

#include <string_view>
#include <vector>

#include "callback-service/core/event.h"
#include "common/status/status.h"

namespace bw::callback_service {

/// Types of the events made here, for metrics.
inline constexpr std::string_view kOrderNotification = "order-notification";
inline constexpr std::string_view kTollFreeVerification = "toll-free-verification";
inline constexpr std::string_view kOtherNotification = "notification";

/// A JSON object, or a <Notification> document, which becomes a JSON object of its elements.
/// INVALID_ARGUMENT says what is wrong.
StatusOr<Event> ParseNotification(std::string_view body);

}  // namespace bw::callback_service
