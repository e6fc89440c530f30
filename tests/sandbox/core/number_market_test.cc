#include "sandbox/core/number_market.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/core/e164.h"

namespace bw::sandbox {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> Found(
    const SearchQuery& query, const IsTaken& taken = [](auto) { return false; }) {
  auto outcome = SearchNumbers(query, taken);
  const auto* problem = std::get_if<DashboardProblem>(&outcome);
  EXPECT_EQ(problem, nullptr) << problem->description;
  return problem == nullptr ? std::get<std::vector<std::string>>(outcome)
                            : std::vector<std::string>();
}

TEST(NumberMarket, FindsByEveryCriterion) {
  EXPECT_THAT(Found({{"areaCode", "919"}}), Each(StartsWith("+1919")));
  EXPECT_THAT(Found({{"city", "raleigh"}, {"state", "NC"}, {"quantity", "100"}}), SizeIs(20));
  EXPECT_THAT(Found({{"zip", "10001-1234"}}), Each(StartsWith("+1212")));
  EXPECT_THAT(Found({{"npaNxx", "303555"}}), SizeIs(10));
  EXPECT_THAT(Found({{"lata", "730"}, {"quantity", "2"}}), SizeIs(2));
  EXPECT_THAT(Found({{"rateCenter", "AUSTIN"}, {"state", "TX"}}), Each(StartsWith("+1512")));
  EXPECT_THAT(Found({{"tollFreeWildCardPattern", "8**"}}), Each(StartsWith("+1888")));
  EXPECT_THAT(Found({{"tollFreeVanity", "5550104"}}), ElementsAre("+18885550104"));
  EXPECT_THAT(Found({{"localVanity", "0104"}, {"areaCode", "919"}}), ElementsAre("+19195550104"));
  EXPECT_THAT(Found({{"countryCodeA3", "NLD"}, {"areaCode", "20"}}), Each(StartsWith("+3120")));
  EXPECT_THAT(Found({{"areaCode", "919"}, {"zip", "10001"}}), SizeIs(0));
}

TEST(NumberMarket, LeavesOutWhatIsTaken) {
  const auto taken = [](std::string_view number) { return number != "+19195550103"; };
  EXPECT_THAT(Found({{"areaCode", "919"}}, taken), ElementsAre("+19195550103"));
  EXPECT_EQ(CountFree(*PlaceOf("+19195550103"), taken), 1u);
}

TEST(NumberMarket, TakesQuantitiesUpToItsLimit) {
  EXPECT_THAT(Found({{"areaCode", "919"}, {"quantity", "5000"}}), SizeIs(10));
  for (const char* quantity : {"0", "5001", "x", ""}) {
    const auto outcome =
        SearchNumbers({{"areaCode", "919"}, {"quantity", quantity}}, [](auto) { return false; });
    ASSERT_TRUE(std::holds_alternative<DashboardProblem>(outcome)) << quantity;
    EXPECT_EQ(std::get<DashboardProblem>(outcome).code, 5009) << quantity;
  }
}

TEST(NumberMarket, KnowsWhereNumbersAreFrom) {
  EXPECT_EQ(PlaceOf("+12125550107")->city, "NEW YORK");
  EXPECT_EQ(PlaceOf("+12125550117"), nullptr);
  EXPECT_EQ(HomeOf("+15559999999").city, "RALEIGH");
}

TEST(E164, ReadsNumbersAsPeopleWriteThem) {
  for (const char* text : {"+15550100002", "15550100002", "5550100002", "(555) 010-0002"}) {
    EXPECT_EQ(ToE164(text), "+15550100002") << text;
  }
  for (const char* text : {"", "12", "abc", "25550100002", "+0123", "+1555010000212345"}) {
    EXPECT_EQ(ToE164(text), "") << text;
  }
  EXPECT_TRUE(IsTollFree("+18885550101"));
  EXPECT_FALSE(IsTollFree("+19195550101"));
  EXPECT_FALSE(IsTollFree("8885550101"));
}

}  // namespace
}  // namespace bw::sandbox
