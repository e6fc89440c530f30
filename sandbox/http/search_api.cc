// Searching numbers that can be bought, and the places they are from.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "sandbox/core/number_market.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kVendor = "49";
constexpr std::string_view kVendorName = "Bandwidth CLEC";

IsTaken TakenIn(const Context& context) {
  return [&platform = context.platform](std::string_view number) {
    return platform.orders.IsTaken(number);
  };
}

// <SearchResult><Error>: the shape of this resource alone.
Response RefuseSearch(const DashboardProblem& problem) {
  return XmlResponse(
      problem.status,
      xml::Branch("SearchResult",
                  {xml::Branch("Error", {xml::Leaf("Code", std::to_string(problem.code)),
                                         xml::Leaf("Description", problem.description)})}));
}

Response JsonResult(const std::vector<std::string>& numbers, bool detailed) {
  Json details = Json::array();
  for (const std::string& number : numbers) {
    const Place& place = HomeOf(number);
    Json detail = {{"countryCodeA3", place.country},
                   {"phoneNumberType", place.type},
                   {"fullNumber", number},
                   {"city", place.city},
                   {"state", place.state},
                   {"rateCenter", place.rate_center},
                   {"tier", 0},
                   {"vendorId", 49},
                   {"vendorName", kVendorName}};
    if (!place.lata.empty()) detail["LATA"] = std::stoi(std::string(place.lata));
    details.push_back(std::move(detail));
  }
  Json result = {{"resultCount", numbers.size()}};
  if (detailed) {
    result["telephoneNumberDetailList"] = std::move(details);
  } else {
    result["telephoneNumberList"] = numbers;
  }
  return http::JsonResponse(200, json::Dump(result));
}

Response XmlResult(const std::vector<std::string>& numbers, bool detailed) {
  xml::Element details = xml::Branch("TelephoneNumberDetailList", {});
  for (const std::string& number : numbers) {
    const Place& place = HomeOf(number);
    details.children.push_back(
        xml::Branch("TelephoneNumberDetail",
                    {xml::Leaf("City", place.city), xml::Leaf("LATA", place.lata),
                     xml::Leaf("RateCenter", place.rate_center), xml::Leaf("State", place.state),
                     xml::Leaf("FullNumber", number), xml::Leaf("Tier", "0"),
                     xml::Leaf("VendorId", kVendor), xml::Leaf("VendorName", kVendorName)}));
  }
  return XmlResponse(
      200, xml::Branch("SearchResult",
                       {Count("ResultCount", numbers.size()),
                        detailed ? std::move(details)
                                 : TextList("TelephoneNumberList", "TelephoneNumber", numbers)}));
}

Response SearchAvailable(Context& context) {
  const auto outcome = SearchNumbers(context.request.query, TakenIn(context));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) return RefuseSearch(*problem);
  const auto& numbers = std::get<std::vector<std::string>>(outcome);
  const bool detailed = context.request.Query("enableTNDetail") == "true";
  const std::string_view accept = context.request.headers.Get("Accept").value_or("");
  return accept.find("json") == std::string_view::npos ? XmlResult(numbers, detailed)
                                                       : JsonResult(numbers, detailed);
}

struct Area {
  std::string_view name;
  std::string_view rate_center;
  std::size_t free = 0;
};

// The cities of a state, each once.
std::vector<Area> AreasOf(const Context& context, std::string_view state) {
  std::vector<Area> areas;
  for (const Place& place : Places()) {
    if (place.state != state || place.state.empty()) continue;
    auto known = std::find_if(areas.begin(), areas.end(),
                              [&](const Area& area) { return area.name == place.city; });
    if (known == areas.end()) known = areas.insert(areas.end(), {place.city, place.rate_center});
    known->free += CountFree(place, TakenIn(context));
  }
  return areas;
}

struct AreaWords {
  std::string_view root;
  std::string_view list;
  std::string_view entry;
  std::string_view short_name;
};

Response ListAreas(Context& context, const AreaWords& words) {
  const std::string_view state = context.request.Query("state").value_or("");
  if (state.size() != 2) return Refuse({4006, "state must be two letters"}, words.root);
  const std::vector<Area> areas = AreasOf(context, state);
  const bool counted = context.request.Query("available") == "true";
  xml::Element list = xml::Branch(words.list, {});
  for (const Area& area : areas) {
    xml::Element entry = xml::Branch(words.entry, {xml::Leaf(words.short_name, area.rate_center)});
    if (counted) entry.children.push_back(Count("AvailableTelephoneNumberCount", area.free));
    entry.children.push_back(xml::Leaf("Name", area.name));
    list.children.push_back(std::move(entry));
  }
  return XmlResponse(
      200, xml::Branch(words.root, {Count("ResultCount", areas.size()), std::move(list)}));
}

Response ListCities(Context& context) {
  return ListAreas(context, {"CityResponse", "Cities", "City", "RcAbbreviation"});
}

Response ListRateCenters(Context& context) {
  return ListAreas(context, {"RateCenterResponse", "RateCenters", "RateCenter", "Abbreviation"});
}

Response ListCoverage(Context& context) {
  const auto fits = [&](std::string_view name, std::string_view value) {
    const auto wanted = context.request.Query(name);
    return !wanted || *wanted == value;
  };
  Json coverage = Json::array();
  for (const Place& place : Places()) {
    if (place.country == "USA" || !fits("countryCodeA3", place.country) ||
        !fits("phoneNumberType", place.type) || !fits("city", place.city) ||
        !fits("areaCode", place.area_code)) {
      continue;
    }
    coverage.push_back({{"countryCodeA3", place.country},
                        {"phoneNumberType", place.type},
                        {"regions", {{{"city", place.city}, {"areaCode", place.area_code}}}}});
  }
  return http::JsonResponse(200, json::Dump({{"countryCoverages", std::move(coverage)}}));
}

Response ListPrefixes(Context& context) {
  const auto fits = [&](std::string_view name, std::string_view value) {
    const auto wanted = context.request.Query(name);
    return !wanted || *wanted == value;
  };
  const int least = IdIn(context.request.Query("quantity").value_or("1"));
  xml::Element list = xml::Branch("AvailableNpaNxxList", {});
  for (const Place& place : Places()) {
    const std::size_t free = CountFree(place, TakenIn(context));
    if (place.state.empty() || !fits("areaCode", place.area_code) || !fits("state", place.state) ||
        free < static_cast<std::size_t>(least)) {
      continue;
    }
    list.children.push_back(xml::Branch(
        "AvailableNpaNxx", {xml::Leaf("City", place.city), xml::Leaf("Npa", place.area_code),
                            xml::Leaf("Nxx", place.prefix.substr(5, 3)), Count("Quantity", free),
                            xml::Leaf("State", place.state)}));
  }
  return XmlResponse(200, xml::Branch("SearchResultForAvailableNpaNxx", {std::move(list)}));
}

constexpr std::array<Route, 5> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/availableNumbers", Api::kNumbers, BodyKind::kNone,
     SearchAvailable},
    {"GET", "/api/v2/accounts/{accountId}/availableNpaNxx", Api::kNumbers, BodyKind::kNone,
     ListPrefixes},
    {"GET", "/api/v2/cities", Api::kNumbers, BodyKind::kNone, ListCities},
    {"GET", "/api/v2/rateCenters", Api::kNumbers, BodyKind::kNone, ListRateCenters},
    {"GET", "/api/v2/coverage/countries", Api::kNumbers, BodyKind::kNone, ListCoverage},
}};

}  // namespace

std::span<const Route> SearchRoutes() { return kRoutes; }

}  // namespace bw::sandbox
