#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

const std::string kDetails =
    "<R><TelephoneNumberDetails><FullNumber>9195550100</FullNumber><Status>Inservice</Status>"
    "<Site><Id>1</Id></Site><SipPeer><PeerId>2</PeerId></SipPeer><MessagingSettings><CampaignId>C1"
    "</CampaignId></MessagingSettings></TelephoneNumberDetails></R>";

std::string Application(const std::string& base, const std::string& more = "") {
  return "<R><Application><ApplicationId>m-1</ApplicationId><ServiceType>Messaging-V2"
         "</ServiceType><InboundCallbackUrl>" +
         base + "/callbacks/messaging/inbound</InboundCallbackUrl><OutboundCallbackUrl>" + base +
         "/callbacks/messaging/status</OutboundCallbackUrl>" + more + "</Application></R>";
}
const std::string kOurs = Application("https://calls.example.com");
const std::string kLink =
    "<R><ApplicationsSettings><HttpMessagingV2AppId>m-1</HttpMessagingV2AppId>"
    "</ApplicationsSettings></R>";
const std::string kSms = "<R><SipPeerSmsFeature/></R>";

struct Account : Toolkit {
  Account() {
    tokens.token = TokenFor({"9900000"});
    facts.number = "+19195550100";
    facts.messaging_application_id = "m-1";
  }
  Json Check(const Json& arguments = Json::object()) {
    const ToolResult result = Call("checkMessagingReadiness", arguments);
    EXPECT_FALSE(result.is_error) << TextOf(result);
    text = TextOf(result);
    return result.structured.value_or(Json());
  }
  std::string text;
};

// "failed: <detail> <next step>", or "" when there is no such check.
std::string Of(const Json& answer, const std::string& name) {
  for (const Json& check : answer["checks"]) {
    if (check["name"] != name) continue;
    return check["result"].get<std::string>() + ": " + check["detail"].get<std::string>() + " " +
           json::StringOr(check, "next_step");
  }
  return "";
}

TEST(CheckMessagingReadiness, EverythingInPlace) {
  Account kit;
  kit.http.script = {Answer(200, kDetails), Answer(200, kOurs), Answer(200, kLink),
                     Answer(200, kSms)};
  const Json answer = kit.Check();
  EXPECT_EQ(answer["ready"], "yes") << kit.text;
  EXPECT_EQ(answer["checks"].size(), 7u);
  EXPECT_THAT(kit.text, HasSubstr("campaign C1"));
  EXPECT_EQ(kit.http.requests.at(0).url,
            "https://api.bandwidth.com/api/v2/tns/9195550100/tndetails");
  EXPECT_EQ(kit.http.requests.at(2).url,
            "https://api.bandwidth.com/api/v2/accounts/9900000/sites/1/sippeers/2/products/"
            "messaging/applicationSettings");
}

struct Case {
  const char* what;
  // Number, application, link, SMS.
  std::array<StatusOr<HttpResponse>, 4> answers;
  const char* check;
  const char* result;
};

TEST(CheckMessagingReadiness, EachLinkThatIsMissingIsNamed) {
  const auto number = Answer(200, kDetails);
  const auto ours = Answer(200, kOurs);
  const auto link = Answer(200, kLink);
  const auto sms = Answer(200, kSms);
  const auto without_campaign =
      Answer(200,
             "<R><Status>Inservice</Status><Site><Id>1</Id></Site><SipPeer><PeerId>2</PeerId>"
             "</SipPeer><MessagingSettings/></R>");
  const auto voice = Answer(200,
                            "<R><Application><ServiceType>Voice-V2</ServiceType>"
                            "</Application></R>");
  const auto aging =
      Answer(200,
             "<R><Status>Aging</Status><Site><Id>1</Id></Site><SipPeer><PeerId>2</PeerId>"
             "</SipPeer></R>");
  const std::vector<Case> cases = {
      {"aging", {aging, ours, link, sms}, "number", "failed: +19195550100 is not in service"},
      {"not seen", {Answer(403), ours, link, sms}, "number", "unknown: Bandwidth refused"},
      {"unreachable", {Unavailable("x"), ours, link, sms}, "number", "unknown: The API did not"},
      {"unknown place", {Answer(403), ours, link, sms}, "link", "unknown: The number's location"},
      {"no application", {number, Answer(404), link, sms}, "application", "failed: m-1 is no"},
      {"wrong kind", {number, voice, link, sms}, "application", "failed: m-1 is not for messaging"},
      {"hidden", {number, Answer(401), link, sms}, "application", "unknown: "},
      {"placeholder",
       {number, Answer(200, Application("https://www.example.com")), link, sms},
       "callbacks",
       "failed: The application reports to a placeholder"},
      {"elsewhere",
       {number, Answer(200, Application("https://theirs.test")), link, sms},
       "callbacks",
       "failed: The application reports to another system"},
      {"no outcomes",
       {number,
        Answer(200, Application("https://calls.example.com",
                                "<RequestedCallbackTypes><CallbackType>message-sending"
                                "</CallbackType></RequestedCallbackTypes>")),
        link, sms},
       "callbacks",
       "failed: Texts come in here, but not all outcomes"},
      {"no link", {number, ours, Answer(404), sms}, "link", "failed: The number's location has no"},
      {"no link either", {number, ours, Answer(200, "<R/>"), sms}, "link", "failed: The number's"},
      {"another link",
       {number, ours, Answer(200, "<R><HttpMessagingV2AppId>m-2</HttpMessagingV2AppId></R>"), sms},
       "link",
       "failed: The number's location belongs to application m-2"},
      {"link not seen", {number, ours, Answer(500), sms}, "link", "unknown: "},
      {"SMS off", {number, ours, link, Answer(404)}, "sms", "failed: SMS is off"},
      {"SMS not seen", {number, ours, link, Answer(403)}, "sms", "unknown: "},
      {"no campaign", {without_campaign, ours, link, sms}, "registration", "failed: The number is"},
      {"campaign not seen", {aging, ours, link, sms}, "registration", "unknown: Whether"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    Account kit;
    kit.http.script.assign(row.answers.begin(), row.answers.end());
    const Json answer = kit.Check();
    EXPECT_THAT(Of(answer, row.check), HasSubstr(row.result));
    EXPECT_NE(answer["ready"], "yes");
  }
}

TEST(CheckMessagingReadiness, ANumberOfSomebodyElse) {
  Account kit;
  kit.http.script = {Answer(404), Answer(200, kOurs)};
  const Json answer = kit.Check({{"from", "+19195550199"}});
  EXPECT_EQ(answer["ready"], "no");
  EXPECT_THAT(Of(answer, "number"), HasSubstr("no number of this account"));
}

TEST(CheckMessagingReadiness, Credentials) {
  struct Row {
    StatusOr<AccessToken> token;
    const char* result;
  };
  AccessToken trial = TokenFor({"9900000"});
  trial.express = true;
  AccessToken voice_only = TokenFor({"9900000"});
  voice_only.roles = {"HttpVoice"};
  AccessToken both = TokenFor({"9900000"});
  both.roles = {"HttpVoice", "Messaging"};
  for (const Row& row : {Row{trial, "failed: It is a trial"}, Row{voice_only, "failed: The cred"},
                         Row{both, "ok"}}) {
    Account kit;
    kit.tokens.token = row.token;
    kit.http.script = {Answer(404), Answer(404)};
    EXPECT_THAT(Of(kit.Check(), "credentials"), HasSubstr(row.result));
  }
  Account kit;
  kit.tokens.token = Unauthenticated("bad secret");
  const Json answer = kit.Check({{"accountId", "9900000"}});
  EXPECT_EQ(answer["checks"].size(), 1u);
  EXPECT_THAT(Of(answer, "credentials"), HasSubstr("failed: bad secret"));
}

TEST(CheckMessagingReadiness, TollFreeNumbersAreVerified) {
  struct Row {
    StatusOr<HttpResponse> answer;
    const char* result;
  };
  for (const Row& row :
       {Row{Answer(200, R"({"status":"VERIFIED"})"), "ok: The toll-free number is verified"},
        Row{Answer(200, R"({"status":"PENDING"})"), "failed: The verification"},
        Row{Answer(200, R"({"status":"UNVERIFIED","declineReasonDescription":"no opt-in"})"),
            "no opt-in"},
        Row{Answer(200, R"({"status":"VERIFIED","blocked":true,"blockedReason":"spam"})"),
            "failed: The toll-free number is blocked. spam"},
        Row{Answer(404), "requestTollFreeVerification"}, Row{Answer(403), "unknown: "}}) {
    Account kit;
    kit.http.script = {Answer(200, kDetails), Answer(200, kOurs), Answer(200, kLink),
                       Answer(200, kSms), row.answer};
    EXPECT_THAT(Of(kit.Check({{"from", "+18005550100"}}), "registration"), HasSubstr(row.result));
    EXPECT_THAT(kit.http.requests.back().url,
                HasSubstr("/accounts/9900000/phoneNumbers/%2B18005550100/tollFreeVerification"));
  }
}

TEST(CheckMessagingReadiness, ShortCodesNamesAndOtherCountries) {
  struct Row {
    const char* from;
    std::deque<StatusOr<HttpResponse>> answers;
    const char* result;
  };
  for (const Row& row :
       {Row{"12345", {Answer(200, kOurs), Answer(200, "{}")}, "ok: The short code"},
        Row{"123456", {Answer(200, kOurs), Answer(404)}, "failed: The short code"},
        Row{"12345", {Answer(200, kOurs), Answer(429)}, "unknown: "},
        Row{"Example", {Answer(200, kOurs)}, "unknown: What carriers ask for"},
        Row{"+4930123456", {Answer(404), Answer(200, kOurs)}, "unknown: What carriers ask for"}}) {
    SCOPED_TRACE(row.from);
    Account kit;
    kit.http.script = row.answers;
    EXPECT_THAT(Of(kit.Check({{"from", row.from}}), "registration"), HasSubstr(row.result));
  }
}

TEST(CheckMessagingReadiness, NothingConfigured) {
  Account kit;
  kit.facts.number.clear();
  kit.facts.messaging_application_id.clear();
  const Json answer = kit.Check();
  EXPECT_THAT(Of(answer, "number"), HasSubstr("BW_NUMBER"));
  EXPECT_THAT(Of(answer, "application"), HasSubstr("createApplication"));
  EXPECT_EQ(Of(answer, "registration"), "");
  EXPECT_TRUE(kit.http.requests.empty());
}

}  // namespace
}  // namespace bw::tool_service
