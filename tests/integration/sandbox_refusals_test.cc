// The sandbox refuses what Bandwidth refuses, and the tool service understands every refusal: one
// row for each row of the reference that an imitation over HTTP can show.
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/http/desk.h"
#include "tool-service/core/api_errors.h"

namespace bw::sandbox {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tool_service::AdviceFor;
using tool_service::ApiErrors;

const std::string kAccount = "/api/v2/accounts/9900000";
const std::string kSite = kAccount + "/sites/743";
const std::string kPeer = kSite + "/sippeers/500017";
constexpr const char* kXml = "application/xml";

ApiErrors ErrorsIn(const http::Response& response) {
  if (const auto root = xml::Parse(response.body); root.ok()) {
    return tool_service::ErrorsInXml(*root);
  }
  const auto value = json::Parse(response.body);
  return value.ok() ? tool_service::ErrorsInJson(*value, response.status < 300) : ApiErrors();
}

bool Reports(const ApiErrors& errors, const std::string& code) {
  return std::any_of(errors.errors.begin(), errors.errors.end(),
                     [&](const auto& error) { return error.code == code; });
}

Sent Post(const std::string& target, const std::string& body) {
  return {"POST", target, body, kXml};
}
Sent Put(const std::string& target, const std::string& body) { return {"PUT", target, body, kXml}; }
Sent Fetch(const std::string& target) { return {"GET", target, "", ""}; }
Sent Remove(const std::string& target) { return {"DELETE", target, "", ""}; }

std::string Order(const std::string& numbers, const std::string& before = "<SiteId>743</SiteId>") {
  return "<Order>" + before + "<ExistingTelephoneNumberOrderType><TelephoneNumberList>" + numbers +
         "</TelephoneNumberList></ExistingTelephoneNumberOrderType></Order>";
}
std::string Number(const std::string& number) {
  return "<TelephoneNumber>" + number + "</TelephoneNumber>";
}
std::string Search(const std::string& criteria) {
  return kAccount + "/availableNumbers?" + criteria;
}
std::string Campaign(const std::string& number, const std::string& campaign = "C1",
                     const std::string& action = "asSpecified") {
  return "<TnOptionOrder><TnOptionGroups><TnOptionGroup><A2pSettings><CampaignId>" + campaign +
         "</CampaignId><Action>" + action + "</Action></A2pSettings><TelephoneNumbers>" +
         Number(number) + "</TelephoneNumbers></TnOptionGroup></TnOptionGroups></TnOptionOrder>";
}
std::string CallerName(const std::string& name, const std::string& use = "BUSINESS") {
  return "<LidbOrder><LidbTnGroups><LidbTnGroup><TelephoneNumbers>" + Number("+15550100002") +
         "</TelephoneNumbers><SubscriberInformation>" + name + "</SubscriberInformation><UseType>" +
         use + "</UseType><Visibility>PUBLIC</Visibility></LidbTnGroup></LidbTnGroups></LidbOrder>";
}
std::string Disconnect(const std::string& number) {
  return "<DisconnectTelephoneNumberOrder><DisconnectTelephoneNumberOrderType>"
         "<TelephoneNumberList>" +
         Number(number) +
         "</TelephoneNumberList></DisconnectTelephoneNumberOrderType>"
         "</DisconnectTelephoneNumberOrder>";
}
std::string ManyNumbers(int count) {
  std::string numbers;
  for (int i = 0; i < count; ++i) numbers += Number("+1919" + std::to_string(2'000'000 + i));
  return numbers;
}
const std::string kPorts = kAccount + "/portins";
std::string PortIn(const std::string& numbers, const std::string& more = "",
                   const std::string& root = "LnpOrder") {
  return "<" + root + "><BillingTelephoneNumber>+15550100011</BillingTelephoneNumber>" +
         "<Subscriber><SubscriberType>BUSINESS</SubscriberType></Subscriber>"
         "<LoaAuthorizingPerson>Jane Doe</LoaAuthorizingPerson><ListOfPhoneNumbers>" +
         numbers + "</ListOfPhoneNumbers><SiteId>743</SiteId>" + more + "</" + root + ">";
}
std::string Ported(const std::string& number) {
  return "<PhoneNumber>" + number + "</PhoneNumber>";
}
std::string NewBilling(const std::string& number) {
  return "<NewBillingTelephoneNumber>" + number + "</NewBillingTelephoneNumber>";
}
std::string ManyPorted(int count) {
  std::string numbers;
  for (int i = 0; i < count; ++i) numbers += Ported("+1919" + std::to_string(2'000'000 + i));
  return numbers;
}

const std::string kVoiceApplication =
    kAccount + "/applications/7d2c3c1e-0000-4000-8000-000000000001";
std::string Application(const std::string& settings) {
  return "<Application>" + settings + "</Application>";
}

// A code of bandwidth.md §6.5 and a request that meets it; `before` prepares the account.
struct CodeRow {
  int code;
  Sent request;
  int status = 400;
  std::vector<Sent> before = {};
};

const std::vector<CodeRow> kCodeRows = {
    {1003, Post(kAccount + "/sites", "<Site><Description>x</Description></Site>")},
    {1005, Remove(kSite), 409},
    {1006, Fetch("/api/v2/tns?page=1&size=2501")},
    {1007, Fetch(kAccount + "/inserviceNumbers?startdate=2026-03-02")},
    {1008, Post(kAccount + "/lidbs", CallerName("ACME", "SHOP"))},
    {1009, Post(kAccount + "/orders", Order(Number("+15550100004") + Number("5550100004")))},
    {1011, Post(kAccount + "/lidbs", CallerName("SIXTEEN LETTERS."))},
    {1013, Post(kAccount + "/lidbs", CallerName("ACME #1"))},
    {1014, Post(kAccount + "/orders", Order(Number("+15550100004"), "<SiteId>one</SiteId>"))},
    {1015, Post(kAccount + "/sites", "<Site><Name>Sandbox</Name></Site>"), 409},
    {1016, Fetch(kAccount + "/applications/none"), 404},
    {1019, Post(kAccount + "/orders", "<Wrong/>")},
    {1022, Post(kAccount + "/tnoptions", Campaign("5550100002"))},
    {4000, Fetch(Search("areaCode=a"))},
    {4001, Fetch(Search("rateCenter="))},
    {4002, Fetch(Search("npaNxx=91955"))},
    {4003, Fetch(Search("tollFreeVanity=ABC"))},
    {4004, Fetch(Search("tollFreeWildCardPattern=900"))},
    {4005, Fetch(Search("city=&state=NC"))},
    {4006, Fetch(Search("state=nc"))},
    {4007, Fetch(Search("zip=1"))},
    {4008, Fetch(Search("lata=x"))},
    {4010, Fetch(Search("city=RALEIGH"))},
    {4011, Fetch("/api/v2/tns/12/tndetails")},
    {4017, Fetch("/api/v2/tns/+15550100008"), 404},
    {4020, Fetch(Search("areaCode=919&orderBy=colour"))},
    {4023, Fetch(Search("areaCode=201"))},
    {5001, Post(kAccount + "/disconnects",
                "<DisconnectTelephoneNumberOrder><TelephoneNumberList>" + Number("+15550100002") +
                    "</TelephoneNumberList></DisconnectTelephoneNumberOrder>")},
    {5002, Fetch(Search("quantity=5"))},
    {5007, Post(kAccount + "/orders", Order(ManyNumbers(5001)))},
    {5008, Post(kAccount + "/orders", Order(Number("12") + Number("abc")))},
    {5009, Fetch(Search("areaCode=919&quantity=5001"))},
    {5016, Post(kAccount + "/orders", Order(Number("+15550100004"), "<SiteId>9</SiteId>"))},
    {5020,
     Post(kAccount + "/orders", Order(Number("+15550100004"), "<SiteId>744</SiteId>")),
     400,
     {Post(kAccount + "/sites", "<Site><Name>Empty</Name></Site>")}},
    {5022, Post(kAccount + "/orders", Order(Number("+15550100004"), ""))},
    {5023, Post(kAccount + "/orders",
                Order(Number("+15550100004"), "<SiteId>743</SiteId><PeerId>1</PeerId>"))},
    {5040, Fetch(kAccount + "/tnreservation/none"), 404},
    {5041, Post(kAccount + "/tnreservation",
                "<Reservation><ReservedTn>+15550100002</ReservedTn></Reservation>")},
    {5134, Post(kAccount + "/tnoptions", Campaign("+15550100002", "C1", "whatever"))},
    {7318, Post(kAccount + "/orders",
                Order(Number("+15550100004"),
                      "<CustomerOrderId>no_underscore</CustomerOrderId><SiteId>743</SiteId>"))},
    {7318, Post(kPorts, PortIn(Ported("+15550100012"),
                               "<CustomerOrderId>no_underscore</CustomerOrderId>"))},
    {7490, Post(kPorts, PortIn(ManyPorted(1001)))},
    {7494, Post(kPorts, PortIn(Ported("+15550100012"), NewBilling("12")))},
    {7496, Post(kPorts, PortIn(Ported("+15550100012"), NewBilling("+15550100012")))},
    {7497, Post(kPorts, PortIn(Ported("+15550100012"), NewBilling("+15550100011")))},
    {7642, Post(kPorts, PortIn(Ported("+18885550109")))},
    {7643, Post(kPorts, PortIn(Ported("+18885550101") + Ported("+15550100012")))},
    {7644, Post(kAccount + "/tollFreePortingValidations",
                "<TollFreePortingValidation><TollFreeNumberList>"
                "<TollFreeNumber>+15550100012</TollFreeNumber></TollFreeNumberList>"
                "</TollFreePortingValidation>")},
    {12107, Remove(kVoiceApplication)},
    {12961,
     {"PATCH", kVoiceApplication, Application("<CallInitiatedMethod>PUT</CallInitiatedMethod>"),
      kXml}},
    {12962,
     {"PATCH", kVoiceApplication,
      Application("<InboundCallbackUrl>https://a.example</InboundCallbackUrl>"), kXml}},
    {12963,
     Put(kVoiceApplication,
         Application("<AppName>a</AppName><CallInitiatedCallbackUrl>https://a.example"
                     "</CallInitiatedCallbackUrl><CallStatusMethod>POST</CallStatusMethod>"))},
    {12964,
     {"PATCH", kVoiceApplication, Application("<ServiceType>Messaging-V2</ServiceType>"), kXml}},
    {12974,
     {"PATCH", kVoiceApplication,
      Application("<CallStatusCallbackUrl>nowhere</CallStatusCallbackUrl>"), kXml}},
    {12976,
     {"PATCH", kVoiceApplication, Application("<CallbackCreds><UserId>u</UserId></CallbackCreds>"),
      kXml}},
    {13047,
     {"PATCH", kVoiceApplication, Application("<CallbackTimeout>2.5</CallbackTimeout>"), kXml}},
    {13048,
     {"PATCH", kVoiceApplication,
      Application("<CallInitiatedFallbackMethod>POST</CallInitiatedFallbackMethod>"), kXml}},
    {13055, Fetch("/api/v2/tns?page=1")},
    {13056, Fetch("/api/v2/tns?page=x&size=1")},
    {13057, Fetch("/api/v2/tns?page=0&size=1")},
    {13058, Fetch("/api/v2/tns?page=1&size=0")},
    {13522, Put(kPeer, "<SipPeer><PeerName>sandbox</PeerName></SipPeer>")},
    {13523, Post(kSite + "/sippeers", "<SipPeer><PeerName>sandbox</PeerName></SipPeer>")},
    {13650, Put(kPeer + "/products/origination/settings",
                "<SipPeerOriginationSettings><VoiceProtocol>HTTP</VoiceProtocol><HttpSettings>"
                "<HttpVoiceV2AppId>none</HttpVoiceV2AppId></HttpSettings>"
                "</SipPeerOriginationSettings>")},
    {13652, Post(kPeer + "/products/origination/settings",
                 "<SipPeerOriginationSettings><VoiceProtocol>HTTP</VoiceProtocol>"
                 "</SipPeerOriginationSettings>")},
};

TEST(SandboxRefusals, EveryCodeIsMetByTheRequestThatBreaksItsRule) {
  for (const CodeRow& row : kCodeRows) {
    Desk desk;
    for (const Sent& sent : row.before) desk.Send(sent);
    const http::Response response = desk.Send(row.request);
    const ApiErrors errors = ErrorsIn(response);
    EXPECT_EQ(response.status, row.status) << row.code << ": " << response.body;
    EXPECT_TRUE(Reports(errors, std::to_string(row.code))) << row.code << ": " << response.body;
    EXPECT_NE(tool_service::MeaningOfCode(std::to_string(row.code)), "") << row.code;
  }
}

// Codes that an order meets while it is carried out: the order is made, and its list of errors
// says them.
struct OrderRow {
  int code;
  Sent request;
  std::string status;
  std::vector<Sent> before = {};
};

TEST(SandboxRefusals, OrdersReportWhatFailedInASuccess) {
  const std::string sms = kPeer + "/products/messaging/features/sms";
  const std::vector<OrderRow> rows = {
      {5005, Post(kAccount + "/orders", Order(Number("+15550100009"))), "FAILED"},
      {5005, Post(kAccount + "/orders", Order(Number("+15550100004") + Number("+15550100009"))),
       "PARTIAL"},
      {5006, Post(kAccount + "/disconnects", Disconnect("+15550100008")), "FAILED"},
      {5017,
       Post(kAccount + "/orders",
            "<Order><SiteId>743</SiteId><AreaCodeSearchAndOrderType><AreaCode>704</AreaCode>"
            "<Quantity>50</Quantity></AreaCodeSearchAndOrderType></Order>"),
       "PARTIAL"},
      {5018,
       Post(kAccount + "/orders",
            "<Order><SiteId>743</SiteId><ZIPSearchAndOrderType><Zip>99999</Zip>"
            "<Quantity>1</Quantity></ZIPSearchAndOrderType></Order>"),
       "FAILED"},
      {5132, Post(kAccount + "/tnoptions", Campaign("+15550100002")), "FAILED", {Remove(sms)}},
      {5133,
       Post(kAccount + "/tnoptions", Campaign("+15550100002")),
       "FAILED",
       {Put(sms,
            "<SipPeerSmsFeature><SipPeerSmsFeatureSettings><A2pLongCode>Off</A2pLongCode>"
            "</SipPeerSmsFeatureSettings></SipPeerSmsFeature>")}},
      {11020,
       Post(kAccount + "/lidbs", CallerName("ACME")),
       "FAILED",
       {Post(kAccount + "/lidbs", CallerName("ACME"))}},
      {12220, Post(kAccount + "/tnoptions", Campaign("+15550100002", "CREJECTED1")), "FAILED"},
      {12512, Post(kAccount + "/tnoptions", Campaign("+15550100008")), "FAILED"},
  };
  for (const OrderRow& row : rows) {
    Desk desk;
    for (const Sent& sent : row.before) desk.Send(sent);
    const http::Response made = desk.Send(row.request);
    ASSERT_EQ(made.status, 201) << row.code << ": " << made.body;
    desk.Advance(std::chrono::seconds(5));
    const http::Response read = desk.Get(row.request.target + "/" + Desk::IdOf(made));
    EXPECT_EQ(read.status, 200) << row.code << ": " << read.body;
    EXPECT_THAT(read.body, HasSubstr(row.status)) << row.code;
    EXPECT_TRUE(Reports(ErrorsIn(read), std::to_string(row.code))) << row.code << read.body;
  }
}

// A port-in in each of its states, and what it refuses then.
class PortInStates : public ::testing::Test {
 protected:
  PortInStates() {
    const http::Response made = desk.Send(Post(kPorts, PortIn(Ported("+15550100012"))));
    EXPECT_EQ(made.status, 201) << made.body;
    order = kPorts + "/" + Desk::IdOf(made);
  }
  std::string State() { return Desk::TextIn(desk.Get(order), "ProcessingStatus"); }
  http::Response Upload(const std::string& query) {
    return desk.Send({"POST", order + "/loas" + query, "%PDF-1.4", "application/pdf"});
  }
  void ExpectRefused(int code, const Sent& sent) {
    const http::Response response = desk.Send(sent);
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_TRUE(Reports(ErrorsIn(response), std::to_string(code))) << response.body;
  }

  Desk desk;
  std::string order;
};

TEST_F(PortInStates, ItWaitsForTheLetterThenForTheLosingCarrierThenTheNumbersAreThere) {
  EXPECT_EQ(State(), "PENDING_DOCUMENTS");
  ExpectRefused(7640, {"POST", order + "/loas", "%PDF-1.4", "application/pdf"});
  const http::Response letter = Upload("?documentType=LOA");
  ASSERT_EQ(letter.status, 201) << letter.body;
  const std::string metadata = order + "/loas/" + Desk::TextIn(letter, "filename") + "/metadata";
  ExpectRefused(7641,
                Put(metadata, "<FileMetaData><DocumentType>CSR</DocumentType></FileMetaData>"));
  EXPECT_EQ(State(), "SUBMITTED");
  ExpectRefused(7300, Put(order, PortIn(Ported("+15550100012"), "", "LnpOrderSupp")));
  desk.Advance(std::chrono::seconds(3));
  EXPECT_EQ(State(), "FOC");
  ExpectRefused(7498, Put(order, PortIn(Ported("+15550100013"), "", "LnpOrderSupp")));
  EXPECT_EQ(desk.platform.account.FindNumber("+15550100012"), nullptr);
  desk.Advance(std::chrono::seconds(3));
  EXPECT_EQ(State(), "COMPLETE");
  EXPECT_NE(desk.platform.account.FindNumber("+15550100012"), nullptr);
  ExpectRefused(7648, Remove(order));
}

TEST_F(PortInStates, ACancelledOrderStaysCancelled) {
  EXPECT_EQ(Upload("?documentType=LOA").status, 201);
  EXPECT_EQ(desk.Send(Remove(order)).status, 200);
  desk.Advance(std::chrono::seconds(10));
  EXPECT_EQ(State(), "CANCELLED");
  EXPECT_EQ(desk.platform.account.FindNumber("+15550100012"), nullptr);
}

TEST(SandboxRefusals, PortInsCannotBeListedWithoutAPage) {
  Desk desk;
  EXPECT_EQ(desk.Get(kPorts).status, 404);
  EXPECT_EQ(desk.Get(kAccount + "/orders").status, 400);
}

TEST(SandboxRefusals, ABareListOfNumbersIsAnInternalError) {
  Desk desk;
  const http::Response response =
      desk.SendXml("POST", kAccount + "/orders",
                   "<Order><SiteId>743</SiteId>" + Number("+15550100004") + "</Order>");
  EXPECT_EQ(response.status, 500);
}

// Codes that no request of ours can cause: they are asked for, and come in the API's shape.
TEST(SandboxRefusals, OtherCodesComeWhenAskedFor) {
  const std::vector<int> codes = {1000, 1001,  1010,  1012,  4014,  4018,  4021,  4024,  5003,
                                  5012, 5019,  5136,  5138,  7516,  7517,  7518,  5139,  7598,
                                  7599, 12055, 12150, 12161, 12960, 12977, 13049, 13521, 13524};
  for (const int code : codes) {
    Desk desk;
    const json::Json wish = {
        {"path", kAccount}, {"status", 400}, {"code", code}, {"description", "as asked"}};
    ASSERT_EQ(desk.Send({"POST", "/sandbox/refusals", json::Dump(wish)}).status, 204);
    const http::Response response = desk.Get(kAccount + "/sites");
    EXPECT_EQ(response.status, 400);
    EXPECT_TRUE(Reports(ErrorsIn(response), std::to_string(code))) << response.body;
    EXPECT_NE(tool_service::MeaningOfCode(std::to_string(code)), "") << code;
    EXPECT_EQ(desk.Get(kAccount + "/sites").status, 200) << "it is given once";
  }
}

// The rows of §7 and §9.2 that have their reason outside the request.
struct StateRow {
  std::string refusal;
  Sent request;
  int status;
  /// Of the advice that the tool service gives.
  std::string meaning;
};

TEST(SandboxRefusals, ReasonsOutsideTheRequestAreKnownByName) {
  const std::string calls = kAccount + "/calls";
  const std::string messages = "/api/v2/users/9900000/messages";
  const std::string sites = kAccount + "/sites";
  const std::string lookup = "/v2/accounts/9900000/phoneNumberLookup";
  const std::vector<StateRow> rows = {
      {"unauthorized-empty", Fetch(sites), 401, "credentials were refused"},
      {"forbidden-empty", Fetch("/api/v2/tns?accountId=9900000"), 403, "may not do this"},
      {"gateway-forbidden", Fetch(calls), 403, "may not do this"},
      {"gateway-html", Fetch(calls), 502, "The API failed"},
      {"mfa-forbidden",
       {"POST", "/api/v1/accounts/9900000/code/voice", "{}"},
       403,
       "may not do this"},
      {"messaging-not-found", Fetch("/api/v2/users/9900000/media/x"), 404, "no such resource"},
      {"no-credit", {"POST", calls, "{}"}, 402, "no credit"},
      {"voice-product-off", Put(kVoiceApplication, "<Application/>"), 409,
       "does not have this product"},
      {"campaigns-not-enabled", Fetch(sites), 403, "does not have this product"},
      {"import-not-enabled", Fetch(sites), 403, "does not have this product"},
      {"no-access-rights", Fetch(sites), 403, "Campaign Management"},
      {"account-locked", Fetch(sites), 403, "may not do this"},
      {"internal-error", Fetch(sites), 500, "The API failed"},
      {"try-again", Fetch(sites), 500, "The API failed"},
      {"system-overloaded", {"POST", calls, "{}"}, 503, "The API failed"},
      {"rate-limited", {"POST", lookup, "{}"}, 429, "Too many requests"},
      {"call-rate-exceeded", {"POST", calls, "{}"}, 429, "Too many requests"},
      {"message-queue-full", {"POST", messages, "{}"}, 429, "Too many requests"},
      {"number-provisioning", {"POST", lookup, "{}"}, 400, ""},
  };
  EXPECT_EQ(rows.size(), KnownRefusals().size()) << "every known refusal has a row";
  for (const StateRow& row : rows) {
    Desk desk;
    const json::Json wish = {{"name", row.refusal}, {"path", "/"}};
    ASSERT_EQ(desk.Send({"POST", "/sandbox/refusals", json::Dump(wish)}).status, 204);
    const http::Response response = desk.Send(row.request);
    EXPECT_EQ(response.status, row.status) << row.refusal;
    const ApiErrors errors = ErrorsIn(response);
    EXPECT_THAT(std::string(AdviceFor(response.status, errors, response.body).meaning),
                HasSubstr(row.meaning))
        << row.refusal << ": " << response.body;
    EXPECT_EQ(response.headers.Get("Retry-After").has_value(), row.status == 429) << row.refusal;
  }
}

// A refusal of each API in its own shape (bandwidth.md §7), as the tool service reads it.
struct ShapeRow {
  std::string what;
  Sent request;
  int status;
  std::string code;
  /// Of the error, where the API names one.
  std::string field = "";
};

TEST(SandboxRefusals, EveryApiRefusesInItsOwnShape) {
  const std::string users = "/api/v2/users/9900000";
  const std::string mfa = "/api/v1/accounts/9900000/code";
  const std::string lookup = "/v2/accounts/9900000/phoneNumberLookup";
  const std::string toll_free = kAccount + "/tollFreeVerification";
  const std::string endpoints = "/v2/accounts/9900000/endpoints";
  const std::vector<ShapeRow> rows = {
      {"voice, field", {"POST", kAccount + "/calls", "{}"}, 400, "validation"},
      {"voice, no call", Fetch(kAccount + "/calls/c-none"), 404, "validation"},
      {"voice, no conference", Fetch(kAccount + "/conferences/none"), 404, "validation"},
      {"voice, BXML as JSON", {"PUT", kAccount + "/calls/c-1/bxml", "{}"}, 415, "validation"},
      {"voice, no token", {"GET", kAccount + "/calls", "", "", ""}, 401, "authentication-error"},
      {"voice, other account", Fetch("/api/v2/accounts/1/calls"), 403, "authorization-error"},
      {"messaging, field", {"POST", users + "/messages", "{}"}, 400, "request-validation"},
      {"messaging, number",
       {"POST", users + "/messages",
        R"({"applicationId":"x","to":["+15550123456"],"from":"+15550100001","text":"hi"})"},
       400,
       "",
       "applicationId"},
      {"messaging, no filter", Fetch(users + "/messages"), 400, "request-validation"},
      {"several channels",
       {"POST", users + "/messages/multiChannel", "{}"},
       400,
       "request-validation",
       "channelList"},
      {"MFA, field", {"POST", mfa + "/voice", "{}"}, 400, ""},
      {"MFA, no token", {"POST", mfa + "/voice", "{}", "application/json", ""}, 401, ""},
      {"lookup, no numbers", {"POST", lookup, R"({"phoneNumbers":[]})"}, 400, "400"},
      {"bulk lookup, unknown", Fetch(lookup + "/bulk/none"), 404, "404"},
      {"end users, limit", Fetch(kAccount + "/addresses?limit=101"), 400, "400"},
      {"end users, unknown", Fetch(kAccount + "/compliance/endUsers/none"), 404, "404"},
      {"toll-free, field", {"POST", toll_free, "{}"}, 400, "validation"},
      {"toll-free, unknown", Fetch(kAccount + "/phoneNumbers/%2B18885550101/tollFreeVerification"),
       404, "validation"},
      {"endpoints, unknown", Fetch(endpoints + "/none"), 404, "404"},
      {"insights, limit", Fetch("/api/v1/voice/calls?limit=10001"), 400, "400"},
      {"insights, other account", Fetch("/api/v1/voice/calls?accountId=1"), 403, "403"},
      {"registration, field",
       {"POST", "/v1/express/registration", "{}", "application/json", ""},
       400,
       "400"},
  };
  for (const ShapeRow& row : rows) {
    Desk desk;
    const http::Response response = desk.Send(row.request);
    EXPECT_EQ(response.status, row.status) << row.what << ": " << response.body;
    const ApiErrors errors = ErrorsIn(response);
    ASSERT_FALSE(errors.empty()) << row.what << ": " << response.body;
    EXPECT_FALSE(errors.errors.front().description.empty()) << row.what << response.body;
    if (!row.code.empty()) {
      EXPECT_TRUE(Reports(errors, row.code)) << row.what << ": " << response.body;
    }
    const bool named = std::any_of(errors.errors.begin(), errors.errors.end(),
                                   [&](const auto& error) { return error.field == row.field; });
    EXPECT_TRUE(named) << row.what << ": " << response.body;
  }
}

// Rows of §9.2 and §7 that depend on what was done before.
TEST(SandboxRefusals, ACallCannotBeChangedBeforeItIsAnsweredNorSeenAtOnce) {
  Desk desk;
  desk.platform.settings.call_visible_after = std::chrono::seconds(2);
  const json::Json body = {{"from", "+15550100001"},
                           {"to", "+15550123456"},
                           {"applicationId", desk.platform.account.applications[0].id},
                           {"answerUrl", "https://app.example.net/a"}};
  const http::Response made = desk.Send({"POST", kAccount + "/calls", json::Dump(body)});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string call = kAccount + "/calls/" + json::StringOr(Desk::BodyOf(made), "callId");
  const http::Response unseen = desk.Get(call);
  EXPECT_EQ(unseen.status, 404);
  EXPECT_THAT(std::string(AdviceFor(404, ErrorsIn(unseen), unseen.body).next_step),
              HasSubstr("1 to 5 seconds"));
  const http::Response early =
      desk.Send({"POST", call, R"({"redirectUrl":"https://app.example.net/b"})"});
  EXPECT_EQ(early.status, 409);
  EXPECT_THAT(std::string(AdviceFor(409, ErrorsIn(early), early.body).meaning),
              HasSubstr("state does not allow"));
}

TEST(SandboxRefusals, ASuccessfulLookupReportsTheNumbersItCannotRead) {
  Desk desk;
  const http::Response response = desk.Send({"POST", "/v2/accounts/9900000/phoneNumberLookup",
                                             R"({"phoneNumbers":["+15550100001","12"]})"});
  EXPECT_EQ(response.status, 200);
  const ApiErrors errors = ErrorsIn(response);
  ASSERT_EQ(errors.errors.size(), 1u);
  EXPECT_EQ(errors.errors[0].numbers, std::vector<std::string>{"12"});
}

TEST(SandboxRefusals, ATextFromAnUnlinkedLocationIsAcceptedAndFailsLater) {
  Desk desk;
  const http::Response unlinked =
      desk.SendXml("PUT", kPeer + "/products/messaging/applicationSettings",
                   "<ApplicationsSettings>REMOVE</ApplicationsSettings>");
  ASSERT_EQ(unlinked.status, 200) << unlinked.body;
  const json::Json body = {{"from", "+15550100001"},
                           {"to", {"+15550123456"}},
                           {"applicationId", desk.platform.account.applications[1].id},
                           {"text", "hi"}};
  const std::string messages = "/api/v2/users/9900000/messages";
  EXPECT_EQ(desk.Send({"POST", messages, json::Dump(body)}).status, 202);
  desk.Advance(std::chrono::seconds(2));
  const http::Response list = desk.Get(messages + "?sourceTn=%2B15550100001");
  EXPECT_THAT(list.body, HasSubstr(R"("errorCode":4476)"));
  EXPECT_THAT(list.body, HasSubstr("FAILED"));
}

TEST(SandboxRefusals, TollFreeVerificationIsDecidedByTheNumber) {
  Desk desk;
  const json::Json body = {{"phoneNumbers", {"+18885550101", "+18885550109"}},
                           {"businessAddress", {{"name", "Example"}}},
                           {"businessContact", {{"firstName", "Jane"}}},
                           {"messageVolume", 1000},
                           {"useCase", "2FA"},
                           {"useCaseSummary", "codes"},
                           {"productionMessageContent", "Your code is 1"},
                           {"optInWorkflow", {{"description", "a box"}}}};
  ASSERT_EQ(desk.Send({"POST", kAccount + "/tollFreeVerification", json::Dump(body)}).status, 202);
  const auto status = [&](const std::string& number) {
    return json::StringOr(
        Desk::BodyOf(desk.Get(kAccount + "/phoneNumbers/%2B" + number + "/tollFreeVerification")),
        "status");
  };
  EXPECT_EQ(status("18885550101"), "PENDING");
  desk.Advance(std::chrono::seconds(3));
  EXPECT_EQ(status("18885550101"), "VERIFIED");
  EXPECT_EQ(status("18885550109"), "UNVERIFIED");
}

TEST(SandboxRefusals, AWishThatCannotBeGrantedNamesTheMember) {
  Desk desk;
  const auto wish = [&](const json::Json& body) {
    return desk.Send({"POST", "/sandbox/refusals", json::Dump(body)});
  };
  EXPECT_THAT(wish({{"name", "no-credit"}}).body, HasSubstr("path is required"));
  EXPECT_THAT(wish({{"path", "/"}}).body, HasSubstr("name or status"));
  EXPECT_THAT(wish({{"path", "/"}, {"name", "whim"}}).body, HasSubstr("not a known refusal"));
  EXPECT_THAT(wish({{"path", "/"}, {"status", 200}}).body, HasSubstr("status"));
  for (std::size_t i = 0; i < RefusalDesk::kMaxRefusals; ++i) {
    ASSERT_EQ(wish({{"path", "/none"}, {"name", "no-credit"}}).status, 204);
  }
  EXPECT_EQ(wish({{"path", "/none"}, {"name", "no-credit"}}).status, 429);
  EXPECT_THAT(desk.Get("/sandbox/refusals").body, HasSubstr("gateway-html"));
  EXPECT_EQ(desk.Send(Remove("/sandbox/refusals")).status, 204);
  EXPECT_THAT(desk.Get("/sandbox/refusals").body, Not(HasSubstr("/none")));
}

}  // namespace
}  // namespace bw::sandbox
