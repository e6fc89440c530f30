#include "callback-service/config.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::callback_service {
namespace {

using testing::HasSubstr;

StatusOr<Config> Load(std::map<std::string, std::string, std::less<>> variables,
                      const std::vector<std::string>& args = {}) {
  auto outcome = LoadConfig(config::Environment(std::move(variables)), args);
  if (!outcome.ok()) return outcome.status();
  return outcome->config;
}

TEST(Config, HasTheAgreedDefaults) {
  const StatusOr<Config> config = Load({});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->host, "127.0.0.1");
  EXPECT_EQ(config->port, 8081);
  EXPECT_EQ(config->admin_port, 9102);
  EXPECT_EQ(config->event_store_address, "127.0.0.1:50051");
  EXPECT_EQ(config->hold_ms, 4'000);
}

TEST(Config, TakesFlagsBeforeVariables) {
  const StatusOr<Config> config = Load({{"BW_CALLBACK_PORT", "1"},
                                        {"BW_CALLBACK_HOST", "0.0.0.0"},
                                        {"BW_CALLBACK_USERNAME", "u"},
                                        {"BW_CALLBACK_PASSWORD", "p"}},
                                       {"--port", "2"});
  ASSERT_TRUE(config.ok()) << ToString(config.status());
  EXPECT_EQ(config->port, 2);
  EXPECT_EQ(config->host, "0.0.0.0");
  EXPECT_EQ(config->username, "u");
  EXPECT_EQ(config->password.Reveal(), "p");
}

TEST(Config, ReportsEveryProblemAtOnce) {
  const StatusOr<Config> config =
      Load({{"BW_CALLBACK_USERNAME", "a:b"}}, {"--port=99999", "--nonsense", "--hold-ms=19000"});
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.status().code(), StatusCode::kInvalidArgument);
  const std::string problems(Message(config.status()));
  EXPECT_THAT(problems, HasSubstr("--port"));
  EXPECT_THAT(problems, HasSubstr("--nonsense"));
  EXPECT_THAT(problems, HasSubstr("set both or none"));
  EXPECT_THAT(problems, HasSubstr("colon"));
}

TEST(Config, KeepsTheHoldBelowThePlatformsPatience) {
  EXPECT_TRUE(Load({}, {"--hold-ms=3500", "--callback-timeout-ms=5000"}).ok());
  const StatusOr<Config> config = Load({}, {"--hold-ms=3501", "--callback-timeout-ms=5000"});
  EXPECT_THAT(std::string(Message(config.status())), HasSubstr("--callback-timeout-ms"));
}

TEST(PathPrefix, IsTheBaseUrlsPath) {
  EXPECT_EQ(PathPrefix("http://127.0.0.1:8081"), "");
  EXPECT_EQ(PathPrefix("https://h.example/"), "");
  EXPECT_EQ(PathPrefix("https://h.example/bw/"), "/bw");
  EXPECT_EQ(PathPrefix("https://h.example/a/b?x#y"), "/a/b");
  EXPECT_EQ(PathPrefix(""), "");
}

}  // namespace
}  // namespace bw::callback_service
