#include "common/json/json.h"

#include <gtest/gtest.h>

namespace bw::json {
namespace {

TEST(Parse, ReadsADocument) {
  const auto parsed = Parse(R"({"a":[1,2.5,"x",null,true]})");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(Dump(*parsed), R"({"a":[1,2.5,"x",null,true]})");
}

struct BadCase {
  const char* text;
  const char* message;
};

class ParseRefuses : public testing::TestWithParam<BadCase> {};

TEST_P(ParseRefuses, WithThePositionAndWithoutTheText) {
  const auto parsed = Parse(GetParam().text);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(Message(parsed.status()), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseRefuses,
    testing::Values(BadCase{"", "the text is not JSON: error at byte 1"},
                    BadCase{"{\"a\":secret}", "the text is not JSON: error at byte 6"},
                    BadCase{"[1,2", "the text is not JSON: error at byte 5"},
                    BadCase{"1 2", "the text is not JSON: error at byte 3"},
                    BadCase{"\"\xff\"", "the text is not JSON: error at byte 2"}));

std::string Nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(Parse, DepthAtTheLimitAndOnePast) {
  EXPECT_TRUE(Parse(Nested(64)).ok());
  const auto deeper = Parse(Nested(65));
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(Message(deeper.status()), "the JSON text nests deeper than 64 levels");
}

TEST(Parse, SiblingsDoNotAddUpToDepth) {
  EXPECT_TRUE(Parse("[[],[],{},[[]]]", {.max_bytes = 100, .max_depth = 3}).ok());
}

TEST(Parse, SizeAtTheLimitAndOnePast) {
  EXPECT_TRUE(Parse("\"abc\"", {.max_bytes = 5}).ok());
  EXPECT_FALSE(Parse("\"abcd\"", {.max_bytes = 5}).ok());
}

TEST(Dump, ReplacesBytesThatAreNotUtf8) { EXPECT_EQ(Dump(Json("a\xff")), "\"a\xef\xbf\xbd\""); }

TEST(Getters, AnswerNothingForTheWrongType) {
  const Json object = {{"text", "x"}, {"number", 3}, {"flag", true}, {"list", Json::array({1})}};
  EXPECT_EQ(GetString(object, "text"), "x");
  EXPECT_EQ(GetString(object, "number"), std::nullopt);
  EXPECT_EQ(GetInt(object, "number"), 3);
  EXPECT_EQ(GetNumber(object, "number"), 3.0);
  EXPECT_EQ(GetBool(object, "flag"), true);
  EXPECT_EQ(GetInt(object, "absent"), std::nullopt);
  EXPECT_EQ(GetInt(Json("not an object"), "number"), std::nullopt);
  EXPECT_NE(FindArray(object, "list"), nullptr);
  EXPECT_EQ(FindObject(object, "list"), nullptr);
  EXPECT_EQ(StringOr(object, "absent", "fallback"), "fallback");
}

}  // namespace
}  // namespace bw::json
