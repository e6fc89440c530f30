#include "tool-service/core/argument_validator.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;

std::string Check(const std::string& schema_text, const std::string& value) {
  const Json schema = Json::parse(schema_text);
  const Status status = ArgumentValidator(schema).Check(Json::parse(value));
  return std::string(Message(status));
}

TEST(ArgumentValidator, NamesFieldProblemAndWhatIsAllowed) {
  const char schema[] = R"({"type":"object","additionalProperties":false,"required":["to","from"],
      "properties":{"to":{"type":"string"},"from":{"type":"string"},
      "options":{"type":"object","properties":{"limit":{"type":"integer","maximum":100}}},
      "priority":{"enum":["default","high"]},"list":{"type":"array","items":{"type":"string"}}}})";
  EXPECT_EQ(Check(schema, R"({"to":"a","from":"b","options":{"limit":100},"list":["a"]})"), "");
  EXPECT_EQ(Check(schema, R"({"to":"a"})"), "from: is required");
  EXPECT_EQ(Check(schema, R"({"to":1,"from":"b"})"), "to: must be a string, not a number");
  EXPECT_EQ(Check(schema, R"({"to":"a","from":"b","tu":1})"),
            "tu: is not known here; allowed are from, list, options, priority, to");
  EXPECT_EQ(Check(schema, R"({"to":"a","from":"b","options":{"limit":101}})"),
            "options.limit: must be at most 100");
  EXPECT_EQ(Check(schema, R"({"to":"a","from":"b","priority":"urgent"})"),
            "priority: must be one of \"default\", \"high\"");
  EXPECT_EQ(Check(schema, R"({"to":"a","from":"b","list":["a",true]})"),
            "list[1]: must be a string, not true or false");
  EXPECT_EQ(Check(schema, "[]"), "arguments: must be an object, not an array");
  EXPECT_EQ(Check(schema, R"({"to":null,"x":1})"),
            "from: is required\nto: must be a string, not null\n"
            "x: is not known here; allowed are from, list, options, priority, to");
}

struct Case {
  const char* schema;
  const char* good;
  const char* bad;
};

TEST(ArgumentValidator, EachKeywordAtItsLimitAndOnePast) {
  const Case cases[] = {
      {R"({"type":"integer"})", "5.0", "5.5"},
      {R"({"type":["string","null"]})", "null", "1"},
      {R"({"const":3})", "3", "4"},
      {R"({"minimum":3})", "3", "2"},
      {R"({"maximum":3})", "3", "4"},
      {R"({"exclusiveMinimum":3})", "3.5", "3"},
      {R"({"exclusiveMaximum":3})", "2.5", "3"},
      {R"({"minLength":2})", R"("éé")", R"("é")"},
      {R"({"maxLength":2})", R"("éé")", R"("ééé")"},
      {R"({"pattern":"^a+$"})", R"("aa")", R"("ab")"},
      {R"({"minItems":1})", "[1]", "[]"},
      {R"({"maxItems":1})", "[1]", "[1,2]"},
      {R"({"uniqueItems":true})", "[1,2]", "[1,1]"},
      {R"({"minProperties":1})", R"({"a":1})", "{}"},
      {R"({"maxProperties":1})", R"({"a":1})", R"({"a":1,"b":2})"},
      {R"({"additionalProperties":{"type":"string"}})", R"({"a":"b"})", R"({"a":1})"},
      {R"({"allOf":[{"minimum":1},{"maximum":3}]})", "2", "4"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "null", "1"},
      {R"({"not":{"type":"string"}})", "1", R"("a")"},
      {R"({"properties":{"a":false}})", "{}", R"({"a":1})"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Check(c.schema, c.good), "") << c.schema;
    EXPECT_NE(Check(c.schema, c.bad), "") << c.schema;
  }
}

TEST(ArgumentValidator, OverlappingOneOfIsNotPoliced) {
  EXPECT_EQ(Check(R"({"oneOf":[{"type":"number"},{"type":"integer"}]})", "1"), "");
}

TEST(ArgumentValidator, TheNearestAlternativeIsReported) {
  EXPECT_EQ(
      Check(R"({"properties":{"c":{"oneOf":[
      {"type":"object","required":["a","b","d"]},
      {"type":"object","required":["x"],"properties":{"x":{"type":"string"}}}]}}})",
            R"({"c":{}})"),
      "c: fits none of its 2 allowed forms; what the nearest lacks follows\nc.x: is required");
}

TEST(ArgumentValidator, NullBesideOneFormIsNotOfferedToWhoMeantAValue) {
  const std::string schema =
      R"({"properties":{"c":{"anyOf":[{"type":"integer","maximum":3},{"type":"null"}]}}})";
  EXPECT_EQ(Check(schema, R"({"c":4})"), "c: must be at most 3");
  EXPECT_EQ(Check(schema, R"({"c":null})"), "");
}

TEST(ArgumentValidator, UnusablePatternsAreNotChecked) {
  EXPECT_EQ(Check(R"x({"pattern":"("})x", R"("x")"), "");
  EXPECT_EQ(Check(R"x({"pattern":"a(?=b)"})x", R"("x")"), "");
}

TEST(ArgumentValidator, NoPatternTakesExponentialTime) {
  EXPECT_NE(Check(R"x({"pattern":"^(a+)+$"})x", "\"" + std::string(50'000, 'a') + "b\""), "");
}

TEST(ArgumentValidator, ProblemsAtTheLimitAndOnePast) {
  Json schema = {{"type", "object"}, {"required", Json::array()}};
  for (int i = 0; i < ArgumentValidator::kMaxProblems + 1; ++i) {
    schema["required"].push_back("p" + std::to_string(i));
  }
  const std::string message(Message(ArgumentValidator(schema).Check(Json::object())));
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), ArgumentValidator::kMaxProblems - 1);
}

TEST(ArgumentValidator, UnknownKeywordsAndTypesAreIgnored) {
  EXPECT_EQ(Check(R"({"type":"file","x-foo":1,"format":"uuid","$ref":"#/x"})", "5"), "");
}

}  // namespace
}  // namespace bw::tool_service
