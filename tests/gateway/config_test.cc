#include "gateway/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

using ::testing::HasSubstr;

StatusOr<Config> Load(std::map<std::string, std::string, std::less<>> environment,
                      std::vector<std::string> args = {}) {
  BW_ASSIGN_OR_RETURN(auto outcome, LoadConfig(config::Environment(std::move(environment)), args));
  return std::move(outcome.config);
}

std::string ErrorOf(const StatusOr<Config>& config) {
  return std::string(bw::Message(config.status()));
}

TEST(GatewayConfig, HasDefaults) {
  const auto config = Load({});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->transport, "http");
  EXPECT_EQ(config->host, "127.0.0.1");
  EXPECT_EQ(config->port, 8080);
  EXPECT_EQ(config->tool_service_address, "127.0.0.1:50052");
  EXPECT_EQ(config->event_store_address, "127.0.0.1:50051");
  EXPECT_EQ(config->admin_port, 9101);
  EXPECT_EQ(config->max_body_bytes, 4 << 20);
}

TEST(GatewayConfig, FlagsBeatTheEnvironment) {
  const auto config = Load({{"BW_MCP_PORT", "1"},
                            {"BW_MCP_ALLOWED_ORIGINS", "https://a.example.com, b.example.com"},
                            {"BW_TOOL_SERVICE_ADDRESS", "tools:50052"}},
                           {"--port", "2", "--transport=stdio", "--event-store", "store:1"});
  ASSERT_TRUE(config.ok()) << ToString(config.status());
  EXPECT_EQ(config->port, 2);
  EXPECT_EQ(config->transport, "stdio");
  EXPECT_EQ(config->tool_service_address, "tools:50052");
  EXPECT_EQ(config->event_store_address, "store:1");
  EXPECT_EQ(config->allowed_origins,
            (std::vector<std::string>{"https://a.example.com", "b.example.com"}));
}

TEST(GatewayConfig, EveryProblemIsReported) {
  const auto config = Load({{"BW_MCP_TRANSPORT", "carrier-pigeon"}, {"BW_MCP_AUTH_TOKEN", "short"}},
                           {"--port", "70000", "--no-such-flag"});
  EXPECT_EQ(config.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(ErrorOf(config), HasSubstr("carrier-pigeon"));
  EXPECT_THAT(ErrorOf(config), HasSubstr("70000"));
  EXPECT_THAT(ErrorOf(config), HasSubstr("BW_MCP_AUTH_TOKEN"));
  EXPECT_THAT(ErrorOf(config), HasSubstr("--no-such-flag"));
}

TEST(GatewayConfig, BeyondLoopbackAuthenticationIsRequired) {
  for (const char* host : {"0.0.0.0", "::", "192.168.1.1", "127.evil.example.com"}) {
    const auto refused = Load({{"BW_MCP_HOST", host}});
    EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument) << host;
    for (const char* way : {"BW_MCP_AUTH_TOKEN", "BW_MCP_TOKENS_FILE", "BW_MCP_OAUTH_ISSUER",
                            "--allow-unauthenticated"}) {
      EXPECT_THAT(ErrorOf(refused), HasSubstr(way));
    }
    EXPECT_TRUE(Load({{"BW_MCP_HOST", host}, {"BW_MCP_AUTH_TOKEN", "0123456789abcdef"}}).ok());
    EXPECT_TRUE(Load({{"BW_MCP_HOST", host}, {"BW_MCP_TOKENS_FILE", "/x"}}).ok());
    EXPECT_TRUE(Load({{"BW_MCP_HOST", host},
                      {"BW_MCP_OAUTH_ISSUER", "https://as.example.com"},
                      {"BW_MCP_RESOURCE_URL", "https://mcp.example.com/mcp"}})
                    .ok());
    EXPECT_TRUE(Load({{"BW_MCP_HOST", host}}, {"--allow-unauthenticated"}).ok());
    EXPECT_TRUE(Load({{"BW_MCP_HOST", host}, {"BW_MCP_TRANSPORT", "stdio"}}).ok());
  }
  EXPECT_TRUE(Load({{"BW_MCP_HOST", "localhost"}}).ok());
}

TEST(GatewayConfig, OauthIsWholeOrRefused) {
  const auto with = [](std::map<std::string, std::string, std::less<>> more) {
    more.emplace("BW_MCP_OAUTH_ISSUER", "https://as.example.com/tenant/");
    more.emplace("BW_MCP_RESOURCE_URL", "https://mcp.example.com/mcp");
    return Load(std::move(more));
  };
  EXPECT_TRUE(with({}).ok());
  EXPECT_TRUE(with({{"BW_MCP_OAUTH_JWKS_URL", "https://as.example.com/keys"},
                    {"BW_MCP_OAUTH_SCOPE_PREFIX", "https://mcp.example.com/"},
                    {"BW_MCP_OAUTH_TENANT_CLAIM", "org"}})
                  .ok());
  EXPECT_TRUE(with({{"BW_MCP_OAUTH_ISSUER", "http://127.0.0.1:5"}}).ok());
  EXPECT_THAT(ErrorOf(Load({{"BW_MCP_OAUTH_ISSUER", "https://as.example.com"}})),
              HasSubstr("BW_MCP_RESOURCE_URL"));
  const struct {
    const char* variable;
    const char* value;
  } kWrong[] = {{"BW_MCP_OAUTH_ISSUER", "http://as.example.com"},
                {"BW_MCP_OAUTH_ISSUER", "as.example.com"},
                {"BW_MCP_OAUTH_JWKS_URL", "http://as.example.com/keys"},
                {"BW_MCP_RESOURCE_URL", "https://mcp.example.com/mcp/"},
                {"BW_MCP_RESOURCE_URL", "https://mcp.example.com/mcp#x"},
                {"BW_MCP_OAUTH_SCOPE_PREFIX", "b w"}};
  for (const auto& [variable, value] : kWrong) {
    EXPECT_THAT(ErrorOf(with({{variable, value}})), HasSubstr(variable)) << value;
  }
  for (const char* variable : {"BW_MCP_OAUTH_TENANT_CLAIM", "BW_MCP_OAUTH_SCOPE_PREFIX",
                               "BW_MCP_RESOURCE_URL", "BW_MCP_OAUTH_JWKS_URL"}) {
    EXPECT_THAT(ErrorOf(Load({{variable, "https://x"}})), HasSubstr(variable));
  }
}

TEST(GatewayConfig, TokensHaveALeastLength) {
  EXPECT_TRUE(Load({{"BW_MCP_AUTH_TOKEN", std::string(kMinTokenBytes, 't')}}).ok());
  const auto refused = Load({{"BW_MCP_AUTH_TOKEN", std::string(kMinTokenBytes - 1, 't')}});
  EXPECT_THAT(ErrorOf(refused), HasSubstr("BW_MCP_AUTH_TOKEN"));
  EXPECT_EQ(ErrorOf(refused).find(std::string(kMinTokenBytes - 1, 't')), std::string::npos);
}

}  // namespace
}  // namespace bw::gateway
