#include "tool-service/core/api_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;

ApiErrors InXml(const std::string& text) {
  const auto root = xml::Parse(text);
  EXPECT_TRUE(root.ok()) << text;
  return root.ok() ? ErrorsInXml(*root) : ApiErrors();
}

TEST(ErrorsInXml, EveryShape) {
  struct Case {
    const char* what;
    const char* body;
    const char* code;
    const char* description;
  };
  for (const Case& row : {
           Case{"status",
                "<XResponse><ResponseStatus><ErrorCode>5022</ErrorCode><Description>no site"
                "</Description></ResponseStatus></XResponse>",
                "5022", "no site"},
           Case{"status without a code",
                "<X><ResponseStatus><Description>odd</Description></ResponseStatus></X>", "",
                "odd"},
           Case{"list",
                "<X><ErrorList><Error><Code>5005</Code><Description>gone</Description></Error>"
                "</ErrorList></X>",
                "5005", "gone"},
           Case{"list, deep",
                "<X><LidbOrder><A><ErrorList><Error><Code>11020</Code></Error></ErrorList></A>"
                "</LidbOrder></X>",
                "11020", ""},
           Case{"search result",
                "<SearchResult><Error><Code>4000</Code><Description>area</Description></Error>"
                "</SearchResult>",
                "4000", "area"},
           Case{"errors with a code of its own",
                "<X><Errors><Code>1016</Code><Description>none</Description></Errors></X>", "1016",
                "none"},
           Case{"errors as the root", "<Errors><Code>1</Code></Errors>", "1", ""},
           Case{"errors with entries", "<X><Errors><Error><Code>2</Code></Error></Errors></X>", "2",
                ""},
           Case{"error with text", "<X><Error>broken</Error></X>", "", "broken"},
           Case{"porting status",
                "<LnpOrderResponse><Status><Code>7318</Code><Description>characters</Description>"
                "</Status></LnpOrderResponse>",
                "7318", "characters"},
           Case{"a namespace", "<x:R xmlns:x=\"u\"><x:Error><Code>3</Code></x:Error></x:R>", "3",
                ""},
       }) {
    SCOPED_TRACE(row.what);
    const ApiErrors found = InXml(row.body);
    ASSERT_EQ(found.errors.size(), 1u);
    EXPECT_EQ(found.errors[0].code, row.code);
    EXPECT_EQ(found.errors[0].description, row.description);
  }
}

TEST(ErrorsInXml, WhatIsNoError) {
  for (const char* body :
       {"<A><Code>7</Code></A>", "<A><ErrorList/></A>", "<A><Errors/></A>",
        "<L><Status><Code>201</Code><Description>received</Description></Status></L>",
        "<L><Status><Code>0</Code></Status></L>", "<L><Status>Active</Status></L>",
        "<L><B><Status><Code>7000</Code></Status></B></L>", "<A><ResponseStatus/></A>"}) {
    EXPECT_TRUE(InXml(body).empty()) << body;
  }
}

TEST(ErrorsInXml, TellsTheNumbersAndMeaning) {
  const ApiErrors found = InXml(
      "<X><ErrorList><Error><Code>5005</Code><Description>gone</Description>"
      "<TelephoneNumber>+15550100002</TelephoneNumber></Error>"
      "<Error><Code>5005</Code><TelephoneNumbers><TelephoneNumber>+15550100003</TelephoneNumber>"
      "<Tn>+15550100004</Tn></TelephoneNumbers></Error></ErrorList></X>");
  EXPECT_EQ(ErrorLines(found),
            "\n- 5005: gone [the number is not available] (+15550100002)"
            "\n- 5005 [the number is not available] (+15550100003, +15550100004)");
}

TEST(ErrorsInXml, AtTheLimitAndOnePast) {
  const auto many = [](std::size_t count) {
    std::string body = "<X><ErrorList>";
    for (std::size_t i = 0; i < count; ++i) {
      body += "<Error><Code>" + std::to_string(i) + "</Code></Error>";
    }
    return InXml(body + "</ErrorList></X>");
  };
  EXPECT_EQ(many(kMaxApiErrors).errors.size(), kMaxApiErrors);
  EXPECT_THAT(ErrorLines(many(kMaxApiErrors)), testing::Not(HasSubstr("more")));
  EXPECT_EQ(many(kMaxApiErrors + 1).errors.size(), kMaxApiErrors);
  EXPECT_EQ(many(kMaxApiErrors + 1).total, kMaxApiErrors + 1);
  EXPECT_THAT(ErrorLines(many(kMaxApiErrors + 1)), HasSubstr("and 1 more"));
  std::string body = "<Error><Code>1</Code>";
  for (std::size_t i = 0; i <= kMaxErrorNumbers; ++i) body += "<Tn>" + std::to_string(i) + "</Tn>";
  EXPECT_EQ(InXml(body + "</Error>").errors[0].numbers.size(), kMaxErrorNumbers);
}

TEST(ErrorsInXml, LongDescriptionsAreCutAtACharacter) {
  std::string text(499, 'x');
  for (int i = 0; i < 100; ++i) text += "\xc3\xa9";
  const std::string cut =
      InXml("<Error><Description>" + text + "</Description></Error>").errors[0].description;
  EXPECT_EQ(cut, std::string(499, 'x'));
}

TEST(ErrorsInJson, EveryApisShape) {
  struct Case {
    const char* api;
    const char* body;
    const char* lines;
  };
  for (const Case& row : {
           Case{"voice", R"({"type":"validation","description":"to is malformed","id":null})",
                "\n- validation: to is malformed"},
           Case{"messaging",
                R"({"type":"request-validation","description":"see fields",
                    "fieldErrors":[{"fieldName":"from","description":"not yours"}]})",
                "\n- request-validation: see fields\n- not yours, field from"},
           Case{"messaging, not found",
                R"({"timestamp":"t","status":404,"error":"Not Found","message":"none","path":"/"})",
                "\n- none"},
           Case{"multi-channel",
                R"({"links":[],"data":null,"errors":[{"type":"bad","description":"d",
                    "source":{"field":"to"}}]})",
                "\n- bad: d, field to"},
           Case{"multi-factor", R"({"error":"no such scope","requestId":"r"})",
                "\n- no such scope"},
           Case{"multi-factor, refused", R"({"Message":"Forbidden"})", "\n- Forbidden"},
           Case{"lookup",
                R"({"data":null,"errors":[{"code":"rnf-1","description":"unknown",
                    "meta":{"phoneNumbers":["+15550100002"]}}]})",
                "\n- rnf-1: unknown (+15550100002)"},
           Case{"insights", R"({"errors":[{"description":"only words"}]})", "\n- only words"},
           Case{"toll-free", R"({"type":"t","description":"d","errors":["one","two"]})",
                "\n- t: d\n- one\n- two"},
           Case{"gateway", R"({"message":"Forbidden"})", "\n- Forbidden"},
           Case{"a code that is a number", R"({"errors":[{"code":5022,"message":"m"}]})",
                "\n- 5022: m"},
           Case{"nothing", R"({"id":"x"})", ""},
           Case{"no object", "[]", ""},
       }) {
    SCOPED_TRACE(row.api);
    EXPECT_EQ(ErrorLines(ErrorsInJson(Json::parse(row.body), false)), row.lines);
  }
}

TEST(ErrorsInJson, OfASuccessOnlyErrorsCount) {
  const Json answer = Json::parse(
      R"({"type":"sms","description":"d","message":"hello","errors":[{"code":"c"}],"data":[1]})");
  EXPECT_EQ(ErrorLines(ErrorsInJson(answer, true)), "\n- c");
  EXPECT_TRUE(ErrorsInJson(Json::parse(R"({"message":"hello"})"), true).empty());
}

TEST(OnlyReportsErrors, Table) {
  struct Case {
    const char* body;
    bool expected;
  };
  for (const Case& row :
       {Case{R"({"errors":[]})", false}, Case{R"({"data":null,"errors":[]})", false},
        Case{R"({"links":[],"data":null,"errors":[{}]})", true},
        Case{R"({"data":[],"errors":[{}]})", true},
        Case{R"({"data":{"status":"FAILED"},"errors":[{}]})", true},
        Case{R"({"data":{"status":"PARTIAL_COMPLETE"},"errors":[{}]})", false},
        Case{R"({"links":[],"errors":[{}]})", true}, Case{R"({"id":1,"errors":[{}]})", false},
        Case{"[]", false}}) {
    EXPECT_EQ(OnlyReportsErrors(Json::parse(row.body)), row.expected) << row.body;
  }
}

Advice AdviceForCode(const std::string& code) {
  return AdviceFor(400, InXml("<Error><Code>" + code + "</Code></Error>"), "");
}

TEST(AdviceFor, EveryPatternHasItsOwnAdvice) {
  const Advice plain = AdviceFor(400, {}, "");
  for (const char* code : {"5020", "5022", "1022", "12220", "5132", "5133", "12962", "12107",
                           "7300", "11020", "12150", "12055", "5005", "5018", "1006", "13055"}) {
    EXPECT_NE(AdviceForCode(code).meaning, plain.meaning) << code;
    EXPECT_FALSE(MeaningOfCode(code).empty()) << code;
  }
  EXPECT_THAT(AdviceFor(400, {}, "code VCS-0044").next_step, HasSubstr("3 seconds"));
  for (const char* words :
       {"not enabled for the Registration Center", "import customer is not enabled",
        "direct customer is not enabled", "is not enabled on account"}) {
    EXPECT_THAT(AdviceFor(403, {}, words).next_step, HasSubstr("Ask Bandwidth")) << words;
  }
  EXPECT_THAT(AdviceFor(403, {}, "does not have access rights").meaning, HasSubstr("Campaign"));
  EXPECT_THAT(AdviceFor(403, {}, "").next_step, HasSubstr("role"));
  EXPECT_THAT(AdviceFor(401, {}, "").next_step, HasSubstr("BW_CLIENT_ID"));
  EXPECT_THAT(AdviceFor(402, {}, "").next_step, HasSubstr("upgrade"));
  EXPECT_THAT(AdviceFor(409, {}, "HTTP voice feature is required").next_step, HasSubstr("Contact"));
  EXPECT_THAT(AdviceFor(409, {}, "").next_step, HasSubstr("state"));
  EXPECT_THAT(AdviceFor(404, {}, "").next_step, HasSubstr("1 to 5 seconds"));
  EXPECT_THAT(AdviceFor(429, {}, "").next_step, HasSubstr("Retry-After"));
  EXPECT_THAT(AdviceFor(200, {}, "<OrderStatus>PARTIAL</OrderStatus>").next_step,
              HasSubstr("Search again"));
  EXPECT_THAT(AdviceFor(201, {}, "").meaning, HasSubstr("reports errors"));
}

TEST(AdviceFor, ANumberInAnAnswerIsNotACode) {
  EXPECT_EQ(AdviceFor(400, {}, "+15550205022").meaning, AdviceFor(400, {}, "").meaning);
  // Other APIs have codes of their own.
  const ApiErrors other = ErrorsInJson(Json{{"errors", {{{"code", "5022"}}}}}, false);
  EXPECT_EQ(AdviceFor(400, other, "").meaning, AdviceFor(400, {}, "").meaning);
}

TEST(AdviceFor, IsNeverEmpty) {
  for (int status = 100; status < 600; ++status) {
    EXPECT_FALSE(AdviceFor(status, {}, "").meaning.empty());
    EXPECT_FALSE(AdviceFor(status, {}, "").next_step.empty());
  }
}

TEST(MeaningOfCode, RangesAndTheirEnds) {
  EXPECT_EQ(MeaningOfCode("3999"), "");
  EXPECT_EQ(MeaningOfCode("4000"), MeaningOfCode("4008"));
  EXPECT_EQ(MeaningOfCode("4009"), "");
  EXPECT_EQ(MeaningOfCode(""), "");
  EXPECT_EQ(MeaningOfCode("5022x"), "");
  EXPECT_EQ(MeaningOfCode("99999999999999999999"), "");
}

}  // namespace
}  // namespace bw::tool_service
