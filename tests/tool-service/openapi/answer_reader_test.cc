#include "tool-service/openapi/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/core/redaction.h"

namespace bw::tool_service {
namespace {

using json::Json;

HttpResponse Make(int status, std::string type, std::string body, HttpHeaders more = {}) {
  HttpResponse answer{status, std::move(more), std::move(body)};
  if (!type.empty()) answer.headers.emplace_back("content-type", std::move(type));
  return answer;
}

std::string AllText(const ToolResult& result) {
  std::string text;
  for (const Content& content : result.content) text += content.text + "\n";
  return text;
}

TEST(ReadAnswer, JsonIsTextAndStructure) {
  const ToolResult result =
      ReadAnswer(Make(200, "application/json; charset=utf-8", "{ \"a\": 1 }"), "u");
  EXPECT_FALSE(result.is_error);
  ASSERT_EQ(result.content.size(), 1u);
  EXPECT_EQ(result.content[0].text, "{ \"a\": 1 }");
  EXPECT_EQ(*result.structured, Json::parse(R"({"a":1})"));
  EXPECT_FALSE(ReadAnswer(Make(200, "application/json", "[1]"), "u").structured.has_value());
}

TEST(ReadAnswer, MalformedJsonIsStillShown) {
  const ToolResult result = ReadAnswer(Make(200, "application/json", "{oops"), "u");
  EXPECT_EQ(result.content[0].text, "{oops");
  EXPECT_FALSE(result.is_error);
}

TEST(ReadAnswer, SecretsThatAreEchoedAreRedacted) {
  const ToolResult result = ReadAnswer(
      Make(
          201, "application/json",
          R"({"callId":"c-1","username":"me","password":"hunter2","Nested":[{"fallbackPassword":"x"}]})"),
      "u");
  const std::string text = AllText(result);
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  EXPECT_NE(text.find("c-1"), std::string::npos);
  EXPECT_EQ((*result.structured)["password"], kRedacted);
  EXPECT_EQ((*result.structured)["Nested"][0]["fallbackPassword"], kRedacted);
  const ToolResult error =
      ReadAnswer(Make(400, "application/json", R"({"password":"hunter2"})"), "u");
  EXPECT_EQ(AllText(error).find("hunter2"), std::string::npos);
}

TEST(ReadAnswer, XmlIsJsonAsItsSchemaSays) {
  AnswerPlan plan;
  plan.xml_schema =
      Json::parse(R"({"properties":{"Count":{"type":"integer"},"Tn":{"type":"array"}}})");
  const ToolResult result =
      ReadAnswer(Make(200, "application/xml;charset=UTF-8",
                      "<A><Password>hunter2</Password><Count>1</Count><Tn>07</Tn></A>"),
                 "u", plan);
  EXPECT_EQ(*result.structured, Json::parse(R"({"Password":"[redacted]","Count":1,"Tn":["07"]})"));
  EXPECT_EQ(Json::parse(result.content[0].text), *result.structured);
}

TEST(ReadAnswer, XmlThatCannotBeReadIsShownAsItIs) {
  const ToolResult result =
      ReadAnswer(Make(200, "application/xml", "<A><Password>hunter2</Password>"), "u");
  EXPECT_EQ(result.content[0].text, "<A><Password>[redacted]</Password>");
  EXPECT_FALSE(result.structured.has_value());
}

TEST(ReadAnswer, EmptyBodiesTellTheId) {
  const ToolResult result = ReadAnswer(
      Make(201, "", "", {{"Location", "https://h/api/v2/sites/7/sippeers/42/?x=1"}}), "u");
  EXPECT_NE(result.content[0].text.find("The id is 42."), std::string::npos);
  EXPECT_EQ((*result.structured)["id"], "42");
  EXPECT_EQ(ReadAnswer(Make(204, "", ""), "u").content[0].text, "Done (HTTP 204, no content).");
}

TEST(ReadAnswer, PagingHeadersAreShown) {
  const ToolResult result = ReadAnswer(
      Make(200, "application/json", "[]", {{"Link", "<https://x?pageToken=2>; rel=\"next\""}}),
      "u");
  EXPECT_NE(AllText(result).find("pageToken=2"), std::string::npos);
}

TEST(ReadAnswer, BinaryByItsType) {
  const std::pair<const char*, Content::Kind> cases[] = {
      {"image/png", Content::Kind::kImage},
      {"audio/vnd.wave", Content::Kind::kAudio},
      {"application/gzip", Content::Kind::kResource},
      {"", Content::Kind::kResource}};
  for (const auto& [type, kind] : cases) {
    const ToolResult result = ReadAnswer(Make(200, type, std::string("\x00\xff", 2)), "https://u");
    ASSERT_EQ(result.content.size(), 2u) << type;
    EXPECT_EQ(result.content[1].kind, kind);
    EXPECT_EQ(result.content[1].data, std::string("\x00\xff", 2));
    EXPECT_EQ(result.content[1].uri, "https://u");
  }
  const ToolResult lying = ReadAnswer(Make(200, "application/json", "\xff\xfe"), "u");
  EXPECT_EQ(lying.content[1].kind, Content::Kind::kResource);
}

TEST(ReadAnswer, BinaryAtTheLimitAndOnePast) {
  const AnswerLimits limits{.max_binary_bytes = 4};
  EXPECT_EQ(ReadAnswer(Make(200, "audio/mpeg", "\xff\xff\xff\xff"), "u", {}, limits).content.size(),
            2u);
  const ToolResult large =
      ReadAnswer(Make(200, "audio/mpeg", "\xff\xff\xff\xff\xff"), "u", {}, limits);
  ASSERT_EQ(large.content.size(), 1u);
  EXPECT_NE(large.content[0].text.find("5 bytes of audio/mpeg"), std::string::npos);
}

TEST(ReadAnswer, ALargeFileCanBeSavedWhereTheOperationSaysSo) {
  const Operation operation =
      LoadOne("  /a: {get: {responses: {'200': {content: {audio/mpeg: {}}}}}}\n");
  const AnswerLimits limits{.max_binary_bytes = 1};
  const auto text = [&](const AnswerPlan& plan) {
    return ReadAnswer(Make(200, "audio/mpeg", "\xff\xff"), "u", plan, limits).content[0].text;
  };
  EXPECT_THAT(text(PlanAnswer(operation, PlanInput(operation))), testing::HasSubstr("save_to"));
  EXPECT_THAT(text({}), testing::Not(testing::HasSubstr("save_to")));
}

TEST(ReadAnswer, TextAtTheLimitAndOnePast) {
  const AnswerLimits limits{.max_text_bytes = 9};
  EXPECT_EQ(
      ReadAnswer(Make(200, "application/json", R"({"a":"b"})"), "u", {}, limits).content[0].text,
      R"({"a":"b"})");
  const ToolResult cut =
      ReadAnswer(Make(200, "application/json", R"({"a":"bc"})"), "u", {}, limits);
  EXPECT_EQ(cut.content[0].text, "{\"a\":\"bc\"\n[cut: 10 bytes in all]");
  EXPECT_FALSE(cut.structured.has_value());
}

TEST(ReadAnswer, RefusalsAreResultsThatSayWhatToDo) {
  for (const int status : {301, 400, 401, 402, 403, 404, 409, 418, 429, 500, 503}) {
    const ToolResult result =
        ReadAnswer(Make(status, "application/json", R"({"description":"why"})"), "u");
    EXPECT_TRUE(result.is_error);
    const std::string text = AllText(result);
    EXPECT_NE(text.find("HTTP " + std::to_string(status)), std::string::npos);
    EXPECT_NE(text.find("Next: "), std::string::npos);
    EXPECT_NE(text.find("why"), std::string::npos);
  }
  const ToolResult empty = ReadAnswer(Make(403, "", ""), "u");
  EXPECT_TRUE(empty.is_error);
  const ToolResult html = ReadAnswer(Make(502, "text/html", std::string(10'000, 'x')), "u");
  EXPECT_LT(AllText(html).size(), 5'000u);
  const ToolResult slow = ReadAnswer(Make(429, "", "", {{"retry-after", "7"}}), "u");
  EXPECT_NE(AllText(slow).find("retry-after: 7"), std::string::npos);
}

std::string Refusal(int status, const char* type, const char* body) {
  const ToolResult result = ReadAnswer(Make(status, type, body), "u");
  EXPECT_TRUE(result.is_error) << body;
  EXPECT_FALSE(result.structured.has_value());
  return AllText(result);
}

TEST(ReadAnswer, ErrorsInsideASuccessAreErrors) {
  const std::string xml = Refusal(
      201, "application/xml",
      "<LidbOrderResponse><LidbOrder><orderId>o-1</orderId><ErrorList><Error><Code>11020</Code>"
      "<Description>in progress</Description><TelephoneNumber>+15550100002</TelephoneNumber>"
      "</Error></ErrorList></LidbOrder></LidbOrderResponse>");
  for (const char* part : {"HTTP 201", "11020: in progress [", "(+15550100002)", "Next: ", "o-1"}) {
    EXPECT_THAT(xml, testing::HasSubstr(part));
  }
  EXPECT_THAT(Refusal(200, "application/json",
                      R"({"data":null,"errors":[{"code":"c","description":"why"}]})"),
              testing::HasSubstr("c: why"));
}

TEST(ReadAnswer, APartThatFailedIsTold) {
  const ToolResult result =
      ReadAnswer(Make(200, "application/json",
                      R"({"data":{"status":"PARTIAL_COMPLETE"},"errors":[{"code":"c"}]})"),
                 "u");
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(AllText(result), testing::HasSubstr("A part failed:\n- c"));
  EXPECT_TRUE(result.structured.has_value());
}

TEST(ReadAnswer, RefusalsAreRecognisedWhateverTheirTypeSays) {
  EXPECT_THAT(Refusal(400, "text/plain",
                      "<R><ResponseStatus><ErrorCode>5022</ErrorCode></ResponseStatus></R>"),
              testing::HasSubstr("Pass SiteId"));
  EXPECT_THAT(Refusal(403, "", R"({"message":"Forbidden"})"), testing::HasSubstr("- Forbidden"));
  EXPECT_THAT(Refusal(404, "application/xml", R"({"message":"none"})"),
              testing::HasSubstr("- none"));
  const std::string page = Refusal(502, "application/json",
                                   "<html><head><title>Bad gateway</title></head>long page</html>");
  EXPECT_THAT(page, testing::HasSubstr("a web page, not an answer of the API: Bad gateway"));
  EXPECT_THAT(page, testing::Not(testing::HasSubstr("long page")));
  EXPECT_THAT(Refusal(401, "", ""), testing::HasSubstr("BW_CLIENT_ID"));
  EXPECT_THAT(Refusal(403, "", ""), testing::HasSubstr("role"));
}

TEST(ReadAnswer, TheLargestAnswersSayHowToGetTheRest) {
  AnswerPlan plan;
  plan.narrowing = "Ask for fewer entries with size.";
  const ToolResult cut = ReadAnswer(Make(200, "application/xml", "<A><b>1</b><c>2</c></A>"), "u",
                                    plan, {.max_text_bytes = 8});
  EXPECT_EQ(cut.content[0].text,
            "{\"b\":\"1\"\n[cut: 17 bytes in all]\nAsk for fewer entries with size.");
  EXPECT_FALSE(cut.structured.has_value());
}

TEST(ReadAnswer, XmlAtItsSizeAndOnePast) {
  const auto read = [](const char* body) {
    return ReadAnswer(Make(200, "application/xml", body), "u", {}, {.max_xml_nodes = 3});
  };
  EXPECT_TRUE(read("<A><b/><c/></A>").structured.has_value());
  const ToolResult large = read("<A><b/><c/><d/></A>");
  EXPECT_FALSE(large.structured.has_value());
  EXPECT_EQ(large.content[0].text, "<A><b/><c/><d/></A>");
}

TEST(PlanAnswer, NamesThePagingArgumentsAndFilters) {
  const Operation operation = LoadOne(R"(
  /calls:
    get:
      parameters:
        - {name: pageSize, in: query}
        - {name: pageToken, in: query}
        - {name: from, in: query}
        - {name: to, in: query}
)");
  EXPECT_EQ(PlanAnswer(operation, PlanInput(operation)).narrowing,
            "Ask for fewer entries with pageSize. Go on with pageToken. Narrow it with from, to.");
  const Operation plain = LoadOne("  /a/{b}: {get: {}}\n");
  EXPECT_EQ(PlanAnswer(plain, PlanInput(plain)).narrowing,
            "This operation cannot be asked for less.");
}

TEST(ReadAnswer, AnAddressElsewhereIsALink) {
  const ToolResult result =
      ReadAnswer(Make(307, "", "", {{"Location", "https://store.example/a/report.zip?sig=1"}}),
                 "https://api.bandwidth.com/x");
  EXPECT_FALSE(result.is_error);
  ASSERT_EQ(result.content.size(), 2u);
  EXPECT_EQ(result.content[1].kind, Content::Kind::kResourceLink);
  EXPECT_EQ(result.content[1].uri, "https://store.example/a/report.zip?sig=1");
  EXPECT_EQ(result.content[1].name, "report.zip");
  // Sent again, a request that changes something would change it there.
  AnswerPlan writes;
  writes.only_reads = false;
  EXPECT_TRUE(ReadAnswer(Make(307, "", "", {{"Location", "https://store.example/a"}}),
                         "https://api.bandwidth.com/x", writes)
                  .is_error);
  for (const char* location : {"https://api.bandwidth.com/y", "http://store.example/a", "/a", ""}) {
    EXPECT_TRUE(
        ReadAnswer(Make(307, "", "", {{"Location", location}}), "https://api.bandwidth.com/x")
            .is_error)
        << location;
  }
}

TEST(ReadAnswer, AnImageMadeOfTextIsAnImage) {
  const ToolResult result = ReadAnswer(Make(200, "image/svg+xml", "<svg/>"), "u");
  EXPECT_EQ(result.content[1].kind, Content::Kind::kImage);
  EXPECT_EQ(result.content[1].data, "<svg/>");
}

TEST(IsFile, OnlySuccessesThatAreNotText) {
  EXPECT_TRUE(IsFile(Make(200, "audio/mpeg", "x")));
  EXPECT_TRUE(IsFile(Make(200, "application/json", "\xff")));
  EXPECT_FALSE(IsFile(Make(200, "audio/mpeg", "")));
  EXPECT_FALSE(IsFile(Make(404, "audio/mpeg", "x")));
  EXPECT_FALSE(IsFile(Make(202, "application/xml", "<pending/>")));
}

TEST(RedactJson, CredentialsWhateverTheyAreCalled) {
  Json value = Json::parse(R"({
    "Application":{"CallbackCreds":{"UserId":"u","Password":"p"},"AppName":"a"},
    "CallbackCredentials":{"BasicAuthentication":{"Username":"n"},"Keys":["k",{"Kid":1}]},
    "data":{"token":"t","endpointId":"e"},"pageToken":"2","userId":"agent",
    "basicAuthentication":{"username":null}})");
  EXPECT_TRUE(RedactJson(value));
  EXPECT_EQ(value, Json::parse(R"({
    "Application":{"CallbackCreds":{"UserId":"[redacted]","Password":"[redacted]"},"AppName":"a"},
    "CallbackCredentials":{"BasicAuthentication":{"Username":"[redacted]"},
                           "Keys":["[redacted]",{"Kid":"[redacted]"}]},
    "data":{"token":"[redacted]","endpointId":"e"},"pageToken":"2","userId":"agent",
    "basicAuthentication":{"username":null}})"));
  Json harmless = {{"a", {1, nullptr, "b"}}};
  EXPECT_FALSE(RedactJson(harmless));
}

TEST(RedactXml, OnlySecretsAndNeverLess) {
  EXPECT_EQ(RedactXml("<a>b</a>"), "<a>b</a>");
  EXPECT_EQ(RedactXml("<Password/><x>1</x>"), "<Password/><x>1</x>");
  EXPECT_EQ(RedactXml("<Password></Password>"), "<Password></Password>");
  EXPECT_EQ(RedactXml("<password a=\"b\">x</password>"), "<password a=\"b\">[redacted]</password>");
  EXPECT_EQ(RedactXml("<Password>open"), "<Password>[redacted]");
  EXPECT_EQ(RedactXml("a < b"), "a < b");
}

}  // namespace
}  // namespace bw::tool_service
