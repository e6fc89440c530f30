// The inspector, as a person would point it at the product: over HTTP and stdio, in both eras, with
// its strict look at schemas.
#include <fstream>
#include <iostream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/conformance/node_packages.h"
#include "tests/e2e/stack.h"
#include "tests/support/child_process.h"

namespace bw::conformance {
namespace {

using json::Json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::chrono::seconds kLimit{60};
constexpr const char* kToken = "token-of-the-inspector-test";

struct Way {
  const char* name;
  const char* era;
  bool over_stdio;
};

class InspectorTest : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    const std::string missing = MissingPackages();
    if (!missing.empty()) {
      std::cout << "BW_TEST_SKIPPED inspector_test: " << missing << "\n";
      GTEST_SKIP() << missing;
    }
    auto started = e2e::Stack::Start({.form = e2e::Form::kStandalone, .mcp_token = kToken});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    stack_ = *std::move(started);
  }

  // The result of one method; what it printed beside it is in said_.
  Json Inspect(std::vector<std::string> method) {
    const std::string result_file = folder_.path() + "/result.json";
    std::vector<std::string> args{
        PackageFile("@modelcontextprotocol/inspector/clients/launcher/build/index.js"), "--cli",
        "--protocol-era", GetParam().era};
    if (!GetParam().over_stdio) {
      args.insert(args.end(), {stack_->mcp_url(), "--transport", "http", "--header",
                               std::string("Authorization: Bearer ") + kToken});
    }
    args.insert(args.end(), method.begin(), method.end());
    args.insert(args.end(), {"--format", "json", "--output", result_file});
    if (GetParam().over_stdio) {
      // Every tool there is; over HTTP the ones a client gets by default.
      std::vector<std::string> environment = stack_->UpstreamEnvironment();
      environment.push_back("BW_MCP_PROFILE=full");
      for (const std::string& variable : environment) args.insert(args.end(), {"-e", variable});
      args.insert(args.end(),
                  {"--", testing_support::BinaryPath("bandwidth-mcp"), "--transport", "stdio",
                   "--callback-port", "0", "--admin-port=-1", "--data-dir", folder_.path()});
    }
    const auto run = RunNode(args, Environment(), kLimit);
    said_ = run.output;
    EXPECT_EQ(run.exit_code, 0) << said_;
    return ReadResult(result_file);
  }

  std::vector<std::string> Environment() const {
    // It keeps a catalogue of servers; not in anybody's home.
    return {"HOME=" + folder_.path(), "MCP_CATALOG_PATH=" + folder_.path() + "/mcp.json"};
  }

  static Json ReadResult(const std::string& file) {
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
    return json::Parse(text).value_or(Json::object());
  }

  static std::vector<std::string> Names(const Json& result, const char* list, const char* member) {
    std::vector<std::string> names;
    if (const Json* entries = json::FindArray(result, list)) {
      for (const Json& entry : *entries) names.push_back(json::StringOr(entry, member));
    }
    return names;
  }

  testing_support::TemporaryFolder folder_;
  std::unique_ptr<e2e::Stack> stack_;
  std::string said_;
};

TEST_P(InspectorTest, FindsNothingInTheToolsSchemas) {
  const Json result = Inspect({"--method", "tools/list", "--strict"});
  EXPECT_THAT(Names(result, "tools", "name"), Contains("createCall")) << said_;
  EXPECT_THAT(said_, Not(HasSubstr("Warning: ")));
  EXPECT_THAT(said_, Not(HasSubstr("Error: ")));
}

TEST_P(InspectorTest, ListsResourcesAndPrompts) {
  EXPECT_THAT(Names(Inspect({"--method", "resources/list"}), "resources", "uri"),
              Contains("resource://config"));
  EXPECT_THAT(Names(Inspect({"--method", "prompts/list"}), "prompts", "name"), Not(IsEmpty()));
}

TEST_P(InspectorTest, CallsATool) {
  const Json result = Inspect({"--method", "tools/call", "--tool-name", "generateBXML",
                               "--tool-args-json", R"({"verbs":[{"verb":"Hangup"}]})"});
  EXPECT_THAT(json::Dump(result), HasSubstr("Hangup"));
  EXPECT_EQ(result.value("isError", false), false);
}

INSTANTIATE_TEST_SUITE_P(Ways, InspectorTest,
                         testing::Values(Way{"HttpLegacy", "legacy", false},
                                         Way{"HttpModern", "modern", false},
                                         Way{"StdioLegacy", "legacy", true},
                                         Way{"StdioModern", "modern", true}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace bw::conformance
