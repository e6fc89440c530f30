#include <string>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

constexpr Revision kLegacy = Revision::k2025_11_25;
constexpr Revision kModern = Revision::k2026_07_28;

class CompletionMethodsTest : public CoreTest {};

TEST_F(CompletionMethodsTest, PromptsAndTemplatesAreCompleted) {
  const auto prompt = Ask(kModern, "completion/complete",
                          R"({"ref":{"type":"ref/prompt","name":"greet"},
                              "argument":{"name":"name","value":"A"},
                              "context":{"arguments":{"mood":"glad"}}})");
  EXPECT_EQ(prompt.body["result"]["completion"],
            *json::Parse(R"({"values":["A1","A2"],"total":2,"hasMore":false})"));
  EXPECT_EQ(provider.last_completion.reference, CompletionQuery::Reference::kPrompt);
  EXPECT_EQ(provider.last_completion.name, "greet");
  EXPECT_EQ(provider.last_completion.argument, "name");
  EXPECT_EQ(provider.last_completion.settled.at("mood"), "glad");
  const auto resource = Ask(kLegacy, "completion/complete",
                            R"({"ref":{"type":"ref/resource","uri":"bandwidth://calls/{call_id}"},
                                "argument":{"name":"call_id","value":"c-"}})");
  EXPECT_EQ(resource.body["result"]["completion"]["values"], json::Json({"c-1", "c-2"}));
  EXPECT_EQ(provider.last_completion.reference, CompletionQuery::Reference::kResource);
  EXPECT_EQ(provider.last_completion.name, "bandwidth://calls/{call_id}");
  EXPECT_TRUE(provider.last_completion.settled.empty());
}

TEST_F(CompletionMethodsTest, WhatIsWrongIsNamed) {
  constexpr const char* kArgument = R"("argument":{"name":"name","value":"A"})";
  constexpr const char* kRef = R"("ref":{"type":"ref/prompt","name":"greet"})";
  struct Row {
    std::string params;
    const char* named;
  };
  for (const Row& row :
       {Row{"{}", "ref must be"}, Row{std::string("{\"ref\":{},") + kArgument + "}", "ref must be"},
        Row{std::string(R"({"ref":{"type":"ref/tool","name":"x"},)") + kArgument + "}",
            "ref must be"},
        Row{std::string(R"({"ref":{"type":"ref/resource","name":"x"},)") + kArgument + "}",
            "ref.uri must be"},
        Row{std::string("{") + kRef + "}", "argument must be"},
        Row{std::string("{") + kRef + R"(,"argument":{"name":"name"}})", "argument must be"},
        Row{std::string("{") + kRef + "," + kArgument + R"(,"context":5})", "context must be"},
        Row{std::string("{") + kRef + "," + kArgument + R"(,"context":{"arguments":{"a":1}}})",
            "arguments must be"}}) {
    for (const Revision revision : {kLegacy, kModern}) {
      const auto answer = Ask(revision, "completion/complete", row.params);
      EXPECT_EQ(answer.body["error"]["code"], -32602) << row.params;
      const std::string message = answer.body["error"]["message"];
      EXPECT_NE(message.find(row.named), std::string::npos) << message;
    }
  }
}

TEST_F(CompletionMethodsTest, NothingToCompleteIsNotFound) {
  provider.status = NotFound("no such prompt");
  const auto answer = Ask(kModern, "completion/complete",
                          R"({"ref":{"type":"ref/prompt","name":"x"},
                              "argument":{"name":"name","value":""}})");
  EXPECT_EQ(answer.body["error"]["code"], -32602);
}

}  // namespace
}  // namespace bw::gateway
