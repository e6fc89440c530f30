#include "tool-service/upstream/host_table.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

HostTable Make(std::string_view environment, const HostOverrides& overrides = {}) {
  StatusOr<HostTable> table = HostTable::Make(environment, overrides);
  EXPECT_TRUE(table.ok()) << ToString(table.status());
  return *table;
}

TEST(HostTable, ProductionIsTheDefault) {
  for (const char* name : {"", "prod", " PROD "}) {
    const HostTable table = Make(name);
    const auto route = table.Resolve("https://voice.bandwidth.com/api/v2/x?y=1");
    EXPECT_EQ(route.url, "https://voice.bandwidth.com/api/v2/x?y=1");
    EXPECT_TRUE(route.is_known);
    EXPECT_EQ(table.TokenUrl(), "https://api.bandwidth.com/api/v1/oauth2/token");
  }
}

TEST(HostTable, TestAndUatAreOne) {
  for (const char* name : {"test", "UAT"}) {
    const HostTable table = Make(name);
    EXPECT_EQ(table.Resolve("https://voice.bandwidth.com/a").url,
              "https://test.voice.bandwidth.com/a");
    EXPECT_EQ(table.Resolve("https://messaging.bandwidth.com/a").url,
              "https://messaging.bandwidth.com/a");
    EXPECT_EQ(table.Resolve("https://dashboard.bandwidth.com/api/v2").url,
              "https://test.api.bandwidth.com/api/v2");
    EXPECT_EQ(table.TokenUrl(), "https://test.api.bandwidth.com/api/v1/oauth2/token");
  }
}

TEST(HostTable, AnUnknownEnvironmentIsAnError) {
  for (const char* name : {"production", "staging", "prod test", "0"}) {
    const auto table = HostTable::Make(name, {});
    EXPECT_EQ(table.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(Message(table.status()).find("BW_ENVIRONMENT"), std::string_view::npos);
  }
}

TEST(HostTable, ATokenStaysInItsEnvironment) {
  const auto problem = [](const HostTable& table, const char* host) {
    return !table.Resolve(std::string("https://") + host + ".bandwidth.com/x")
                .token_problem.empty();
  };
  for (const char* host : {"api", "voice", "messaging", "mfa", "insights", "dashboard"}) {
    EXPECT_FALSE(problem(Make("prod"), host)) << host;
  }
  for (const char* host : {"api", "voice", "dashboard"}) {
    EXPECT_FALSE(problem(Make("test"), host)) << host;
  }
  HostOverrides stand_ins;
  stand_ins.messaging_url = "http://127.0.0.1:8080";
  for (const char* host : {"messaging", "mfa", "insights"}) {
    EXPECT_TRUE(problem(Make("test"), host)) << host;
  }
  EXPECT_FALSE(problem(Make("test", stand_ins), "messaging"));
  EXPECT_TRUE(problem(Make("test", stand_ins), "mfa"));
  // Where the token is made decides, not the name of the environment.
  HostOverrides production_tokens;
  production_tokens.api_url = "https://api.bandwidth.com/";
  EXPECT_FALSE(problem(Make("test", production_tokens), "messaging"));
  EXPECT_TRUE(problem(Make("test", production_tokens), "voice"));
  HostOverrides own_tokens;
  own_tokens.api_url = "http://127.0.0.1:8080";
  EXPECT_FALSE(problem(Make("test", own_tokens), "messaging"));
}

TEST(HostTable, OnlyMfaPrefersAPassword) {
  const HostTable table = Make("");
  for (const char* host : {"api", "voice", "messaging", "insights", "dashboard", "mfa"}) {
    const auto route = table.Resolve(std::string("https://") + host + ".bandwidth.com/x");
    EXPECT_EQ(route.prefers_password, std::string_view(host) == "mfa") << host;
  }
  HostOverrides overrides;
  overrides.mfa_url = overrides.api_url = "http://127.0.0.1:8080";
  const HostTable moved = Make("", overrides);
  EXPECT_TRUE(moved.Resolve("https://mfa.bandwidth.com/x").prefers_password);
  EXPECT_FALSE(moved.Resolve("https://api.bandwidth.com/x").prefers_password);
  EXPECT_FALSE(moved.Resolve("http://127.0.0.1:8080/x").prefers_password);
}

TEST(HostTable, OverridesWinAndMoveTheTokenUrl) {
  HostOverrides overrides;
  overrides.api_url = "http://127.0.0.1:8080/base//";
  overrides.mfa_url = "http://sandbox:1";
  const HostTable table = Make("test", overrides);
  EXPECT_EQ(table.TokenUrl(), "http://127.0.0.1:8080/base/api/v1/oauth2/token");
  EXPECT_EQ(table.Resolve("https://api.bandwidth.com/v2/x").url, "http://127.0.0.1:8080/base/v2/x");
  EXPECT_EQ(table.Resolve("https://dashboard.bandwidth.com/api/v2").url,
            "http://127.0.0.1:8080/base/api/v2");
  EXPECT_EQ(table.Resolve("https://mfa.bandwidth.com/x").url, "http://sandbox:1/x");
  const auto configured = table.Resolve("http://127.0.0.1:8080/base/v2/y");
  EXPECT_TRUE(configured.is_known);
  EXPECT_EQ(configured.url, "http://127.0.0.1:8080/base/v2/y");
}

TEST(HostTable, BadOverridesNameTheirVariable) {
  for (const char* url :
       {"voice.example", "ftp://x", "http://", "http://u:p@h", "http://h/?q", "/x"}) {
    HostOverrides overrides;
    overrides.insights_url = url;
    const auto table = HostTable::Make("", overrides);
    ASSERT_EQ(table.status().code(), StatusCode::kInvalidArgument) << url;
    EXPECT_NE(Message(table.status()).find("BW_INSIGHTS_URL"), std::string_view::npos);
  }
}

TEST(HostTable, OtherHostsAreLeftAloneAndUnknown) {
  const HostTable table = Make("test");
  for (const char* url : {"https://example.com/a", "https://api.bandwidth.com.evil.example/a",
                          "https://api.bandwidth.com@evil.example/a",
                          "https://api.bandwidth.com:444/a", "http://api.bandwidth.com/a",
                          "https://xapi.bandwidth.com/", "https://api.bandwidth.com#x"}) {
    const auto route = table.Resolve(url);
    EXPECT_EQ(route.url, url);
    EXPECT_FALSE(route.is_known) << url;
  }
}

}  // namespace
}  // namespace bw::tool_service
