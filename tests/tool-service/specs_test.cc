// Our own OpenAPI documents: every operation becomes a valid tool, and every example is valid.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "common/clock/clock.h"
#include "common/http/message.h"
#include "tests/tool-service/example_arguments.h"
#include "tests/tool-service/fakes.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/core/api_errors.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/core/reconciliation.h"
#include "tool-service/core/redaction.h"
#include "tool-service/openapi/catalogue_loader.h"
#include "tool-service/openapi/xml_adapter.h"
#include "tool-service/openapi/xml_schema.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kLeastOperations = 200;

std::string SourceFolder() {
  const char* folder = std::getenv("BW_SOURCE_DIR");
  return folder == nullptr ? "." : folder;
}

// YAML as JSON, anchors resolved; plain scalars as YAML's core schema reads them.
Json ToJson(const YAML::Node& node) {
  if (node.IsMap()) {
    Json object = Json::object();
    for (const auto& member : node) object[member.first.Scalar()] = ToJson(member.second);
    return object;
  }
  if (node.IsSequence()) {
    Json array = Json::array();
    for (const auto& item : node) array.push_back(ToJson(item));
    return array;
  }
  if (!node.IsScalar()) return nullptr;
  if (node.Tag() == "!") return node.Scalar();
  const Json value = Json::parse(node.Scalar(), nullptr, false);
  return value.is_discarded() || value.is_structured() ? Json(node.Scalar()) : value;
}

struct Documents {
  explicit Documents(const std::string& folder) {
    const auto listed = ListDocuments(SourceFolder() + folder);
    EXPECT_TRUE(listed.ok()) << ToString(listed.status());
    paths = *listed;
    for (const std::string& path : paths) ReadDocument(path);
  }

  void ReadDocument(const std::string& path) {
    const Json root = ToJson(YAML::LoadFile(path));
    const Json resolved = WithoutReferences(root["paths"], root);
    for (const auto& [url, item] : resolved.items()) {
      for (const auto& [method, operation] : item.items()) {
        if (method == "parameters") continue;
        const std::string id = operation["operationId"];
        const OperationInDocument entry = {path, method, url, operation,
                                           item.value("parameters", Json::array())};
        if (!operations.emplace(id, entry).second) duplicates.push_back(id);
      }
    }
  }

  std::vector<std::string> paths;
  OperationsById operations;
  std::vector<std::string> duplicates;
};

// Read once: resolving every reference takes its time.
const Documents& Read() {
  static const Documents documents("/specs");
  return documents;
}

class SpecsTest : public testing::Test {
 protected:
  SpecsTest() : operations(Read().operations) {
    const OperationToolPorts ports = {&http, &defaults, &clock};
    loaded = LoadTools(Read().paths, ports);
  }

  FakeHttpClient http;
  NoDefaults defaults;
  FakeClock clock;
  LoadedTools loaded;
  OperationsById operations;
};

TEST_F(SpecsTest, EveryOperationBecomesAToolWithoutAComplaint) {
  EXPECT_THAT(loaded.errors, testing::IsEmpty());
  EXPECT_THAT(loaded.warnings, testing::IsEmpty());
  std::set<std::string> names;
  for (const auto& tool : loaded.tools) {
    const ToolDefinition& definition = tool->definition();
    EXPECT_TRUE(names.insert(definition.name).second) << definition.name;
    EXPECT_EQ(operations.count(definition.name), 1u) << definition.name;
    EXPECT_FALSE(definition.description.empty());
    EXPECT_EQ(definition.input_schema["type"], "object");
    EXPECT_TRUE(definition.input_schema.contains("properties"));
    for (const char* composition : {"oneOf", "anyOf", "allOf", "$ref"}) {
      EXPECT_FALSE(definition.input_schema.contains(composition)) << definition.name;
    }
  }
  EXPECT_EQ(names.size(), operations.size());
}

TEST_F(SpecsTest, TheNamesAreTheGoldenOnes) {
  std::ifstream file(SourceFolder() + "/tests/tool-service/golden/spec_tool_names.txt");
  std::set<std::string> golden;
  for (std::string line; std::getline(file, line);) golden.insert(line);
  std::set<std::string> names;
  for (const auto& tool : loaded.tools) names.insert(tool->definition().name);
  EXPECT_EQ(names, golden);
}

TEST_F(SpecsTest, AnArgumentOutsideItsLimitsIsRefusedBeforeAnythingIsSent) {
  struct Case {
    const char* tool;
    const char* argument;
    Json value;
  };
  for (const Case& row :
       {Case{"createCall", "callTimeout", 301}, Case{"createCall", "priority", 0},
        Case{"createMessage", "text", std::string(2'049, 'x')},
        Case{"createMessage", "to", Json::array()}, Case{"listCalls", "pageSize", 10'001},
        Case{"updateCallRecordingState", "state", "stopped"}, Case{"verifyCode", "code", "123"}}) {
    SCOPED_TRACE(row.argument);
    const auto found =
        std::find_if(loaded.tools.begin(), loaded.tools.end(),
                     [&](const auto& tool) { return tool->definition().name == row.tool; });
    ASSERT_NE(found, loaded.tools.end());
    Json arguments = ExampleArguments(operations[row.tool]);
    arguments[row.argument] = row.value;
    http.requests.clear();
    const ToolResult result = tool_service::Run(**found, arguments);
    EXPECT_TRUE(result.is_error);
    EXPECT_THAT(TextOf(result), testing::HasSubstr(row.argument));
    EXPECT_TRUE(http.requests.empty());
  }
}

class AllSpecsTest : public testing::Test {
 protected:
  static const OperationsById& operations() { return Read().operations; }
};

TEST(SpecsTogetherTest, IdsAreUniqueOverAllDocumentsAndThereAreEnough) {
  EXPECT_THAT(Read().duplicates, testing::IsEmpty());
  EXPECT_GE(Read().operations.size(), kLeastOperations);
}

TEST_F(AllSpecsTest, DocumentsLoadWithoutAComplaint) {
  const LoadedTools loaded = LoadTools(Read().paths, {});
  EXPECT_THAT(loaded.errors, testing::IsEmpty());
  EXPECT_THAT(loaded.warnings, testing::IsEmpty());
  EXPECT_EQ(loaded.tools.size(), operations().size());
}

// The path with the examples of its variables, percent-encoded.
std::string FilledIn(const OperationInDocument& entry, const Json& arguments) {
  std::string path = entry.path;
  for (const Json& parameter : entry.Parameters()) {
    const std::string variable = "{" + parameter["name"].get<std::string>() + "}";
    const auto at = path.find(variable);
    if (parameter["in"] != "path" || at == std::string::npos) continue;
    const Json& value = arguments[parameter["name"]];
    path.replace(at, variable.size(),
                 http::PercentEncode(value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return path;
}

// A list that is not there and one without entries look the same in XML.
Json WithoutEmptyLists(Json value) {
  if (!value.is_structured()) return value;
  for (auto item = value.begin(); item != value.end();) {
    *item = WithoutEmptyLists(*item);
    item = item->is_array() && item->empty() ? value.erase(item) : std::next(item);
  }
  return value;
}

// The content type is one that the document declares, and the body says what the example says.
void ExpectTheExamplesBody(const OperationInDocument& entry, const Operation& operation,
                           const HttpRequest& request) {
  const Json content = entry.operation.value("/requestBody/content"_json_pointer, Json::object());
  const std::string sent = HeaderOf(request, "Content-Type");
  const std::string type = sent.substr(0, sent.find(';'));
  if (content.empty()) {
    EXPECT_EQ(sent + request.body, "") << operation.id;
    return;
  }
  ASSERT_TRUE(content.contains(type)) << operation.id << ": " << sent;
  const Json example = content[type].value("example", Json());
  switch (operation.body.kind) {
    case RequestBody::Kind::kJson:
      EXPECT_EQ(Json::parse(request.body), example) << operation.id;
      break;
    case RequestBody::Kind::kXml: {
      const auto root = xml::Parse(request.body);
      ASSERT_TRUE(root.ok()) << operation.id << ": " << request.body;
      const Json schema = content[type]["schema"];
      EXPECT_EQ(root->name, schema["xml"]["name"]);
      EXPECT_EQ(WithoutEmptyLists(JsonFromXml(*root, operation.body.xml_schema)), example)
          << operation.id << ": " << request.body;
      break;
    }
    case RequestBody::Kind::kText:
      EXPECT_EQ(request.body, example.get<std::string>()) << operation.id;
      break;
    case RequestBody::Kind::kBinary:
      EXPECT_EQ(request.body, "hello") << operation.id;
      break;
    case RequestBody::Kind::kMultipart:
    case RequestBody::Kind::kForm:
      for (const auto& [name, member] : example.items()) {
        EXPECT_THAT(request.body, testing::HasSubstr(name)) << operation.id;
      }
      break;
  }
}

TEST_F(AllSpecsTest, TheExamplesAreValidArgumentsAndMakeOneRequestToTheDocumentsServer) {
  FakeHttpClient http;
  NoDefaults defaults;
  FakeClock clock;
  const LoadedTools loaded = LoadTools(Read().paths, {&http, &defaults, &clock});
  for (const auto& tool : loaded.tools) {
    const ToolDefinition& definition = tool->definition();
    const OperationInDocument& entry = operations().at(definition.name);
    const Json arguments = ExampleArguments(entry);
    const Status status = ArgumentValidator(definition.input_schema).Check(arguments);
    EXPECT_TRUE(status.ok()) << definition.name << ": " << Message(status) << "\n"
                             << arguments.dump();
    http.requests.clear();
    http.script = {Answer(204, "")};
    const ToolResult result = tool_service::Run(*tool, arguments);
    EXPECT_FALSE(result.is_error) << definition.name << ": " << TextOf(result);
    ASSERT_EQ(http.requests.size(), 1u) << definition.name;
    std::string method = entry.method;
    std::transform(method.begin(), method.end(), method.begin(), ::toupper);
    EXPECT_EQ(http.requests[0].method, method);
    const std::string url = tool->operation().server + FilledIn(entry, arguments);
    EXPECT_TRUE(http.requests[0].url == url || http.requests[0].url.starts_with(url + "?"))
        << http.requests[0].url << " is not " << url;
    ExpectTheExamplesBody(entry, tool->operation(), http.requests[0]);
  }
}

// What an error result says that the API answered.
Json QuotedAnswer(const ToolResult& result) {
  const std::string text = TextOf(result);
  const std::string_view mark = "The API's answer: ";
  const auto at = text.find(mark);
  return at == std::string::npos ? Json() : Json::parse(text.substr(at + mark.size()));
}

TEST_F(AllSpecsTest, TheExamplesOfXmlAnswersAreWhatTheToolsReturn) {
  FakeHttpClient http;
  NoDefaults defaults;
  FakeClock clock;
  const LoadedTools loaded = LoadTools(Read().paths, {&http, &defaults, &clock});
  for (const auto& tool : loaded.tools) {
    const OperationInDocument& entry = operations().at(tool->definition().name);
    for (const auto& [code, response] : entry.operation["responses"].items()) {
      Json example = response.value("/content/application~1xml/example"_json_pointer, Json());
      if (!code.starts_with('2') || example.is_null()) continue;
      const Json schema = response["content"]["application/xml"]["schema"];
      const auto root = XmlFromJson(example, XmlSchemaOf(Json::object(), schema));
      ASSERT_TRUE(root.ok()) << tool->definition().name << ": " << Message(root.status());
      http.script = {
          Answer(std::stoi(code), xml::Write(*root), {{"Content-Type", "application/xml"}})};
      const ToolResult result = tool_service::Run(*tool, ExampleArguments(entry));
      RedactJson(example);
      // Errors inside a success make it an error, which has no structured content.
      const bool has_errors = !ErrorsInXml(*root).empty();
      EXPECT_EQ(result.is_error, has_errors) << tool->definition().name;
      ASSERT_EQ(result.structured.has_value(), !has_errors) << tool->definition().name;
      EXPECT_EQ(WithoutEmptyLists(has_errors ? QuotedAnswer(result) : *result.structured),
                WithoutEmptyLists(example))
          << tool->definition().name << ": " << xml::Write(*root);
    }
  }
}

TEST_F(AllSpecsTest, WhatIsPublishedOfAnAnswerIsWhatTheToolReturns) {
  constexpr std::size_t kLeastPublished = 30;
  FakeHttpClient http;
  NoDefaults defaults;
  FakeClock clock;
  const LoadedTools loaded = LoadTools(Read().paths, {&http, &defaults, &clock});
  std::size_t published = 0;
  for (const auto& tool : loaded.tools) {
    const ToolDefinition& definition = tool->definition();
    if (!definition.output_schema) continue;
    ++published;
    const OperationInDocument& entry = operations().at(definition.name);
    const Json example =
        entry.operation.at("/responses/200/content/application~1json/example"_json_pointer);
    const ArgumentValidator validator(*definition.output_schema);
    for (const std::string& body : {example.dump(), std::string("[]"), std::string("{}")}) {
      http.script = {Answer(200, body, {{"Content-Type", "application/json"}})};
      const ToolResult result = tool_service::Run(*tool, ExampleArguments(entry));
      ASSERT_TRUE(result.structured.has_value()) << definition.name << ": " << TextOf(result);
      const Status status = validator.Check(*result.structured);
      EXPECT_TRUE(status.ok()) << definition.name << ": " << Message(status);
      EXPECT_TRUE(body != example.dump() || result.structured == example) << definition.name;
    }
  }
  EXPECT_GE(published, kLeastPublished);
}

Json ExampleAnswer(const OperationInDocument& entry) {
  const Json content = entry.operation.value("/responses/200/content"_json_pointer, Json::object());
  return content.empty() ? Json() : content.front().value("example", Json());
}

TEST_F(AllSpecsTest, WhatIsCreatedOnceIsFoundInItsListing) {
  const LoadedTools loaded = LoadTools(Read().paths, {});
  const auto tool = [&](std::string_view name) {
    return *std::find_if(loaded.tools.begin(), loaded.tools.end(),
                         [&](const auto& one) { return one->definition().name == name; });
  };
  for (const LookRow& row : LookRows()) {
    const std::string name(row.tool);
    ASSERT_TRUE(operations().contains(name)) << name;
    ASSERT_TRUE(operations().contains(std::string(row.list_tool))) << row.list_tool;
    LostCall lost{&row, ExampleArguments(operations().at(name)),
                  *ParseIso8601("2026-03-02T10:15:30.000Z"), false};
    const Json question = LookArguments(lost);
    const Status fits =
        ArgumentValidator(tool(row.list_tool)->definition().input_schema).Check(question);
    EXPECT_TRUE(fits.ok()) << name << ": " << Message(fits) << " " << question;
    EXPECT_GT(question.size(), 1u) << name << " asks for everything there is";
    const Json listing = ExampleAnswer(operations().at(std::string(row.list_tool)));
    const std::vector<LookMatch> matches = MatchEntries(lost, listing);
    ASSERT_EQ(matches.size(), 1u) << name << " is not recognised in " << listing;
    lost.sent_ms += 24 * 60 * 60 * 1'000;
    EXPECT_TRUE(MatchEntries(lost, listing).empty()) << name << " was not sent yet then";
    if (row.reference.empty()) continue;
    const Json& properties = tool(name)->definition().input_schema["properties"];
    EXPECT_TRUE(properties.contains(std::string(row.reference))) << name;
    const Json details = ExampleAnswer(operations().at(std::string(row.detail_tool)));
    EXPECT_THAT(details.dump(),
                testing::HasSubstr(lost.arguments[std::string(row.reference)].get<std::string>()))
        << row.detail_tool;
    const Json detail_question = {{std::string(row.detail_argument), matches[0].id},
                                  {"accountId", lost.arguments["accountId"]}};
    const Status detail_fits =
        ArgumentValidator(tool(row.detail_tool)->definition().input_schema).Check(detail_question);
    EXPECT_TRUE(detail_fits.ok()) << name << ": " << Message(detail_fits);
  }
}

TEST_F(AllSpecsTest, EveryOperationSaysWhatItDoesAndAnswers) {
  for (const auto& [id, entry] : operations()) {
    const std::string summary = entry.operation.value("summary", "");
    EXPECT_FALSE(summary.empty()) << id;
    EXPECT_LE(summary.size(), 60u) << id;
    const std::string description = entry.operation.value("description", "");
    EXPECT_FALSE(description.empty()) << id;
    EXPECT_LE(description.size(), 600u) << id;
    EXPECT_FALSE(entry.operation.value("tags", Json::array()).empty()) << id;
    const Json& responses = entry.operation["responses"];
    EXPECT_TRUE(std::any_of(responses.items().begin(), responses.items().end(), [](const auto& r) {
      return r.key().starts_with('2');
    })) << id;
    EXPECT_TRUE(responses.contains("default")) << id;
    for (const Json& parameter : entry.Parameters()) {
      EXPECT_FALSE(parameter.value("description", "").empty()) << id << " " << parameter["name"];
    }
  }
}

// One example against its schema; false when there is none.
bool CheckExample(const std::string& what, const Json& holder) {
  if (!holder.contains("example")) return false;
  // Arrays and text are checked as a member, the validator takes objects.
  const Json schema = {{"type", "object"}, {"properties", {{"value", holder["schema"]}}}};
  const Status status = ArgumentValidator(schema).Check({{"value", holder["example"]}});
  EXPECT_TRUE(status.ok()) << what << ": " << Message(status);
  return true;
}

bool IsBinary(const Json& media) {
  return media["schema"].value("format", "") == "binary" || media["schema"].empty();
}

TEST_F(AllSpecsTest, BodiesAnswersAndPathParametersHaveExamplesThatFitTheirSchemas) {
  for (const auto& [id, entry] : operations()) {
    for (const Json& parameter : entry.Parameters()) {
      const bool has = CheckExample(id + " " + parameter["name"].get<std::string>(), parameter);
      EXPECT_TRUE(has || parameter["in"] != "path") << id << " " << parameter["name"];
    }
    Json contents = {{"body", entry.operation.value("/requestBody/content"_json_pointer, Json())}};
    for (const auto& [code, response] : entry.operation["responses"].items()) {
      if (code.starts_with('2')) contents[code] = response.value("content", Json::object());
    }
    for (const auto& [where, content] : contents.items()) {
      for (const auto& [type, media] : content.items()) {
        const std::string what = id + " " + where + " " + type;
        EXPECT_TRUE(CheckExample(what, media) || IsBinary(media)) << what << " has no example";
      }
    }
  }
}

// What turns JSON into the dashboard's XML and back: names of the root and of the elements of
// wrapped lists; in requests also the order of elements, which a JSON object does not keep.
void CheckXml(const std::string& where, const Json& schema, bool is_request) {
  const Json xml = schema.value("xml", Json::object());
  if (schema.contains("items")) {
    const Json& items = schema["items"];
    EXPECT_TRUE(!xml.value("wrapped", false) || items.contains("/xml/name"_json_pointer)) << where;
    CheckXml(where + "[]", items, is_request);
  }
  if (!schema.contains("properties")) {
    EXPECT_NE(schema.value("type", Json()), "object") << where << " has no declared members";
    return;
  }
  std::vector<std::string> names;
  for (const auto& [name, member] : schema["properties"].items()) {
    names.push_back(name);
    CheckXml(where + "." + name, member, is_request);
  }
  if (is_request && names.size() > 1) {
    EXPECT_THAT(xml.value("x-order", std::vector<std::string>()),
                testing::UnorderedElementsAreArray(names))
        << where;
  }
}

TEST_F(AllSpecsTest, XmlObjectsSayHowTheyAreWritten) {
  for (const auto& [id, entry] : operations()) {
    Json schemas = {
        {"body", entry.operation.value("/requestBody/content/application~1xml/schema"_json_pointer,
                                       Json::object())}};
    for (const auto& [code, response] : entry.operation["responses"].items()) {
      schemas[code] =
          response.value("/content/application~1xml/schema"_json_pointer, Json::object());
    }
    for (const auto& [where, schema] : schemas.items()) {
      if (!schema.contains("properties")) continue;  // none, or text that is sent as it is
      EXPECT_TRUE(schema.contains("/xml/name"_json_pointer)) << id << " " << where;
      CheckXml(id + " " + where, schema, where == "body");
    }
  }
}

}  // namespace
}  // namespace bw::tool_service
