// The account's sites (sub-accounts) and their SIP peers (locations). Every number belongs to one
// of each; a location says which applications get its calls and texts.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/xml/xml.h"
#include "sandbox/core/account.h"
#include "sandbox/core/dashboard_problem.h"

namespace bw::sandbox {

/// What can be switched on for a location, each with an XML element of settings.
enum class PeerFeature { kSms, kMms, kOrigination, kApplication };

struct SipPeer {
  int id = 0;
  int site_id = 0;
  /// <SipPeer> as it was given, PeerId in front.
  xml::Element element;
  std::map<PeerFeature, xml::Element> features;

  std::string name() const { return xml::ChildText(element, "PeerName"); }
  bool is_default() const { return xml::ChildText(element, "IsDefaultPeer") == "true"; }
  /// The application that its calls or texts go to, or "".
  std::string ApplicationOf(ServiceType type) const;
};

struct Site {
  int id = 0;
  /// <Site> as it was given, Id in front.
  xml::Element element;

  std::string name() const { return xml::ChildText(element, "Name"); }
};

/// Not thread-safe. Pointers stay good until that site or location is deleted.
class SiteBook {
 public:
  static constexpr std::size_t kMaxSites = 100;
  static constexpr std::size_t kMaxPeers = 1000;

  /// Begins with one site and one default location that serves both applications of `account`.
  explicit SiteBook(Account& account);

  const std::deque<Site>& sites() const { return sites_; }
  Site* FindSite(int site_id);
  /// The locations of a site, in the order they were made.
  std::vector<const SipPeer*> PeersOf(int site_id) const;
  SipPeer* FindPeer(int site_id, int peer_id);
  const SipPeer* DefaultPeerOf(int site_id) const;
  /// The locations whose calls or texts go to an application.
  std::vector<const SipPeer*> UsersOf(std::string_view application_id) const;

  std::variant<const Site*, DashboardProblem> CreateSite(const xml::Element& site);
  std::optional<DashboardProblem> ReplaceSite(Site& site, const xml::Element& update);
  std::optional<DashboardProblem> DeleteSite(int site_id);

  std::variant<const SipPeer*, DashboardProblem> CreatePeer(int site_id, const xml::Element& peer);
  std::optional<DashboardProblem> ReplacePeer(SipPeer& peer, const xml::Element& update);
  std::optional<DashboardProblem> DeletePeer(int site_id, int peer_id);

  /// Switches a feature on with `settings`; the location's numbers follow at once.
  std::optional<DashboardProblem> SetFeature(SipPeer& peer, PeerFeature feature,
                                             const xml::Element& settings);
  void RemoveFeature(SipPeer& peer, PeerFeature feature);

  /// Puts a number on a location: its calls and texts go where the location's do.
  void Place(PhoneNumber& number, const SipPeer& peer) const;
  std::size_t NumbersOn(int site_id, std::optional<int> peer_id) const;

 private:
  std::optional<DashboardProblem> CheckSite(const xml::Element& site, int own_id) const;
  std::optional<DashboardProblem> CheckPeer(const xml::Element& peer, int site_id,
                                            int own_id) const;
  std::optional<DashboardProblem> CheckFeature(const SipPeer& peer, PeerFeature feature,
                                               const xml::Element& settings) const;
  // A default location replaces the one before.
  void KeepOneDefault(const SipPeer& peer);

  Account& account_;
  std::deque<Site> sites_;
  std::deque<SipPeer> peers_;
  int next_site_id_;
  int next_peer_id_;
};

}  // namespace bw::sandbox
