#include "tool-service/openapi/input_plan.h"

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"

namespace bw::tool_service {
namespace {

using json::Json;
using Place = ArgumentBinding::Place;

const ArgumentBinding* Find(const InputPlan& plan, const std::string& argument) {
  for (const ArgumentBinding& binding : plan.bindings) {
    if (binding.argument == argument) return &binding;
  }
  return nullptr;
}

TEST(PlanInput, ParametersAndBodyMembersAreFlat) {
  const InputPlan plan = PlanInput(LoadOne(R"(
  /a/{accountId}:
    post:
      parameters: [{name: q, in: query, schema: {type: integer}, description: How many}]
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [to],
          properties: {to: {type: string}, tag: {type: string}}}}}
)"));
  EXPECT_EQ(plan.schema, Json::parse(R"({"type":"object","additionalProperties":false,
      "required":["accountId","to"],"properties":{
      "accountId":{"type":"string","description":"Account id"},
      "q":{"type":"integer","description":"How many"},
      "to":{"type":"string"},"tag":{"type":"string"}}})"));
  EXPECT_EQ(Find(plan, "to")->place, Place::kBodyMember);
  EXPECT_EQ(Find(plan, "q")->place, Place::kQuery);
}

TEST(PlanInput, NothingOfAnOptionalBodyIsRequired) {
  const InputPlan plan = PlanInput(LoadOne(R"(
  /a:
    post:
      requestBody:
        content: {application/json: {schema: {type: object, required: [to], properties: {to: {}}}}}
)"));
  EXPECT_FALSE(plan.schema.contains("required"));
}

TEST(PlanInput, ClashingNamesArePrefixed) {
  const InputPlan plan = PlanInput(LoadOne(R"(
  /a/{id}:
    post:
      parameters: [{name: id, in: query, schema: {type: string}}, {name: id, in: header, schema: {type: string}}]
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {id: {}, query_id: {}}}}}
)"));
  std::vector<std::pair<std::string, Place>> got;
  for (const ArgumentBinding& binding : plan.bindings) {
    got.emplace_back(binding.argument, binding.place);
    EXPECT_TRUE(plan.schema["properties"].contains(binding.argument));
  }
  EXPECT_EQ(got, (std::vector<std::pair<std::string, Place>>{{"id", Place::kQuery},
                                                             {"header_id", Place::kHeader},
                                                             {"path_id", Place::kPath},
                                                             {"body_id", Place::kBodyMember},
                                                             {"query_id", Place::kBodyMember}}));
}

TEST(PlanInput, NamesFitWhatClientsAccept) {
  const InputPlan plan = PlanInput(LoadOne(
      "  /a:\n    get:\n      parameters: [{name: 'fields{contains}', in: query, schema: {}}]\n"));
  EXPECT_EQ(plan.bindings[0].argument, "fields_contains_");
  EXPECT_EQ(plan.bindings[0].wire_name, "fields{contains}");
}

TEST(PlanInput, BodiesThatAreNoPlainObjectsStayWhole) {
  for (const char* schema :
       {"{type: array, items: {}}", "{oneOf: [{type: object}, {type: string}]}",
        "{type: object, properties: {a: {}}, anyOf: [{required: [a]}, {required: [b]}]}", "{}"}) {
    const InputPlan plan = PlanInput(
        LoadOne("  /a:\n    post:\n      requestBody:\n        required: true\n        content: "
                "{application/json: {schema: " +
                std::string(schema) + "}}\n"));
    ASSERT_EQ(plan.bindings.size(), 1u) << schema;
    EXPECT_EQ(plan.bindings[0].place, Place::kBody);
    EXPECT_EQ(plan.schema["type"], "object");
    EXPECT_FALSE(plan.schema.contains("oneOf"));
    EXPECT_EQ(plan.schema["required"], Json::parse(R"(["body"])"));
  }
}

TEST(PlanInput, TextAndBinaryBodies) {
  const InputPlan xml =
      PlanInput(LoadOne("  /a:\n    put:\n      requestBody:\n        required: true\n        "
                        "content: {application/xml: {schema: {type: object}}}\n"));
  EXPECT_EQ(xml.schema["properties"]["body"]["type"], "string");
  EXPECT_EQ(xml.bindings.size(), 1u);
  const InputPlan media =
      PlanInput(LoadOne("  /a:\n    put:\n      requestBody:\n        required: true\n        "
                        "content: {image/png: {}, image/gif: {}}\n"));
  EXPECT_EQ(media.schema["properties"]["body"]["contentEncoding"], "base64");
  EXPECT_EQ(media.schema["properties"]["content_type"]["enum"],
            Json::parse(R"(["image/gif","image/png"])"));
  // A file on the caller's machine can take the place of the bytes.
  EXPECT_EQ(media.schema["required"], Json::parse(R"(["content_type"])"));
  EXPECT_TRUE(media.schema["properties"].contains("body_path"));
  EXPECT_EQ(media.bindings.back().place, Place::kLocalFile);
  EXPECT_EQ(media.bindings.back().wire_name, "body");
}

TEST(PlanInput, FilesCanBeNamedForWhatIsEncodedAndForWhatComesBack) {
  const InputPlan form = PlanInput(
      LoadOne("  /a:\n    post:\n      requestBody:\n        content: {multipart/form-data: "
              "{schema: {type: object, properties: {file: {type: string, format: binary}, "
              "note: {type: string}}}}}\n"));
  EXPECT_TRUE(form.schema["properties"].contains("file_path"));
  EXPECT_FALSE(form.schema["properties"].contains("note_path"));
  struct Case {
    const char* type;
    bool saved;
  };
  for (const Case& row :
       {Case{"audio/mpeg", true}, Case{"application/zip", true}, Case{"application/json", false},
        Case{"application/xml", false}, Case{"text/csv", false}, Case{"'*/*'", false}}) {
    const InputPlan plan = PlanInput(LoadOne("  /a: {get: {responses: {'200': {content: {" +
                                             std::string(row.type) + ": {}}}}}}\n"));
    EXPECT_EQ(plan.schema["properties"].contains("save_to"), row.saved) << row.type;
  }
}

TEST(PlanInput, NoInputIsAnEmptyClosedObject) {
  EXPECT_EQ(PlanInput(LoadOne("  /a: {get: {}}\n")).schema,
            Json::parse(R"({"type":"object","properties":{},"additionalProperties":false})"));
}

}  // namespace
}  // namespace bw::tool_service
