// The compose file as Docker Compose sees it; no daemon is needed.
#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deploy/command.h"
#include "tests/deploy/deployment_files.h"

namespace bw::deploy {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kToken = "BW_MCP_AUTH_TOKEN=0123456789abcdef0123456789abcdef";

class ComposeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (HasDockerCompose()) return;
    std::cout << "BW_TEST_SKIPPED: docker compose is not installed\n";
    GTEST_SKIP();
  }

  // The resolved file. --env-file /dev/null: somebody's own .env must not decide.
  static CommandResult Config(const std::vector<std::string>& environment) {
    return RunCommand("docker",
                      {"compose", "--env-file", "/dev/null", "-f",
                       Root() + "/deploy/compose/compose.yaml", "--profile", "sandbox", "config"},
                      environment);
  }
};

TEST_F(ComposeTest, WithoutATokenNothingIsPublished) {
  const CommandResult result = Config({});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("BW_MCP_AUTH_TOKEN"));
}

TEST_F(ComposeTest, WithoutCredentialsEverythingPointsAtTheSandbox) {
  const CommandResult result = Config({kToken});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("BW_CLIENT_ID: sandbox-client"));
  for (const auto& [name, url] : EnvFile("deploy/compose/sandbox.env")) {
    EXPECT_THAT(result.output, HasSubstr(name + ": " + url));
  }
}

TEST_F(ComposeTest, WithCredentialsNothingOfTheSandboxIsLeft) {
  const CommandResult result =
      Config({kToken, "BW_CLIENT_ID=mine", "BW_CLIENT_SECRET=secret", "BW_ACCOUNT_ID=1234567"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("BW_CLIENT_ID: mine"));
  for (const auto& [name, url] : EnvFile("deploy/compose/sandbox.env")) {
    EXPECT_THAT(result.output, Not(HasSubstr(name + ":")));
  }
  EXPECT_THAT(result.output, Not(HasSubstr("sandbox-")));
}

TEST_F(ComposeTest, TheLegacyUserAndAuthoritiesReachTheToolService) {
  const CommandResult plain = Config({kToken});
  ASSERT_EQ(plain.exit_code, 0) << plain.output;
  EXPECT_THAT(plain.output, HasSubstr("BW_CA_FILE: \"\""));
  const CommandResult result = Config(
      {kToken, "BW_USERNAME=legacy", "BW_PASSWORD=pw", "BW_CA_FILE=/etc/ssl/our-authorities.pem"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  for (const char* text :
       {"BW_USERNAME: legacy", "BW_PASSWORD: pw", "BW_CA_FILE: /run/bandwidth-mcp-ca.pem",
        "source: /etc/ssl/our-authorities.pem"}) {
    EXPECT_THAT(result.output, HasSubstr(text));
  }
}

TEST_F(ComposeTest, PublishedPortsAreOnLoopbackUnlessSaidOtherwise) {
  const CommandResult result = Config({kToken});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  std::size_t published = 0;
  std::size_t on_loopback = 0;
  for (const std::string& line : Lines(result.output)) {
    published += line.find("published: ") != std::string::npos ? 1 : 0;
    on_loopback += line.find("host_ip: 127.0.0.1") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(published, 0u);
  EXPECT_EQ(on_loopback, published);
}

}  // namespace
}  // namespace bw::deploy
