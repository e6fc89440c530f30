// Our own OpenAPI documents: every operation becomes a valid tool, and every example is valid.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "common/clock/clock.h"
#include "tests/tool-service/fakes.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

using json::Json;

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

// Replaces every local reference; our documents hold no cycles.
Json Resolve(const Json& value, const Json& root) {
  if (value.is_object() && value.contains("$ref")) {
    const std::string reference = value["$ref"];
    return Resolve(root.at(Json::json_pointer(reference.substr(1))), root);
  }
  if (!value.is_structured()) return value;
  Json resolved = value;
  for (auto& item : resolved) item = Resolve(item, root);
  return resolved;
}

struct OperationInDocument {
  std::string document;
  std::string method;
  std::string path;
  Json operation;
  Json path_parameters;
};

class SpecsTest : public testing::Test {
 protected:
  SpecsTest() {
    const auto paths = ListDocuments(SourceFolder() + "/specs");
    EXPECT_TRUE(paths.ok()) << ToString(paths.status());
    const OperationToolPorts ports = {&http, &defaults, &clock};
    loaded = LoadTools(*paths, ports);
    for (const std::string& path : *paths) {
      const Json root = ToJson(YAML::LoadFile(path));
      const Json resolved = Resolve(root["paths"], root);
      for (const auto& [url, item] : resolved.items()) {
        for (const auto& [method, operation] : item.items()) {
          if (method == "parameters") continue;
          operations[operation["operationId"]] = {path, method, url, operation,
                                                  item.value("parameters", Json::array())};
        }
      }
    }
  }

  FakeHttpClient http;
  NoDefaults defaults;
  FakeClock clock;
  LoadedTools loaded;
  std::map<std::string, OperationInDocument> operations;
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

TEST_F(SpecsTest, EverySummaryIsShortAndEveryDescriptionThere) {
  for (const auto& [id, entry] : operations) {
    const std::string summary = entry.operation.value("summary", "");
    EXPECT_FALSE(summary.empty()) << id;
    EXPECT_LE(summary.size(), 60u) << id;
    EXPECT_FALSE(entry.operation.value("description", "").empty()) << id;
    EXPECT_LE(entry.operation["description"].get<std::string>().size(), 600u) << id;
  }
}

// The arguments that the examples of parameters and body make together.
Json ExampleArguments(const OperationInDocument& entry) {
  Json arguments = Json::object();
  for (const Json& parameters :
       {entry.path_parameters, entry.operation.value("parameters", Json::array())}) {
    for (const Json& parameter : parameters) {
      if (parameter.contains("example")) arguments[parameter["name"]] = parameter["example"];
    }
  }
  if (!entry.operation.contains("requestBody")) return arguments;
  const Json& content = entry.operation["requestBody"]["content"];
  const Json& media = content.front();
  if (!media.contains("example")) {
    arguments["body"] = "aGVsbG8=";  // binary, of any type
    arguments["content_type"] = content.items().begin().key();
  } else if (media["example"].is_object()) {
    arguments.update(media["example"]);
  } else {
    arguments["body"] = media["example"];
  }
  return arguments;
}

TEST_F(SpecsTest, TheExamplesAreValidArguments) {
  for (const auto& tool : loaded.tools) {
    const ToolDefinition& definition = tool->definition();
    const Json arguments = ExampleArguments(operations[definition.name]);
    const Status status = ArgumentValidator(definition.input_schema).Check(arguments);
    EXPECT_TRUE(status.ok()) << definition.name << ": " << Message(status) << "\n"
                             << arguments.dump();
  }
}

TEST_F(SpecsTest, TheExamplesMakeOneRequestToTheDocumentsServer) {
  for (const auto& tool : loaded.tools) {
    const OperationInDocument& entry = operations[tool->definition().name];
    http.requests.clear();
    http.script = {Answer(204, "")};
    const ToolResult result = tool_service::Run(*tool, ExampleArguments(entry));
    EXPECT_FALSE(result.is_error) << tool->definition().name << ": " << TextOf(result);
    ASSERT_EQ(http.requests.size(), 1u) << tool->definition().name;
    std::string method = entry.method;
    std::transform(method.begin(), method.end(), method.begin(), ::toupper);
    EXPECT_EQ(http.requests[0].method, method);
    EXPECT_TRUE(http.requests[0].url.starts_with(tool->operation().server + "/"));
  }
}

TEST_F(SpecsTest, TheExamplesOfBodiesAndAnswersFitTheirSchemas) {
  int checked = 0;
  const auto check = [&checked](const std::string& what, const Json& content) {
    for (const auto& [type, media] : content.items()) {
      if (!media.contains("example")) continue;
      // Arrays and text are checked as a member, the validator takes objects.
      const Json schema = {{"type", "object"}, {"properties", {{"value", media["schema"]}}}};
      const Status status = ArgumentValidator(schema).Check({{"value", media["example"]}});
      EXPECT_TRUE(status.ok()) << what << ": " << Message(status);
      ++checked;
    }
  };
  for (const auto& [id, entry] : operations) {
    if (entry.operation.contains("requestBody")) {
      check(id, entry.operation["requestBody"]["content"]);
    }
    for (const auto& [code, response] : entry.operation["responses"].items()) {
      check(id + " " + code, response.value("content", Json::object()));
    }
  }
  EXPECT_GE(checked, 40);
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

}  // namespace
}  // namespace bw::tool_service
