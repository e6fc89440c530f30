// Numbers that can be bought: a few places with ten numbers each, the same for everybody.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sandbox/core/dashboard_problem.h"

namespace bw::sandbox {

struct Place {
  std::string_view country;
  std::string_view type;  // GEOGRAPHIC or TOLL_FREE
  std::string_view state;
  std::string_view city;
  std::string_view rate_center;
  std::string_view lata;
  std::string_view zip;
  std::string_view area_code;
  /// One more digit makes a number.
  std::string_view prefix;
};

std::span<const Place> Places();
/// Where a number is from, or nullptr for one that is not of this market.
const Place* PlaceOf(std::string_view number);
/// Where a number of the account is from; those of no known place are from the first.
const Place& HomeOf(std::string_view number);

/// Numbers that end so are found, and sold to somebody else before they can be ordered.
constexpr std::string_view kGoneEnding = "9";

/// The pairs of a query, percent-decoded.
using SearchQuery = std::vector<std::pair<std::string, std::string>>;
/// True for a number that nobody else may buy.
using IsTaken = std::function<bool(std::string_view number)>;

constexpr std::size_t kMaxSearchQuantity = 5000;

/// The free numbers that fit all criteria of `query`, in order; at most its quantity. A problem
/// has one of the codes 4000 to 4026, 5002 or 5009.
std::variant<std::vector<std::string>, DashboardProblem> SearchNumbers(const SearchQuery& query,
                                                                       const IsTaken& taken);

/// How many numbers of `place` are free.
std::size_t CountFree(const Place& place, const IsTaken& taken);

}  // namespace bw::sandbox
