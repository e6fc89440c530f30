#include "tool-service/openapi/answer_reader.h"

#include <gtest/gtest.h>

#include "tool-service/openapi/answer_advice.h"
#include "tool-service/openapi/redaction.h"

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
  const AnswerPlan plan = {
      Json::parse(R"({"properties":{"Count":{"type":"integer"},"Tn":{"type":"array"}}})")};
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

TEST(AdviceFor, NarrowRowsComeFirst) {
  EXPECT_NE(AdviceFor(400, "code VCS-0044").next_step.find("3 seconds"), std::string_view::npos);
  EXPECT_NE(AdviceFor(403, "is not enabled on account").meaning, AdviceFor(403, "").meaning);
  EXPECT_NE(AdviceFor(400, "12962").meaning, AdviceFor(400, "").meaning);
  for (int status = 300; status < 600; ++status) {
    EXPECT_FALSE(AdviceFor(status, "").meaning.empty());
    EXPECT_FALSE(AdviceFor(status, "").next_step.empty());
  }
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
