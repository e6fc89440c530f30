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

TEST(AccountTest, PatchTakesTheStatusUrlAway) {
  Account account = MakeAccount({});
  Application& voice = account.applications[0];
  const auto update = xml::Parse(
      "<Application><CallStatusCallbackUrl>remove</CallStatusCallbackUrl></Application>");
  EXPECT_EQ(UpdateApplication(*update, /*merge=*/true, voice), std::nullopt);
  EXPECT_EQ(voice.Setting("CallStatusCallbackUrl"), "");
  EXPECT_EQ(voice.Setting("CallStatusMethod"), "");
  EXPECT_EQ(CodeOf("<CallInitiatedCallbackUrl>remove</CallInitiatedCallbackUrl>"), 12974);
}

// 0 when an application was made.
int CreateCode(const std::string& settings, Account account = MakeAccount({})) {
  const auto element = xml::Parse("<Application>" + settings + "</Application>");
  EXPECT_TRUE(element.ok()) << ToString(element.status());
  const auto made = CreateApplication(*element, "a-1", account);
  const auto* problem = std::get_if<ApplicationProblem>(&made);
  EXPECT_EQ(account.FindApplication("a-1") == nullptr, problem != nullptr);
  return problem == nullptr ? 0 : problem->code;
}

TEST(AccountTest, MakesApplicationsOfEitherFamily) {
  const std::string voice =
      "<ServiceType>Voice-V2</ServiceType><AppName>n</AppName>"
      "<CallInitiatedCallbackUrl>https://a.example/v</CallInitiatedCallbackUrl>";
  const std::string messaging =
      "<ServiceType>Messaging-V2</ServiceType><AppName>n</AppName>"
      "<InboundCallbackUrl>https://a.example/m</InboundCallbackUrl>";
  EXPECT_EQ(CreateCode(voice), 0);
  EXPECT_EQ(CreateCode(messaging), 0);
  EXPECT_EQ(CreateCode("<AppName>n</AppName>"), 1003);
  EXPECT_EQ(CreateCode("<ServiceType>Fax</ServiceType><AppName>n</AppName>"), 1008);
  EXPECT_EQ(CreateCode("<ServiceType>Voice-V2</ServiceType><AppName>n</AppName>"), 1003);
  EXPECT_EQ(CreateCode(messaging + "<CallStatusMethod>POST</CallStatusMethod>"), 12962);
  EXPECT_EQ(CreateCode(voice + "<CallbackCreds><UserId>u</UserId></CallbackCreds>"), 12976);
  const Account without_voice = MakeAccount({.has_voice_product = false});
  EXPECT_EQ(CreateCode(voice, without_voice), 12150);
  EXPECT_EQ(CreateCode(messaging, without_voice), 0);
  Account full = MakeAccount({});
  full.applications.resize(Account::kMaxApplications - 1);
  EXPECT_EQ(CreateCode(voice, full), 0);
  full.applications.resize(Account::kMaxApplications);
  EXPECT_EQ(CreateCode(voice, full), 5007);
}

TEST(AccountTest, DeletesOnlyWhatNoNumberLeadsTo) {
  Account account = MakeAccount({});
  const std::string voice = account.applications[0].id;
  EXPECT_EQ(DeleteApplication(voice, account)->code, 12107);
  EXPECT_EQ(DeleteApplication("none", account)->status, 404);
  for (PhoneNumber& number : account.numbers) number.voice_application_id.clear();
  EXPECT_FALSE(DeleteApplication(voice, account).has_value());
  EXPECT_EQ(account.FindApplication(voice), nullptr);
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
