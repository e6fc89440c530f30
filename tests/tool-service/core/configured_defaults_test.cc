#include "tool-service/core/configured_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

ServerFacts Facts() {
  ServerFacts facts;
  facts.number = "+15550100002";
  facts.voice_application_id = "voice-app";
  facts.messaging_application_id = "messaging-app";
  facts.callbacks = CallbackUrls("https://calls.example.com");
  return facts;
}

Json SchemaOf(std::vector<std::string> properties) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  for (const std::string& name : properties) schema["properties"][name] = Json::object();
  return schema;
}

const Json& CallSchema() {
  static const Json schema = SchemaOf({"accountId", "to", "from", "applicationId", "answerUrl",
                                       "disconnectUrl", "username", "password"});
  return schema;
}

class ConfiguredDefaultsTest : public testing::Test {
 protected:
  StatusOr<Json> Fill(std::string_view tool, const Json& schema, Json arguments) {
    ConfiguredDefaults defaults(facts, callback_credentials, credentials, tokens);
    StatusOr<Json> outcome = Internal("not answered");
    defaults.Fill(tool, schema, std::move(arguments), {},
                  [&outcome](StatusOr<Json> filled) { outcome = std::move(filled); });
    return outcome;
  }

  ServerFacts facts = Facts();
  CallbackCredentials callback_credentials = {"hook", "secret"};
  CredentialStore credentials;
  FakeTokens tokens;
};

TEST_F(ConfiguredDefaultsTest, FillsInACall) {
  tokens.token = TokenFor({"9900000"});
  const auto filled = Fill("createCall", CallSchema(), {{"to", "+15550100001"}});
  ASSERT_TRUE(filled.ok()) << ToString(filled.status());
  EXPECT_EQ(*filled,
            (Json{{"to", "+15550100001"},
                  {"accountId", "9900000"},
                  {"from", "+15550100002"},
                  {"applicationId", "voice-app"},
                  {"answerUrl", "https://calls.example.com/callbacks/voice/answer"},
                  {"disconnectUrl", "https://calls.example.com/callbacks/voice/disconnect"},
                  {"username", "hook"},
                  {"password", "secret"}}));
}

TEST_F(ConfiguredDefaultsTest, UsesTheApplicationOfTheFamily) {
  tokens.token = TokenFor({"9900000"});
  const Json schema = SchemaOf({"applicationId", "from"});
  EXPECT_EQ((*Fill("createMessage", schema, Json::object()))["applicationId"], "messaging-app");
  EXPECT_EQ((*Fill("generateVoiceCode", schema, Json::object()))["applicationId"], "voice-app");
  EXPECT_EQ((*Fill("generateMessagingCode", schema, Json::object()))["applicationId"],
            "messaging-app");
  EXPECT_EQ(*Fill("listCalls", schema, Json::object()), Json::object());
}

TEST_F(ConfiguredDefaultsTest, AnExplicitArgumentWins) {
  tokens.token = TokenFor({"9900000", "9900001"});
  const Json given = {
      {"accountId", "9900001"}, {"from", "+15550100009"}, {"applicationId", nullptr}};
  const auto filled = Fill("createCall", SchemaOf({"accountId", "from", "applicationId"}), given);
  EXPECT_EQ(*filled, given);
}

TEST_F(ConfiguredDefaultsTest, OnlyFillsWhatTheSchemaHas) {
  EXPECT_EQ(*Fill("createCall", SchemaOf({"to"}), Json::object()), Json::object());
  EXPECT_EQ(tokens.asked, 0);
}

TEST_F(ConfiguredDefaultsTest, CallbackCredentialsGoWithOurOwnHttpsUrlsOnly) {
  tokens.token = TokenFor({"9900000"});
  struct Case {
    const char* what;
    const char* base;
    bool sandbox;
    Json arguments;
    bool expected;
  };
  const std::vector<Case> cases = {
      {"https", "https://calls.example.com", false, Json::object(), true},
      {"http to Bandwidth", "http://127.0.0.1:8081", false, Json::object(), false},
      {"http to an imitation", "http://127.0.0.1:8081", true, Json::object(), true},
      {"a stranger's answerUrl",
       "https://calls.example.com",
       false,
       {{"answerUrl", "https://evil.example.net/a"}},
       false},
      {"a stranger's disconnectUrl",
       "https://calls.example.com",
       false,
       {{"disconnectUrl", "https://evil.example.net/a"}},
       false},
      {"no disconnectUrl", "https://calls.example.com", false, {{"disconnectUrl", nullptr}}, true},
      {"an answerUrl that is no string",
       "https://calls.example.com",
       false,
       {{"answerUrl", 7}},
       false},
      {"a password of one's own",
       "https://calls.example.com",
       false,
       {{"password", "mine"}},
       false},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    facts.callbacks = CallbackUrls(row.base);
    facts.sandbox = row.sandbox;
    const auto filled = Fill("createCall", CallSchema(), row.arguments);
    ASSERT_TRUE(filled.ok());
    EXPECT_EQ(filled->value("username", Json()) == "hook", row.expected);
  }
}

TEST_F(ConfiguredDefaultsTest, ChoosesTheAccount) {
  struct Case {
    const char* what;
    std::string argument;
    std::string configured;
    StatusOr<AccessToken> token;
    std::string expected;  // the account, or part of the error
  };
  const std::vector<Case> cases = {
      {"the only one of the token", "", "", TokenFor({"1"}), "1"},
      {"configured beats the token", "", "2", TokenFor({"1", "2"}), "2"},
      {"argument beats configured", "1", "2", TokenFor({"1", "2"}), "1"},
      {"not reached", "3", "", TokenFor({"1", "2"}), "do not reach account 3; allowed: 1, 2"},
      {"several", "", "", TokenFor({"1", "2"}), "several accounts (1, 2)"},
      {"system-wide credentials", "", "", TokenFor({}), "name no account"},
      {"system-wide credentials with a name", "5", "", TokenFor({}), "5"},
      {"no credentials", "", "", FailedPrecondition("set BW_CLIENT_ID"), "set BW_CLIENT_ID"},
      {"no credentials but a name", "5", "", FailedPrecondition("set BW_CLIENT_ID"), "5"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    tokens.token = row.token;
    credentials.Clear("default");
    if (!row.configured.empty()) {
      ASSERT_TRUE(credentials.Set("default", {"id", "secret", row.configured}).ok());
    }
    Json arguments = Json::object();
    if (!row.argument.empty()) arguments["accountId"] = row.argument;
    const auto filled = Fill("listCalls", SchemaOf({"accountId"}), arguments);
    if (filled.ok()) {
      EXPECT_EQ((*filled)["accountId"], row.expected);
    } else {
      EXPECT_THAT(std::string(Message(filled.status())), HasSubstr(row.expected));
    }
  }
}

TEST_F(ConfiguredDefaultsTest, LeavesAnAccountOfTheWrongTypeToTheValidation) {
  EXPECT_EQ(*Fill("listCalls", SchemaOf({"accountId"}), {{"accountId", 5}}),
            (Json{{"accountId", 5}}));
}

TEST_F(ConfiguredDefaultsTest, CoversWhatItCanFill) {
  const ConfiguredDefaults full(facts, {}, credentials, tokens);
  const ConfiguredDefaults bare({}, {}, credentials, tokens);
  EXPECT_TRUE(bare.Covers("anything", "accountId"));
  EXPECT_TRUE(bare.Covers("createCall", "answerUrl"));
  EXPECT_FALSE(bare.Covers("createCall", "from"));
  EXPECT_FALSE(bare.Covers("createMessage", "applicationId"));
  EXPECT_TRUE(full.Covers("createCall", "from"));
  EXPECT_TRUE(full.Covers("createMessage", "applicationId"));
  EXPECT_FALSE(full.Covers("createMessage", "to"));
  EXPECT_FALSE(full.Covers("listCalls", "from"));
}

}  // namespace
}  // namespace bw::tool_service
