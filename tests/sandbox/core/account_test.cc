#include "sandbox/core/account.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/core/script.h"

namespace bw::sandbox {
namespace {

using ::testing::HasSubstr;

constexpr const char* kVoiceUpdate =
    "<Application><ServiceType>Voice-V2</ServiceType><AppName>n</AppName>"
    "<CallInitiatedCallbackUrl>https://a.example/v</CallInitiatedCallbackUrl></Application>";

int CodeOf(const std::string& settings, bool merge = true) {
  Account account = MakeAccount({});
  const auto element = xml::Parse("<Application>" + settings + "</Application>");
  EXPECT_TRUE(element.ok()) << ToString(element.status());
  const auto problem = UpdateApplication(*element, merge, account.applications[0]);
  return problem ? problem->code : 0;
}

TEST(AccountTest, SeedPointsAtTheCallbackService) {
  const Account account = MakeAccount(
      {.callback_base_url = "http://127.0.0.1:9", .callback_credentials = Credentials{"u", "p"}});
  ASSERT_EQ(account.applications.size(), 2u);
  EXPECT_EQ(account.applications[0].Setting("CallInitiatedCallbackUrl"),
            "http://127.0.0.1:9/callbacks/voice/answer");
  EXPECT_EQ(account.applications[1].Setting("OutboundCallbackUrl"),
            "http://127.0.0.1:9/callbacks/messaging/status");
  EXPECT_EQ(account.applications[0].CredentialsIn("CallbackCreds"), (Credentials{"u", "p"}));
  EXPECT_NE(account.FindNumber("+15550100001"), nullptr);
}

TEST(AccountTest, PutReplacesAndPatchMerges) {
  Account account = MakeAccount({.callback_credentials = Credentials{"u", "p"}});
  Application& voice = account.applications[0];
  const auto update = xml::Parse(kVoiceUpdate);
  ASSERT_EQ(UpdateApplication(*update, /*merge=*/true, voice), std::nullopt);
  EXPECT_EQ(voice.Setting("AppName"), "n");
  EXPECT_NE(voice.Setting("CallStatusCallbackUrl"), "");
  EXPECT_TRUE(voice.CredentialsIn("CallbackCreds").has_value());
  ASSERT_EQ(UpdateApplication(*update, /*merge=*/false, voice), std::nullopt);
  EXPECT_EQ(voice.Setting("CallStatusCallbackUrl"), "");
  EXPECT_FALSE(voice.CredentialsIn("CallbackCreds").has_value());
  EXPECT_EQ(voice.Setting("ApplicationId"), voice.id);
}

TEST(AccountTest, RefusesWithTheDashboardsCodes) {
  EXPECT_EQ(CodeOf("<AppName>x</AppName>"), 0);
  EXPECT_EQ(CodeOf("<InboundCallbackUrl>https://a.example/</InboundCallbackUrl>"), 12962);
  EXPECT_EQ(CodeOf("<ServiceType>Messaging-V2</ServiceType>"), 12964);
  EXPECT_EQ(CodeOf("<CallInitiatedMethod>PUT</CallInitiatedMethod>"), 12961);
  EXPECT_EQ(CodeOf("<CallInitiatedCallbackUrl>nope</CallInitiatedCallbackUrl>"), 12974);
  EXPECT_EQ(CodeOf("<CallbackTimeout>26</CallbackTimeout>"), 13047);
  EXPECT_EQ(CodeOf("<CallbackTimeout>1.5</CallbackTimeout>"), 13047);
  EXPECT_EQ(CodeOf("<CallbackTimeout>25</CallbackTimeout>"), 0);
  EXPECT_EQ(CodeOf("<CallbackCreds><UserId>u</UserId></CallbackCreds>"), 12976);
  EXPECT_EQ(CodeOf("<CallInitiatedFallbackMethod>GET</CallInitiatedFallbackMethod>"), 13048);
  EXPECT_EQ(CodeOf("<CallStatusMethod>GET</CallStatusMethod>"), 0);  // merged: the URL is there
  EXPECT_EQ(CodeOf("<StatusCallbackUrl>https://a.example/</StatusCallbackUrl>"), 1019);
  EXPECT_EQ(CodeOf("<AppName/>"), 1003);
  EXPECT_EQ(CodeOf("<AppName>x</AppName>", /*merge=*/false), 1003);
}

TEST(AccountTest, NeverShowsPasswords) {
  const Account account = MakeAccount({.callback_credentials = Credentials{"u", "secret"}});
  const std::string shown = xml::Write(PublicElement(account.applications[0]));
  EXPECT_THAT(shown, HasSubstr("<UserId>u</UserId>"));
  EXPECT_THAT(shown, ::testing::Not(HasSubstr("secret")));
}

TEST(AccountTest, EventTypesAreTheApplicationsChoice) {
  Application application;
  application.element = xml::Branch("Application", {});
  EXPECT_TRUE(application.WantsMessagingEvent("message-delivered"));
  EXPECT_FALSE(application.WantsMessagingEvent("message-sending"));
  application.element.children.push_back(
      xml::Branch("RequestedCallbackTypes", {xml::Leaf("CallbackType", "message-sending")}));
  EXPECT_TRUE(application.WantsMessagingEvent("message-sending"));
  EXPECT_FALSE(application.WantsMessagingEvent("message-delivered"));
}

TEST(ScriptTest, RoundTripsAndRefuses) {
  const json::Json object = {{"digits", {"1", "", "2#"}},
                             {"busy", true},
                             {"reply_text", "ok"},
                             {"hangup_after_gathers", 2}};
  const auto script = ParseCallerScript(object, {});
  ASSERT_TRUE(script.ok()) << ToString(script.status());
  json::Json shown = ToJson(*script);
  for (const auto& [name, value] : object.items()) EXPECT_EQ(shown[name], value) << name;
  const auto error = [](const json::Json& body) {
    return ToString(ParseCallerScript(body, {"number"}).status());
  };
  EXPECT_EQ(error({{"number", "x"}}), "OK");
  EXPECT_THAT(error({{"digits", {"x"}}}), HasSubstr("0-9 * # A-D"));
  EXPECT_THAT(error({{"digits", {std::string(51, '1')}}}), HasSubstr("at most 50"));
  EXPECT_THAT(error({{"answer_after_ms", -1}}), HasSubstr("answer_after_ms must be"));
  EXPECT_THAT(error({{"anser_after_ms", 1}}), HasSubstr("is not a member"));
}

TEST(ScriptTest, TheBookHasALimit) {
  ScriptBook book;
  for (std::size_t i = 0; i < ScriptBook::kMaxScripts; ++i) {
    ASSERT_TRUE(book.Set("+1555" + std::to_string(1'000'000 + i), {}).ok());
  }
  EXPECT_EQ(book.Set("+15550000000", {}).code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(book.Set("+15551000000", {.busy = true}).ok());
  EXPECT_TRUE(book.Find("+15551000000").busy);
  EXPECT_FALSE(book.Find("+15550000000").busy);
}

}  // namespace
}  // namespace bw::sandbox
