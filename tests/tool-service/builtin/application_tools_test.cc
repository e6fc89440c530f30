#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/unsent.h"
#include "tests/tool-service/builtin/toolkit.h"
#include "tool-service/builtin/callback_setup.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPath = "https://api.bandwidth.com/api/v2/accounts/9900000/applications/v-1";

std::string Voice(const std::string& url, const std::string& more = "") {
  return "<Application><ApplicationId>v-1</ApplicationId><ServiceType>Voice-V2</ServiceType>"
         "<AppName>agent</AppName><CallInitiatedCallbackUrl>" +
         url + "</CallInitiatedCallbackUrl>" + more + "</Application>";
}

const std::string kForeign = Voice("https://theirs.example/v",
                                   "<CallStatusCallbackUrl>https://theirs.example/s"
                                   "</CallStatusCallbackUrl>");
const std::string kOurs =
    Voice("https://calls.example.com/callbacks/voice/answer",
          "<CallStatusCallbackUrl>https://calls.example.com/callbacks/voice/disconnect"
          "</CallStatusCallbackUrl>");

HttpResponse Single(const std::string& application) {
  return Answer(200, "<ApplicationProvisioningResponse>" + application +
                         "</ApplicationProvisioningResponse>");
}

struct Account : Toolkit {
  Account() {
    tokens.token = TokenFor({"9900000"});
    facts.voice_application_id = "v-1";
  }
  std::vector<std::string> Methods() const {
    std::vector<std::string> methods;
    for (const HttpRequest& request : http.requests) methods.push_back(request.method);
    return methods;
  }
  std::string& Kept() { return journal.values["default:callbacks/9900000/v-1"]; }
};

TEST(ConfigureCallbacks, PatchesWhatDiffersAndKeepsWhatWas) {
  Account kit;
  kit.callback_credentials = {"hook", "s3cret"};
  kit.http.script = {Single(kForeign), Single(kOurs),
                     Single(Voice("https://calls.example.com/callbacks/voice/answer",
                                  "<CallStatusCallbackUrl>https://calls.example.com/callbacks/"
                                  "voice/disconnect</CallStatusCallbackUrl><CallbackCreds><UserId>"
                                  "hook</UserId></CallbackCreds>"))};
  const ToolResult result = kit.Call("configureCallbacks", Json::object());
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_THAT(kit.Methods(), testing::ElementsAre("GET", "PATCH", "GET"));
  const HttpRequest& patch = kit.http.requests[1];
  EXPECT_EQ(patch.url, kPath);
  EXPECT_EQ(HeaderOf(patch, "Content-Type"), "application/xml");
  EXPECT_THAT(patch.body, HasSubstr("https://calls.example.com/callbacks/voice/answer"));
  EXPECT_THAT(patch.body, HasSubstr("<UserId>hook</UserId><Password>s3cret</Password>"));
  EXPECT_THAT(kit.Kept(), HasSubstr("theirs.example"));
  EXPECT_EQ(kit.journal.value_requests.back().time_to_live, CallbackSetup::kKept);
  const Json& application = (*result.structured)["applications"][0];
  EXPECT_EQ(application["changed"], true);
  EXPECT_EQ(application["before"]["CallInitiatedCallbackUrl"], "https://theirs.example/v");
  EXPECT_EQ(application["after"]["CallbackCreds"]["UserId"], "hook");
  EXPECT_TRUE(application.contains("restorable_to"));
  EXPECT_THAT(TextOf(result), HasSubstr("now reports to this server"));
  EXPECT_THAT(TextOf(result) + json::Dump(*result.structured), Not(HasSubstr("s3cret")));
}

TEST(ConfigureCallbacks, WritesNothingWhenItIsSoAlready) {
  Account kit;
  kit.http.script = {Single(kOurs)};
  const ToolResult result = kit.Call("configureCallbacks", {{"type", "voice"}});
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("nothing was changed"));
  EXPECT_EQ(kit.http.requests.size(), 1u);
  EXPECT_EQ(kit.Kept(), "");
}

TEST(ConfigureCallbacks, ReplacesTheWholeWhereThereIsNoPatch) {
  for (const int status : {404, 405, 501}) {
    Account kit;
    kit.http.script = {Single(kForeign), Answer(status), Single(kOurs), Single(kOurs)};
    const ToolResult result = kit.Call("configureCallbacks", Json::object());
    ASSERT_FALSE(result.is_error) << TextOf(result);
    EXPECT_THAT(kit.Methods(), testing::ElementsAre("GET", "PATCH", "PUT", "GET"));
    EXPECT_THAT(kit.http.requests[2].body, HasSubstr("<AppName>agent</AppName>"));
    EXPECT_THAT(kit.http.requests[2].body, Not(HasSubstr("ApplicationId")));
  }
}

TEST(ConfigureCallbacks, ReplacingLosesForeignCredentialsOnlyWhenAllowed) {
  const std::string fallback =
      Voice("https://theirs.example/v",
            "<CallInitiatedFallbackCreds><UserId>f</UserId></CallInitiatedFallbackCreds>");
  Account kit;
  kit.http.script = {Single(fallback), Answer(405)};
  const ToolResult refused = kit.Call("configureCallbacks", Json::object());
  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(TextOf(refused), HasSubstr("allow_credential_loss"));
  kit.http.script = {Single(fallback), Answer(405), Single(kOurs), Single(kOurs)};
  const ToolResult allowed = kit.Call("configureCallbacks", {{"allow_credential_loss", true}});
  EXPECT_FALSE(allowed.is_error) << TextOf(allowed);
  EXPECT_THAT(kit.http.requests.at(4).body, Not(HasSubstr("Fallback")));
}

TEST(ConfigureCallbacks, TheFirstStateIsTheOneToGoBackTo) {
  Account kit;
  kit.http.script = {Single(kForeign), Single(kOurs), Single(kOurs)};
  kit.Call("configureCallbacks", Json::object());
  // The server moves: what stands there is its own work.
  kit.facts.callbacks = CallbackUrls("https://moved.example.com");
  const std::string moved = Voice("https://moved.example.com/callbacks/voice/answer",
                                  "<CallStatusCallbackUrl>https://moved.example.com/callbacks/"
                                  "voice/disconnect</CallStatusCallbackUrl>");
  kit.http.script = {Single(kOurs), Single(moved), Single(moved)};
  ASSERT_FALSE(kit.Call("configureCallbacks", Json::object()).is_error);
  EXPECT_THAT(kit.Kept(), HasSubstr("theirs.example"));
  // Somebody else takes it over: that is then what to go back to.
  kit.http.script = {Single(Voice("https://others.example/v")), Single(moved), Single(moved)};
  ASSERT_FALSE(kit.Call("configureCallbacks", Json::object()).is_error);
  EXPECT_THAT(kit.Kept(), HasSubstr("others.example"));
  EXPECT_THAT(kit.Kept(), Not(HasSubstr("theirs.example")));
}

TEST(ConfigureCallbacks, WithoutAPlaceForTheFormerStateNothingIsChanged) {
  for (const std::deque<Status>& failures : {std::deque<Status>{Unavailable("gone")},
                                             std::deque<Status>{OkStatus(), Unavailable("gone")}}) {
    Account kit;
    kit.journal.value_failures = failures;
    kit.http.script = {Single(kForeign)};
    const ToolResult result = kit.Call("configureCallbacks", Json::object());
    EXPECT_TRUE(result.is_error);
    EXPECT_THAT(TextOf(result), HasSubstr("Nothing was changed"));
    EXPECT_EQ(kit.http.requests.size(), 1u);
  }
}

TEST(ConfigureCallbacks, AStateThatIsTooLargeToKeepIsLeftAlone) {
  for (const auto& [bytes, fits] : {std::pair{14'000, true}, {17'000, false}}) {
    Account kit;
    kit.http.script = {Single(Voice("https://theirs.example/" +
                                    std::string(static_cast<std::size_t>(bytes), 'x'))),
                       Single(kOurs), Single(kOurs)};
    const ToolResult result = kit.Call("configureCallbacks", Json::object());
    EXPECT_EQ(!result.is_error, fits) << TextOf(result).substr(0, 200);
    EXPECT_EQ(kit.http.requests.size(), fits ? 3u : 1u);
  }
}

TEST(ConfigureCallbacks, NeverPointsBandwidthAtThisMachine) {
  for (const bool sandbox : {false, true}) {
    Account kit;
    kit.facts.callbacks = CallbackUrls("http://127.0.0.1:8081");
    kit.facts.sandbox = sandbox;
    const std::string local = Voice("http://127.0.0.1:8081/callbacks/voice/answer",
                                    "<CallStatusCallbackUrl>http://127.0.0.1:8081/callbacks/voice/"
                                    "disconnect</CallStatusCallbackUrl>");
    kit.http.script = {Single(kForeign), Single(local), Single(local)};
    const ToolResult result = kit.Call("configureCallbacks", Json::object());
    EXPECT_EQ(!result.is_error, sandbox);
    if (sandbox) continue;
    EXPECT_THAT(TextOf(result), HasSubstr("BW_MCP_BASE_URL"));
    EXPECT_TRUE(kit.http.requests.empty());
  }
}

TEST(ConfigureCallbacks, SaysWhenCredentialsCannotBeGiven) {
  Account kit;
  kit.callback_credentials = {"hook", "s3cret"};
  kit.facts.callbacks = CallbackUrls("http://calls.example.com");
  const std::string ours = Voice("http://calls.example.com/callbacks/voice/answer",
                                 "<CallStatusCallbackUrl>http://calls.example.com/callbacks/voice/"
                                 "disconnect</CallStatusCallbackUrl>");
  kit.http.script = {Single(kForeign), Single(ours), Single(ours)};
  const ToolResult result = kit.Call("configureCallbacks", Json::object());
  EXPECT_THAT(TextOf(result), HasSubstr("not https"));
  EXPECT_THAT(kit.http.requests.at(1).body, Not(HasSubstr("s3cret")));
}

TEST(ConfigureCallbacks, EveryConfiguredApplicationAndAllTheirProblems) {
  Account kit;
  kit.facts.messaging_application_id = "m-1";
  kit.http.script = {Single(kOurs), Answer(403)};
  const ToolResult result = kit.Call("configureCallbacks", Json::object());
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ((*result.structured)["applications"][0]["changed"], false);
  EXPECT_THAT((*result.structured)["applications"][1]["error"].get<std::string>(),
              HasSubstr("role"));
  EXPECT_THAT(TextOf(result), HasSubstr("m-1"));
}

TEST(ConfigureCallbacks, Refusals) {
  struct Case {
    const char* what;
    Json arguments;
    std::deque<StatusOr<HttpResponse>> script;
    const char* text;
  };
  const std::vector<Case> cases = {
      {"none configured", {{"type", "messaging"}}, {}, "applicationId"},
      {"an odd id", {{"applicationId", "a/../b"}}, {}, "applicationId"},
      {"a foreign field", {{"application_id", "v-1"}}, {}, "application_id"},
      {"of another kind",
       {{"applicationId", "v-1"}, {"type", "messaging"}},
       {Single(kForeign)},
       "service type Voice-V2"},
      {"no application in it", Json::object(), {Answer(200, "<A/>")}, "no application"},
      {"not there", Json::object(), {Answer(404)}, "no such resource"},
      {"unreachable", Json::object(), {Unavailable("refused")}, "did not answer"},
      {"refused",
       Json::object(),
       {Single(kForeign),
        Answer(400,
               "<R><ResponseStatus><ErrorCode>"
               "12974</ErrorCode><Description>bad URL</Description></ResponseStatus></R>")},
       "12974"},
      {"without effect",
       Json::object(),
       {Single(kForeign), Answer(200), Single(kForeign)},
       "is still another"},
      {"not read again",
       Json::object(),
       {Single(kForeign), Answer(200), Answer(500)},
       "The change was accepted"}};
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    Account kit;
    kit.http.script = row.script;
    const ToolResult result = kit.Call("configureCallbacks", row.arguments);
    EXPECT_TRUE(result.is_error);
    EXPECT_THAT(TextOf(result), HasSubstr(row.text));
  }
}

TEST(RestoreCallbacks, PutsBackWhatWas) {
  Account kit;
  kit.http.script = {Single(kForeign), Single(kOurs), Single(kOurs)};
  kit.Call("configureCallbacks", Json::object());
  kit.http.requests.clear();
  kit.http.script = {Single(kOurs), Single(kForeign), Single(kForeign)};
  const ToolResult result = kit.Call("restoreCallbacks", Json::object());
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_THAT(kit.Methods(), testing::ElementsAre("GET", "PATCH", "GET"));
  EXPECT_THAT(kit.http.requests[1].body, HasSubstr("https://theirs.example/s"));
  EXPECT_EQ(kit.Kept(), "") << "a state that is back is not kept";
  const ToolResult again = kit.Call("restoreCallbacks", Json::object());
  EXPECT_TRUE(again.is_error);
  EXPECT_THAT(TextOf(again), HasSubstr("keeps no former state"));
}

TEST(RestoreCallbacks, WhatWasNotThereNeedsAReplacement) {
  Account kit;
  const std::string bare =
      Voice("https://theirs.example/v", "<CallbackCreds><UserId>them</UserId></CallbackCreds>");
  kit.callback_credentials = {"hook", "s3cret"};
  const std::string ours = Voice("https://calls.example.com/callbacks/voice/answer",
                                 "<CallStatusCallbackUrl>https://calls.example.com/callbacks/"
                                 "voice/disconnect</CallStatusCallbackUrl><CallbackCreds><UserId>"
                                 "hook</UserId></CallbackCreds>");
  kit.http.script = {Single(bare), Single(ours), Single(ours)};
  ASSERT_FALSE(kit.Call("configureCallbacks", Json::object()).is_error);
  kit.http.requests.clear();
  kit.http.script = {Single(ours), Single(bare), Single(Voice("https://theirs.example/v"))};
  const ToolResult result = kit.Call("restoreCallbacks", Json::object());
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_THAT(kit.Methods(), testing::ElementsAre("GET", "PUT", "GET"));
  EXPECT_THAT(kit.http.requests[1].body, Not(HasSubstr("CallStatus")));
  EXPECT_THAT(kit.http.requests[1].body, Not(HasSubstr("Creds")));
  EXPECT_EQ((*result.structured)["applications"][0]["credentials_missing"],
            Json::array({"CallbackCreds"}));
  EXPECT_THAT(TextOf(result), HasSubstr("passwords cannot be read"));
  // Still kept, so that the password can be added.
  EXPECT_NE(kit.Kept(), "");
  kit.http.requests.clear();
  kit.http.script = {Single(Voice("https://theirs.example/v")), Single(bare), Single(bare)};
  const ToolResult whole = kit.Call("restoreCallbacks", {{"password", "theirs"}});
  ASSERT_FALSE(whole.is_error) << TextOf(whole);
  EXPECT_THAT(kit.http.requests[1].body,
              HasSubstr("<UserId>them</UserId><Password>theirs</Password>"));
  EXPECT_THAT(TextOf(whole) + json::Dump(*whole.structured), Not(HasSubstr("\"theirs\"")));
  EXPECT_EQ(kit.Kept(), "");
}

std::string Listed(const std::string& applications) {
  return "<ApplicationProvisioningResponse><ApplicationList>" + applications +
         "</ApplicationList></ApplicationProvisioningResponse>";
}

const Json& Wanted() {
  static const Json arguments = {{"name", "agent"}, {"type", "voice"}};
  return arguments;
}

TEST(CreateApplication, MakesOneThatReportsHere) {
  Account kit;
  kit.callback_credentials = {"hook", "s3cret"};
  kit.http.script = {Answer(200, Listed("")),
                     Answer(201, "<ApplicationProvisioningResponse>" + kOurs +
                                     "</ApplicationProvisioningResponse>")};
  const ToolResult result = kit.Call("createApplication", Wanted());
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_THAT(kit.Methods(), testing::ElementsAre("GET", "POST"));
  EXPECT_THAT(kit.http.requests[1].body, HasSubstr("<ServiceType>Voice-V2</ServiceType>"));
  EXPECT_THAT(kit.http.requests[1].body, HasSubstr("<Password>s3cret</Password>"));
  EXPECT_EQ((*result.structured)["applicationId"], "v-1");
  EXPECT_EQ((*result.structured)["made"], true);
  EXPECT_EQ((*result.structured)["points_here"], true);
  EXPECT_THAT(TextOf(result) + json::Dump(*result.structured), Not(HasSubstr("s3cret")));
}

TEST(CreateApplication, TakesTheIdFromTheLocation) {
  Account kit;
  kit.http.script = {Answer(200, Listed("")),
                     Answer(201, "", {{"location", "https://api/accounts/1/applications/v-9"}})};
  EXPECT_EQ((*kit.Call("createApplication", Wanted()).structured)["applicationId"], "v-9");
}

TEST(CreateApplication, GivesBackOneThatIsThere) {
  Account kit;
  kit.http.script = {Answer(200, Listed(kForeign))};
  const ToolResult result = kit.Call("createApplication", Wanted());
  ASSERT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["made"], false);
  EXPECT_THAT(TextOf(result), HasSubstr("configureCallbacks"));
  EXPECT_EQ(kit.http.requests.size(), 1u);
  // Of the other kind it is another.
  kit.http.script = {Answer(200, Listed(kForeign)), Answer(201, "")};
  EXPECT_EQ((*kit.Call("createApplication", {{"name", "agent"}, {"type", "messaging"}})
                  .structured)["made"],
            true);
}

TEST(CreateApplication, LooksAgainWhenNobodyKnows) {
  for (const StatusOr<HttpResponse>& unclear :
       {StatusOr<HttpResponse>(DeadlineExceeded("slow")), StatusOr<HttpResponse>(Answer(502))}) {
    Account kit;
    kit.http.script = {Answer(200, Listed("")), unclear, Answer(200, Listed(kOurs))};
    const ToolResult found = kit.Call("createApplication", Wanted());
    EXPECT_FALSE(found.is_error);
    EXPECT_THAT(TextOf(found), HasSubstr("although no proper answer came"));
    kit.http.script = {Answer(200, Listed("")), unclear, Answer(200, Listed(""))};
    const ToolResult missing = kit.Call("createApplication", Wanted());
    EXPECT_TRUE(missing.is_error && missing.effect_unknown);
    EXPECT_THAT(TextOf(missing), HasSubstr("not listed so far"));
    kit.http.script = {Answer(200, Listed("")), unclear, Answer(500)};
    EXPECT_THAT(TextOf(kit.Call("createApplication", Wanted())), HasSubstr("unknown"));
  }
}

TEST(CreateApplication, ARefusalIsCertain) {
  struct Case {
    StatusOr<HttpResponse> answer;
    const char* text;
  };
  for (const Case& row :
       {Case{Answer(409, "<R>HTTP voice feature is required</R>"), "Contact Bandwidth"},
        Case{MarkUnsent(Unavailable("no route")), "Nothing was sent"}}) {
    Account kit;
    kit.http.script = {Answer(200, Listed("")), row.answer};
    const ToolResult result = kit.Call("createApplication", Wanted());
    EXPECT_TRUE(result.is_error);
    EXPECT_FALSE(result.effect_unknown);
    EXPECT_THAT(TextOf(result), HasSubstr(row.text));
    EXPECT_EQ(kit.http.requests.size(), 2u);
  }
}

TEST(CreateApplication, ChecksBeforeItAsks) {
  Account kit;
  EXPECT_THAT(TextOf(kit.Call("createApplication", {{"name", "a"}})), HasSubstr("type"));
  EXPECT_THAT(
      TextOf(kit.Call("createApplication", {{"name", std::string(257, 'x')}, {"type", "voice"}})),
      HasSubstr("name"));
  kit.facts.callbacks = CallbackUrls("http://localhost:8081");
  EXPECT_THAT(TextOf(kit.Call("createApplication", Wanted())), HasSubstr("BW_MCP_BASE_URL"));
  EXPECT_TRUE(kit.http.requests.empty());
  kit.facts.callbacks = CallbackUrls("https://calls.example.com");
  kit.http.script = {Answer(403)};
  EXPECT_THAT(TextOf(kit.Call("createApplication", Wanted())), HasSubstr("role"));
}

}  // namespace
}  // namespace bw::tool_service
