// The documents as published: arguments made up from each tool's schema become one request that
// matches the operation. A binary of its own, because it is skipped where they are not at hand.
#include <array>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/clock.h"
#include "tests/tool-service/fakes.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr int kMaxDepth = 6;

// One of them fits most schemas, whatever their pattern or format.
constexpr std::array kTexts = {"aGVsbG8=",
                               "+15550100002",
                               "5550100002",
                               "+18005550100",
                               "example.com",
                               "https://example.com/a",
                               "agent@example.com",
                               "7d2c3c1e-0000-4000-8000-000000000001",
                               "2026-03-02T10:15:30Z",
                               "2026-03-02",
                               "USA",
                               "12345",
                               "1234567890123456",
                               "name:asc",
                               "image/png",
                               "1"};

bool Fits(const Json& schema, const Json& value) {
  return ArgumentValidator({{"type", "object"}, {"properties", {{"v", schema}}}})
      .Check({{"v", value}})
      .ok();
}

Json TextFor(const Json& schema) {
  for (const char* text : kTexts) {
    if (Fits(schema, text)) return text;
  }
  return std::string(schema.value("minLength", std::size_t{1}), 'a');
}

Json NumberFor(const Json& schema) {
  for (const char* bound : {"minimum", "maximum", "exclusiveMinimum"}) {
    if (!schema.contains(bound)) continue;
    const Json value = schema[bound];
    return Fits(schema, value) ? value : Json(value.get<double>() + 1);
  }
  return 1;
}

Json ValueFor(const Json& schema, int depth = 0);

Json ObjectFor(const Json& schema, int depth) {
  Json object = Json::object();
  const Json required = schema.value("required", Json::array());
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items()) {
    const bool needed = std::find(required.begin(), required.end(), name) != required.end();
    if (needed || depth < kMaxDepth) object[name] = ValueFor(property, depth + 1);
  }
  return object;
}

Json ValueFor(const Json& schema, int depth) {
  for (const char* given : {"const", "default"}) {
    if (schema.contains(given) && Fits(schema, schema[given])) return schema[given];
  }
  if (schema.contains("enum")) return schema["enum"][0];
  for (const char* keyword : {"anyOf", "oneOf", "allOf"}) {
    if (!schema.contains(keyword)) continue;
    for (const Json& alternative : schema[keyword]) {
      Json value = ValueFor(alternative, depth + 1);
      if (value.is_object() && schema.contains("properties")) {
        value.update(ObjectFor(schema, depth));
      }
      if (Fits(schema, value)) return value;
    }
  }
  const std::string type = schema.value("type", "string");
  if (type == "object") return ObjectFor(schema, depth);
  if (type == "array") {
    const Json item = ValueFor(schema.value("items", Json::object()), depth + 1);
    return Json(std::max<std::size_t>(1, schema.value("minItems", std::size_t{1})), item);
  }
  if (type == "boolean") return true;
  return type == "string" ? TextFor(schema) : NumberFor(schema);
}

// Every property of the input but those that name files.
Json ArgumentsFor(const Json& input) {
  Json arguments = ObjectFor(input, 0);
  for (const auto& [name, property] : input["properties"].items()) {
    if (name == "save_to" || (name.ends_with("_path") &&
                              property.value("description", "").starts_with("Path of a file"))) {
      arguments.erase(name);
    }
  }
  return arguments;
}

std::vector<std::string> Segments(const std::string& path) {
  std::vector<std::string> segments;
  std::istringstream stream(path);
  for (std::string segment; std::getline(stream, segment, '/');) segments.push_back(segment);
  return segments;
}

void ExpectMatches(const HttpRequest& request, const Operation& operation) {
  EXPECT_EQ(request.method, operation.method);
  ASSERT_TRUE(request.url.starts_with(operation.server + "/")) << request.url;
  const std::string path = request.url.substr(operation.server.size());
  const auto sent = Segments(path.substr(0, path.find('?')));
  const auto declared = Segments(operation.path);
  ASSERT_EQ(sent.size(), declared.size()) << request.url;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const bool is_variable = declared[i].find('{') != std::string::npos;
    EXPECT_TRUE(is_variable ? !sent[i].empty() : sent[i] == declared[i]) << request.url;
  }
  for (const Parameter& parameter : operation.parameters) {
    // An exploded object is written as its members.
    if (parameter.place != Parameter::Place::kQuery || !parameter.required ||
        parameter.schema.value("type", "") == "object") {
      continue;
    }
    EXPECT_THAT(request.url, testing::HasSubstr(parameter.name.substr(0, 3))) << parameter.name;
  }
  if (!operation.has_body || request.body.empty()) return;
  const std::string type = HeaderOf(request, "Content-Type");
  EXPECT_TRUE(
      std::any_of(operation.body.content_types.begin(), operation.body.content_types.end(),
                  [&](const std::string& one) { return type.starts_with(one) || one == "*/*"; }))
      << type;
  EXPECT_TRUE(operation.body.kind != RequestBody::Kind::kJson || Json::accept(request.body));
}

TEST(PublishedRequests, ArgumentsMadeUpFromTheSchemaBecomeTheOperationsRequest) {
  const char* directory = std::getenv("BW_REAL_SPECS_DIR");
  if (directory == nullptr) {
    std::cout
        << "BW_TEST_SKIPPED: BW_REAL_SPECS_DIR does not name a folder of published documents\n";
    GTEST_SKIP();
  }
  const auto paths = ListDocuments(directory);
  ASSERT_TRUE(paths.ok()) << ToString(paths.status());
  FakeHttpClient http;
  NoDefaults defaults;
  FakeClock clock;
  const LoadedTools loaded = LoadTools(*paths, {&http, &defaults, &clock});
  ASSERT_FALSE(loaded.tools.empty());
  for (const auto& tool : loaded.tools) {
    SCOPED_TRACE(tool->definition().name);
    const Json arguments = ArgumentsFor(tool->definition().input_schema);
    http.requests.clear();
    http.script = {Answer(204)};
    const ToolResult result = tool_service::Run(*tool, arguments);
    EXPECT_FALSE(result.is_error) << TextOf(result) << "\n" << arguments.dump();
    ASSERT_EQ(http.requests.size(), 1u);
    ExpectMatches(http.requests[0], tool->operation());
  }
}

}  // namespace
}  // namespace bw::tool_service
