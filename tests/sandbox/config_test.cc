#include "sandbox/config.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

using ::testing::HasSubstr;

StatusOr<config::Outcome<Config>> Load(const std::vector<std::string>& args,
                                       config::Environment::Variables variables = {}) {
  return LoadConfig(config::Environment(std::move(variables)), args);
}

TEST(SandboxConfig, DefaultsNeedNothing) {
  const auto loaded = Load({});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  EXPECT_EQ(loaded->config.port, 8090);
  EXPECT_EQ(loaded->config.time_scale, 1.0);
  EXPECT_EQ(loaded->config.client_secret.Reveal(), "sandbox-secret");
}

TEST(SandboxConfig, FlagsBeatTheEnvironment) {
  const auto loaded = Load({"--port=0", "--time-scale", "0.05", "--callback-base-url",
                            "http://127.0.0.1:9999/", "--allow-http-credentials"},
                           {{"BW_SANDBOX_PORT", "7"},
                            {"BW_SANDBOX_TOKEN_TTL", "2"},
                            {"BW_SANDBOX_NUMBERS", "+15550300001, +15550300002"}});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  EXPECT_EQ(loaded->config.port, 0);
  EXPECT_EQ(loaded->config.token_ttl_s, 2);
  EXPECT_EQ(loaded->config.time_scale, 0.05);
  EXPECT_EQ(loaded->config.callback_base_url, "http://127.0.0.1:9999");
  EXPECT_TRUE(loaded->config.allow_http_credentials);
  EXPECT_EQ(loaded->config.numbers.size(), 2u);
}

TEST(SandboxConfig, ReportsAllProblemsAtOnce) {
  const auto loaded = Load({"--port=70000", "--time-scale=fast", "--callback-base-url=nowhere",
                            "--numbers=5551234", "--callback-username=u", "--bogus"});
  ASSERT_FALSE(loaded.ok());
  const std::string problems(Message(loaded.status()));
  for (const char* part : {"--port", "--time-scale must be", "--callback-base-url must be",
                           "--numbers must hold", "set both or none", "--bogus"}) {
    EXPECT_THAT(problems, HasSubstr(part));
  }
}

}  // namespace
}  // namespace bw::sandbox
