#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

const Json& Given() {
  static const Json arguments = {
      {"client_id", "new"}, {"client_secret", "top-secret"}, {"account_id", "9900000"}};
  return arguments;
}

TEST(SetCredentials, TakesOverWhatBandwidthAccepts) {
  Toolkit kit;
  kit.tokens.token = TokenFor({"9900000", "9900001"});
  const ToolResult result = kit.Call("setCredentials", Given());
  ASSERT_FALSE(result.is_error) << TextOf(result);
  const auto entry = kit.credentials.Get("default");
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->credentials.secret, "top-secret");
  EXPECT_EQ(entry->credentials.account_id, "9900000");
  EXPECT_THAT(TextOf(result), HasSubstr("9900001"));
  EXPECT_THAT(TextOf(result) + json::Dump(*result.structured), Not(HasSubstr("top-secret")));
}

TEST(SetCredentials, KeepsTheEarlierOnesWhenRefused) {
  Toolkit kit;
  kit.tokens.token = Unauthenticated("401 from the token endpoint");
  EXPECT_TRUE(kit.Call("setCredentials", Given()).is_error);
  EXPECT_FALSE(kit.credentials.Get("default").has_value());
  ASSERT_TRUE(kit.credentials.Set("default", {"old", "old-secret", ""}).ok());
  const ToolResult result = kit.Call("setCredentials", Given());
  EXPECT_THAT(TextOf(result), HasSubstr("401"));
  EXPECT_EQ(kit.credentials.Get("default")->credentials.client_id, "old");
}

TEST(SetCredentials, NeedsBoth) {
  Toolkit kit;
  EXPECT_TRUE(kit.Call("setCredentials", {{"client_id", "a"}}).is_error);
  EXPECT_TRUE(kit.Call("setCredentials", {{"client_id", ""}, {"client_secret", "b"}}).is_error);
  EXPECT_EQ(kit.tokens.asked, 0);
}

TEST(ClearCredentials, ForgetsThem) {
  Toolkit kit;
  ASSERT_TRUE(kit.credentials.Set("default", {"old", "secret", ""}).ok());
  EXPECT_EQ((*kit.Call("clearCredentials", Json::object()).structured)["cleared"], true);
  EXPECT_FALSE(kit.credentials.Get("default").has_value());
  EXPECT_EQ((*kit.Call("clearCredentials", Json::object()).structured)["cleared"], false);
}

TEST(CredentialTools, AreForLocalClientsOnly) {
  Toolkit kit;
  EXPECT_TRUE(kit.Get("setCredentials").local_only);
  EXPECT_TRUE(kit.Get("clearCredentials").local_only);
  EXPECT_FALSE(kit.Get("listApplications").local_only);
}

}  // namespace
}  // namespace bw::tool_service
