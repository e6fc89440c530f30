// The chart as Helm sees it: it lints, renders in every shape, and refuses what cannot work.
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

class ChartTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!FindProgram("helm").empty()) return;
    std::cout << "BW_TEST_SKIPPED: helm is not installed\n";
    GTEST_SKIP();
  }

  static CommandResult Helm(const std::string& command, const std::string& settings) {
    std::vector<std::string> args{command};
    if (command == "template") args.emplace_back("rel");
    args.push_back(Root() + "/deploy/helm/bandwidth-mcp");
    if (!settings.empty()) args.insert(args.end(), {"--set", settings});
    return RunCommand("helm", args);
  }

  static std::string Rendered(const std::string& settings = "") {
    const CommandResult result = Helm("template", settings);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  }

  static void ExpectRefused(const std::string& settings, const std::string& naming) {
    const CommandResult result = Helm("template", settings);
    EXPECT_NE(result.exit_code, 0) << settings;
    EXPECT_THAT(result.output, HasSubstr(naming));
  }
};

TEST_F(ChartTest, Lints) {
  const CommandResult result = Helm("lint", "");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(ChartTest, FourWorkloadsAndAMadeTokenByDefault) {
  const std::string rendered = Rendered();
  EXPECT_THAT(rendered, HasSubstr("kind: StatefulSet"));
  for (const char* component : {"gateway", "tool-service", "callback-service", "event-store"}) {
    EXPECT_THAT(rendered, HasSubstr("image: bandwidth-mcp/" + std::string(component) + ":"));
  }
  EXPECT_THAT(rendered, Not(HasSubstr("bandwidth-mcp/sandbox:")));
  EXPECT_THAT(rendered, HasSubstr("BW_MCP_AUTH_TOKEN: \""));
  EXPECT_THAT(rendered, Not(HasSubstr("BW_CLIENT_ID")));
}

TEST_F(ChartTest, TheSandboxTakesBandwidthsPlace) {
  const std::string rendered = Rendered("sandbox.enabled=true");
  EXPECT_THAT(rendered, HasSubstr("image: bandwidth-mcp/sandbox:"));
  EXPECT_THAT(rendered, HasSubstr("http://rel-bandwidth-mcp-sandbox."));
  ExpectRefused("sandbox.enabled=true,bandwidth.existingSecret=mine", "exclude each other");
}

TEST_F(ChartTest, SecretsMadeElsewhereAreReferredToAndNotMade) {
  const std::string rendered = Rendered(
      "mcp.existingSecret=one,bandwidth.existingSecret=two,callbacks.existingSecret=three");
  EXPECT_THAT(rendered, Not(HasSubstr("kind: Secret")));
  for (const char* name : {"name: one", "name: two", "name: three"}) {
    EXPECT_THAT(rendered, HasSubstr(name));
  }
}

TEST_F(ChartTest, FurtherTokensAreMountedAndAnAuthorizationServerNamed) {
  EXPECT_THAT(Rendered(), Not(HasSubstr("BW_MCP_TOKENS_FILE")));
  const std::string rendered = Rendered(
      "mcp.tokensSecret=toks,mcp.oauth.issuer=https://as.example.com,"
      "mcp.oauth.resourceUrl=https://mcp.example.com/mcp,mcp.ratePerSecond=1000000");
  EXPECT_THAT(rendered, HasSubstr("secretName: \"toks\""));
  EXPECT_THAT(rendered, HasSubstr("BW_MCP_TOKENS_FILE"));
  EXPECT_THAT(rendered, HasSubstr("https://as.example.com"));
  EXPECT_THAT(rendered, HasSubstr("\"1000000\""));
  ExpectRefused("mcp.oauth.issuer=https://as.example.com", "set both or none");
}

TEST_F(ChartTest, TheLegacyUserAuthoritiesAndShownTokensReachTheToolService) {
  const std::string plain = Rendered();
  for (const char* variable : {"BW_USERNAME", "BW_CA_FILE", "BW_MCP_SHOW_ENDPOINT_TOKENS"}) {
    EXPECT_THAT(plain, Not(HasSubstr(variable)));
  }
  const std::string rendered = Rendered(
      "bandwidth.username=legacy,bandwidth.password=pw,bandwidth.caConfigMap=authorities,"
      "tools.showEndpointTokens=true");
  for (const char* text : {"BW_USERNAME: \"legacy\"", "key: BW_PASSWORD", "name: \"authorities\"",
                           "/etc/bandwidth-mcp/ca/ca.pem", "name: BW_MCP_SHOW_ENDPOINT_TOKENS"}) {
    EXPECT_THAT(rendered, HasSubstr(text));
  }
  const std::string elsewhere = Rendered("bandwidth.userSecret=four");
  EXPECT_THAT(elsewhere, HasSubstr("name: four"));
  EXPECT_THAT(elsewhere, Not(HasSubstr("BW_PASSWORD: ")));
  ExpectRefused("bandwidth.username=legacy", "set both or none");
}

TEST_F(ChartTest, WhatCannotWorkIsRefused) {
  ExpectRefused("bandwidth.clientId=a", "set both or none");
  ExpectRefused("callbacks.username=a", "set both or none");
  ExpectRefused("shutdown.preStopSeconds=11", "gracePeriodSeconds");
  ExpectRefused("mcp.authToken=short", "authToken");
  ExpectRefused("gateway.replicas=many", "replicas");
  ExpectRefused("gatway.replicas=2", "gatway");
}

}  // namespace
}  // namespace bw::deploy
