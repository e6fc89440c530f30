#include "tool-service/core/bxml_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

const CallbackUrls kUrls("https://calls.example.com");

struct Case {
  const char* what;
  Json verbs;
  const char* attribute;
  Json expected;  // of the first verb; null: absent
};

TEST(WithCallbackUrls, Table) {
  const std::string voice = "https://calls.example.com/callbacks/voice/";
  const std::vector<Case> cases = {
      {"Gather", Json::parse(R"([{"verb":"Gather"}])"), "gatherUrl", voice + "gather"},
      {"own URL", Json::parse(R"([{"verb":"Gather","gatherUrl":"/mine"}])"), "gatherUrl", "/mine"},
      {"null leaves it out", Json::parse(R"([{"verb":"Gather","gatherUrl":null}])"), "gatherUrl",
       nullptr},
      {"Redirect", Json::parse(R"([{"verb":"Redirect"}])"), "redirectUrl", voice + "continue/c-1"},
      {"Record last", Json::parse(R"([{"verb":"Record"}])"), "recordCompleteUrl", voice + "answer"},
      {"Record not last", Json::parse(R"([{"verb":"Record"},{"verb":"Hangup"}])"),
       "recordCompleteUrl", nullptr},
      {"Record file", Json::parse(R"([{"verb":"Record"},{"verb":"Hangup"}])"),
       "recordingAvailableUrl", voice + "answer"},
      {"no transcription", Json::parse(R"([{"verb":"Record"}])"), "transcriptionAvailableUrl",
       nullptr},
      {"transcription", Json::parse(R"([{"verb":"Record","transcribe":true}])"),
       "transcriptionAvailableUrl", voice + "answer"},
      {"Transfer last", Json::parse(R"([{"verb":"Transfer"}])"), "transferCompleteUrl",
       voice + "answer"},
      {"Hangup", Json::parse(R"([{"verb":"Hangup"}])"), "redirectUrl", nullptr},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    const Json verbs = WithCallbackUrls(row.verbs, kUrls, "c-1");
    EXPECT_EQ(verbs[0].value(row.attribute, Json()), row.expected);
  }
}

TEST(WithCallbackUrls, LeavesNonsenseToTheParser) {
  for (const char* text : {"{}", "7", "[7,null]", "[{}]", "[{\"verb\":7}]"}) {
    const Json verbs = Json::parse(text);
    EXPECT_EQ(WithCallbackUrls(verbs, kUrls, ""), verbs);
  }
}

bxml::Document Parsed(const std::string& verbs) {
  auto document = bxml::Parse("<Response>" + verbs + "</Response>");
  EXPECT_TRUE(document.ok()) << ToString(document.status());
  return document.ok() ? *document : bxml::Document{};
}

TEST(AddCallbackCredentials, OnlyWhereTheVerbReportsToUs) {
  struct Row {
    const char* what;
    const char* verbs;
    bool expected;
  };
  for (
      const auto& [what, verbs, expected] :
      {Row{"ours", R"(<Gather gatherUrl="https://calls.example.com/callbacks/voice/gather"/>)",
           true},
       Row{"a path", R"(<Redirect redirectUrl="/callbacks/voice/answer"/>)", true},
       Row{"a stranger", R"(<Gather gatherUrl="https://evil.example.net/"/>)", false},
       Row{"half a stranger",
           R"(<Record recordCompleteUrl="/r" recordingAvailableUrl="https://evil.example.net/"/>)",
           false},
       Row{"no URL", R"(<Gather maxDigits="1"/>)", false},
       Row{"not a callback", R"(<PlayAudio>/hello.mp3</PlayAudio>)", false},
       Row{"own credentials", R"(<Redirect redirectUrl="/x" username="me" password="p"/>)", false},
       Row{"a child",
           R"(<Transfer><PhoneNumber transferAnswerUrl="/callbacks/voice/answer">+15550100001</PhoneNumber></Transfer>)",
           true}}) {
    SCOPED_TRACE(what);
    bxml::Document document = Parsed(verbs);
    AddCallbackCredentials(document, kUrls, {"hook", "secret"});
    EXPECT_EQ(bxml::Serialize(document).find("username=\"hook\"") != std::string::npos, expected);
  }
}

TEST(AddCallbackCredentials, NoneAreAddedWhenNoneAreSet) {
  bxml::Document document = Parsed(R"(<Redirect redirectUrl="/x"/>)");
  AddCallbackCredentials(document, kUrls, {});
  EXPECT_THAT(bxml::Serialize(document), Not(HasSubstr("username")));
}

TEST(EndsCall, Table) {
  struct Row {
    const char* verbs;
    bool ends;
  };
  for (const auto& [verbs, ends] :
       {Row{"", true}, Row{"<SpeakSentence>Bye</SpeakSentence>", true}, Row{"<Hangup/>", true},
        Row{R"(<Redirect redirectUrl="/x"/>)", false}, Row{R"(<Gather gatherUrl="/x"/>)", false},
        Row{R"(<Gather maxDigits="1"/>)", true}, Row{R"(<Record recordCompleteUrl="/x"/>)", false},
        Row{R"(<Hangup/><Redirect redirectUrl="/x"/>)", true}}) {
    EXPECT_EQ(EndsCall(Parsed(verbs)), ends) << verbs;
  }
}

}  // namespace
}  // namespace bw::tool_service
