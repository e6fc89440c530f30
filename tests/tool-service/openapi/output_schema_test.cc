#include "tool-service/openapi/output_schema.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/answer_reader.h"
#include "tool-service/openapi/input_plan.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

// A list of things; `%` stands for what makes the case.
Operation Listing(const std::string& method, const std::string& responses) {
  return LoadOne("  /a:\n    " + method +
                 ":\n      parameters: [{name: page, in: query, schema: "
                 "{type: string}}]\n      responses: " +
                 responses + "\n");
}

constexpr char kThings[] =
    "{type: object, required: [things, total], properties: {things: {type: array, items: {type: "
    "object, properties: {id: {type: string, pattern: '^t-', description: Id of the thing}, kind: "
    "{type: string, enum: [a, b]}, size: {type: integer, minimum: 0, nullable: true}, made: {type: "
    "string, readOnly: true}, note: {type: string, writeOnly: true}, extra: {}}}}, total: {type: "
    "integer}}}";

std::string Answer(const std::string& schema, const std::string& examples) {
  return "{'200': {description: d, content: {application/json: {schema: " + schema + ", " +
         examples + "}}}, default: {description: d}}";
}

constexpr char kExample[] = "example: {things: [{id: t-1, kind: a, made: today}], total: 1}";

TEST(OutputSchemaOf, PublishesTypesMembersAndDescriptions) {
  const Operation operation = Listing("get", Answer(kThings, kExample));
  EXPECT_EQ(operation.output_schema, Json::parse(R"({"type":"object","properties":{
      "things":{"type":"array","items":{"type":"object","properties":{
        "id":{"type":"string","description":"Id of the thing"},"kind":{"type":"string"},
        "size":{"anyOf":[{"type":"integer"},{"type":"null"}]},"made":{"type":"string"}}}},
      "total":{"type":"integer"}}})"));
}

TEST(Conforming, AlternativesFitWhenOneOfThemDoes) {
  const Json schema = Json::parse(R"({"type":"object","properties":{
      "size":{"anyOf":[{"type":"integer"},{"type":"null"}]}}})");
  for (const Json& fits :
       {Json({{"size", 1}}), Json({{"size", nullptr}}), Json({{"extra", "x"}})}) {
    EXPECT_EQ(Conforming(schema, fits), fits);
  }
  EXPECT_EQ(Conforming(schema, {{"size", "big"}}), Json::object());
}

TEST(OutputSchemaOf, EveryExampleCounts) {
  const std::string second = "b: {value: {things: [], total: 0}}";
  EXPECT_FALSE(Listing("get", Answer(kThings, "examples: {" + second + "}")).output_schema.empty());
  EXPECT_TRUE(Listing("get", Answer(kThings, "examples: {" + second +
                                                 ", c: {value: {things: [], total: many}}}"))
                  .output_schema.empty());
}

TEST(OutputSchemaOf, PublishesNothingThatCannotBeTrusted) {
  struct Case {
    const char* why;
    std::string method;
    std::string responses;
  };
  const std::string content =
      "content: {application/json: {schema: " + std::string(kThings) + ", " + kExample + "}}";
  const auto object = [](const std::string& members) {
    return "{type: object, properties: {" + members + "}}";
  };
  std::string many;
  for (int i = 0; i < 200; ++i) many += "number_" + std::to_string(i) + ": {type: string}, ";
  for (const Case& row : {
           Case{"changes things", "post", Answer(kThings, kExample)},
           Case{"no example", "get", Answer(kThings, "x-y: 1")},
           Case{"the example misses a member", "get", Answer(kThings, "example: {total: 1}")},
           Case{"the example is of another type", "get",
                Answer(object("a: {type: string}"), "example: {a: 1}")},
           Case{"a second success", "get", "{'200': {" + content + "}, '202': {" + content + "}}"},
           Case{"an empty success", "get", "{'200': {" + content + "}, '204': {description: d}}"},
           Case{"XML beside it", "get",
                "{'200': {content: {application/json: {schema: {type: object, properties: {a: {}}}"
                ", example: {a: 1}}, application/xml: {}}}}"},
           Case{"a list", "get", Answer("{type: array, items: {}}", "example: []")},
           Case{"anything", "get", Answer("{type: object}", "example: {}")},
           Case{"members that may be anything", "get", Answer(object("a: {}"), "example: {a: 1}")},
           Case{"alternatives", "get",
                Answer("{anyOf: [" + object("a: {}") + ", " + object("b: {}") + "]}",
                       "example: {a: 1}")},
           Case{"a secret", "get", Answer(object("token: {type: string}"), "example: {token: t}")},
           Case{"errors", "get",
                Answer(object("errors: {type: array, items: {type: object}}"),
                       "example: {errors: [{code: '1', description: d}]}")},
           Case{"a repair", "get",
                Answer(object("a: {type: array, maximum: 3, items: {}}"), "example: {a: []}")},
           Case{"too large", "get", Answer(object(many.substr(0, many.size() - 2)), "example: {}")},
           Case{"an example too large", "get",
                Answer(object("a: {type: string}"),
                       "example: {a: " + std::string(20'000, 'x') + "}")},
       }) {
    EXPECT_EQ(Listing(row.method, row.responses).output_schema, Json::object()) << row.why;
  }
}

TEST(OutputSchemaOf, IsPublishedUpToItsLimit) {
  // As many bytes of description as the limit leaves; one more is too many.
  const auto schema = [](std::size_t count) {
    std::string members;
    for (std::size_t left = count; left > 0; left -= std::min<std::size_t>(left, 900)) {
      members +=
          (members.empty() ? "" : ", ") + std::string("m") + std::to_string(left) +
          ": {type: string, description: " + std::string(std::min<std::size_t>(left, 900), 'd') +
          "}";
    }
    return "{type: object, properties: {" + members + "}}";
  };
  std::size_t most = 0;
  for (std::size_t count = 3'700; count < 4'100; ++count) {
    const Operation operation = Listing("get", Answer(schema(count), "example: {}"));
    const std::size_t bytes = json::Dump(operation.output_schema).size();
    ASSERT_LE(bytes, kMaxOutputSchemaBytes);
    most = std::max(most, bytes);
    if (operation.output_schema.empty()) break;
  }
  EXPECT_EQ(most, kMaxOutputSchemaBytes);
}

bool Fits(const Json& schema, const Json& value) {
  return ArgumentValidator(schema).Check(value).ok();
}

TEST(Conforming, LeavesOutWhatIsOfAnotherType) {
  const Json schema = Listing("get", Answer(kThings, kExample)).output_schema;
  const Json value = Json::parse(R"({"things":[{"id":null,"kind":"new","size":null,"more":[1]},
      null,"t",{"id":7,"made":"m"}],"total":"1","other":{"a":null}})");
  const Json fitting = Conforming(schema, value);
  EXPECT_EQ(fitting, Json::parse(R"({"things":[{"kind":"new","size":null,"more":[1]},{"made":"m"}],
      "other":{"a":null}})"));
  EXPECT_FALSE(Fits(schema, value));
  EXPECT_TRUE(Fits(schema, fitting));
  for (const char* other : {"[]", "null", "\"text\"", "1"}) {
    EXPECT_EQ(Conforming(schema, Json::parse(other)), Json::object());
  }
  EXPECT_EQ(Conforming(schema, {{"total", 2.0}}), (Json{{"total", 2.0}}));
  EXPECT_EQ(Conforming(schema, {{"total", 2.5}}), Json::object());
  const Json map = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  EXPECT_EQ(Conforming(map, {{"a", "x"}, {"b", 1}}), (Json{{"a", "x"}}));
}

TEST(Shortened, CutsTheLongestLists) {
  Json value = {{"total", 1'000}, {"things", Json::array()}, {"few", {1, 2, 3}}};
  for (int i = 0; i < 1'000; ++i) value["things"].push_back({{"id", std::to_string(i)}});
  const std::size_t whole = json::Dump(value).size();
  EXPECT_EQ(Shortened(value, whole), value);
  const Json shorter = Shortened(value, whole - 1);
  EXPECT_GE(shorter["things"].size(), 990u);
  EXPECT_LT(shorter["things"].size(), 1'000u);
  const Json short_one = Shortened(value, 500);
  EXPECT_LE(json::Dump(short_one).size(), 500u);
  EXPECT_EQ(short_one["things"][0], (Json{{"id", "0"}}));
  EXPECT_EQ(short_one["few"], value["few"]);
  EXPECT_EQ(Shortened({{"text", std::string(1'000, 'x')}}, 500), Json::object());
}

ToolResult Read(const Operation& operation, HttpResponse answer, AnswerLimits limits = {}) {
  return ReadAnswer(answer, "https://host.example/a", PlanAnswer(operation, PlanInput(operation)),
                    limits);
}

TEST(OutputSchema, EverySuccessFitsWhatIsPublished) {
  const Operation operation = Listing("get", Answer(kThings, kExample));
  const HttpHeaders json_type = {{"Content-Type", "application/json"}};
  for (const HttpResponse& answer : {
           HttpResponse{200, json_type, R"({"things":[{"id":"t-1"}],"total":1})"},
           HttpResponse{200, json_type, R"({"things":{"id":"t-1"},"total":null})"},
           HttpResponse{200, json_type, "[1]"},
           HttpResponse{200, json_type, "{oops"},
           HttpResponse{200, {}, "plain words"},
           HttpResponse{200, {{"Content-Type", "application/xml"}}, "<R><total>1</total></R>"},
           HttpResponse{200, {{"Content-Type", "audio/mpeg"}}, "\xff\xfb"},
           HttpResponse{204, {{"Location", "https://host.example/a/1"}}, ""},
           HttpResponse{303, {{"Location", "https://other.example/file"}}, ""},
       }) {
    const ToolResult result = Read(operation, answer);
    EXPECT_FALSE(result.is_error) << answer.body;
    ASSERT_TRUE(result.structured.has_value()) << answer.body;
    EXPECT_TRUE(Fits(operation.output_schema, *result.structured)) << result.structured->dump();
  }
  EXPECT_FALSE(Read(operation, {404, json_type, "{}"}).structured.has_value());
}

TEST(OutputSchema, ACutResultSaysInItsStructureHowToGetTheRest) {
  const Operation operation = Listing("get", Answer(kThings, kExample));
  Json body = {{"things", Json::array()}, {"total", 500}};
  for (int i = 0; i < 500; ++i) body["things"].push_back({{"id", "t-" + std::to_string(i)}});
  const ToolResult result =
      Read(operation, {200, {{"Content-Type", "application/json"}}, body.dump()},
           {.max_text_bytes = 1'000});
  ASSERT_TRUE(result.structured.has_value());
  EXPECT_TRUE(Fits(operation.output_schema, *result.structured));
  EXPECT_EQ((*result.structured)["things"][0]["id"], "t-0");
  EXPECT_LT((*result.structured)["things"].size(), 100u);
  EXPECT_EQ((*result.structured)["_cut"], "Lists are shortened here. Go on with page. ");
  EXPECT_THAT(result.content[0].text, HasSubstr("[cut: "));
}

}  // namespace
}  // namespace bw::tool_service
