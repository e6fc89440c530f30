#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

constexpr const char* kVoice =
    "<Application><ApplicationId>v-1</ApplicationId><ServiceType>Voice-V2</ServiceType>"
    "<AppName>agent</AppName>"
    "<CallInitiatedCallbackUrl>https://calls.example.com/callbacks/voice/answer"
    "</CallInitiatedCallbackUrl><CallStatusCallbackUrl>https://calls.example.com/s"
    "</CallStatusCallbackUrl></Application>";
constexpr const char* kMessaging =
    "<Application><ApplicationId>m-1</ApplicationId><ServiceType>Messaging-V2</ServiceType>"
    "<AppName>texts</AppName><InboundCallbackUrl>https://example.com/in</InboundCallbackUrl>"
    "</Application>";

std::string Applications(const std::string& items) {
  return "<ApplicationProvisioningResponse><ApplicationList>" + items +
         "</ApplicationList></ApplicationProvisioningResponse>";
}

Toolkit& WithAccount(Toolkit& kit) {
  kit.tokens.token = TokenFor({"9900000"});
  return kit;
}

TEST(ListApplications, IsAlwaysAList) {
  for (const std::string& items :
       {std::string(), std::string(kVoice), std::string(kVoice) + kMessaging}) {
    Toolkit kit;
    WithAccount(kit).http.script = {Answer(200, Applications(items))};
    const ToolResult result = kit.Call("listApplications", Json::object());
    ASSERT_FALSE(result.is_error) << TextOf(result);
    EXPECT_TRUE((*result.structured)["applications"].is_array());
  }
}

TEST(ListApplications, ShowsKindUrlsAndWhetherTheyReachUs) {
  Toolkit kit;
  kit.facts.voice_application_id = "v-1";
  WithAccount(kit).http.script = {Answer(200, Applications(std::string(kVoice) + kMessaging))};
  const ToolResult result = kit.Call("listApplications", Json::object());
  EXPECT_EQ((*result.structured)["applications"][0],
            (Json{{"applicationId", "v-1"},
                  {"name", "agent"},
                  {"type", "voice"},
                  {"incoming_url", "https://calls.example.com/callbacks/voice/answer"},
                  {"status_url", "https://calls.example.com/s"},
                  {"points_here", true},
                  {"configured", true}}));
  EXPECT_EQ((*result.structured)["applications"][1]["points_here"], false);
  const HttpRequest& request = kit.http.requests.at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://api.bandwidth.com/api/v2/accounts/9900000/applications");
  EXPECT_EQ(HeaderOf(request, "Accept"), "application/xml");
}

TEST(ListApplications, FiltersByKind) {
  Toolkit kit;
  WithAccount(kit).http.script = {Answer(200, Applications(std::string(kVoice) + kMessaging))};
  const ToolResult result = kit.Call("listApplications", {{"type", "messaging"}});
  EXPECT_EQ((*result.structured)["applications"].size(), 1u);
  EXPECT_EQ((*result.structured)["applications"][0]["applicationId"], "m-1");
}

TEST(ListApplications, WithoutCredentialsItSaysWhatToSet) {
  Toolkit kit;
  const ToolResult result = kit.Call("listApplications", Json::object());
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("BW_CLIENT_ID"));
  EXPECT_TRUE(kit.http.requests.empty());
}

TEST(ListApplications, ARefusalSaysWhatItMeans) {
  Toolkit kit;
  WithAccount(kit).http.script = {Answer(403, "")};
  const ToolResult result = kit.Call("listApplications", Json::object());
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("role"));
}

TEST(ListApplications, CancellingCancelsTheRequest) {
  Toolkit kit;
  WithAccount(kit);
  const CatalogueEntry entry = kit.Get("listApplications");
  std::function<void()> cancel;
  CallContext context;
  context.on_cancel = [&cancel](std::function<void()> run) { cancel = std::move(run); };
  bool answered = false;
  entry.tool->Call(Json::object(), context, [&answered](StatusOr<ToolOutcome> outcome) {
    answered = outcome.ok() && ResultOf(outcome).is_error;
  });
  ASSERT_TRUE(cancel);
  cancel();
  EXPECT_TRUE(kit.http.FirstWaitingIsCancelled());
  kit.http.Complete(Cancelled("the caller left"));
  EXPECT_TRUE(answered);
}

TEST(ListApplications, AnAccountCannotChangeThePath) {
  Toolkit kit;
  kit.tokens.token = TokenFor({});
  const ToolResult result = kit.Call("listApplications", {{"accountId", "1/../2?x"}});
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("accountId"));
  EXPECT_TRUE(kit.http.requests.empty());
}

constexpr const char* kNumbers =
    "<TelephoneNumbersResponse><TelephoneNumberCount>3</TelephoneNumberCount><Links>"
    "<first>x</first><next>Link=&lt;https://api/tns?page=2&amp;size=2&gt;;rel=\"next\";</next>"
    "</Links><TelephoneNumbers><TelephoneNumber><City>CARY</City><State>NC</State>"
    "<FullNumber>5550100002</FullNumber><Status>Inservice</Status></TelephoneNumber>"
    "<TelephoneNumber><FullNumber>+15550100003</FullNumber></TelephoneNumber></TelephoneNumbers>"
    "</TelephoneNumbersResponse>";

TEST(ListPhoneNumbers, PagesAndNormalises) {
  Toolkit kit;
  WithAccount(kit).http.script = {Answer(200, kNumbers)};
  const ToolResult result = kit.Call("listPhoneNumbers", {{"page", "a b"}, {"size", 2}});
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_EQ(*result.structured, (Json{{"numbers",
                                       {{{"number", "+15550100002"},
                                         {"city", "CARY"},
                                         {"state", "NC"},
                                         {"status", "Inservice"}},
                                        {{"number", "+15550100003"}}}},
                                      {"total", 3},
                                      {"next_page", "2"}}));
  EXPECT_EQ(
      kit.http.requests.at(0).url,
      "https://api.bandwidth.com/api/v2/tns?accountId=9900000&status=Inservice&page=a%20b&size=2");
}

TEST(ListPhoneNumbers, FallsBackToTheAccountsOwnList) {
  for (const int status : {403, 404}) {
    Toolkit kit;
    WithAccount(kit).http.script = {
        Answer(status, ""),
        Answer(200,
               "<TNs><TotalCount>1</TotalCount><TelephoneNumbers><Count>1</Count>"
               "<TelephoneNumber>5550100002</TelephoneNumber></TelephoneNumbers></TNs>")};
    const ToolResult result = kit.Call("listPhoneNumbers", Json::object());
    EXPECT_EQ((*result.structured)["numbers"][0]["number"], "+15550100002");
    EXPECT_FALSE(result.structured->contains("next_page"));
    EXPECT_EQ(kit.http.requests.at(1).url,
              "https://api.bandwidth.com/api/v2/accounts/9900000/inserviceNumbers?page=1&size=100");
  }
}

TEST(ListPhoneNumbers, NoNumbersIsNoError) {
  Toolkit kit;
  WithAccount(kit).http.script = {Answer(204, "")};
  const ToolResult result = kit.Call("listPhoneNumbers", Json::object());
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["numbers"], Json::array());
}

TEST(ListPhoneNumbers, RefusedTwiceIsARefusal) {
  Toolkit kit;
  WithAccount(kit).http.script = {Answer(403, ""), Answer(403, "")};
  EXPECT_TRUE(kit.Call("listPhoneNumbers", Json::object()).is_error);
}

TEST(ListPhoneNumbers, UnreachedIsAnErrorResult) {
  Toolkit kit;
  WithAccount(kit).http.script = {Unavailable("connection refused")};
  const ToolResult result = kit.Call("listPhoneNumbers", Json::object());
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("connection refused"));
}

TEST(ListPhoneNumbers, LimitsOfSize) {
  for (const auto& [size, accepted] :
       {std::pair{1, true}, {2500, true}, {0, false}, {2501, false}}) {
    Toolkit kit;
    WithAccount(kit).http.script = {Answer(204, "")};
    EXPECT_EQ(!kit.Call("listPhoneNumbers", {{"size", size}}).is_error, accepted) << size;
  }
}

}  // namespace
}  // namespace bw::tool_service
