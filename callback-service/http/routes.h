// The public surface of the service: every path, one row each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "callback-service/core/voice.h"

namespace bw::callback_service {

enum class Surface { kVoice, kMessaging, kNotification };

struct Route {
  /// A path; one that ends in "/" is followed by a call id.
  std::string_view path;
  Surface surface = Surface::kNotification;
  /// Of voice routes: whether a caller hears the reply when the event does not tell.
  Listener listener = Listener::kNobody;
  /// Of the metrics.
  std::string_view label;
  bool takes_call_id = false;
};

std::span<const Route> Routes();

struct RouteMatch {
  /// nullptr when no route has this path. Lives for ever.
  const Route* route = nullptr;
  std::string_view call_id;
};

/// `path` is percent-decoded, without its query; call_id points into it.
RouteMatch FindRoute(std::string_view path);

/// The query parameter that counts the documents a caller has heard in a row.
inline constexpr std::string_view kWaitParameter = "wait";

/// Where a call goes to wait again: a path on this server, behind `prefix` ("" or "/something",
/// what a proxy in front strips). An empty `call_id` gives a route that reads it from the webhook.
std::string ContinueUrl(std::string_view prefix, std::string_view call_id, int wait);

}  // namespace bw::callback_service
