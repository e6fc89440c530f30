// The images as they are deployed: built, started with the sandbox, used by an agent, stopped. It
// takes minutes and a Docker engine, so it runs only when asked for:
//   BW_TEST_IMAGES=build     docker builds the images first
//   BW_TEST_IMAGES=prebuilt  they are there already
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/deploy/command.h"
#include "tests/deploy/deployment_files.h"
#include "tests/e2e/conversation.h"
#include "tests/e2e/mcp_client.h"

namespace bw::deploy {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

constexpr long kMaxImageBytes = 120'000'000;
const std::string kToken = "0123456789abcdef0123456789abcdef";
const std::string kUser = "10001:10001";

std::string Image(const std::string& component) { return "bandwidth-mcp/" + component + ":0.1.0"; }

class ImagesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* asked = std::getenv("BW_TEST_IMAGES");
    const std::string mode = asked == nullptr ? "" : asked;
    if (mode != "build" && mode != "prebuilt") {
      reason_ = "BW_TEST_IMAGES is not set (build or prebuilt): images take minutes to build";
    } else if (!HasDockerCompose()) {
      reason_ = "docker compose is not installed";
    } else if (RunCommand("docker", {"info"}).exit_code != 0) {
      reason_ = "no Docker engine answers";
    }
    if (!reason_.empty()) return;
    if (mode == "build") Build();
    const CommandResult up =
        Compose({"up", "-d", "--wait", "--wait-timeout", "180", "--no-build", "--pull", "never"});
    if (up.exit_code != 0) failure_ = up.output + Compose({"logs", "--tail", "40"}).output;
  }

  static void TearDownTestSuite() {
    if (!reason_.empty()) return;
    EXPECT_EQ(Compose({"down", "-v", "-t", "40"}).exit_code, 0);
  }

  void SetUp() override {
    if (!reason_.empty()) {
      std::cout << "BW_TEST_SKIPPED: " << reason_ << "\n";
      GTEST_SKIP();
    }
    ASSERT_EQ(failure_, "");
  }

  static void Build() {
    const CommandResult standalone =
        RunCommand("docker",
                   {"build", "-f", Root() + "/deploy/docker/Dockerfile", "--target", "standalone",
                    "-t", Image("standalone"), Root()},
                   {"DOCKER_BUILDKIT=1"}, minutes(60));
    const CommandResult rest = Compose({"build"});
    if (standalone.exit_code != 0) failure_ += standalone.output;
    if (rest.exit_code != 0) failure_ += rest.output;
  }

  // A project of its own on free ports, so that a running system is left alone.
  static CommandResult Compose(const std::vector<std::string>& command) {
    std::vector<std::string> args{"compose",
                                  "--env-file",
                                  "/dev/null",
                                  "-p",
                                  "bandwidth-mcp-test",
                                  "-f",
                                  Root() + "/deploy/compose/compose.yaml",
                                  "--profile",
                                  "sandbox"};
    args.insert(args.end(), command.begin(), command.end());
    return RunCommand("docker", args,
                      {"BW_MCP_AUTH_TOKEN=" + kToken, "BW_MCP_PUBLISH=127.0.0.1:0",
                       "BW_CALLBACK_PUBLISH=127.0.0.1:0", "BW_SANDBOX_PUBLISH=127.0.0.1:0",
                       "BW_SANDBOX_TIME_SCALE=0.05"},
                      minutes(60));
  }

  // "http://127.0.0.1:49153" for a published port of a service.
  static std::string Url(const std::string& service, const std::string& port) {
    std::string published = Compose({"port", service, port}).output;
    return "http://" + published.substr(0, published.find_last_not_of("\r\n") + 1);
  }

  static e2e::Endpoints Published(const std::string& token = kToken) {
    return {Url("gateway", "8080") + "/mcp", token, Url("sandbox", "8090")};
  }

  static void ExpectConversation() {
    const e2e::Report report = e2e::HoldConversation(Published());
    EXPECT_TRUE(report.problems.empty())
        << e2e::Render(report) << Compose({"logs", "--tail", "20"}).output;
  }

  static std::string reason_;
  static std::string failure_;
};

std::string ImagesTest::reason_;
std::string ImagesTest::failure_;

TEST_F(ImagesTest, AreSmallAndRunAsANumericUser) {
  for (const Component& component : Components()) {
    const std::string image = Image(component.name);
    const CommandResult inspected =
        RunCommand("docker", {"image", "inspect", "-f", "{{.Size}} {{.Config.User}}", image});
    ASSERT_EQ(inspected.exit_code, 0) << inspected.output;
    const long size = std::stol(inspected.output);
    std::cout << image << ": " << size / 1'000'000 << " MB\n";
    EXPECT_LT(size, kMaxImageBytes) << image;
    EXPECT_THAT(inspected.output, HasSubstr(" " + kUser)) << image;
  }
}

TEST_F(ImagesTest, AnAgentHoldsAConversationThroughThePublishedPort) { ExpectConversation(); }

TEST_F(ImagesTest, WithoutTheTokenNobodyIsServed) {
  const e2e::Endpoints endpoints = Published("not-the-token-at-all");
  e2e::McpClient stranger(endpoints.mcp_url, endpoints.mcp_token);
  EXPECT_FALSE(stranger.Request("tools/list", json::Json::object()).ok());
}

TEST_F(ImagesTest, AKilledEventStoreComesBackWithWhatItKnew) {
  ExpectConversation();
  e2e::McpClient agent(Published().mcp_url, kToken);
  const json::Json everything = {{"after_seq", 0}, {"limit", 200}};
  const auto before = agent.CallTool("getCallbackEvents", everything);
  ASSERT_TRUE(before.ok()) << ToString(before.status());
  const json::Json* events = json::FindArray(before->structured, "events");
  ASSERT_TRUE(events != nullptr && !events->empty()) << before->text;
  ASSERT_EQ(Compose({"kill", "event-store"}).exit_code, 0);
  const CommandResult up =
      Compose({"up", "-d", "--wait", "--wait-timeout", "60", "--no-build", "--pull", "never"});
  ASSERT_EQ(up.exit_code, 0) << up.output;
  const auto after = agent.CallTool("getCallbackEvents", everything);
  ASSERT_TRUE(after.ok()) << ToString(after.status());
  EXPECT_EQ(after->structured, before->structured);
  ExpectConversation();
}

TEST_F(ImagesTest, StoppingIsOrderlyAndInTime) {
  ASSERT_EQ(Compose({"stop", "-t", "40"}).exit_code, 0);
  for (const Component& component : Components()) {
    if (!component.in_compose) continue;
    const CommandResult state =
        Compose({"ps", "-a", "--format", "{{.Service}} {{.ExitCode}}", component.name});
    EXPECT_THAT(state.output, HasSubstr(component.name + " 0")) << state.output;
  }
}

}  // namespace
}  // namespace bw::deploy
