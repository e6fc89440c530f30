// What is switched on for a location: texts, picture messages, calls, and the application that
// gets the texts.
#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;

struct FeatureRow {
  std::string_view path;  // behind …/products/
  PeerFeature feature;
  std::string_view element;
  std::string_view root;
  /// Whether PUT answers with the settings.
  bool put_answers;
};

constexpr std::array<FeatureRow, 4> kFeatures = {{
    {"messaging/features/sms", PeerFeature::kSms, "SipPeerSmsFeature", "SipPeerSmsFeatureResponse",
     true},
    {"messaging/features/mms", PeerFeature::kMms, "MmsFeature", "MmsFeatureResponse", false},
    {"messaging/applicationSettings", PeerFeature::kApplication, "ApplicationsSettings",
     "ApplicationsSettingsResponse", true},
    {"origination/settings", PeerFeature::kOrigination, "SipPeerOriginationSettings",
     "SipPeerOriginationSettingsResponse", false},
}};

const FeatureRow& RowOf(const Context& context) {
  const std::string_view path = context.request.path;
  const auto* found = std::find_if(kFeatures.begin(), kFeatures.end(),
                                   [path](const FeatureRow& f) { return path.ends_with(f.path); });
  return found == kFeatures.end() ? kFeatures.front() : *found;
}

SipPeer* PeerIn(Context& context) {
  return context.platform.sites.FindPeer(IdIn(context.path[1]), IdIn(context.path[2]));
}

Response NoSuchPeer(const FeatureRow& row) {
  return Refuse({5023, "The location does not exist", 404}, row.root);
}

// Picture messages go through the location itself.
xml::Element Shown(const FeatureRow& row, const SipPeer& peer) {
  xml::Element element = peer.features.at(row.feature);
  if (row.feature != PeerFeature::kMms || xml::FindChild(element, "Protocols") != nullptr) {
    return element;
  }
  element.children.push_back(xml::Branch(
      "Protocols",
      {xml::Branch("HTTP", {xml::Branch("HttpSettings",
                                        {xml::Leaf("ProxyPeerId", std::to_string(peer.id))})})}));
  return element;
}

Response Get(Context& context) {
  const FeatureRow& row = RowOf(context);
  const SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(row);
  if (!peer->features.contains(row.feature)) return NoSuch("The setting", row.root);
  return XmlResponse(200, xml::Branch(row.root, {Shown(row, *peer)}));
}

// Sets the feature; nullopt when that went well.
std::optional<Response> Set(Context& context, const FeatureRow& row, SipPeer& peer) {
  auto body = ReadXml(context, row.element, row.root);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& settings = std::get<xml::Element>(body);
  if (row.feature == PeerFeature::kApplication && xml::TextOf(settings) == "REMOVE") {
    context.platform.sites.RemoveFeature(peer, row.feature);
    return XmlResponse(200, xml::Branch(row.root, {}));
  }
  if (const auto problem = context.platform.sites.SetFeature(peer, row.feature, settings)) {
    return Refuse(*problem, row.root);
  }
  return std::nullopt;
}

Response Create(Context& context) {
  const FeatureRow& row = RowOf(context);
  SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(row);
  if (peer->features.contains(row.feature)) {
    const bool voice = row.feature == PeerFeature::kOrigination;
    return voice ? Refuse({13652, "The location has HTTP voice already"}, row.root)
                 : Refuse({1015, "It is switched on already", 409}, row.root);
  }
  if (auto refusal = Set(context, row, *peer)) return *std::move(refusal);
  return XmlResponse(201, xml::Branch(row.root, {Shown(row, *peer)}));
}

Response Update(Context& context) {
  const FeatureRow& row = RowOf(context);
  SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(row);
  const bool link = row.feature == PeerFeature::kApplication;
  if (!link && !peer->features.contains(row.feature)) return NoSuch("The setting", row.root);
  if (auto refusal = Set(context, row, *peer)) return *std::move(refusal);
  if (!row.put_answers) return Response{200, {}, ""};
  return XmlResponse(200, xml::Branch(row.root, {Shown(row, *peer)}));
}

Response Delete(Context& context) {
  const FeatureRow& row = RowOf(context);
  SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(row);
  if (!peer->features.contains(row.feature)) return NoSuch("The setting", row.root);
  context.platform.sites.RemoveFeature(*peer, row.feature);
  return Response{200, {}, ""};
}

constexpr std::string_view kSms =
    "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/products/"
    "messaging/features/sms";
constexpr std::string_view kMms =
    "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/products/"
    "messaging/features/mms";
constexpr std::string_view kLink =
    "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/products/"
    "messaging/applicationSettings";
constexpr std::string_view kOrigination =
    "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/products/"
    "origination/settings";

constexpr std::array<Route, 13> kRoutes = {{
    {"GET", kSms, Api::kNumbers, BodyKind::kNone, Get},
    {"POST", kSms, Api::kNumbers, BodyKind::kXml, Create},
    {"PUT", kSms, Api::kNumbers, BodyKind::kXml, Update},
    {"DELETE", kSms, Api::kNumbers, BodyKind::kNone, Delete},
    {"GET", kMms, Api::kNumbers, BodyKind::kNone, Get},
    {"POST", kMms, Api::kNumbers, BodyKind::kXml, Create},
    {"PUT", kMms, Api::kNumbers, BodyKind::kXml, Update},
    {"DELETE", kMms, Api::kNumbers, BodyKind::kNone, Delete},
    {"GET", kLink, Api::kNumbers, BodyKind::kNone, Get},
    {"PUT", kLink, Api::kNumbers, BodyKind::kXml, Update},
    {"GET", kOrigination, Api::kNumbers, BodyKind::kNone, Get},
    {"POST", kOrigination, Api::kNumbers, BodyKind::kXml, Create},
    {"PUT", kOrigination, Api::kNumbers, BodyKind::kXml, Update},
}};

}  // namespace

std::span<const Route> PeerFeatureRoutes() { return kRoutes; }

}  // namespace bw::sandbox
