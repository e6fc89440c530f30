#include "sandbox/core/number_market.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace bw::sandbox {
namespace {

constexpr std::array<Place, 9> kPlaces = {{
    {"USA", "GEOGRAPHIC", "NC", "RALEIGH", "RALEIGH", "426", "27606", "919", "+1919555010"},
    {"USA", "GEOGRAPHIC", "NC", "RALEIGH", "RALEIGH", "426", "27606", "555", "+1555010000"},
    {"USA", "GEOGRAPHIC", "NC", "CHARLOTTE", "CHARLOTTE", "422", "28202", "704", "+1704555010"},
    {"USA", "GEOGRAPHIC", "NY", "NEW YORK", "NWYRCYZN01", "132", "10001", "212", "+1212555010"},
    {"USA", "GEOGRAPHIC", "CA", "LOS ANGELES", "LSAN DA 01", "730", "90012", "213", "+1213555010"},
    {"USA", "GEOGRAPHIC", "CO", "DENVER", "DENVER", "656", "80202", "303", "+1303555010"},
    {"USA", "GEOGRAPHIC", "TX", "AUSTIN", "AUSTIN", "558", "78701", "512", "+1512555010"},
    {"USA", "TOLL_FREE", "", "", "", "", "", "888", "+1888555010"},
    {"NLD", "GEOGRAPHIC", "", "Amsterdam", "", "", "", "20", "+3120555010"},
}};

constexpr int kNumbersEach = 10;
constexpr std::size_t kDefaultQuantity = 10;

bool IsDigits(std::string_view text, std::size_t minimum, std::size_t maximum) {
  return text.size() >= minimum && text.size() <= maximum &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsCapitals(std::string_view text, std::size_t size) {
  return text.size() == size &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

bool IsVanity(std::string_view text, std::size_t minimum, std::size_t maximum) {
  return text.size() >= minimum && text.size() <= maximum &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0; });
}

bool IsWildcard(std::string_view text) {
  return text.size() == 3 && text[0] == '8' &&
         text.find_first_not_of("0123456789*") == std::string_view::npos;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// The digits of a vanity word, as the keys of a telephone give them.
std::string OnKeys(std::string_view word) {
  constexpr std::string_view kKeys = "22233344455566677778889999";
  std::string digits;
  for (const char c : word) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    digits +=
        letter ? kKeys[static_cast<std::size_t>(std::toupper(static_cast<unsigned char>(c)) - 'A')]
               : c;
  }
  return digits;
}

struct Criterion {
  std::string_view name;
  int code;  // of a malformed value
  bool (*is_well_formed)(std::string_view value);
  bool (*fits)(std::string_view value, const Place& place, std::string_view number);
};

std::string_view National(std::string_view number) { return number.substr(2); }

// bandwidth.md §6.5: 4000 area code, 4001 rate center, 4002 NPA/NXX, 4003 vanity, 4004 wildcard,
// 4005 city, 4006 state, 4007 zip, 4008 LATA.
constexpr std::array<Criterion, 11> kCriteria = {{
    {"areaCode", 4000, [](std::string_view v) { return IsDigits(v, 1, 6); },
     [](std::string_view v, const Place& p, std::string_view) { return p.area_code == v; }},
    {"rateCenter", 4001, [](std::string_view v) { return !v.empty() && v.size() <= 30; },
     [](std::string_view v, const Place& p, std::string_view) {
       return EqualsIgnoringCase(p.rate_center, v);
     }},
    {"npaNxx", 4002, [](std::string_view v) { return IsDigits(v, 6, 6); },
     [](std::string_view v, const Place&, std::string_view n) {
       return National(n).starts_with(v);
     }},
    {"npaNxxx", 4002, [](std::string_view v) { return IsDigits(v, 7, 7); },
     [](std::string_view v, const Place&, std::string_view n) {
       return National(n).starts_with(v);
     }},
    {"tollFreeVanity", 4003, [](std::string_view v) { return IsVanity(v, 7, 20); },
     [](std::string_view v, const Place& p, std::string_view n) {
       return p.type == "TOLL_FREE" && n.ends_with(OnKeys(v));
     }},
    {"localVanity", 4003, [](std::string_view v) { return IsVanity(v, 4, 7); },
     [](std::string_view v, const Place& p, std::string_view n) {
       return p.type != "TOLL_FREE" && n.find(OnKeys(v)) != std::string_view::npos;
     }},
    {"tollFreeWildCardPattern", 4004, IsWildcard,
     [](std::string_view v, const Place& p, std::string_view) {
       return p.type == "TOLL_FREE" && (v[1] == '*' || v[1] == p.area_code[1]) &&
              (v[2] == '*' || v[2] == p.area_code[2]);
     }},
    {"city", 4005, [](std::string_view v) { return !v.empty() && v.size() <= 30; },
     [](std::string_view v, const Place& p, std::string_view) {
       return EqualsIgnoringCase(p.city, v);
     }},
    {"state", 4006, [](std::string_view v) { return IsCapitals(v, 2); },
     [](std::string_view v, const Place& p, std::string_view) { return p.state == v; }},
    {"zip", 4007, [](std::string_view v) { return IsDigits(v.substr(0, 5), 5, 5); },
     [](std::string_view v, const Place& p, std::string_view) { return p.zip == v.substr(0, 5); }},
    {"lata", 4008, [](std::string_view v) { return IsDigits(v, 1, 5); },
     [](std::string_view v, const Place& p, std::string_view) { return p.lata == v; }},
}};

constexpr std::array<std::string_view, 6> kOrderBy = {"fullNumber", "npaNxx", "npa",
                                                      "rateCenter", "city",   "state"};

std::string_view ValueOf(const SearchQuery& query, std::string_view name) {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [name](const auto& pair) { return pair.first == name; });
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

bool Has(const SearchQuery& query, std::string_view name) {
  return std::any_of(query.begin(), query.end(),
                     [name](const auto& pair) { return pair.first == name; });
}

std::optional<DashboardProblem> CheckCombination(const SearchQuery& query) {
  const bool north_america = !Has(query, "countryCodeA3");
  const bool toll_free = Has(query, "tollFreeVanity") || Has(query, "tollFreeWildCardPattern");
  if (toll_free && (Has(query, "areaCode") || Has(query, "state") || Has(query, "city"))) {
    return DashboardProblem{4010, "Toll-free criteria do not go with those of a place"};
  }
  if (north_america && Has(query, "city") && !Has(query, "state")) {
    return DashboardProblem{4010, "city needs state"};
  }
  if (Has(query, "rateCenter") && !Has(query, "state")) {
    return DashboardProblem{4010, "rateCenter needs state"};
  }
  return std::nullopt;
}

std::optional<DashboardProblem> CheckQuery(const SearchQuery& query) {
  bool criteria = Has(query, "phoneNumberType") || Has(query, "countryCodeA3");
  for (const Criterion& criterion : kCriteria) {
    if (!Has(query, criterion.name)) continue;
    criteria = true;
    if (!criterion.is_well_formed(ValueOf(query, criterion.name))) {
      return DashboardProblem{criterion.code, std::string(criterion.name) + " is malformed"};
    }
  }
  if (!criteria) return DashboardProblem{5002, "At least one search criterion is required"};
  if (auto problem = CheckCombination(query)) return problem;
  const std::string_view quantity = ValueOf(query, "quantity");
  if (Has(query, "quantity") &&
      (!IsDigits(quantity, 1, 4) || std::stoul(std::string(quantity)) < 1 ||
       std::stoul(std::string(quantity)) > kMaxSearchQuantity)) {
    return DashboardProblem{5009, "quantity must be from 1 to 5000"};
  }
  if (Has(query, "orderBy") &&
      std::find(kOrderBy.begin(), kOrderBy.end(), ValueOf(query, "orderBy")) == kOrderBy.end()) {
    return DashboardProblem{4020, "orderBy names no field to sort by"};
  }
  const std::string_view area = ValueOf(query, "areaCode");
  if (Has(query, "areaCode") &&
      std::none_of(kPlaces.begin(), kPlaces.end(),
                   [area](const Place& p) { return p.area_code == area; })) {
    return DashboardProblem{4023, "The area is not served"};
  }
  return std::nullopt;
}

bool Fits(const SearchQuery& query, const Place& place, std::string_view number) {
  const std::string_view country = ValueOf(query, "countryCodeA3");
  if (!country.empty() ? place.country != country : place.country != "USA") return false;
  const std::string_view type = ValueOf(query, "phoneNumberType");
  if (!type.empty() && place.type != type) return false;
  if (ValueOf(query, "endsIn") == "true" &&
      !number.ends_with(OnKeys(ValueOf(query, "localVanity")))) {
    return false;
  }
  return std::all_of(kCriteria.begin(), kCriteria.end(), [&](const Criterion& criterion) {
    return !Has(query, criterion.name) ||
           criterion.fits(ValueOf(query, criterion.name), place, number);
  });
}

std::string NumberOf(const Place& place, int index) {
  return std::string(place.prefix) + std::to_string(index);
}

}  // namespace

std::span<const Place> Places() { return kPlaces; }

const Place* PlaceOf(std::string_view number) {
  const auto* found = std::find_if(kPlaces.begin(), kPlaces.end(), [number](const Place& place) {
    return number.size() == place.prefix.size() + 1 && number.starts_with(place.prefix);
  });
  return found == kPlaces.end() ? nullptr : found;
}

const Place& HomeOf(std::string_view number) {
  const Place* place = PlaceOf(number);
  return place == nullptr ? kPlaces.front() : *place;
}

std::variant<std::vector<std::string>, DashboardProblem> SearchNumbers(const SearchQuery& query,
                                                                       const IsTaken& taken) {
  if (auto problem = CheckQuery(query)) return *std::move(problem);
  const std::string_view asked = ValueOf(query, "quantity");
  const std::size_t quantity = asked.empty() ? kDefaultQuantity : std::stoul(std::string(asked));
  std::vector<std::string> found;
  for (const Place& place : kPlaces) {
    for (int i = 0; i < kNumbersEach && found.size() < quantity; ++i) {
      std::string number = NumberOf(place, i);
      if (!taken(number) && Fits(query, place, number)) found.push_back(std::move(number));
    }
  }
  return found;
}

std::size_t CountFree(const Place& place, const IsTaken& taken) {
  std::size_t free = 0;
  for (int i = 0; i < kNumbersEach; ++i) free += taken(NumberOf(place, i)) ? 0 : 1;
  return free;
}

}  // namespace bw::sandbox
