#include "sandbox/core/sites.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bw::sandbox {
namespace {

constexpr std::size_t kMaxNameBytes = 100;
constexpr int kNotFound = 404;

using Problem = std::optional<DashboardProblem>;

// `given` with its id in front, whatever id it came with.
xml::Element WithId(const xml::Element& given, std::string_view name, int id) {
  xml::Element element = given;
  std::erase_if(element.children, [name](const xml::Element& c) { return c.name == name; });
  element.children.insert(element.children.begin(), xml::Leaf(name, std::to_string(id)));
  return element;
}

Problem CheckName(const std::string& name, std::string_view field) {
  if (name.empty()) return DashboardProblem{1003, std::string(field) + " is required"};
  if (name.size() > kMaxNameBytes) {
    return DashboardProblem{1011, std::string(field) + " is too long"};
  }
  return std::nullopt;
}

xml::Element FirstFeature(PeerFeature feature, const Account& account) {
  const auto id_of = [&](ServiceType type) {
    const auto found = std::find_if(account.applications.begin(), account.applications.end(),
                                    [type](const Application& a) { return a.type == type; });
    return found == account.applications.end() ? std::string() : found->id;
  };
  switch (feature) {
    case PeerFeature::kSms:
      return xml::Branch(
          "SipPeerSmsFeature",
          {xml::Branch("SipPeerSmsFeatureSettings",
                       {xml::Leaf("TollFree", "true"), xml::Leaf("Protocol", "HTTP"),
                        xml::Leaf("Zone1", "true"), xml::Leaf("A2pLongCode", "DefaultOff")})});
    case PeerFeature::kMms:
      return xml::Branch("MmsFeature",
                         {xml::Branch("MmsSettings", {xml::Leaf("Protocol", "HTTP")})});
    case PeerFeature::kOrigination:
      return xml::Branch("SipPeerOriginationSettings",
                         {xml::Leaf("VoiceProtocol", "HTTP"),
                          xml::Branch("HttpSettings", {xml::Leaf("HttpVoiceV2AppId",
                                                                 id_of(ServiceType::kVoice))})});
    case PeerFeature::kApplication:
      break;
  }
  return xml::Branch("ApplicationsSettings",
                     {xml::Leaf("HttpMessagingV2AppId", id_of(ServiceType::kMessaging))});
}

}  // namespace

std::string SipPeer::ApplicationOf(ServiceType type) const {
  const bool voice = type == ServiceType::kVoice;
  const auto found = features.find(voice ? PeerFeature::kOrigination : PeerFeature::kApplication);
  if (found == features.end()) return "";
  const xml::Element* application = xml::FindPath(
      found->second, voice ? "HttpSettings/HttpVoiceV2AppId" : "HttpMessagingV2AppId");
  return application == nullptr ? "" : xml::TextOf(*application);
}

SiteBook::SiteBook(Account& account)
    : account_(account), next_site_id_(kFirstSiteId + 1), next_peer_id_(kFirstPeerId + 1) {
  sites_.push_back({kFirstSiteId, WithId(xml::Branch("Site", {xml::Leaf("Name", "Sandbox")}), "Id",
                                         kFirstSiteId)});
  const xml::Element peer = xml::Branch(
      "SipPeer", {xml::Leaf("PeerName", "sandbox"), xml::Leaf("IsDefaultPeer", "true")});
  peers_.push_back({kFirstPeerId, kFirstSiteId, WithId(peer, "PeerId", kFirstPeerId), {}});
  for (const PeerFeature feature : {PeerFeature::kSms, PeerFeature::kMms, PeerFeature::kOrigination,
                                    PeerFeature::kApplication}) {
    peers_.back().features[feature] = FirstFeature(feature, account);
  }
}

Site* SiteBook::FindSite(int site_id) {
  const auto found = std::find_if(sites_.begin(), sites_.end(),
                                  [site_id](const Site& site) { return site.id == site_id; });
  return found == sites_.end() ? nullptr : &*found;
}

std::vector<const SipPeer*> SiteBook::PeersOf(int site_id) const {
  std::vector<const SipPeer*> peers;
  for (const SipPeer& peer : peers_) {
    if (peer.site_id == site_id) peers.push_back(&peer);
  }
  return peers;
}

SipPeer* SiteBook::FindPeer(int site_id, int peer_id) {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const SipPeer& peer) {
    return peer.id == peer_id && peer.site_id == site_id;
  });
  return found == peers_.end() ? nullptr : &*found;
}

const SipPeer* SiteBook::DefaultPeerOf(int site_id) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const SipPeer& peer) {
    return peer.site_id == site_id && peer.is_default();
  });
  return found == peers_.end() ? nullptr : &*found;
}

std::vector<const SipPeer*> SiteBook::UsersOf(std::string_view application_id) const {
  std::vector<const SipPeer*> users;
  for (const SipPeer& peer : peers_) {
    if (peer.ApplicationOf(ServiceType::kVoice) == application_id ||
        peer.ApplicationOf(ServiceType::kMessaging) == application_id) {
      users.push_back(&peer);
    }
  }
  return users;
}

Problem SiteBook::CheckSite(const xml::Element& site, int own_id) const {
  const std::string name = xml::ChildText(site, "Name");
  if (Problem problem = CheckName(name, "Name")) return problem;
  if (std::any_of(sites_.begin(), sites_.end(),
                  [&](const Site& s) { return s.id != own_id && s.name() == name; })) {
    return DashboardProblem{1015, "A site of this name already exists", 409};
  }
  return std::nullopt;
}

std::variant<const Site*, DashboardProblem> SiteBook::CreateSite(const xml::Element& site) {
  if (Problem problem = CheckSite(site, 0)) return *std::move(problem);
  if (sites_.size() >= kMaxSites) return DashboardProblem{5007, "The account has too many sites"};
  const int id = next_site_id_++;
  sites_.push_back({id, WithId(site, "Id", id)});
  return &sites_.back();
}

Problem SiteBook::ReplaceSite(Site& site, const xml::Element& update) {
  if (Problem problem = CheckSite(update, site.id)) return problem;
  site.element = WithId(update, "Id", site.id);
  return std::nullopt;
}

Problem SiteBook::DeleteSite(int site_id) {
  if (FindSite(site_id) == nullptr) {
    return DashboardProblem{5016, "The site does not exist", kNotFound};
  }
  if (!PeersOf(site_id).empty()) {
    return DashboardProblem{1005, "The site still has locations", 409};
  }
  std::erase_if(sites_, [site_id](const Site& site) { return site.id == site_id; });
  return std::nullopt;
}

Problem SiteBook::CheckPeer(const xml::Element& peer, int site_id, int own_id) const {
  const std::string name = xml::ChildText(peer, "PeerName");
  if (Problem problem = CheckName(name, "PeerName")) return problem;
  for (const SipPeer* other : PeersOf(site_id)) {
    if (other->id != own_id && other->name() == name) {
      return DashboardProblem{13523, "The site has a location of this name"};
    }
  }
  const SipPeer* present = DefaultPeerOf(site_id);
  const bool unset = xml::ChildText(peer, "IsDefaultPeer") != "true";
  if (own_id != 0 && unset && present != nullptr && present->id == own_id) {
    return DashboardProblem{13522, "The last default location cannot be unset"};
  }
  return std::nullopt;
}

void SiteBook::KeepOneDefault(const SipPeer& peer) {
  if (!peer.is_default()) return;
  for (SipPeer& other : peers_) {
    if (other.site_id != peer.site_id || other.id == peer.id || !other.is_default()) continue;
    *xml::FindChild(other.element, "IsDefaultPeer") = xml::Leaf("IsDefaultPeer", "false");
  }
}

std::variant<const SipPeer*, DashboardProblem> SiteBook::CreatePeer(int site_id,
                                                                    const xml::Element& peer) {
  if (Problem problem = CheckPeer(peer, site_id, 0)) return *std::move(problem);
  if (peers_.size() >= kMaxPeers) {
    return DashboardProblem{5007, "The account has too many locations"};
  }
  const int id = next_peer_id_++;
  peers_.push_back({id, site_id, WithId(peer, "PeerId", id), {}});
  KeepOneDefault(peers_.back());
  return &peers_.back();
}

Problem SiteBook::ReplacePeer(SipPeer& peer, const xml::Element& update) {
  if (Problem problem = CheckPeer(update, peer.site_id, peer.id)) return problem;
  peer.element = WithId(update, "PeerId", peer.id);
  KeepOneDefault(peer);
  return std::nullopt;
}

Problem SiteBook::DeletePeer(int site_id, int peer_id) {
  if (FindPeer(site_id, peer_id) == nullptr) {
    return DashboardProblem{5023, "The location does not exist", kNotFound};
  }
  if (NumbersOn(site_id, peer_id) > 0) {
    return DashboardProblem{1005, "The location still has numbers", 409};
  }
  std::erase_if(peers_, [peer_id](const SipPeer& peer) { return peer.id == peer_id; });
  return std::nullopt;
}

Problem SiteBook::CheckFeature(const SipPeer& peer, PeerFeature feature,
                               const xml::Element& settings) const {
  SipPeer changed = peer;
  changed.features[feature] = settings;
  switch (feature) {
    case PeerFeature::kSms:
      if (xml::FindChild(settings, "SipPeerSmsFeatureSettings") == nullptr) {
        return DashboardProblem{1003, "SipPeerSmsFeatureSettings is required"};
      }
      return std::nullopt;
    case PeerFeature::kMms:
      if (xml::FindChild(settings, "MmsSettings") == nullptr) {
        return DashboardProblem{1003, "MmsSettings is required"};
      }
      return std::nullopt;
    case PeerFeature::kOrigination: {
      const std::string id = changed.ApplicationOf(ServiceType::kVoice);
      const bool http = xml::ChildText(settings, "VoiceProtocol") == "HTTP";
      if (!http || account_.FindApplication(id, ServiceType::kVoice) != nullptr) {
        return std::nullopt;
      }
      return DashboardProblem{13650, "HttpVoiceV2AppId is not a voice application"};
    }
    case PeerFeature::kApplication:
      break;
  }
  if (!peer.features.contains(PeerFeature::kSms)) {
    return DashboardProblem{5132, "SMS is not enabled at the location"};
  }
  const std::string id = changed.ApplicationOf(ServiceType::kMessaging);
  if (account_.FindApplication(id, ServiceType::kMessaging) != nullptr) return std::nullopt;
  return DashboardProblem{1016, "HttpMessagingV2AppId does not exist", kNotFound};
}

Problem SiteBook::SetFeature(SipPeer& peer, PeerFeature feature, const xml::Element& settings) {
  if (Problem problem = CheckFeature(peer, feature, settings)) return problem;
  peer.features[feature] = settings;
  for (PhoneNumber& number : account_.numbers) {
    if (number.peer_id == peer.id) Place(number, peer);
  }
  return std::nullopt;
}

void SiteBook::RemoveFeature(SipPeer& peer, PeerFeature feature) {
  peer.features.erase(feature);
  for (PhoneNumber& number : account_.numbers) {
    if (number.peer_id == peer.id) Place(number, peer);
  }
}

void SiteBook::Place(PhoneNumber& number, const SipPeer& peer) const {
  number.site_id = peer.site_id;
  number.peer_id = peer.id;
  number.voice_application_id = peer.ApplicationOf(ServiceType::kVoice);
  number.messaging_application_id = peer.ApplicationOf(ServiceType::kMessaging);
}

std::size_t SiteBook::NumbersOn(int site_id, std::optional<int> peer_id) const {
  return static_cast<std::size_t>(
      std::count_if(account_.numbers.begin(), account_.numbers.end(), [&](const PhoneNumber& n) {
        return n.site_id == site_id && (!peer_id || n.peer_id == *peer_id);
      }));
}

}  // namespace bw::sandbox
