// Dockerfile, compose file and chart against the binaries: a variable that no process reads, or a
// port that is not the one it listens on, is found here and not by whoever deploys.
#include <algorithm>
#include <chrono>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/process/process.h"
#include "tests/deploy/command.h"
#include "tests/deploy/deployment_files.h"
#include "tests/support/child_process.h"

namespace bw::deploy {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

constexpr const char* kChart = "deploy/helm/bandwidth-mcp/";

std::string Template(const std::string& name) {
  return ReadFile(kChart + ("templates/" + name + ".yaml"));
}

// The first number after `key` in `text`; -1 when there is none.
int NumberAfter(const std::string& text, const std::string& key) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(key + "\\D{0,3}(\\d+)")) ? std::stoi(match[1])
                                                                            : -1;
}

class SettingsTest : public testing::Test {
 protected:
  // What each binary's --help lists. The standalone process hands the environment to all four
  // services, so it knows their variables too.
  static void SetUpTestSuite() {
    for (const Component& component : Components()) {
      const CommandResult help =
          RunCommand(testing_support::BinaryPath(component.binary), {"--help"});
      ASSERT_EQ(help.exit_code, 0) << component.binary << ": " << help.output;
      known_[component.name] = ParseHelp(help.output);
    }
    for (const char* service : {"gateway", "callback-service", "tool-service", "event-store"}) {
      known_["standalone"].insert(known_[service].begin(), known_[service].end());
    }
  }

  // Expects every name to be one that the component reads; `where` names the file in the message.
  static void ExpectKnown(const std::set<std::string>& names, const std::string& component,
                          const std::string& where) {
    for (const std::string& name : names) {
      EXPECT_TRUE(known_[component].contains(name))
          << where << " sets " << name << " for " << component << ", whose --help does not list it";
    }
  }

  static std::set<std::string> NamesOf(const Settings& settings) {
    std::set<std::string> names;
    for (const auto& [name, value] : settings) names.insert(name);
    return names;
  }

  static std::map<std::string, Settings> known_;
};

std::map<std::string, Settings> SettingsTest::known_;

TEST_F(SettingsTest, ImagesSetOnlyVariablesThatTheirProgramReads) {
  for (const Component& component : Components()) {
    const Settings environment = DockerfileEnvironment(component.name);
    EXPECT_FALSE(environment.empty()) << component.name;
    ExpectKnown(NamesOf(environment), component.name, "the Dockerfile");
  }
}

TEST_F(SettingsTest, ComposeSetsOnlyVariablesThatTheServiceReads) {
  for (const Component& component : Components()) {
    if (!component.in_compose) continue;
    const std::set<std::string> names = ComposeEnvironment(component.name);
    EXPECT_FALSE(names.empty()) << component.name;
    ExpectKnown(names, component.name, "compose.yaml");
  }
  const Settings sandbox = EnvFile("deploy/compose/sandbox.env");
  EXPECT_FALSE(sandbox.empty());
  ExpectKnown(NamesOf(sandbox), "tool-service", "sandbox.env");
}

TEST_F(SettingsTest, TheChartSetsOnlyVariablesThatTheServiceReads) {
  for (const Component& component : Components()) {
    if (!component.in_chart) continue;
    const std::set<std::string> names = VariablesIn(Template(component.name));
    EXPECT_FALSE(names.empty()) << component.name;
    ExpectKnown(names, component.name, "the chart");
  }
  // Webhook credentials are for both ends; _pods.tpl holds nothing else.
  const std::set<std::string> shared =
      VariablesIn(ReadFile(std::string(kChart) + "templates/_pods.tpl"));
  for (const char* component : {"tool-service", "callback-service"}) {
    std::set<std::string> credentials = shared;
    credentials.erase("BW_X");  // the comments' example
    ExpectKnown(credentials, component, "the chart's _pods.tpl");
  }
}

// What an account needs, and what decides on tools, can be set wherever the service is deployed.
TEST_F(SettingsTest, ComposeAndChartTakeWhatAnAccountNeeds) {
  const std::set<std::string> compose = ComposeEnvironment("tool-service");
  std::set<std::string> chart = VariablesIn(Template("tool-service"));
  chart.merge(VariablesIn(ReadFile(std::string(kChart) + "templates/_pods.tpl")));
  for (const char* variable :
       {"BW_CLIENT_ID", "BW_CLIENT_SECRET", "BW_ACCOUNT_ID", "BW_USERNAME", "BW_PASSWORD",
        "BW_CA_FILE", "BW_ENVIRONMENT", "BW_NUMBER", "BW_VOICE_APPLICATION_ID",
        "BW_MESSAGING_APPLICATION_ID", "BW_MCP_PROFILE", "BW_MCP_TOOLS", "BW_MCP_EXCLUDE_TOOLS",
        "BW_MCP_CONFIRM", "BW_MCP_SHOW_ENDPOINT_TOKENS", "BW_MCP_BASE_URL", "BW_CALLBACK_USERNAME",
        "BW_CALLBACK_PASSWORD"}) {
    EXPECT_TRUE(compose.contains(variable)) << "compose.yaml: " << variable;
    EXPECT_TRUE(chart.contains(variable)) << "the chart: " << variable;
  }
}

TEST_F(SettingsTest, TheChartsSecretHoldsOnlyVariablesThatSomeServiceReads) {
  std::set<std::string> all;
  for (const auto& [component, settings] : known_) all.merge(NamesOf(settings));
  const std::set<std::string> secret = VariablesIn(Template("secret"));
  EXPECT_FALSE(secret.empty());
  EXPECT_THAT(all, IsSupersetOf(secret));
}

TEST_F(SettingsTest, PortsAreTheDefaultsOfTheBinaries) {
  for (const Component& component : Components()) {
    const std::string stage = DockerfileStage(component.name);
    const Settings environment = DockerfileEnvironment(component.name);
    for (const std::string& variable : component.port_variables) {
      SCOPED_TRACE(component.name + " " + variable);
      const std::string port = PortOf(known_[component.name][variable]);
      ASSERT_FALSE(port.empty()) << "--help shows no default";
      ASSERT_TRUE(environment.contains(variable)) << "not in the Dockerfile";
      EXPECT_EQ(PortOf(environment.at(variable)), port);
      EXPECT_TRUE(std::regex_search(stage, std::regex("\nEXPOSE [0-9 ]*\\b" + port + "\\b")));
      if (component.in_chart) {
        EXPECT_THAT(Template(component.name), HasSubstr("containerPort: " + port + "}"));
      }
    }
  }
}

TEST_F(SettingsTest, ServicesAndPublishedPortsLeadToThem) {
  const std::string values = ReadFile(std::string(kChart) + "values.yaml");
  const struct {
    const char* component;
    const char* values_key;
    const char* variable;
  } kCases[] = {{"gateway", "\ngateway:", "BW_MCP_PORT"},
                {"callback-service", "\ncallbackService:", "BW_CALLBACK_PORT"}};
  for (const auto& [component, key, variable] : kCases) {
    const std::string port = known_[component][variable];
    const std::string block = values.substr(values.find(key));
    EXPECT_EQ(std::to_string(NumberAfter(block, "port:")), port) << component;
    EXPECT_THAT(ComposeService(component), HasSubstr(":" + port + "\"]")) << component;
  }
  const std::string sandbox = known_["sandbox"]["BW_SANDBOX_PORT"];
  EXPECT_THAT(ComposeService("sandbox"), HasSubstr(":" + sandbox + "\"]"));
  EXPECT_THAT(Template("sandbox"), HasSubstr("port: " + sandbox + "\n"));
  for (const auto& [component, variable] : {std::pair{"event-store", "BW_EVENT_STORE_LISTEN"},
                                            std::pair{"tool-service", "BW_TOOL_SERVICE_LISTEN"}}) {
    EXPECT_THAT(Template(component),
                HasSubstr("port: " + PortOf(known_[component][variable]) + "\n"));
  }
}

TEST_F(SettingsTest, TheEnvExampleExplainsExactlyWhatTheComposeFileTakes) {
  const std::string compose = ReadFile("deploy/compose/compose.yaml");
  static const std::regex kTaken("\\$\\{([A-Z][A-Z0-9_]*)");
  std::set<std::string> taken;
  for (std::sregex_iterator match(compose.begin(), compose.end(), kTaken), end; match != end;
       ++match) {
    taken.insert((*match)[1]);
  }
  const std::string path = "deploy/compose/.env.example";
  EXPECT_EQ(NamesOf(EnvFile(path, /*with_comments=*/true)), taken);
  // A variable without a comment right above it is not explained.
  std::string above;
  for (const std::string& line : Lines(ReadFile(path))) {
    if (std::regex_search(line, std::regex("^(# ?)?[A-Z][A-Z0-9_]*="))) {
      EXPECT_TRUE(above.starts_with("# ")) << line;
    } else {
      above = line;
    }
  }
}

TEST_F(SettingsTest, WhoStopsAProcessWaitsUntilItHasDrained) {
  const auto drain = static_cast<int>(
      std::chrono::duration_cast<std::chrono::seconds>(process::kDrainLimit).count());
  EXPECT_GT(NumberAfter(ReadFile("deploy/compose/compose.yaml"), "stop_grace_period:"), drain);
  const std::string values = ReadFile(std::string(kChart) + "values.yaml");
  EXPECT_GE(NumberAfter(values, "gracePeriodSeconds:"),
            NumberAfter(values, "preStopSeconds:") + drain);
  const std::string checks = ReadFile(std::string(kChart) + "templates/_checks.tpl");
  EXPECT_EQ(NumberAfter(checks, "add \\.Values\\.shutdown\\.preStopSeconds"), drain);
}

TEST_F(SettingsTest, TheVersionIsThatOfTheBinaries) {
  const CommandResult shown = RunCommand(testing_support::BinaryPath("bw-gateway"), {"--version"});
  std::smatch match;
  ASSERT_TRUE(std::regex_search(shown.output, match, std::regex("([0-9]+\\.[0-9]+\\.[0-9]+)")));
  const std::string version = match[1];
  EXPECT_THAT(ReadFile(std::string(kChart) + "Chart.yaml"),
              HasSubstr("appVersion: \"" + version + "\""));
  EXPECT_THAT(ReadFile("deploy/docker/Dockerfile"), HasSubstr("ARG VERSION=" + version + "\n"));
  for (const Component& component : Components()) {
    if (!component.in_compose) continue;
    EXPECT_THAT(ComposeService(component.name), HasSubstr("${BW_VERSION:-" + version + "}"));
  }
}

TEST_F(SettingsTest, TheUserIsTheSameEverywhere) {
  const int user = NumberAfter(ReadFile("deploy/docker/Dockerfile"), "\nUSER");
  EXPECT_GT(user, 0);
  EXPECT_EQ(NumberAfter(ReadFile("deploy/docker/collect-runtime.sh"), "uid="), user);
  const std::string pods = ReadFile(std::string(kChart) + "templates/_pods.tpl");
  for (const char* key : {"runAsUser:", "runAsGroup:", "fsGroup:"}) {
    EXPECT_EQ(NumberAfter(pods, key), user) << key;
  }
}

}  // namespace
}  // namespace bw::deploy
