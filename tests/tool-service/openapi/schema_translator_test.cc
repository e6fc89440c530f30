#include "tool-service/openapi/schema_translator.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;

class SchemaTranslatorTest : public ::testing::Test {
 protected:
  Json Translate(const std::string& schema) {
    SchemaTranslator translator(root_, "here", warnings_);
    return translator.Translate(Json::parse(schema));
  }

  Json root_ = Json::object();
  Warnings warnings_;
};

TEST_F(SchemaTranslatorTest, KeepsWhatJsonSchemaKnowsAndDropsTheRest) {
  EXPECT_EQ(
      Translate(R"({"type":"string","minLength":1,"maxLength":9,"pattern":"^a+$","enum":["a"],
      "default":"a","description":"d","format":"uuid","example":"x","deprecated":true,
      "xml":{"name":"y"},"x-extra":1,"title":"T"})"),
      Json::parse(R"({"type":"string","minLength":1,"maxLength":9,"pattern":"^a+$","enum":["a"],
      "default":"a","description":"d","format":"uuid"})"));
}

TEST_F(SchemaTranslatorTest, NullBecomesAnAlternativeInBothDialects) {
  const Json expected = Json::parse(R"({"description":"d","default":"a","anyOf":[
      {"type":"string","enum":["a"],"minLength":1},{"type":"null"}]})");
  for (const char* schema :
       {R"({"type":"string","nullable":true,"enum":["a"],"minLength":1,"default":"a",
            "description":"d"})",
        R"({"type":["string","null"],"enum":["a",null],"minLength":1,"default":"a",
            "description":"d"})",
        R"({"type":["null","string"],"nullable":true,"enum":["a",null],"minLength":1,
            "default":"a","description":"d"})"}) {
    EXPECT_EQ(Translate(schema), expected) << schema;
  }
  root_ = Json::parse(R"({"s":{"type":"object","properties":{"p":{}}}})");
  const Json object =
      Json::parse(R"({"anyOf":[{"type":"object","properties":{"p":{}}},{"type":"null"}]})");
  EXPECT_EQ(Translate(R"({"allOf":[{"$ref":"#/s"}],"nullable":true})"), object);
  EXPECT_EQ(Translate(R"({"$ref":"#/s","nullable":true})"), object);
  EXPECT_EQ(Translate(R"({"nullable":true})"), Json::object());
  EXPECT_EQ(Translate(R"({"type":["null"]})"), Json::parse(R"({"type":"null"})"));
  EXPECT_EQ(Translate(R"({"type":["string"]})"), Json::parse(R"({"type":"string"})"));
}

TEST_F(SchemaTranslatorTest, SeveralTypesBecomeAlternatives) {
  EXPECT_EQ(Translate(R"({"type":["string","integer","null"],"enum":["a",1,null]})"),
            Json::parse(R"({"anyOf":[{"type":"string","enum":["a"]},{"type":"integer","enum":[1]},
                {"type":"null"}]})"));
}

TEST_F(SchemaTranslatorTest, WhatIsLeftOutRatherThanNullHasNoNull) {
  SchemaTranslator translator(root_, "here", warnings_);
  EXPECT_EQ(translator.TranslateArgument(
                Json::parse(R"({"type":["string","null"],"maxLength":3,"description":"d"})")),
            Json::parse(R"({"type":"string","maxLength":3,"description":"d"})"));
  EXPECT_EQ(translator.TranslateArgument(Json::parse(R"({"type":["string","integer","null"]})")),
            Json::parse(R"({"anyOf":[{"type":"string"},{"type":"integer"}]})"));
}

TEST_F(SchemaTranslatorTest, ExclusiveBoundsOfBothDialects) {
  EXPECT_EQ(Translate(R"({"type":"number","minimum":5,"exclusiveMinimum":true,"maximum":9,
      "exclusiveMaximum":false})"),
            Json::parse(R"({"type":"number","exclusiveMinimum":5,"maximum":9})"));
  EXPECT_EQ(Translate(R"({"type":"number","exclusiveMinimum":5})"),
            Json::parse(R"({"type":"number","exclusiveMinimum":5})"));
}

TEST_F(SchemaTranslatorTest, ImpliedTypesFormatsAndPatterns) {
  EXPECT_EQ(Translate(R"({"properties":{}})")["type"], "object");
  EXPECT_EQ(Translate(R"({"items":{}})")["type"], "array");
  EXPECT_EQ(Translate(R"({"type":"string","format":"binary"})")["contentEncoding"], "base64");
  EXPECT_FALSE(Translate(R"({"type":"integer","format":"int32"})").contains("format"));
  for (const char* pattern : {"(", "a(?=b)", "(?P<n>a)", "\\\\Aa"}) {
    EXPECT_FALSE(Translate(std::string(R"({"pattern":")") + pattern + "\"}").contains("pattern"))
        << pattern;
  }
  EXPECT_EQ(Translate("true"), Json::object());
  EXPECT_EQ(Translate("false"), Json::parse(R"({"not":{}})"));
}

TEST_F(SchemaTranslatorTest, ReferencesAreInlinedAndKeepTheirOwnDescription) {
  root_ = Json::parse(R"({"s":{"type":"string","description":"old"},"r":{"$ref":"#/s"}})");
  EXPECT_EQ(Translate(R"({"$ref":"#/r"})"),
            Json::parse(R"({"type":"string","description":"old"})"));
  EXPECT_EQ(Translate(R"({"$ref":"#/r","description":"new"})"),
            Json::parse(R"({"type":"string","description":"new"})"));
}

TEST_F(SchemaTranslatorTest, DanglingReferencesAndCirclesBecomeAnything) {
  EXPECT_EQ(Translate(R"({"$ref":"#/nowhere"})"), Json::object());
  root_ = Json::parse(R"({"node":{"type":"object","properties":{"next":{"$ref":"#/node"}}}})");
  EXPECT_EQ(Translate(R"({"$ref":"#/node"})"),
            Json::parse(R"({"type":"object","properties":{"next":{}}})"));
  EXPECT_EQ(warnings_.total(), 2u);
}

TEST_F(SchemaTranslatorTest, ReadOnlyPropertiesAreLeftOut) {
  EXPECT_EQ(Translate(R"({"type":"object","required":["id","name"],"properties":{
      "id":{"type":"string","readOnly":true},"name":{"type":"string"}}})"),
            Json::parse(R"({"type":"object","required":["name"],
                "properties":{"name":{"type":"string"}}})"));
}

TEST_F(SchemaTranslatorTest, AllOfObjectsBecomesOne) {
  EXPECT_EQ(Translate(R"({"allOf":[{"type":"object","properties":{"a":{}},"required":["a"]},
      {"type":"object","properties":{"b":{}},"required":["a","b"]}],"properties":{"c":{}}})"),
            Json::parse(R"({"type":"object","properties":{"a":{},"b":{},"c":{}},
                "required":["a","b"]})"));
  EXPECT_EQ(Translate(R"({"description":"d","allOf":[{"type":"string","minLength":1}]})"),
            Json::parse(R"({"description":"d","type":"string","minLength":1})"));
  EXPECT_EQ(Translate(R"({"allOf":[{"type":"string"},{"minLength":1}]})"),
            Json::parse(R"({"allOf":[{"type":"string"},{"minLength":1}]})"));
}

TEST_F(SchemaTranslatorTest, RepairsWhatDocumentsGetWrong) {
  root_ = Json::parse(R"({"s":{"type":"object","properties":{"p":{}}}})");
  EXPECT_EQ(Translate(R"({"allOf":["$ref:'#/s'"]})"),
            Json::parse(R"({"type":"object","properties":{"p":{}}})"));
  EXPECT_EQ(Translate(R"({"allOf":["$ref:#/s'", "nonsense"]})"),
            Json::parse(R"({"type":"object","properties":{"p":{}}})"));
  EXPECT_EQ(Translate(R"({"type":"object","properties":{"a":{},"allOf":[{"$ref":"#/s"}]}})"),
            Json::parse(R"({"type":"object","properties":{"a":{},"p":{}}})"));
  EXPECT_EQ(Translate(R"({"type":"array","items":{},"minimum":1,"maximum":3})"),
            Json::parse(R"({"type":"array","items":{},"minItems":1,"maxItems":3})"));
  EXPECT_EQ(Translate(R"({"type":"string","maximum":1024})"), Json::parse(R"({"type":"string"})"));
  EXPECT_EQ(Translate(R"({"type":"object","properties":{"a":{}},"required":["a","b",5]})"),
            Json::parse(R"({"type":"object","properties":{"a":{}},"required":["a"]})"));
  EXPECT_EQ(Translate(R"({"type":"string","required":true})"), Json::parse(R"({"type":"string"})"));
  EXPECT_GE(warnings_.total(), 5u);
}

TEST_F(SchemaTranslatorTest, DepthAtTheLimitAndOnePast) {
  const auto nested = [](int levels) {
    std::string schema = R"({"type":"string"})";
    for (int i = 0; i < levels; ++i) schema = R"({"type":"array","items":)" + schema + "}";
    return schema;
  };
  EXPECT_NE(Translate(nested(SchemaTranslator::kMaxDepth)).dump().find("string"),
            std::string::npos);
  EXPECT_EQ(warnings_.total(), 0u);
  EXPECT_EQ(Translate(nested(SchemaTranslator::kMaxDepth + 1)).dump().find("string"),
            std::string::npos);
  EXPECT_EQ(warnings_.total(), 1u);
}

TEST_F(SchemaTranslatorTest, NodesAtTheLimitAndOnePast) {
  const auto wide = [](std::size_t nodes) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    for (std::size_t i = 1; i < nodes; ++i) {
      schema["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
    }
    return schema.dump();
  };
  Translate(wide(SchemaTranslator::kMaxNodes));
  EXPECT_EQ(warnings_.total(), 0u);
  Translate(wide(SchemaTranslator::kMaxNodes + 1));
  EXPECT_EQ(warnings_.total(), 1u);
}

TEST_F(SchemaTranslatorTest, ExponentialReferencesStayWithinTheBudget) {
  for (int i = 0; i < 30; ++i) {
    const std::string next = "#/s" + std::to_string(i + 1);
    root_["s" + std::to_string(i)] = {
        {"type", "object"}, {"properties", {{"a", {{"$ref", next}}}, {"b", {{"$ref", next}}}}}};
  }
  root_["s30"] = {{"type", "string"}};
  EXPECT_LT(Translate(R"({"$ref":"#/s0"})").dump().size(), 200'000u);
}

TEST(PlainText, DropsTagsAndCuts) {
  EXPECT_EQ(PlainText("a<br>b <b>c</b> d<e", 100), "a b c d<e");
  EXPECT_EQ(PlainText("1 < 2 > 0  \n", 100), "1 < 2 > 0");
  EXPECT_EQ(PlainText("abcd", 4), "abcd");
  EXPECT_EQ(PlainText("abcde", 4), "abcd…");
  EXPECT_EQ(PlainText("ab\xc3\xa9", 3), "ab…");
}

}  // namespace
}  // namespace bw::tool_service
