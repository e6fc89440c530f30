// The golden files say what clients see; the specification's schemas say what they may see.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/support/mcp_schema.h"

namespace bw::gateway {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing_support::McpSchema;

// "tools_call.2026-07-28.json" holds a result of tools/call.
const std::map<std::string, std::string>& Methods() {
  static const std::map<std::string, std::string> methods{
      {"completion_complete", "completion/complete"},
      {"discover", "server/discover"},
      {"initialize", "initialize"},
      {"prompts_get", "prompts/get"},
      {"prompts_list", "prompts/list"},
      {"resource_templates_list", "resources/templates/list"},
      {"resources_list", "resources/list"},
      {"resources_read", "resources/read"},
      {"tools_call", "tools/call"},
      {"tools_call_error", "tools/call"},
      {"tools_call_input_required", "tools/call"},
      {"tools_list", "tools/list"},
  };
  return methods;
}

TEST(GoldenSchema, EveryGoldenResultKeepsTheSchemaOfItsRevision) {
  int checked = 0;
  for (const auto& entry : fs::directory_iterator("tests/gateway/golden")) {
    if (entry.path().extension() != ".json") continue;
    const fs::path stem = entry.path().stem();
    const auto method = Methods().find(stem.stem().string());
    ASSERT_NE(method, Methods().end()) << entry.path() << ": of which method is it?";
    const McpSchema* schema = McpSchema::Find(stem.extension().string().substr(1));
    ASSERT_NE(schema, nullptr) << entry.path() << ": of which revision is it?";
    std::ifstream file(entry.path());
    const auto result = json::Parse(std::string(std::istreambuf_iterator<char>(file), {}));
    ASSERT_TRUE(result.ok()) << entry.path();
    EXPECT_THAT(schema->Check({{"jsonrpc", "2.0"}, {"id", 1}, {"result", *result}}, method->second),
                IsEmpty())
        << entry.path();
    ++checked;
  }
  EXPECT_GT(checked, 30);
}

}  // namespace
}  // namespace bw::gateway
