#include "tool-service/openapi/xml_schema.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;

TEST(XmlSchemaOf, KeepsWhatTheAdapterReads) {
  const Json root = Json::parse(R"({"components":{"schemas":{
    "site":{"type":"object","required":["Name"],"description":"x","xml":{"name":"Site"},
            "properties":{"Id":{"type":"integer","minimum":1},"Name":{"type":"string"},
                          "Tns":{"$ref":"#/components/schemas/tns"}}},
    "tns":{"type":"array","xml":{"wrapped":true},"items":{"type":"string","xml":{"name":"Tn"}}}}}})");
  EXPECT_EQ(XmlSchemaOf(root, {{"$ref", "#/components/schemas/site"}}), Json::parse(R"({
    "type":"object","xml":{"name":"Site"},
    "properties":{"Id":{"type":"integer"},
                  "Tns":{"type":"array","xml":{"wrapped":true},
                         "items":{"type":"string","xml":{"name":"Tn"}}}}})"));
}

TEST(XmlSchemaOf, PoursCombinationsTogether) {
  EXPECT_EQ(XmlSchemaOf(Json::object(), Json::parse(R"({"allOf":[
      {"properties":{"a":{"type":"integer"}}},
      {"oneOf":[{"properties":{"a":{"type":"boolean"},"b":{"type":"boolean"}}},
                {"xml":{"name":"X"}}]}]})")),
            Json::parse(R"({"type":"object","xml":{"name":"X"},
                            "properties":{"a":{"type":"integer"},"b":{"type":"boolean"}}})"));
}

TEST(XmlSchemaOf, CirclesAndDanglingReferencesEnd) {
  const Json root = Json::parse(R"({"components":{"schemas":{
    "a":{"properties":{"n":{"type":"integer"},"again":{"$ref":"#/components/schemas/a"},
                       "lost":{"$ref":"#/components/schemas/none"}}}}}})");
  EXPECT_EQ(XmlSchemaOf(root, {{"$ref", "#/components/schemas/a"}}),
            Json::parse(R"({"type":"object","properties":{"n":{"type":"integer"}}})"));
  EXPECT_EQ(XmlSchemaOf(root, "no schema"), Json::object());
}

Json Nested(int levels) {
  Json schema = {{"type", "integer"}};
  for (int i = 0; i < levels; ++i) schema = {{"properties", {{"a", std::move(schema)}}}};
  return schema;
}

TEST(XmlSchemaOf, AtTheDepthAndOnePast) {
  const Json path = std::string("/properties/a");
  std::string pointer;
  for (int i = 0; i < kMaxXmlSchemaDepth; ++i) pointer += "/properties/a";
  EXPECT_EQ(XmlSchemaOf({}, Nested(kMaxXmlSchemaDepth)).at(Json::json_pointer(pointer))["type"],
            "integer");
  EXPECT_FALSE(XmlSchemaOf({}, Nested(kMaxXmlSchemaDepth + 1))
                   .contains(Json::json_pointer(pointer + "/properties/a")));
}

TEST(XmlSchemaOf, AtTheSizeAndOnePast) {
  const auto wide = [](std::size_t members) {
    Json schema = Json::object();
    for (std::size_t i = 0; i < members; ++i) {
      schema["properties"]["p" + std::to_string(i)] = {{"type", "integer"}};
    }
    return XmlSchemaOf({}, schema)["properties"].size();
  };
  EXPECT_EQ(wide(kMaxXmlSchemaNodes - 1), kMaxXmlSchemaNodes - 1);
  EXPECT_EQ(wide(kMaxXmlSchemaNodes), kMaxXmlSchemaNodes - 1);
}

TEST(NamesXmlRoot, OnlyNamedObjects) {
  const Json root =
      Json::parse(R"({"components":{"schemas":{"a":{"properties":{},"xml":{"name":"A"}}}}})");
  EXPECT_TRUE(NamesXmlRoot(root, {{"$ref", "#/components/schemas/a"}}));
  for (const char* schema :
       {R"({"properties":{"Application":{}}})", R"({"type":"string"})",
        R"({"type":"string","xml":{"name":"A"}})", R"({"$ref":"#/components/schemas/none"})"}) {
    EXPECT_FALSE(NamesXmlRoot(root, Json::parse(schema))) << schema;
  }
}

}  // namespace
}  // namespace bw::tool_service
