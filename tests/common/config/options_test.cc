#include "common/config/options.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Sample {
  std::string host = "127.0.0.1";
  int port = 8080;
  bool verbose = false;
  std::string transport = "http";
  std::vector<std::string> origins;
  Secret token;
};

StatusOr<std::optional<std::string>> Load(Sample* sample, const Environment& environment,
                                          std::vector<std::string> args) {
  Options options("bw-sample", "A sample.");
  options.Text({"--host", "BW_HOST", "Address"}, &sample->host)
      .Int({"--port", "BW_PORT", "Port"}, {0, 65535}, &sample->port)
      .Bool({"--verbose", "BW_VERBOSE", "Say more"}, &sample->verbose)
      .Choice({"--transport", "BW_TRANSPORT", "http or stdio"}, {"http", "stdio"},
              &sample->transport)
      .List({"--origins", "BW_ORIGINS", "Allowed origins"}, &sample->origins)
      .Hidden({"", "BW_TOKEN", "Bearer token"}, &sample->token);
  return options.Parse(environment, args);
}

TEST(Options, FlagBeatsEnvironmentBeatsDefault) {
  Sample sample;
  const Environment environment(
      Environment::Variables{{"BW_PORT", "9000"}, {"BW_HOST", "0.0.0.0"}, {"BW_TOKEN", "t"}});
  ASSERT_TRUE(Load(&sample, environment, {"--port", "9001"}).ok());
  EXPECT_EQ(sample.port, 9001);
  EXPECT_EQ(sample.host, "0.0.0.0");
  EXPECT_EQ(sample.transport, "http");
  EXPECT_EQ(sample.token.Reveal(), "t");
}

TEST(Options, AnEmptyVariableIsNotConfigured) {
  Sample sample;
  ASSERT_TRUE(Load(&sample, Environment(Environment::Variables{{"BW_PORT", ""}}), {}).ok());
  EXPECT_EQ(sample.port, 8080);
}

TEST(Options, BoolFlagsNeedNoValue) {
  Sample sample;
  ASSERT_TRUE(Load(&sample, {}, {"--verbose", "--host", "h"}).ok());
  EXPECT_TRUE(sample.verbose);
  EXPECT_EQ(sample.host, "h");
  ASSERT_TRUE(Load(&sample, {}, {"--verbose=false"}).ok());
  EXPECT_FALSE(sample.verbose);
}

TEST(Options, ListsAreTrimmed) {
  Sample sample;
  ASSERT_TRUE(
      Load(&sample, Environment(Environment::Variables{{"BW_ORIGINS", " a , b,,c "}}), {}).ok());
  EXPECT_THAT(sample.origins, ElementsAre("a", "b", "c"));
}

TEST(Options, EveryProblemIsReportedAtOnce) {
  Sample sample;
  const auto outcome =
      Load(&sample, Environment(Environment::Variables{{"BW_VERBOSE", "maybe"}}),
           {"--port", "65536", "--transport=carrier-pigeon", "--colour", "--host"});
  ASSERT_FALSE(outcome.ok());
  const std::string message(Message(outcome.status()));
  EXPECT_THAT(message, HasSubstr("--port: '65536' is not a whole number from 0 to 65535"));
  EXPECT_THAT(message, HasSubstr("--transport: 'carrier-pigeon' is not one of http, stdio"));
  EXPECT_THAT(message, HasSubstr("BW_VERBOSE: 'maybe' is not true or false"));
  EXPECT_THAT(message, HasSubstr("unknown argument '--colour'"));
  EXPECT_THAT(message, HasSubstr("--host: a value is missing"));
}

TEST(Options, NegativeAndBoundaryNumbers) {
  Sample sample;
  EXPECT_TRUE(Load(&sample, {}, {"--port=65535"}).ok());
  EXPECT_TRUE(Load(&sample, {}, {"--port=0"}).ok());
  EXPECT_FALSE(Load(&sample, {}, {"--port=-1"}).ok());
  EXPECT_FALSE(Load(&sample, {}, {"--port=1x"}).ok());
}

TEST(Options, HelpNamesFlagsVariablesAndDefaultsButNoSecrets) {
  Sample sample;
  sample.token = Secret("hunter2");
  const auto outcome = Load(&sample, {}, {"--help"});
  ASSERT_TRUE(outcome.ok() && outcome->has_value());
  EXPECT_THAT(**outcome, HasSubstr("--port"));
  EXPECT_THAT(**outcome, HasSubstr("BW_PORT"));
  EXPECT_THAT(**outcome, HasSubstr("[8080]"));
  EXPECT_THAT(**outcome, HasSubstr("Environment only:\n  BW_TOKEN\n"));
  EXPECT_THAT(**outcome, testing::Not(HasSubstr("hunter2")));
}

TEST(Options, VersionIsPrinted) {
  Sample sample;
  const auto outcome = Load(&sample, {}, {"--version"});
  ASSERT_TRUE(outcome.ok() && outcome->has_value());
  EXPECT_THAT(**outcome, HasSubstr("bw-sample "));
}

TEST(Secret, PrintsStars) {
  std::ostringstream out;
  out << Secret("hunter2") << "|" << Secret();
  EXPECT_EQ(out.str(), "***|");
}

}  // namespace
}  // namespace bw::config
