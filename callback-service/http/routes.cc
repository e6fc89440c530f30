#include "callback-service/http/routes.h"

#include "common/http/message.h"

namespace bw::callback_service {
namespace {

constexpr std::string_view kContinuePath = "/callbacks/voice/continue/";
constexpr std::string_view kRedirectPath = "/callbacks/voice/redirect";

constexpr Route kRoutes[] = {
    {"/callbacks/messaging/inbound", Surface::kMessaging, Listener::kNobody, "messaging_inbound"},
    {"/callbacks/messaging/status", Surface::kMessaging, Listener::kNobody, "messaging_status"},
    {"/callbacks/voice/answer", Surface::kVoice, Listener::kCaller, "voice_answer"},
    {"/callbacks/voice/gather", Surface::kVoice, Listener::kCaller, "voice_gather"},
    {kRedirectPath, Surface::kVoice, Listener::kCaller, "voice_redirect"},
    {kContinuePath, Surface::kVoice, Listener::kCaller, "voice_continue", true},
    // Transfers, recordings, conferences, streams: some of these events are answered with BXML.
    {"/callbacks/voice/events", Surface::kVoice, Listener::kUnknown, "voice_events"},
    {"/callbacks/voice/disconnect", Surface::kVoice, Listener::kNobody, "voice_disconnect"},
    {"/callbacks/voice/status", Surface::kVoice, Listener::kNobody, "voice_status"},
    {"/callbacks/notifications", Surface::kNotification, Listener::kNobody, "notifications"},
};

bool HasPath(const Route& route, std::string_view path) {
  if (!route.takes_call_id) return path == route.path;
  return path.size() > route.path.size() && path.starts_with(route.path) &&
         path.find('/', route.path.size()) == std::string_view::npos;
}

}  // namespace

std::span<const Route> Routes() { return kRoutes; }

RouteMatch FindRoute(std::string_view path) {
  for (const Route& route : kRoutes) {
    if (!HasPath(route, path)) continue;
    return {&route, route.takes_call_id ? path.substr(route.path.size()) : std::string_view()};
  }
  return {};
}

std::string ContinueUrl(std::string_view prefix, std::string_view call_id, int wait) {
  std::string url(prefix);
  url += call_id.empty() ? std::string(kRedirectPath)
                         : std::string(kContinuePath) + http::PercentEncode(call_id);
  url += '?';
  url += kWaitParameter;
  url += '=';
  url += std::to_string(wait);
  return url;
}

}  // namespace bw::callback_service
