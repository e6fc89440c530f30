// The account, its sites and its locations.
#include <array>
#include <utility>

#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;

constexpr std::string_view kSite = "SiteResponse";
constexpr std::string_view kPeer = "SipPeerResponse";

Response GetAccount(Context& context) {
  const Account& account = context.platform.account;
  return XmlResponse(
      200,
      xml::Branch(
          "AccountResponse",
          {xml::Branch(
              "Account",
              {xml::Leaf("AccountId", account.id), xml::Leaf("CompanyName", "Sandbox Company"),
               xml::Leaf("AccountType", "Business"), xml::Branch("Tiers", {xml::Leaf("Tier", "0")}),
               xml::Branch("Address",
                           {xml::Leaf("HouseNumber", "1"), xml::Leaf("StreetName", "Main"),
                            xml::Leaf("City", "Raleigh"), xml::Leaf("StateCode", "NC"),
                            xml::Leaf("Zip", "27606"), xml::Leaf("Country", "United States"),
                            xml::Leaf("AddressType", "Billing")}),
               xml::Branch("Contact", {xml::Leaf("FirstName", "Jane"), xml::Leaf("LastName", "Doe"),
                                       xml::Leaf("Phone", "+15550100001"),
                                       xml::Leaf("Email", "jane@example.com")}),
               xml::Leaf("PortCarrierType", "WIRELINE")})}));
}

Response NoSuchSite(std::string_view root) {
  return Refuse({5016, "The site does not exist", 404}, root);
}

Response NoSuchPeer(std::string_view root) {
  return Refuse({5023, "The location does not exist", 404}, root);
}

Site* SiteIn(Context& context) { return context.platform.sites.FindSite(IdIn(context.path[1])); }

SipPeer* PeerIn(Context& context) {
  return context.platform.sites.FindPeer(IdIn(context.path[1]), IdIn(context.path[2]));
}

Response ListSites(Context& context) {
  const SiteBook& sites = context.platform.sites;
  const bool counts = context.request.Query("tnCounts") == "true";
  const bool details = context.request.Query("sipPeerDetails") == "true" ||
                       context.request.Query("summary") == "true";
  xml::Element list = xml::Branch("Sites", {});
  for (const Site& site : sites.sites()) {
    xml::Element element = site.element;
    if (counts) {
      element.children.push_back(
          Count("TelephoneNumberCount", sites.NumbersOn(site.id, std::nullopt)));
    }
    if (details) {
      xml::Element peers = xml::Branch("SipPeers", {});
      for (const SipPeer* peer : sites.PeersOf(site.id)) peers.children.push_back(peer->element);
      element.children.push_back(std::move(peers));
    }
    list.children.push_back(std::move(element));
  }
  return XmlResponse(200, xml::Branch("SitesResponse", {std::move(list)}));
}

Response CreateSite(Context& context) {
  auto body = ReadXml(context, "Site", kSite);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.sites.CreateSite(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return Refuse(*problem, kSite);
  }
  const Site* site = std::get<const Site*>(outcome);
  return CreatedAt(context, std::to_string(site->id), xml::Branch(kSite, {site->element}));
}

Response ReadSite(Context& context) {
  const Site* site = SiteIn(context);
  if (site == nullptr) return NoSuchSite(kSite);
  return XmlResponse(200, xml::Branch(kSite, {site->element}));
}

Response UpdateSite(Context& context) {
  Site* site = SiteIn(context);
  if (site == nullptr) return NoSuchSite(kSite);
  auto body = ReadXml(context, "Site", kSite);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  if (const auto problem =
          context.platform.sites.ReplaceSite(*site, std::get<xml::Element>(body))) {
    return Refuse(*problem, kSite);
  }
  return ReadSite(context);
}

Response DeleteSite(Context& context) {
  const auto problem = context.platform.sites.DeleteSite(IdIn(context.path[1]));
  return problem ? Refuse(*problem, kSite) : Response{200, {}, ""};
}

Response CountSiteNumbers(Context& context) {
  constexpr std::string_view kRoot = "SiteTNsResponse";
  const Site* site = SiteIn(context);
  if (site == nullptr) return NoSuchSite(kRoot);
  const std::size_t total = context.platform.sites.NumbersOn(site->id, std::nullopt);
  return XmlResponse(200,
                     xml::Branch(kRoot, {xml::Branch("SiteTNs", {Count("TotalCount", total)})}));
}

Response ListPeers(Context& context) {
  constexpr std::string_view kRoot = "TNSipPeersResponse";
  const Site* site = SiteIn(context);
  if (site == nullptr) return NoSuchSite(kRoot);
  xml::Element list = xml::Branch("SipPeers", {});
  for (const SipPeer* peer : context.platform.sites.PeersOf(site->id)) {
    list.children.push_back(peer->element);
  }
  return XmlResponse(200, xml::Branch(kRoot, {std::move(list)}));
}

Response CreatePeer(Context& context) {
  const Site* site = SiteIn(context);
  if (site == nullptr) return NoSuchSite(kPeer);
  auto body = ReadXml(context, "SipPeer", kPeer);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.sites.CreatePeer(site->id, std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return Refuse(*problem, kPeer);
  }
  return CreatedAt(context, std::to_string(std::get<const SipPeer*>(outcome)->id));
}

Response ReadPeer(Context& context) {
  const SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(kPeer);
  return XmlResponse(200, xml::Branch(kPeer, {peer->element}));
}

Response UpdatePeer(Context& context) {
  SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(kPeer);
  auto body = ReadXml(context, "SipPeer", kPeer);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  if (const auto problem =
          context.platform.sites.ReplacePeer(*peer, std::get<xml::Element>(body))) {
    return Refuse(*problem, kPeer);
  }
  return ReadPeer(context);
}

Response DeletePeer(Context& context) {
  const auto problem =
      context.platform.sites.DeletePeer(IdIn(context.path[1]), IdIn(context.path[2]));
  return problem ? Refuse(*problem, kPeer) : Response{200, {}, ""};
}

Response ListProducts(Context& context) {
  constexpr std::string_view kRoot = "SipPeerProductResponse";
  const SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(kRoot);
  xml::Element products = xml::Branch("Products", {});
  const auto add = [&](PeerFeature feature, std::string_view name) {
    if (!peer->features.contains(feature)) return;
    products.children.push_back(xml::Branch("Product", {xml::Leaf("Name", name)}));
  };
  add(PeerFeature::kOrigination, "Origination");
  add(PeerFeature::kSms, "Messaging");
  return XmlResponse(200, xml::Branch(kRoot, {std::move(products)}));
}

std::vector<const PhoneNumber*> NumbersOf(const Account& account, const SipPeer& peer) {
  std::vector<const PhoneNumber*> numbers;
  for (const PhoneNumber& number : account.numbers) {
    if (number.peer_id == peer.id) numbers.push_back(&number);
  }
  return numbers;
}

Response ListPeerNumbers(Context& context) {
  constexpr std::string_view kRoot = "SipPeerTelephoneNumbersResponse";
  const SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(kRoot);
  const auto outcome = PageOf(context.request, kRoot, 5000);
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  const auto all = NumbersOf(context.platform.account, *peer);
  const bool sms = peer->features.contains(PeerFeature::kSms);
  xml::Element list = xml::Branch("SipPeerTelephoneNumbers", {});
  for (const PhoneNumber* number : OnPage(all, page)) {
    xml::Element entry =
        xml::Branch("SipPeerTelephoneNumber", {xml::Leaf("FullNumber", number->number)});
    if (context.request.Query("includeAttributes") != "false") {
      entry.children.push_back(xml::Leaf("CallingNameDisplay", "true"));
      entry.children.push_back(
          xml::Branch("MessagingSettings", {xml::Leaf("SmsEnabled", sms ? "true" : "false")}));
    }
    list.children.push_back(std::move(entry));
  }
  return XmlResponse(200, xml::Branch(kRoot, {Links(context, page, all.size()), std::move(list)}));
}

Response CountPeerNumbers(Context& context) {
  constexpr std::string_view kRoot = "SipPeerTelephoneNumbersCountResponse";
  const SipPeer* peer = PeerIn(context);
  if (peer == nullptr) return NoSuchPeer(kRoot);
  const auto numbers = NumbersOf(context.platform.account, *peer);
  std::size_t named = 0;
  for (const PhoneNumber* number : numbers) named += number->caller_name.empty() ? 0 : 1;
  constexpr std::string_view kCount = "SipPeerTelephoneNumbersCount";
  return XmlResponse(
      200, xml::Branch(kRoot, {xml::Branch(kCount, {Count(kCount, numbers.size()),
                                                    Count("CnamTelephoneNumbersCount", named),
                                                    Count("LidbTelephoneNumbersCount", named)})}));
}

Response ListUsers(Context& context) {
  constexpr std::string_view kRoot = "AssociatedSipPeersResponse";
  if (context.platform.account.FindApplication(context.path[1]) == nullptr) {
    return NoSuch("The application", kRoot);
  }
  SiteBook& sites = context.platform.sites;
  xml::Element list = xml::Branch("AssociatedSipPeers", {});
  for (const SipPeer* peer : sites.UsersOf(context.path[1])) {
    list.children.push_back(xml::Branch(
        "AssociatedSipPeer",
        {xml::Leaf("SiteId", std::to_string(peer->site_id)),
         xml::Leaf("SiteName", sites.FindSite(peer->site_id)->name()),
         xml::Leaf("PeerId", std::to_string(peer->id)), xml::Leaf("PeerName", peer->name())}));
  }
  return XmlResponse(200, xml::Branch(kRoot, {std::move(list)}));
}

constexpr auto kXml = BodyKind::kXml;
constexpr auto kNone = BodyKind::kNone;
constexpr auto kApi = Api::kNumbers;

constexpr std::array<Route, 16> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}", kApi, kNone, GetAccount},
    {"GET", "/api/v2/accounts/{accountId}/applications/{applicationId}/associatedsippeers", kApi,
     kNone, ListUsers},
    {"GET", "/api/v2/accounts/{accountId}/sites", kApi, kNone, ListSites},
    {"POST", "/api/v2/accounts/{accountId}/sites", kApi, kXml, CreateSite},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}", kApi, kNone, ReadSite},
    {"PUT", "/api/v2/accounts/{accountId}/sites/{siteId}", kApi, kXml, UpdateSite},
    {"DELETE", "/api/v2/accounts/{accountId}/sites/{siteId}", kApi, kNone, DeleteSite},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/totaltns", kApi, kNone, CountSiteNumbers},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers", kApi, kNone, ListPeers},
    {"POST", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers", kApi, kXml, CreatePeer},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}", kApi, kNone, ReadPeer},
    {"PUT", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}", kApi, kXml,
     UpdatePeer},
    {"DELETE", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}", kApi, kNone,
     DeletePeer},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/products", kApi, kNone,
     ListProducts},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/tns", kApi, kNone,
     ListPeerNumbers},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/sippeers/{peerId}/totaltns", kApi, kNone,
     CountPeerNumbers},
}};

}  // namespace

std::span<const Route> SiteRoutes() { return kRoutes; }

}  // namespace bw::sandbox
