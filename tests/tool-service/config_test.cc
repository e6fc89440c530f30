#include "tool-service/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Variables = std::map<std::string, std::string, std::less<>>;

StatusOr<config::Outcome<Config>> Load(Variables variables, std::vector<std::string> args = {}) {
  return LoadConfig(config::Environment(std::move(variables)), args);
}

TEST(LoadConfig, Defaults) {
  const auto loaded = Load({});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  EXPECT_EQ(loaded->config.listen, "127.0.0.1:50052");
  EXPECT_EQ(loaded->config.profile, "default");
  EXPECT_EQ(loaded->config.base_url, "http://127.0.0.1:8081");
  EXPECT_EQ(loaded->config.admin_port, 9103);
  EXPECT_FALSE(loaded->config.local);
}

TEST(LoadConfig, EnvironmentAndFlags) {
  const auto loaded = Load({{"BW_CLIENT_ID", "id"},
                            {"BW_CLIENT_SECRET", "secret"},
                            {"BW_NUMBER", "+15550100002"},
                            {"BW_ENVIRONMENT", " UAT "},
                            {"BW_MCP_TOOLS", "createCall, listCalls"},
                            {"BW_MCP_PROFILE", "voice"}},
                           {"--profile", "full", "--base-url", "https://calls.example.com"});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  EXPECT_EQ(loaded->config.client_secret.Reveal(), "secret");
  EXPECT_EQ(loaded->config.environment, "uat");
  EXPECT_EQ(loaded->config.profile, "full");
  EXPECT_THAT(loaded->config.tools, ElementsAre("createCall", "listCalls"));
}

TEST(LoadConfig, TheCacheOfDocumentsIsInTheHomeUnlessSetOtherwise) {
  const auto folder = [](Variables variables) {
    const auto loaded = Load(std::move(variables));
    return loaded.ok() ? loaded->config.spec_cache_dir : ToString(loaded.status());
  };
  EXPECT_EQ(folder({{"HOME", "/home/a"}}), "/home/a/.bw-mcp/spec-cache");
  EXPECT_EQ(folder({}), "");
  EXPECT_EQ(folder({{"HOME", "/home/a"}, {"BW_SPEC_CACHE_DIR", "off"}}), "");
  EXPECT_EQ(folder({{"HOME", "/home/a"}, {"BW_SPEC_CACHE_DIR", "/var/cache/x"}}), "/var/cache/x");
}

TEST(LoadConfig, LiveDocumentsComeFromAKnownHostAndAreKept) {
  EXPECT_TRUE(Load({{"HOME", "/h"}, {"BW_SPEC_SOURCE", "live"}}).ok());
  EXPECT_THAT(std::string(Message(Load({{"BW_SPEC_SOURCE", "live"}}).status())),
              HasSubstr("BW_SPEC_CACHE_DIR"));
  EXPECT_THAT(std::string(Message(Load({{"BW_SPEC_URL", "https://evil.example"}}).status())),
              HasSubstr("BW_SPEC_URL must be an https:// URL at dev.bandwidth.com"));
  EXPECT_FALSE(Load({{"BW_SPEC_SOURCE", "elsewhere"}}).ok());
}

TEST(LoadConfig, TheBaseUrlHoldsNoSecret) {
  for (const char* url :
       {"https://user:password@calls.example.com", "https://calls.example.com?k=1",
        "https://calls.example.com#k", "https://", "calls.example.com"}) {
    EXPECT_THAT(std::string(Message(Load({{"BW_MCP_BASE_URL", url}}).status())),
                HasSubstr("BW_MCP_BASE_URL"))
        << url;
  }
}

TEST(LoadConfig, ReportsEveryProblemAtOnce) {
  const auto loaded = Load({{"BW_CLIENT_ID", "id"},
                            {"BW_CALLBACK_PASSWORD", "p"},
                            {"BW_NUMBER", "5550100002"},
                            {"BW_ACCOUNT_ID", "1/2"},
                            {"BW_ENVIRONMENT", "staging"},
                            {"BW_MCP_BASE_URL", "calls.example.com"},
                            {"BW_VOICE_URL", "ftp://x"},
                            {"BW_MCP_TOOLS", std::string(65, 'x')}},
                           {"--profile", "everything", "--nonsense"});
  ASSERT_FALSE(loaded.ok());
  const std::string problems(Message(loaded.status()));
  for (const char* part :
       {"BW_CLIENT_SECRET", "BW_CALLBACK_USERNAME", "BW_NUMBER", "BW_ACCOUNT_ID", "staging",
        "BW_MCP_BASE_URL", "BW_VOICE_URL", "BW_MCP_TOOLS", "everything", "--nonsense"}) {
    EXPECT_THAT(problems, HasSubstr(part));
  }
}

TEST(LoadConfig, ProfilesAreCombinedAndAMistakeIsExplained) {
  EXPECT_TRUE(Load({{"BW_MCP_PROFILE", ""}}).ok());
  const auto combined = Load({{"BW_MCP_PROFILE", "voice"}}, {"--profile", "Messaging, search"});
  ASSERT_TRUE(combined.ok()) << ToString(combined.status());
  EXPECT_EQ(combined->config.profile, "Messaging, search");
  const auto mistaken = Load({{"BW_MCP_PROFILE", "voice,mesaging"}});
  EXPECT_THAT(std::string(Message(mistaken.status())),
              HasSubstr("BW_MCP_PROFILE: there is no profile mesaging; did you mean messaging?"));
}

TEST(LoadConfig, LegacyUserAndAuthorities) {
  const auto loaded = Load({{"BW_USERNAME", "user"}, {"BW_PASSWORD", "p:w"}});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  EXPECT_EQ(loaded->config.username, "user");
  EXPECT_EQ(loaded->config.password.Reveal(), "p:w");
  const auto refused = [](Variables variables) { return ToString(Load(variables).status()); };
  EXPECT_THAT(refused({{"BW_USERNAME", "user"}}), HasSubstr("BW_PASSWORD"));
  EXPECT_THAT(refused({{"BW_PASSWORD", "pw"}}), HasSubstr("BW_USERNAME"));
  EXPECT_THAT(refused({{"BW_USERNAME", "a:b"}, {"BW_PASSWORD", "p"}}), HasSubstr("colon"));
  EXPECT_THAT(refused({{"BW_CA_FILE", "/no/such/file.pem"}}), HasSubstr("BW_CA_FILE"));
  EXPECT_TRUE(Load({{"BW_CA_FILE", "/dev/null"}}).ok());
}

TEST(LoadConfig, LimitsOfTheWayToTheApis) {
  struct Case {
    const char* variable;
    const char* least;
    const char* below;
    const char* most;
    const char* above;
  };
  for (const Case& row :
       {Case{"BW_TOOL_SERVICE_UPSTREAM_ATTEMPTS", "1", "0", "10", "11"},
        Case{"BW_TOOL_SERVICE_MAX_REDIRECTS", "0", "-1", "20", "21"},
        Case{"BW_TOOL_SERVICE_BREAKER_FAILURES", "0", "-1", "1000", "1001"},
        Case{"BW_TOOL_SERVICE_BREAKER_PAUSE_MS", "100", "99", "60000", "60001"},
        Case{"BW_TOOL_SERVICE_MAX_ANSWER_BYTES", "65536", "65535", "1073741824", "1073741825"}}) {
    EXPECT_TRUE(Load({{row.variable, row.least}}).ok()) << row.variable;
    EXPECT_TRUE(Load({{row.variable, row.most}}).ok()) << row.variable;
    EXPECT_FALSE(Load({{row.variable, row.below}}).ok()) << row.variable;
    EXPECT_FALSE(Load({{row.variable, row.above}}).ok()) << row.variable;
  }
}

TEST(LoadConfig, NumbersAndUrlsAtTheirLimits) {
  struct Case {
    const char* variable;
    std::string value;
    bool accepted;
  };
  for (const Case& row :
       {Case{"BW_NUMBER", "+12", true}, Case{"BW_NUMBER", "+1", false},
        Case{"BW_NUMBER", "+123456789012345", true}, Case{"BW_NUMBER", "+1234567890123456", false},
        Case{"BW_NUMBER", "+05550100002", false}, Case{"BW_ACCOUNT_ID", std::string(64, '1'), true},
        Case{"BW_ACCOUNT_ID", std::string(65, '1'), false},
        Case{"BW_MCP_BASE_URL", "https://a", true}, Case{"BW_MCP_BASE_URL", "https://", false},
        Case{"BW_MCP_BASE_URL", "https://a?b=c", false},
        Case{"BW_MCP_BASE_URL", "https://" + std::string(1'016, 'a'), true},
        Case{"BW_MCP_BASE_URL", "https://" + std::string(1'017, 'a'), false}}) {
    EXPECT_EQ(Load({{row.variable, row.value}}).ok(), row.accepted)
        << row.variable << "=" << row.value;
  }
}

TEST(LoadConfig, HelpNeverShowsASecret) {
  const auto loaded =
      Load({{"BW_CLIENT_ID", "id"}, {"BW_CLIENT_SECRET", "top-secret"}}, {"--help"});
  ASSERT_TRUE(loaded.ok());
  ASSERT_TRUE(loaded->text_to_print.has_value());
  EXPECT_THAT(*loaded->text_to_print, testing::Not(HasSubstr("top-secret")));
}

}  // namespace
}  // namespace bw::tool_service
