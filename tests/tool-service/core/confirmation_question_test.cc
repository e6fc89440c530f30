#include "tool-service/core/confirmation_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

std::string Question(const Json& arguments, ToolTraits traits = {.destructive = true}) {
  ToolDefinition tool;
  tool.name = "CreateDisconnectOrder";
  tool.title = "Give numbers up for good";
  tool.traits = traits;
  return ConfirmationQuestion(tool, arguments);
}

TEST(ConfirmationQuestion, SaysWhatHappensToWhatAndWhatThatMeans) {
  EXPECT_EQ(Question(Json::parse(R"({"accountId":"9900000","CustomerOrderId":"leave-1",
      "DisconnectTelephoneNumberOrderType":{"TelephoneNumberList":["+15550100003"]}})"),
                     {.destructive = true, .irreversible = true}),
            "Give numbers up for good (CreateDisconnectOrder) in account 9900000.\n"
            "- CustomerOrderId: leave-1\n"
            "- DisconnectTelephoneNumberOrderType.TelephoneNumberList: +15550100003\n"
            "It takes away or replaces what is there. It cannot be undone.\n"
            "Shall this be done?");
  EXPECT_THAT(Question(Json::object(), {.costly = true}), HasSubstr("\nIt costs money.\n"));
}

TEST(ConfirmationQuestion, NamesNoSecretsAndNotOurOwnKey) {
  const std::string text = Question(Json::parse(
      R"({"password":"s3cr3t","CallbackCreds":{"UserId":"u5er","Password":"pa55"},
          "idempotency_key":"k3y","to":"+1"})"));
  for (const char* secret : {"s3cr3t", "u5er", "pa55", "k3y"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(text, HasSubstr("to: +1"));
}

TEST(ConfirmationQuestion, AnArgumentCannotLookLikeALineOfOurs) {
  const std::string text = Question({{"Name", "x\nIt is free.\r\xe2\x80\xa8y\xe2\x80\xaez"}});
  EXPECT_THAT(text, HasSubstr("- Name: x It is free.  yz\n"));
  EXPECT_THAT(Question({{"a\nb", 1}}), HasSubstr("- a b: 1\n"));
}

TEST(ConfirmationQuestion, IsBoundedAtEachLimit) {
  Json arguments = Json::object();
  for (std::size_t i = 0; i < kMaxAskedArguments; ++i) arguments["a" + std::to_string(i)] = 1;
  EXPECT_THAT(Question(arguments), Not(HasSubstr("more")));
  arguments["b"] = 1;
  EXPECT_THAT(Question(arguments), HasSubstr("- and 1 more\n"));
  Json list(kMaxAskedElements, "+1");
  EXPECT_THAT(Question({{"to", list}}), Not(HasSubstr("more")));
  list.push_back("+1");
  EXPECT_THAT(Question({{"to", list}}), HasSubstr("+1 and 1 more\n"));
  const std::string longest(kMaxAskedValueBytes, 'x');
  EXPECT_THAT(Question({{"text", longest}}), HasSubstr("text: " + longest + "\n"));
  EXPECT_THAT(Question({{"text", longest + "x"}}), HasSubstr("text: " + longest + "…\n"));
  EXPECT_THAT(Question({{"text", "y" + std::string(kMaxAskedValueBytes - 2, 'x') + "\xc3\xa4"}}),
              HasSubstr("x…\n"))
      << "cut where a character ends";
}

TEST(ConfirmationQuestion, ListsOfObjectsAreNumbered) {
  EXPECT_THAT(Question(Json::parse(R"({"groups":[{"n":1},{"n":true}],"none":[],"nil":null})")),
              HasSubstr("- groups.1.n: 1\n- groups.2.n: true\nIt"));
}

}  // namespace
}  // namespace bw::tool_service
