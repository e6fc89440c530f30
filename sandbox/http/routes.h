// From an HTTP request to the platform and back: one table of routes, one check of access, one
// shape of errors for each of Bandwidth's APIs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/fields.h"
#include "sandbox/core/platform.h"

namespace bw::sandbox {

/// Decides who may call, and what a refusal looks like.
/// kEnvelope: end users, endpoints, insights, short codes; kRegistration is open to everybody.
enum class Api {
  kToken,
  kVoice,
  kMessaging,
  kMfa,
  kLookup,
  kNumbers,
  kEnvelope,
  kTollFree,
  kRegistration,
  kControl
};

/// What the body must be; anything else is answered with 415, or 400 when it cannot be read.
enum class BodyKind { kNone, kJson, kXml, kBytes };

struct Context {
  Platform& platform;
  const http::Request& request;
  /// What stood at the {…} of the route's pattern, percent-decoded.
  std::vector<std::string> path;
  /// Of routes with BodyKind::kJson.
  json::Json body;
  Api api = Api::kControl;
};

using RouteHandler = http::Response (*)(Context&);

struct Route {
  std::string_view method;
  /// Segments; "{name}" takes one, "{name*}" takes the rest. {accountId} is the first.
  std::string_view pattern;
  Api api;
  BodyKind body;
  RouteHandler handler;
};

// One table for each API, or for each part of a large one.
std::span<const Route> TokenRoutes();
std::span<const Route> VoiceRoutes();
std::span<const Route> MessagingRoutes();
std::span<const Route> ApplicationRoutes();
std::span<const Route> SiteRoutes();
std::span<const Route> PeerFeatureRoutes();
std::span<const Route> SearchRoutes();
std::span<const Route> InventoryRoutes();
std::span<const Route> OrderRoutes();
std::span<const Route> NumberSetupRoutes();
std::span<const Route> PortingRoutes();
std::span<const Route> PortDocumentRoutes();
std::span<const Route> ReportRoutes();
std::span<const Route> SubscriptionRoutes();
std::span<const Route> CampaignRoutes();
std::span<const Route> EndUserRoutes();
std::span<const Route> EndUserDocumentRoutes();
std::span<const Route> TollFreeRoutes();
std::span<const Route> EndpointRoutes();
std::span<const Route> InsightsRoutes();
std::span<const Route> RecordingRoutes();
std::span<const Route> ConferenceRoutes();
std::span<const Route> MultiChannelRoutes();
std::span<const Route> LookupAndMfaRoutes();
std::span<const Route> ControlRoutes();

/// Answers one request. Runs on the scheduler's thread.
http::Response Handle(Platform& platform, const http::Request& request);

}  // namespace bw::sandbox
