// Every binary: --help and --version work, and a refused configuration names all its problems,
// exits 2 and opens no port.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/child_process.h"

namespace bw::e2e {
namespace {

using testing::HasSubstr;
using testing_support::ChildProcess;

struct Outcome {
  int exit_code;
  std::string output;
};

Outcome RunProgram(const std::string& program, std::vector<std::string> args,
                   std::vector<std::string> environment = {}) {
  auto process = ChildProcess::Start(
      {.program = program, .args = std::move(args), .environment = std::move(environment)});
  if (!process.ok()) return {-1, ToString(process.status())};
  const auto code = (*process)->WaitForExit(std::chrono::seconds(30));
  return {code.value_or(-1), (*process)->Log()};
}

class CommandLineTest : public testing::TestWithParam<const char*> {};

TEST_P(CommandLineTest, HelpListsFlagsAndVariables) {
  const Outcome outcome = RunProgram(GetParam(), {"--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("--"));
  EXPECT_THAT(outcome.output, HasSubstr("BW_"));
}

TEST_P(CommandLineTest, VersionNamesTheProgram) {
  const Outcome outcome = RunProgram(GetParam(), {"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr(GetParam()));
}

TEST_P(CommandLineTest, AllProblemsAreReportedAtOnce) {
  const Outcome outcome =
      RunProgram(GetParam(), {"--no-such-flag", "--log-level=loud", "--admin-port=99999"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, HasSubstr("--no-such-flag"));
  EXPECT_THAT(outcome.output, HasSubstr("loud"));
  EXPECT_THAT(outcome.output, HasSubstr("admin-port"));
  EXPECT_THAT(outcome.output, testing::Not(HasSubstr("service.ready")));
}

INSTANTIATE_TEST_SUITE_P(Binaries, CommandLineTest,
                         testing::Values("bw-gateway", "bw-tool-service", "bw-callback-service",
                                         "bw-event-store", "bandwidth-mcp", "bw-sandbox"));

std::set<std::string> VariablesIn(const std::string& text) {
  static const std::regex variable("\\bBW_[A-Z0-9_]+");
  return {std::sregex_token_iterator(text.begin(), text.end(), variable),
          std::sregex_token_iterator()};
}

// README's table and the binaries name the same variables.
TEST(Readme, NamesEveryVariableAndNoOther) {
  std::set<std::string> known;
  for (const char* program : {"bw-gateway", "bw-tool-service", "bw-callback-service",
                              "bw-event-store", "bandwidth-mcp", "bw-sandbox"}) {
    known.merge(VariablesIn(RunProgram(program, {"--help"}).output));
  }
  std::ifstream stream(std::string(std::getenv("BW_SOURCE_DIR")) + "/README.md");
  std::set<std::string> named =
      VariablesIn({std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()});
  EXPECT_EQ(named, known);
}

TEST(GatewayCommandLine, BeyondLoopbackATokenIsRequired) {
  const Outcome refused = RunProgram("bw-gateway", {"--host", "0.0.0.0", "--port", "0"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, HasSubstr("BW_MCP_AUTH_TOKEN"));
  const Outcome standalone = RunProgram("bandwidth-mcp", {"--host", "0.0.0.0", "--port", "0"});
  EXPECT_EQ(standalone.exit_code, 2);
  EXPECT_THAT(standalone.output, HasSubstr("BW_MCP_AUTH_TOKEN"));
}

}  // namespace
}  // namespace bw::e2e
