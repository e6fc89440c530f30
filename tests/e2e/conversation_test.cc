// The product's promise, over real processes: an agent holds a phone conversation.
#include "tests/e2e/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/mcp_client.h"
#include "tests/e2e/stack.h"

namespace bw::e2e {
namespace {

using json::Json;
using testing::IsEmpty;

std::vector<std::string> EventTypes(const Json& timeline) {
  std::vector<std::string> types;
  const Json* entries = json::FindArray(timeline, "entries");
  if (entries == nullptr) return types;
  for (const Json& entry : *entries) {
    // A caller who had to wait on a slow machine came back by a redirect; that is no fault.
    const std::string event = json::StringOr(entry, "event");
    if (json::GetString(entry, "kind") == "webhook" && event != "redirect") types.push_back(event);
  }
  return types;
}

struct Setting {
  const char* name;
  StackOptions options;
};

class ConversationTest : public testing::TestWithParam<Setting> {};

TEST_P(ConversationTest, TheAgentHearsAndAnswers) {
  auto stack = Stack::Start(GetParam().options);
  ASSERT_TRUE(stack.ok()) << ToString(stack.status());
  const Report report = HoldConversation((*stack)->endpoints());
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(EventTypes(report.timeline),
              testing::ElementsAre("answer", "gather", "gather", "gather", "disconnect"))
      << json::DumpPretty(report.timeline);
  const Status stopped = (*stack)->Stop();
  EXPECT_TRUE(stopped.ok()) << ToString(stopped);
}

INSTANTIATE_TEST_SUITE_P(Forms, ConversationTest,
                         testing::Values(Setting{"Services", {.form = Form::kServices}},
                                         Setting{"Standalone", {.form = Form::kStandalone}},
                                         Setting{"Authenticated",
                                                 {.form = Form::kServices,
                                                  .mcp_token = "an-mcp-token-of-some-length",
                                                  .callback_username = "webhooks",
                                                  .callback_password = "a-password"}}),
                         [](const auto& setting) { return std::string(setting.param.name); });

TEST(Authentication, AnAgentWithoutTheTokenIsRefused) {
  auto stack =
      Stack::Start({.form = Form::kStandalone, .mcp_token = "the-right-token-of-the-test"});
  ASSERT_TRUE(stack.ok()) << ToString(stack.status());
  McpClient stranger((*stack)->mcp_url(), "some-other-token-of-the-test");
  EXPECT_FALSE(stranger.Request("tools/list", Json::object()).ok());
  McpClient friendly((*stack)->mcp_url(), "the-right-token-of-the-test");
  EXPECT_TRUE(friendly.Request("tools/list", Json::object()).ok());
}

}  // namespace
}  // namespace bw::e2e
