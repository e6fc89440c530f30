#include "sandbox/core/fields.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

TEST(FieldsTest, NamesEveryProblemAtOnce) {
  constexpr std::array<FieldRule, 4> kRules = {{{"a", FieldKind::kText, true, 1, 2},
                                                {"b", FieldKind::kInteger, false, 1, 3},
                                                {"c", FieldKind::kBoolean},
                                                {"d", FieldKind::kTexts, false, 1, 1}}};
  EXPECT_TRUE(CheckFields({{"a", "xy"}, {"b", 3}, {"c", true}, {"d", {"x"}}}, kRules).empty());
  EXPECT_TRUE(CheckFields({{"a", "x"}, {"b", nullptr}}, kRules).empty());
  const auto problems = CheckFields({{"b", 4}, {"c", "true"}, {"d", {1}}}, kRules);
  EXPECT_EQ(Message(ToStatus(problems)),
            "a is required; b must be a whole number from 1 to 3; c must be true or false; "
            "d must be an array of strings");
  EXPECT_EQ(CheckFields({{"a", "xyz"}}, kRules)[0].description, "must have 1 to 2 characters");
  EXPECT_EQ(CheckFields({{"a", "x"}, {"b", 2.5}}, kRules)[0].field, "b");
  EXPECT_EQ(CheckFields(json::Json(), kRules)[0].field, "body");
}

}  // namespace
}  // namespace bw::sandbox
