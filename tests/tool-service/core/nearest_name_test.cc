#include "tool-service/core/nearest_name.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

const std::vector<std::string_view> kNames = {"createCall", "createMessage", "listCalls",
                                              "listCall"};

TEST(NearestName, FewestEditsWin) {
  struct Case {
    const char* name;
    const char* nearest;
  };
  for (const Case& row : {Case{"createCall", "createCall"}, Case{"CREATECALL", "createCall"},
                          Case{"craeteCall", "createCall"}, Case{"creatCall", "createCall"},
                          Case{"createCalls", "createCall"}, Case{"createMesage", "createMessage"},
                          Case{"listCalls", "listCalls"}, Case{"lstCall", "listCall"},
                          Case{"sendFax", ""}, Case{"", ""}, Case{"x", ""}}) {
    EXPECT_EQ(NearestName(row.name, kNames), row.nearest) << row.name;
  }
  EXPECT_EQ(NearestName("createCall", {}), "");
}

TEST(NearestName, UpToAThirdOfTheLettersMayDiffer) {
  EXPECT_EQ(NearestName("abcxyz", {"abcdez"}), "abcdez");
  EXPECT_EQ(NearestName("abcxyw", {"abcdez"}), "");
  EXPECT_EQ(NearestName("abcdef", {"abcdefgh"}), "abcdefgh");
  EXPECT_EQ(NearestName("abcdef", {"abcdefghi"}), "");
}

TEST(NearestName, OfEqualsTheFirst) {
  EXPECT_EQ(NearestName("abcd", {"abcx", "abcy"}), "abcx");
  EXPECT_EQ(NearestName("abcd", {"abcy", "abcx"}), "abcy");
}

TEST(NearestName, IsAskedForInWords) {
  EXPECT_EQ(DidYouMean("lstCall", kNames), "; did you mean listCall?");
  EXPECT_EQ(DidYouMean("fax", kNames), "");
}

}  // namespace
}  // namespace bw::tool_service
