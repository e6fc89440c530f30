#include "tool-service/openapi/yaml_reader.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;

Json Read(std::string_view text) {
  StatusOr<Json> value = ReadYaml(text);
  EXPECT_TRUE(value.ok()) << ToString(value.status());
  return value.ok() ? *value : Json();
}

std::string ErrorOf(std::string_view text, const YamlLimits& limits = {}) {
  const auto value = ReadYaml(text, limits);
  return value.ok() ? "" : std::string(Message(value.status()));
}

TEST(ReadYaml, ListsMapsAndNesting) {
  EXPECT_EQ(Read("a: [1, two, {b: c}]\nd:\n  - e\n  - f: g\n"),
            Json::parse(R"({"a":[1,"two",{"b":"c"}],"d":["e",{"f":"g"}]})"));
}

TEST(ReadYaml, PlainScalarsFollowTheCoreSchema) {
  EXPECT_EQ(Read("[null, ~, Null, NULL, true, True, false, FALSE, 0, -7, 3.5, 1e3, 12345678901]"),
            Json::parse("[null,null,null,null,true,true,false,false,0,-7,3.5,1000.0,12345678901]"));
}

TEST(ReadYaml, WhatOnlyLooksLikeAValueStaysText) {
  EXPECT_EQ(
      Read("[on, off, yes, no, y, 2024-01-01, 2024-01-01T10:00:00Z, +15550100001, 0123, 0x1f, "
           "1_000, .5, 1., .inf, 12:30, 1.2.3, '', -, '<<']"),
      Json::parse(R"(["on","off","yes","no","y","2024-01-01","2024-01-01T10:00:00Z",
              "+15550100001","0123","0x1f","1_000",".5","1.",".inf","12:30","1.2.3","","-","<<"])"));
}

TEST(ReadYaml, QuotedAndTaggedScalarsAreText) {
  EXPECT_EQ(Read("['1', \"true\", !!str 5, !!int 5, \"null\"]"),
            Json::parse(R"(["1","true","5",5,"null"])"));
  EXPECT_EQ(Read("a: |\n  5\n"), Json::parse(R"({"a":"5\n"})"));
}

TEST(ReadYaml, KeysAreText) {
  EXPECT_EQ(Read("200: a\ntrue: b\nnull: c\n1.0: d\n"),
            Json::parse(R"({"200":"a","true":"b","null":"c","1.0":"d"})"));
}

TEST(ReadYaml, ARepeatedKeyKeepsItsFirstValue) {
  EXPECT_EQ(Read("a: 1\na: 2\n"), Json::parse(R"({"a":1})"));
}

TEST(ReadYaml, AnchorsAndAliases) {
  EXPECT_EQ(Read("a: &x {b: [1]}\nc: *x\nd: &y text\n*y : z\n"),
            Json::parse(R"({"a":{"b":[1]},"c":{"b":[1]},"d":"text","text":"z"})"));
}

TEST(ReadYaml, ErrorsTellLineAndColumn) {
  EXPECT_TRUE(ErrorOf("a: 1\nb: [1, 2\nc: 3\n").starts_with("line ")) << ErrorOf("a: [");
  EXPECT_NE(ErrorOf("a: *nowhere\n"), "");
  EXPECT_NE(ErrorOf("a: &x [*x]\n"), "");
  EXPECT_NE(ErrorOf("\t- a"), "");
}

TEST(ReadYaml, AliasBombsAreRefused) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += (j > 0 ? "," : "") + before;
    bomb += "]\n";
  }
  EXPECT_NE(ErrorOf(bomb).find("more than 1000000 nodes"), std::string::npos) << ErrorOf(bomb);
}

TEST(ReadYaml, NodesAtTheLimitAndOnePast) {
  EXPECT_EQ(ErrorOf("[1, 2, 3]", {.max_nodes = 4}), "");
  EXPECT_NE(ErrorOf("[1, 2, 3, 4]", {.max_nodes = 4}), "");
}

TEST(ReadYaml, DepthAtTheLimitAndOnePast) {
  EXPECT_EQ(ErrorOf("[[[1]]]", {.max_depth = 3}), "");
  EXPECT_NE(ErrorOf("[[[[1]]]]", {.max_depth = 3}).find("deeper than 3"), std::string::npos);
  EXPECT_NE(ErrorOf(std::string(100'000, '[')), "");
}

TEST(ReadYaml, BytesAtTheLimitAndOnePast) {
  EXPECT_EQ(ErrorOf("abcd", {.max_bytes = 4}), "");
  EXPECT_NE(ErrorOf("abcde", {.max_bytes = 4}).find("at most 4"), std::string::npos);
}

TEST(ReadYaml, NothingIsNull) {
  EXPECT_TRUE(Read("").is_null());
  EXPECT_TRUE(Read("# only a comment\n").is_null());
}

}  // namespace
}  // namespace bw::tool_service
