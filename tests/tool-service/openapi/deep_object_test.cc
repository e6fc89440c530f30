#include "tool-service/openapi/deep_object.h"

#include <map>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/message.h"
#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/input_plan.h"
#include "tool-service/openapi/request_builder.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::ElementsAre;
using testing::HasSubstr;

Operation WithFilter(const std::string& schema, bool required = false) {
  return LoadOne(
      "  /a:\n    get:\n      parameters:\n        - {name: city, in: query, style: "
      "deepObject, explode: true, required: " +
      std::string(required ? "true" : "false") +
      ", description: Name of the city., schema: " + schema + "}\n");
}

std::vector<std::string> Properties(const InputPlan& plan) {
  std::vector<std::string> names;
  for (const auto& [name, schema] : plan.schema["properties"].items()) names.push_back(name);
  return names;
}

// What a server reads from the query.
std::multimap<std::string, std::string> QueryOf(const std::string& url) {
  std::multimap<std::string, std::string> pairs;
  const auto mark = url.find('?');
  std::string_view rest = mark == std::string::npos ? "" : std::string_view(url).substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    const auto equals = pair.find('=');
    const auto name = http::PercentDecode(pair.substr(0, equals));
    const auto value = http::PercentDecode(pair.substr(equals + 1));
    EXPECT_TRUE(equals != std::string_view::npos && name && value) << url;
    pairs.emplace(name.value_or(""), value.value_or(""));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
  }
  return pairs;
}

constexpr char kOperators[] =
    "{type: object, properties: {eq: {type: string}, startsWith: {type: string, minLength: 2}, "
    "in: {type: array, items: {type: string}}}}";

TEST(FlatFilters, EachMemberIsAnArgument) {
  const InputPlan plan = PlanInput(WithFilter(kOperators));
  EXPECT_THAT(Properties(plan), ElementsAre("city_eq", "city_in", "city_startsWith"));
  EXPECT_EQ(
      plan.schema["properties"]["city_startsWith"],
      (Json{{"type", "string"}, {"minLength", 2}, {"description", "city: beginning with this"}}));
  EXPECT_EQ(plan.schema["properties"]["city_eq"]["description"], "Name of the city: equal to this");
  EXPECT_FALSE(plan.schema.contains("required"));
}

TEST(FlatFilters, AreSentAsTheObjectIsSent) {
  const Operation flat = WithFilter(kOperators);
  // Open for other members, so that it stays one object.
  const Operation nested =
      WithFilter("{type: object, additionalProperties: true, properties: {eq: {type: string}}}");
  const InputPlan flat_plan = PlanInput(flat);
  const InputPlan nested_plan = PlanInput(nested);
  ASSERT_THAT(Properties(nested_plan), ElementsAre("city"));
  for (const char* value : {"Aalen", "", "a b", "a&city[in]=x", "=", "]", "100%", "%5B", "é", "#?/",
                            "a+b", "a\r\nb", "a,b"}) {
    SCOPED_TRACE(value);
    const Json members = {{"eq", value}, {"in", {value, "z"}}, {"startsWith", value}};
    Json arguments = Json::object();
    for (const auto& [name, member] : members.items()) arguments["city_" + name] = member;
    const auto one = BuildRequest(flat, flat_plan, arguments);
    const auto other = BuildRequest(nested, nested_plan, {{"city", members}});
    ASSERT_TRUE(one.ok() && other.ok());
    EXPECT_EQ(one->url, other->url);
    const std::multimap<std::string, std::string> expected = {
        {"city[eq]", value}, {"city[in]", std::string(value) + ",z"}, {"city[startsWith]", value}};
    EXPECT_EQ(QueryOf(one->url), expected);
  }
  const auto none = BuildRequest(flat, flat_plan, Json::object());
  EXPECT_EQ(none->url, "https://voice.bandwidth.com/api/v2/a");
}

TEST(FlatFilters, AMisspeltOperatorIsRefusedByItsName) {
  const InputPlan plan = PlanInput(WithFilter(kOperators));
  const Status status = ArgumentValidator(plan.schema).Check({{"city_startswith", "Aa"}});
  EXPECT_THAT(std::string(Message(status)), HasSubstr("city_startswith"));
}

TEST(FlatFilters, ARequiredFilterRequiresWhatItsSchemaRequires) {
  const InputPlan plan =
      PlanInput(WithFilter("{type: object, required: [from], properties: {from: {type: string}, "
                           "to: {type: string}}}",
                           true));
  EXPECT_EQ(plan.schema["required"], Json::array({"city_from"}));
  EXPECT_EQ(plan.schema["properties"]["city_to"]["description"], "city: its to");
  const InputPlan one =
      PlanInput(WithFilter("{type: object, properties: {eq: {type: string}}}", true));
  EXPECT_EQ(one.schema["required"], Json::array({"city_eq"}));
}

std::string Members(int count) {
  std::string members;
  for (int i = 0; i < count; ++i) members += "m" + std::to_string(i) + ": {type: string}, ";
  return "{type: object, properties: {" + members.substr(0, members.size() - 2) + "}}";
}

TEST(FlatFilters, WhatFlatArgumentsCannotSayStaysAnObject) {
  for (const std::string& schema :
       {std::string("{type: object}"), std::string("{type: object, properties: {}}"),
        std::string("{type: object, additionalProperties: {type: string}, properties: {a: {}}}"),
        std::string("{type: object, properties: {a: {type: object, properties: {b: {}}}}}"),
        std::string("{type: object, properties: {a: {type: array, items: {type: object}}}}"),
        std::string("{type: object, properties: {a: {}}, anyOf: [{required: [a]}, {not: {}}]}"),
        std::string("{type: object, required: [a], properties: {a: {}, b: {}}}"), Members(17)}) {
    EXPECT_THAT(Properties(PlanInput(WithFilter(schema))), ElementsAre("city")) << schema;
  }
  // It must be given, but any member of it will do.
  EXPECT_THAT(Properties(PlanInput(WithFilter(kOperators, true))), ElementsAre("city"));
  EXPECT_EQ(Properties(PlanInput(WithFilter(Members(16)))).size(), 16u);
}

TEST(FlatFilters, ANameThatIsTakenGetsAPrefix) {
  const InputPlan plan = PlanInput(LoadOne(R"(
  /a:
    get:
      parameters:
        - {name: city_eq, in: query, schema: {type: string}}
        - {name: city, in: query, style: deepObject, schema: {type: object, properties: {eq: {}}}}
)"));
  EXPECT_THAT(Properties(plan), ElementsAre("city_eq", "query_city_eq"));
}

}  // namespace
}  // namespace bw::tool_service
