#include "sandbox/http/routes.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sandbox/http/desk.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::HasSubstr;

class RoutesTest : public ::testing::Test, protected Desk {
 protected:
  static constexpr const char* kCalls = "/api/v2/accounts/9900000/calls";
  static constexpr const char* kMessages = "/api/v2/users/9900000/messages";
  static constexpr const char* kMedia = "/api/v2/users/9900000/media";
  static constexpr const char* kApplications = "/api/v2/accounts/9900000/applications";
  static constexpr const char* kToken = "/api/v1/oauth2/token";
  static constexpr const char* kForm = "application/x-www-form-urlencoded";

  std::string CallBody() const {
    return json::Dump({{"from", "+15550100001"},
                       {"to", "+15550123456"},
                       {"applicationId", platform.account.applications[0].id},
                       {"answerUrl", "http://127.0.0.1:8081/a"}});
  }
};

TEST_F(RoutesTest, TheTokenEndpointTakesClientCredentials) {
  const http::Response response = Send({"POST", kToken, "grant_type=client_credentials", kForm,
                                        "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="});
  ASSERT_EQ(response.status, 200) << response.body;
  const Json body = BodyOf(response);
  EXPECT_EQ(body["expires_in"], 3600);
  EXPECT_EQ(body["token_type"], "bearer");
  const std::string token = "Bearer " + body["access_token"].get<std::string>();
  EXPECT_EQ(Send({"GET", kCalls, "", "", token}).status, 200);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Send({"GET", kCalls, "", "", token}).status, 401);
}

struct RefusalRow {
  std::string what;
  std::string method;
  std::string target;
  std::string body;
  std::string content_type;
  std::string authorization;
  int status;
  std::string answer;
};

TEST_F(RoutesTest, RefusesInTheShapeOfEachApi) {
  const std::string json_type = "application/json";
  const std::string basic = "Basic c2FuZGJveC1jbGllbnQ6d3Jvbmc=";
  const std::vector<RefusalRow> table = {
      {"token: wrong secret", "POST", kToken, "grant_type=client_credentials", kForm, basic, 401,
       "invalid_client"},
      {"token: no credentials", "POST", kToken, "grant_type=client_credentials", kForm, "", 401,
       "invalid_client"},
      {"token: other grant", "POST", kToken, "grant_type=password", kForm,
       "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=", 400, "unsupported_grant_type"},
      {"token: JSON", "POST", kToken, "{}", json_type, basic, 415, "invalid_request"},
      {"voice: no token", "GET", kCalls, "", "", "", 401, R"("type":"authentication-error")"},
      {"voice: bad token", "GET", kCalls, "", "", "Bearer x.y.z", 401, "authentication-error"},
      {"voice: Basic", "GET", kCalls, "", "", basic, 401, "authentication-error"},
      {"voice: other account", "GET", "/api/v2/accounts/1/calls", "", "", "token", 403,
       "authorization-error"},
      {"voice: not JSON", "POST", kCalls, "{", json_type, "token", 400, R"("type":"validation")"},
      {"voice: wrong type", "POST", kCalls, "{}", "text/plain", "token", 415, "application/json"},
      {"voice: missing fields", "POST", kCalls, "{}", json_type, "token", 400, "to is required"},
      {"voice: unknown call", "GET", std::string(kCalls) + "/c-none", "", "", "token", 404,
       "Call c-none was not found."},
      {"voice: BXML without type", "PUT", std::string(kCalls) + "/c-none/bxml", "<Response/>", "",
       "token", 415, "application/xml"},
      {"voice: BXML as JSON", "PUT", std::string(kCalls) + "/c-none/bxml", "<Response/>", json_type,
       "token", 415, "application/xml"},
      {"voice: page size", "GET", std::string(kCalls) + "?pageSize=10001", "", "", "token", 400,
       "pageSize"},
      {"voice: time", "GET", std::string(kCalls) + "?minStartTime=now", "", "", "token", 400,
       "minStartTime"},
      {"messaging: no token", "POST", kMessages, "{}", json_type, "", 401, "unauthorized"},
      {"messaging: other account", "GET", "/api/v2/users/1/messages", "", "", "token", 403,
       "forbidden"},
      {"messaging: missing fields", "POST", kMessages, "{}", json_type, "token", 400,
       R"("fieldName":"applicationId")"},
      {"messaging: no filter", "GET", kMessages, "", "", "token", 400, "at least one search"},
      {"messaging: limit", "GET", std::string(kMessages) + "?messageId=x&limit=0", "", "", "token",
       400, "limit"},
      {"messaging: no media", "GET", std::string(kMedia) + "/none", "", "", "token", 404,
       "not-found"},
      {"lookup: no token", "POST", "/v2/accounts/9900000/phoneNumberLookup", "{}", json_type, "",
       401, R"("errors":[)"},
      {"lookup: no numbers", "POST", "/v2/accounts/9900000/phoneNumberLookup", "{}", json_type,
       "token", 400, "phoneNumbers is required"},
      {"mfa: no token", "POST", "/api/v1/accounts/9900000/code/verify", "{}", json_type, "", 401,
       R"({"message")"},
      {"mfa: missing fields", "POST", "/api/v1/accounts/9900000/code/verify", "{}", json_type,
       "token", 400, R"("requestId")"},
      {"numbers: no token", "GET", kApplications, "", "", "", 401, ""},
      {"numbers: other account", "GET", "/api/v2/tns?accountId=1", "", "", "token", 403, ""},
      {"numbers: unknown", "GET", std::string(kApplications) + "/x", "", "", "token", 404,
       "<ErrorCode>1016</ErrorCode>"},
      {"numbers: page alone", "GET", "/api/v2/tns?accountId=9900000&page=1", "", "", "token", 400,
       "<ErrorCode>13055</ErrorCode>"},
      {"numbers: page size", "GET", "/api/v2/tns?accountId=9900000&page=1&size=2501", "", "",
       "token", 400, "<ErrorCode>1006</ErrorCode>"},
      {"control: bad script", "POST", "/sandbox/script", R"({"number":"+1555","oops":1})",
       json_type, "", 400, "oops is not a member"},
      {"nothing there", "GET", "/api/v2/nope", "", "", "token", 404, "Not Found"},
      {"no such method", "DELETE", kCalls, "", "", "token", 405, "Method Not Allowed"},
  };
  for (const RefusalRow& row : table) {
    const http::Response response =
        Send({row.method, row.target, row.body, row.content_type, row.authorization});
    EXPECT_EQ(response.status, row.status) << row.what << ": " << response.body;
    EXPECT_THAT(response.body, HasSubstr(row.answer)) << row.what;
  }
  EXPECT_EQ(Send({"GET", kApplications, "", "", ""}).body, "");
  EXPECT_EQ(Send({"DELETE", kCalls}).headers.Get("Allow"), "POST, GET");
}

TEST_F(RoutesTest, CreatesAndChangesCalls) {
  const http::Response created = Send({"POST", kCalls, CallBody()});
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string id = BodyOf(created)["callId"];
  EXPECT_EQ(created.headers.Get("Location"),
            "http://127.0.0.1:8090/api/v2/accounts/9900000/calls/" + id);
  const std::string call = std::string(kCalls) + "/" + id;
  const std::string xml = "application/xml; charset=utf-8";
  EXPECT_EQ(BodyOf(Send({"GET", call}))["state"], "queued");
  EXPECT_EQ(Send({"PUT", call + "/bxml", "<Response/>", xml}).status, 409);
  webhooks.answer = [](const WebhookRequest&) -> StatusOr<WebhookReply> {
    return Bxml("<Pause duration=\"600\"/>");
  };
  scheduler.Advance(std::chrono::seconds(2));
  EXPECT_EQ(Send({"PUT", call + "/bxml", "<Response><Nope/></Response>", xml}).status, 400);
  const http::Response replaced =
      Send({"PUT", call + "/bxml", "<Response><Pause duration=\"60\"/></Response>", xml});
  EXPECT_EQ(replaced.status, 204);
  EXPECT_EQ(replaced.body, "");
  const http::Response ended = Send({"POST", call, R"({"state":"completed"})"});
  EXPECT_EQ(ended.status, 200);
  EXPECT_EQ(ended.body, "");
  EXPECT_EQ(Send({"POST", call, R"({"state":"completed"})"}).status, 409);
  EXPECT_EQ(BodyOf(Send({"GET", "/api/v2/accounts/9900000/statistics"}))["maxCallQueueSize"], 1500);
}

TEST_F(RoutesTest, PagesThroughCalls) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(Send({"POST", kCalls, CallBody()}).status, 201);
  const http::Response first =
      Send({"GET", std::string(kCalls) + "?from=%2B15550100001&pageSize=2"});
  EXPECT_EQ(BodyOf(first).size(), 2u);
  EXPECT_EQ(first.headers.Get("Link"),
            "<http://127.0.0.1:8090/api/v2/accounts/9900000/calls?from=%2B15550100001&pageSize=2&"
            "pageToken=2>; rel=\"next\"");
  const http::Response second =
      Send({"GET", std::string(kCalls) + "?from=%2B15550100001&pageSize=2&pageToken=2"});
  EXPECT_EQ(BodyOf(second).size(), 1u);
  EXPECT_EQ(second.headers.Get("Link"), std::nullopt);
}

TEST_F(RoutesTest, SendsAndListsMessages) {
  const Json body = {{"from", "+15550100001"},
                     {"to", {"+15550123456"}},
                     {"applicationId", platform.account.applications[1].id},
                     {"text", "hi"}};
  const http::Response sent = Send({"POST", kMessages, json::Dump(body)});
  ASSERT_EQ(sent.status, 202) << sent.body;
  const std::string id = BodyOf(sent)["id"];
  const Json listed = BodyOf(Send({"GET", std::string(kMessages) + "?messageId=" + id}));
  EXPECT_EQ(listed["totalCount"], 1);
  EXPECT_EQ(listed["messages"][0]["messageId"], id);
  EXPECT_EQ(BodyOf(Send({"GET", "/sandbox/messages", "", "", ""}))[0]["text"], "hi");
}

TEST_F(RoutesTest, StoresMediaUnderNamesWithSlashes) {
  const std::string name = std::string(kMedia) + "/a%2Fb/c%20d.png";
  EXPECT_EQ(Send({"PUT", name, "bytes", "image/png"}).status, 204);
  const http::Response got = Send({"GET", std::string(kMedia) + "/a/b/c%20d.png"});
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "bytes");
  EXPECT_EQ(got.headers.Get("Content-Type"), "image/png");
  EXPECT_EQ(BodyOf(Send({"GET", kMedia}))[0]["mediaName"], "a/b/c d.png");
  EXPECT_EQ(Send({"DELETE", name}).status, 204);
  EXPECT_EQ(Send({"DELETE", name}).status, 404);
  const std::string large(MediaStore::kMaxFileBytes + 1, 'x');
  EXPECT_EQ(Send({"PUT", name, large, "image/png"}).status, 413);
}

TEST_F(RoutesTest, ReadsAndChangesApplicationsInXml) {
  const http::Response list = Send({"GET", kApplications});
  ASSERT_EQ(list.status, 200);
  const auto root = xml::Parse(list.body);
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->name, "ApplicationProvisioningResponse");
  EXPECT_EQ(xml::FindChildren(*xml::FindChild(*root, "ApplicationList"), "Application").size(), 2u);
  const std::string target = std::string(kApplications) + "/" + platform.account.applications[0].id;
  const std::string update =
      "<Application><CallInitiatedCallbackUrl>https://b.example/v</CallInitiatedCallbackUrl>"
      "</Application>";
  const http::Response changed = Send({"PATCH", target, update, "application/xml"});
  EXPECT_EQ(changed.status, 200);
  EXPECT_THAT(changed.body, HasSubstr("https://b.example/v"));
  EXPECT_THAT(changed.body, HasSubstr("Sandbox voice"));
  EXPECT_THAT(Send({"PUT", target, update, "application/xml"}).body, HasSubstr("1003"));
  EXPECT_THAT(Send({"PUT", target, "<Application>", "application/xml"}).body, HasSubstr("1019"));
  EXPECT_EQ(Send({"PATCH", target, update, "application/json"}).status, 415);
}

TEST_F(RoutesTest, MakesAndDeletesApplications) {
  const std::string wanted =
      "<Application><ServiceType>Voice-V2</ServiceType><AppName>mine</AppName>"
      "<CallInitiatedCallbackUrl>https://b.example/v</CallInitiatedCallbackUrl></Application>";
  const http::Response made = Send({"POST", kApplications, wanted, "application/xml"});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = platform.account.applications.back().id;
  EXPECT_THAT(made.body, HasSubstr("<ApplicationId>" + id));
  EXPECT_EQ(made.headers.Get("Location"),
            "http://127.0.0.1:8090" + std::string(kApplications) + "/" + id);
  const std::string target = std::string(kApplications) + "/" + id;
  EXPECT_EQ(Send({"GET", target}).status, 200);
  EXPECT_EQ(Send({"DELETE", target}).status, 200);
  EXPECT_EQ(Send({"DELETE", target}).status, 404);
  const http::Response used =
      Send({"DELETE", std::string(kApplications) + "/" + platform.account.applications[0].id});
  EXPECT_EQ(used.status, 400);
  EXPECT_THAT(used.body, HasSubstr("12107"));
  platform.account.has_voice_product = false;
  const http::Response refused = Send({"POST", kApplications, wanted, "application/xml"});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("HTTP voice feature is required"));
  EXPECT_EQ(Send({"POST", kApplications, "<Application>", "application/xml"}).status, 400);
}

TEST_F(RoutesTest, ListsNumbersPageByPage) {
  const auto first = xml::Parse(
      Send({"GET", "/api/v2/tns?accountId=9900000&status=Inservice&page=1&size=1"}).body);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(xml::ChildText(*first, "TelephoneNumberCount"), "2");
  EXPECT_EQ(xml::TextOf(*xml::FindAnywhere(*first, "FullNumber")), "+15550100001");
  EXPECT_THAT(xml::TextOf(*xml::FindPath(*first, "Links/next")),
              HasSubstr("/api/v2/tns?accountId=9900000&status=Inservice&page=2&size=1>"));
  const auto last =
      xml::Parse(Send({"GET", "/api/v2/accounts/9900000/inserviceNumbers?page=2&size=1"}).body);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(xml::TextOf(*xml::FindPath(*last, "TelephoneNumbers/TelephoneNumber")), "+15550100002");
  EXPECT_EQ(xml::FindPath(*last, "Links/next"), nullptr);
}

TEST_F(RoutesTest, PeopleCanBePlayed) {
  EXPECT_EQ(Send({"POST", "/sandbox/script", R"({"number":"+15550123456","digits":["1"]})",
                  "application/json", ""})
                .status,
            204);
  EXPECT_EQ(BodyOf(Send({"GET", "/sandbox/script"}))[0]["digits"][0], "1");
  const http::Response call =
      Send({"POST", "/sandbox/calls", R"({"from":"+15550123456","to":"+15550100001"})",
            "application/json", ""});
  ASSERT_EQ(call.status, 201) << call.body;
  const std::string id = BodyOf(call)["callId"];
  scheduler.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(BodyOf(Send({"GET", "/sandbox/calls/" + id + "/timeline"}))["direction"], "inbound");
  EXPECT_EQ(Send({"POST", "/sandbox/calls/" + id + "/press", R"({"digits":"1"})"}).status, 409);
  EXPECT_EQ(Send({"POST", "/sandbox/calls/" + id + "/hangup"}).status, 204);
  EXPECT_EQ(Send({"POST", "/sandbox/messages", R"({"from":"+15550123456","to":"+15550100001",
                  "text":"hello"})"})
                .status,
            202);
  EXPECT_EQ(Send({"GET", "/healthz", "", "", ""}).body, "ok\n");
}

}  // namespace
}  // namespace bw::sandbox
