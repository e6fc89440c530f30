#include <string>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

constexpr Revision kLegacy = Revision::k2025_11_25;
constexpr Revision kModern = Revision::k2026_07_28;

class PromptMethodsTest : public CoreTest {};

TEST_F(PromptMethodsTest, ListsAreCacheableInTheModernEraOnly) {
  const auto modern = Ask(kModern, "prompts/list").body["result"];
  EXPECT_EQ(modern["prompts"][0]["name"], "greet");
  EXPECT_EQ(modern["ttlMs"], 300'000);
  EXPECT_EQ(modern["cacheScope"], "public");
  const auto legacy = Ask(kLegacy, "prompts/list").body["result"];
  EXPECT_EQ(legacy["prompts"], modern["prompts"]);
  EXPECT_FALSE(legacy.contains("ttlMs"));
}

TEST_F(PromptMethodsTest, ListsHavePages) {
  EXPECT_EQ(Ask(kModern, "prompts/list", R"({"cursor":"zzz"})").body["error"]["code"], -32602);
}

TEST_F(PromptMethodsTest, APromptTakesItsArguments) {
  for (const Revision revision : {kLegacy, kModern}) {
    const auto answer =
        Ask(revision, "prompts/get", R"({"name":"greet","arguments":{"name":"Ann"}})");
    EXPECT_EQ(answer.body["result"]["messages"],
              *json::Parse(R"([{"role":"user","content":{"type":"text","text":"Greet Ann"}}])"));
    EXPECT_EQ(answer.body["result"].contains("ttlMs"), false);
  }
}

TEST_F(PromptMethodsTest, WhatIsWrongIsNamed) {
  struct Row {
    const char* params;
    const char* named;
  };
  for (const Row& row : {Row{"{}", "name must be a string"}, Row{R"({"name":5})", "name"},
                         Row{R"({"name":"nope"})", "no such prompt"},
                         Row{R"({"name":"greet"})", "argument name is required"},
                         Row{R"({"name":"greet","arguments":[]})", "arguments must be"},
                         Row{R"({"name":"greet","arguments":{"name":5}})", "arguments must be"}}) {
    for (const Revision revision : {kLegacy, kModern}) {
      const auto answer = Ask(revision, "prompts/get", row.params);
      EXPECT_EQ(answer.http_status, 200);
      EXPECT_EQ(answer.body["error"]["code"], -32602) << row.params;
      const std::string message = answer.body["error"]["message"];
      EXPECT_NE(message.find(row.named), std::string::npos) << message;
    }
  }
}

}  // namespace
}  // namespace bw::gateway
