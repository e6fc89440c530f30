// The official MCP clients from npm against our binaries, over HTTP and stdio. `./dev test`
// installs them where it can; without node or without them the tests say that they were skipped,
// and why.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/e2e/stack.h"
#include "tests/support/child_process.h"

namespace bw::e2e {
namespace {

using json::Json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ChildProcess;

std::string ClientsFolder() {
  const char* folder = std::getenv("BW_MCP_CLIENTS_DIR");
  return folder == nullptr ? "" : folder;
}

std::string NodePath() {
  for (const char* path : {"/usr/local/bin/node", "/usr/bin/node"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return "";
}

// Why the clients cannot run here; empty when they can.
std::string Missing() {
  if (NodePath().empty()) return "node is not installed";
  if (!std::filesystem::exists(ClientsFolder() + "/node_modules/@modelcontextprotocol/client")) {
    return "the MCP clients are not installed (npm ci in tests/e2e/mcp-clients)";
  }
  return "";
}

class McpClientsTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string missing = Missing();
    if (!missing.empty()) {
      std::cout << "BW_TEST_SKIPPED mcp_clients_test: " << missing << "\n";
      GTEST_SKIP() << missing;
    }
    auto started = Stack::Start({.form = Form::kStandalone, .mcp_token = "token-of-the-test"});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    stack_ = *std::move(started);
  }

  // What drive.mjs printed.
  Json Drive(std::vector<std::string> args, std::vector<std::string> environment = {}) {
    args.insert(args.begin(), {ClientsFolder() + "/drive.mjs", GetParam()});
    auto process = ChildProcess::Start({.program = NodePath(),
                                        .args = args,
                                        .environment = std::move(environment),
                                        .pipe_stdio = true});
    if (!process.ok()) {
      ADD_FAILURE() << ToString(process.status());
      return Json::object();
    }
    const auto line = (*process)->ReadLine(std::chrono::seconds(60));
    if (!line.ok()) {
      ADD_FAILURE() << ToString(line.status()) << "\n" << (*process)->Log();
      return Json::object();
    }
    return json::Parse(*line).value_or(Json::object());
  }

  void ExpectAWorkingServer(const Json& seen) {
    const std::string mode = GetParam();
    EXPECT_EQ(seen.value("era", ""), mode == "auto" || mode == "pin" ? "modern" : "legacy");
    EXPECT_EQ(seen.value("instructions", false), true);
    EXPECT_THAT(seen.value("tools", std::vector<std::string>()), Contains("createCall"));
    EXPECT_THAT(seen.value("built", ""), HasSubstr("Fish &amp; chips"));
    EXPECT_EQ(seen.value("refused", false), true);
    EXPECT_THAT(seen.value("resources", std::vector<std::string>()), Contains("resource://config"));
    EXPECT_EQ(seen.value("config", 0), 1);
    EXPECT_THAT(seen.value("prompts", std::vector<std::string>()), Contains("make_call"));
    EXPECT_THAT(seen.value("prompt", ""), HasSubstr("The shop is open until nine."));
    EXPECT_THAT(seen.value("locales", std::vector<std::string>()), ElementsAre("en_US", "en_UK"));
    EXPECT_THAT(seen.value("numbers", std::vector<std::string>()), Contains("+15550100001"))
        << "who has just written";
    EXPECT_EQ(seen.value("updated", ""), "bandwidth://messages/inbound");
    EXPECT_THAT(seen.value("inbound", ""), HasSubstr("text-1"));
  }

  std::unique_ptr<Stack> stack_;
};

TEST_P(McpClientsTest, OverHttp) {
  ExpectAWorkingServer(
      Drive({"http", stack_->mcp_url(), "token-of-the-test", stack_->callback_url()}));
}

TEST_P(McpClientsTest, OverStdio) {
  testing_support::TemporaryFolder folder;
  ExpectAWorkingServer(
      Drive({"stdio", testing_support::BinaryPath("bandwidth-mcp"), "--transport", "stdio",
             "--callback-port", "0", "--admin-port=-1", "--data-dir", folder.path()},
            stack_->UpstreamEnvironment()));
}

INSTANTIATE_TEST_SUITE_P(Modes, McpClientsTest, testing::Values("sdk1", "legacy", "auto", "pin"));

}  // namespace
}  // namespace bw::e2e
