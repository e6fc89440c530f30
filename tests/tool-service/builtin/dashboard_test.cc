#include "tool-service/builtin/dashboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using testing::HasSubstr;

TEST(JudgeDashboard, RecognisesEveryErrorShape) {
  struct Case {
    const char* what;
    int status;
    const char* body;
    std::vector<const char*> parts;
  };
  const std::vector<Case> cases = {
      {"status element",
       400,
       "<R><ResponseStatus><ErrorCode>5022</ErrorCode><Description>no site</Description>"
       "</ResponseStatus></R>",
       {"400", "5022: no site"}},
      {"error inside a 200",
       200,
       "<R><ErrorList><Error><Code>5001</Code><Description>bad list</Description></Error>"
       "</ErrorList></R>",
       {"5001: bad list"}},
      {"search result",
       200,
       "<SearchResult><Error><Code>4000</Code><Description>area</Description></Error>"
       "</SearchResult>",
       {"4000: area"}},
      {"errors element",
       404,
       "<R><Errors><Code>1016</Code><Description>none</Description></Errors></R>",
       {"1016: none", "accountId"}},
      {"description without code",
       400,
       "<R><ResponseStatus><Description>odd</Description></ResponseStatus></R>",
       {"odd"}},
      {"empty 403", 403, "", {"403", "role"}},
      {"blank 401", 401, " \r\n", {"401", "credentials"}},
      {"JSON from a gateway", 403, R"({"message":"Forbidden"})", {"Forbidden", "role"}},
      {"HTML from a gateway", 502, "<html><body>Bad<br>gateway</body></html>", {"502", "minute"}},
      {"too many", 429, "", {"429", "Wait"}},
      {"nonsense with success", 200, "no xml", {"could not be read"}},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    const DashboardAnswer answer = JudgeDashboard(row.status, row.body);
    for (const char* part : row.parts) EXPECT_THAT(answer.refusal, HasSubstr(part));
  }
}

TEST(JudgeDashboard, AGoodAnswerIsNoError) {
  const DashboardAnswer answer = JudgeDashboard(200, "<A><Code>7</Code></A>");
  EXPECT_EQ(answer.refusal, "");
  EXPECT_EQ(answer.root.name, "A");
  EXPECT_EQ(JudgeDashboard(204, "").refusal, "");
  EXPECT_EQ(JudgeDashboard(200, "<A><ErrorList/></A>").refusal, "");
}

TEST(NextPage, Table) {
  struct Case {
    const char* next;
    const char* expected;
  };
  for (const auto& [next, expected] :
       {Case{"Link=&lt;https://api/tns?page=2&amp;size=5&gt;;rel=\"next\";", "2"},
        Case{"Link=&lt;https://api/tns?size=5&amp;page=+15550100002&gt;;rel=\"next\";",
             "+15550100002"},
        Case{"Link=&lt;https://api/tns?page=a%2Fb&gt;;rel=\"next\";", "a/b"},
        Case{"https://api/tns?size=5", ""}, Case{"", ""}, Case{"?page=", ""},
        Case{"?page=%2", "%2"}}) {
    const std::string body = std::string("<R><Links><next>") + next + "</next></Links></R>";
    EXPECT_EQ(NextPage(JudgeDashboard(200, body).root), expected) << next;
  }
  EXPECT_EQ(NextPage(JudgeDashboard(200, "<R/>").root), "");
}

TEST(EncodeComponent, NothingCanChangeTheUrl) {
  EXPECT_EQ(EncodeComponent("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(EncodeComponent("../?#&=%+ \r\n"), "..%2F%3F%23%26%3D%25%2B%20%0D%0A");
  EXPECT_EQ(EncodeComponent("\xc3\xa9"), "%C3%A9");
}

}  // namespace
}  // namespace bw::tool_service
