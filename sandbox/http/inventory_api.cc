// The numbers that the account holds and those it gave up, and what is known of one number.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/e164.h"
#include "sandbox/core/number_market.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;

constexpr std::string_view kNumber = "TelephoneNumberResponse";

struct NumberFilter {
  std::string_view name;
  std::string_view (*value_of)(const PhoneNumber& number, const Place& place);
};

constexpr std::array<NumberFilter, 11> kFilters = {{
    {"fullNumber", [](const PhoneNumber& n, const Place&) -> std::string_view { return n.number; }},
    {"countryCodeA3", [](const PhoneNumber&, const Place& p) { return p.country; }},
    {"phoneNumberType", [](const PhoneNumber&, const Place& p) { return p.type; }},
    {"areaCode", [](const PhoneNumber&, const Place& p) { return p.area_code; }},
    {"city", [](const PhoneNumber&, const Place& p) { return p.city; }},
    {"state", [](const PhoneNumber&, const Place& p) { return p.state; }},
    {"lata", [](const PhoneNumber&, const Place& p) { return p.lata; }},
    {"rateCenter", [](const PhoneNumber&, const Place& p) { return p.rate_center; }},
    {"ratecenter", [](const PhoneNumber&, const Place& p) { return p.rate_center; }},
    {"npaNxx",
     [](const PhoneNumber& n, const Place&) { return std::string_view(n.number).substr(2, 6); }},
    {"npaNxxx",
     [](const PhoneNumber& n, const Place&) { return std::string_view(n.number).substr(2, 7); }},
}};

bool Fits(const http::Request& request, const PhoneNumber& number) {
  const Place& place = HomeOf(number.number);
  const bool short_number = number.number.size() < 3;
  return !short_number && std::all_of(kFilters.begin(), kFilters.end(), [&](const auto& filter) {
    const auto wanted = request.Query(filter.name);
    return !wanted || *wanted == filter.value_of(number, place);
  });
}

std::vector<std::string> NumbersOf(const Context& context, std::optional<int> site_id) {
  std::vector<std::string> numbers;
  for (const PhoneNumber& number : context.platform.account.numbers) {
    if ((!site_id || number.site_id == *site_id) && Fits(context.request, number)) {
      numbers.push_back(number.number);
    }
  }
  return numbers;
}

// "26-03-02"
bool IsDay(std::string_view text) {
  if (text.size() != 8) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 2 || i == 5;
    if (dash ? text[i] != '-' : std::isdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

// <TNs>: plain numbers, page by page.
Response PlainList(Context& context, const std::vector<std::string>& all) {
  for (const std::string_view name : {"startdate", "enddate"}) {
    if (!IsDay(context.request.Query(name).value_or("26-01-01"))) {
      return Refuse({1007, std::string(name) + " is not of the form yy-mm-dd"}, "TNs");
    }
  }
  const auto outcome = PageOf(context.request, "TNs");
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  const std::vector<std::string> numbers = OnPage(all, page);
  xml::Element list = TextList("TelephoneNumbers", "TelephoneNumber", numbers);
  list.children.insert(list.children.begin(), Count("Count", numbers.size()));
  return XmlResponse(200, xml::Branch("TNs", {Count("TotalCount", all.size()),
                                              Links(context, page, all.size()), std::move(list)}));
}

Response ListInService(Context& context) {
  if (context.platform.account.numbers.empty()) return Response{204, {}, ""};
  return PlainList(context, NumbersOf(context, std::nullopt));
}

Response ListSiteInService(Context& context) {
  const int site_id = IdIn(context.path[1]);
  if (context.platform.sites.FindSite(site_id) == nullptr) {
    return Refuse({5016, "The site does not exist", 404}, "TNs");
  }
  return PlainList(context, NumbersOf(context, site_id));
}

Response ListGivenUp(Context& context) {
  return PlainList(context, context.platform.orders.given_up());
}

Response CountInService(Context& context) {
  return XmlResponse(
      200, xml::Branch("Quantity", {Count("Count", context.platform.account.numbers.size())}));
}

Response CountGivenUp(Context& context) {
  return XmlResponse(
      200, xml::Branch("Quantity", {Count("Count", context.platform.orders.given_up().size())}));
}

PhoneNumber* NumberIn(Context& context, std::size_t segment) {
  return context.platform.account.FindNumber(ToE164(context.path[segment]));
}

// Of a number that is no number, and of one that is not the account's.
Response NoSuchNumber(const std::string& text) {
  if (ToE164(text).empty()) return Refuse({4011, "The telephone number is malformed"}, kNumber);
  return Refuse({4017, "The telephone number is not known", 404}, kNumber);
}

Response CheckInService(Context& context) {
  return NumberIn(context, 1) == nullptr ? NoSuchNumber(context.path[1]) : Response{200, {}, ""};
}

xml::Element ListedNumber(const Account& account, const PhoneNumber& number) {
  const Place& place = HomeOf(number.number);
  const std::string since = FormatIso8601(number.in_service_ms);
  return xml::Branch(
      "TelephoneNumber",
      {xml::Leaf("City", place.city), xml::Leaf("Lata", place.lata),
       xml::Leaf("State", place.state), xml::Leaf("FullNumber", number.number),
       xml::Leaf("Tier", "0"), xml::Leaf("VendorId", "49"),
       xml::Leaf("VendorName", "Bandwidth CLEC"), xml::Leaf("RateCenter", place.rate_center),
       xml::Leaf("Status", "Inservice"), xml::Leaf("AccountId", account.id),
       xml::Leaf("InServiceDate", since), xml::Leaf("LastModified", since)});
}

Response ListNumbers(Context& context) {
  constexpr std::string_view kRoot = "TelephoneNumbersResponse";
  const auto outcome = PageOf(context.request, kRoot);
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  // All of the account's numbers are in service; other states have none.
  const std::string_view states = context.request.Query("status").value_or("Inservice");
  const bool in_service = states.find("Inservice") != std::string_view::npos;
  const auto all = in_service ? NumbersOf(context, std::nullopt) : std::vector<std::string>();
  xml::Element list = xml::Branch("TelephoneNumbers", {});
  const Account& account = context.platform.account;
  for (const std::string& number : OnPage(all, page)) {
    list.children.push_back(ListedNumber(account, *account.FindNumber(number)));
  }
  return XmlResponse(200, xml::Branch(kRoot, {Count("TelephoneNumberCount", all.size()),
                                              Links(context, page, all.size()), std::move(list)}));
}

Response ReadNumber(Context& context) {
  const PhoneNumber* number = NumberIn(context, 0);
  if (number == nullptr) return NoSuchNumber(context.path[0]);
  const std::string since = FormatIso8601(number->in_service_ms);
  return XmlResponse(
      200,
      xml::Branch(
          kNumber,
          {xml::Leaf("TelephoneNumber", number->number), xml::Leaf("Status", "Inservice"),
           xml::Leaf("LastModifiedDate", since), xml::Leaf("OrderCreateDate", since),
           xml::Leaf("OrderId", number->order_id), xml::Leaf("OrderType", "NEW_NUMBER_ORDER"),
           xml::Leaf("InServiceDate", since), xml::Leaf("SiteId", std::to_string(number->site_id)),
           xml::Leaf("AccountId", context.platform.account.id)}));
}

xml::Element MessagingOf(const PhoneNumber& number, const SipPeer* peer) {
  const bool sms = peer != nullptr && peer->features.contains(PeerFeature::kSms);
  xml::Element settings =
      xml::Branch("MessagingSettings", {xml::Leaf("SmsEnabled", sms ? "true" : "false")});
  if (!number.campaign_id.empty()) {
    settings.children.push_back(xml::Leaf("CampaignId", number.campaign_id));
    settings.children.push_back(xml::Leaf("MessageClass", number.message_class));
  }
  settings.children.push_back(xml::Leaf("A2pState", "system_default"));
  return settings;
}

xml::Element FeaturesOf(const PhoneNumber& number) {
  xml::Element features = xml::Branch("Features", {});
  if (number.caller_name.empty()) return features;
  features.children.push_back(xml::Branch(
      "Lidb",
      {xml::Leaf("Status", "Success"), xml::Leaf("SubscriberInformation", number.caller_name),
       xml::Leaf("UseType", number.caller_name_use),
       xml::Leaf("Visibility", number.caller_name_visibility)}));
  return features;
}

Response ReadDetails(Context& context) {
  const PhoneNumber* number = NumberIn(context, 0);
  if (number == nullptr) return NoSuchNumber(context.path[0]);
  SiteBook& sites = context.platform.sites;
  const SipPeer* peer = sites.FindPeer(number->site_id, number->peer_id);
  xml::Element details = ListedNumber(context.platform.account, *number);
  details.name = "TelephoneNumberDetails";
  if (const Site* site = sites.FindSite(number->site_id)) {
    details.children.push_back(xml::Branch(
        "Site", {xml::Leaf("Id", std::to_string(site->id)), xml::Leaf("Name", site->name())}));
  }
  if (peer != nullptr) {
    details.children.push_back(xml::Branch(
        "SipPeer",
        {xml::Leaf("PeerId", std::to_string(peer->id)), xml::Leaf("PeerName", peer->name()),
         xml::Leaf("IsDefaultPeer", peer->is_default() ? "true" : "false")}));
  }
  std::vector<std::string> services;
  if (!number->voice_application_id.empty()) services.emplace_back("Voice");
  if (!number->messaging_application_id.empty()) services.emplace_back("Messaging");
  details.children.push_back(TextList("ServiceTypes", "ServiceType", services));
  details.children.push_back(FeaturesOf(*number));
  details.children.push_back(MessagingOf(*number, peer));
  return XmlResponse(200, xml::Branch(kNumber, {std::move(details)}));
}

Response ReadSiteOfNumber(Context& context) {
  const PhoneNumber* number = NumberIn(context, 0);
  if (number == nullptr) return NoSuchNumber(context.path[0]);
  const Site* site = context.platform.sites.FindSite(number->site_id);
  return XmlResponse(200, xml::Branch("Site", {xml::Leaf("Id", std::to_string(number->site_id)),
                                               xml::Leaf("Name", site ? site->name() : "")}));
}

Response ReadPeerOfNumber(Context& context) {
  const PhoneNumber* number = NumberIn(context, 0);
  if (number == nullptr) return NoSuchNumber(context.path[0]);
  const SipPeer* peer = context.platform.sites.FindPeer(number->site_id, number->peer_id);
  return XmlResponse(200, xml::Branch("SipPeer", {xml::Leaf("Id", std::to_string(number->peer_id)),
                                                  xml::Leaf("Name", peer ? peer->name() : "")}));
}

Response ReadRateCenterOfNumber(Context& context) {
  const PhoneNumber* number = NumberIn(context, 0);
  if (number == nullptr) return NoSuchNumber(context.path[0]);
  const Place& place = HomeOf(number->number);
  return XmlResponse(
      200, xml::Branch(kNumber, {xml::Branch("TelephoneNumberDetails",
                                             {xml::Leaf("State", place.state),
                                              xml::Leaf("RateCenter", place.rate_center)})}));
}

constexpr auto kNone = BodyKind::kNone;
constexpr auto kApi = Api::kNumbers;

constexpr std::array<Route, 12> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/inserviceNumbers", kApi, kNone, ListInService},
    {"GET", "/api/v2/accounts/{accountId}/inserviceNumbers/totals", kApi, kNone, CountInService},
    {"GET", "/api/v2/accounts/{accountId}/inserviceNumbers/{tn}", kApi, kNone, CheckInService},
    {"GET", "/api/v2/accounts/{accountId}/sites/{siteId}/inserviceNumbers", kApi, kNone,
     ListSiteInService},
    {"GET", "/api/v2/accounts/{accountId}/discnumbers", kApi, kNone, ListGivenUp},
    {"GET", "/api/v2/accounts/{accountId}/discnumbers/totals", kApi, kNone, CountGivenUp},
    {"GET", "/api/v2/tns", kApi, kNone, ListNumbers},
    {"GET", "/api/v2/tns/{tn}", kApi, kNone, ReadNumber},
    {"GET", "/api/v2/tns/{tn}/tndetails", kApi, kNone, ReadDetails},
    {"GET", "/api/v2/tns/{tn}/sites", kApi, kNone, ReadSiteOfNumber},
    {"GET", "/api/v2/tns/{tn}/sippeers", kApi, kNone, ReadPeerOfNumber},
    {"GET", "/api/v2/tns/{tn}/ratecenter", kApi, kNone, ReadRateCenterOfNumber},
}};

}  // namespace

std::span<const Route> InventoryRoutes() { return kRoutes; }

}  // namespace bw::sandbox
