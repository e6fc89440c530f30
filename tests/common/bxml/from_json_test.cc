#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bxml/document.h"

namespace bw::bxml {
namespace {

using json::Json;
using ::testing::HasSubstr;

std::string Build(std::string_view text) {
  const auto verbs = json::Parse(text);
  if (!verbs.ok()) return ToString(verbs.status());
  const auto document = FromJson(*verbs);
  if (!document.ok()) return std::string(Message(document.status()));
  return Serialize(*document).substr(
      std::string_view(R"(<?xml version="1.0" encoding="UTF-8"?>)").size());
}

TEST(BxmlFromJson, BuildsVerbsAttributesAndChildren) {
  EXPECT_EQ(Build(R"([{"verb":"SpeakSentence","text":"hi","voice":"julie"},
                      {"verb":"Gather","gatherUrl":"/cb","maxDigits":1,"firstDigitTimeout":2.0,
                       "children":[{"verb":"SpeakSentence","text":"Press 1"}]},
                      {"verb":"Ring","answerCall":false,"duration":2.5},{"verb":"Hangup"}])"),
            "<Response><SpeakSentence voice=\"julie\">hi</SpeakSentence>"
            "<Gather firstDigitTimeout=\"2\" gatherUrl=\"/cb\" maxDigits=\"1\">"
            "<SpeakSentence>Press 1</SpeakSentence></Gather>"
            "<Ring answerCall=\"false\" duration=\"2.5\"/><Hangup/></Response>");
  EXPECT_EQ(Build("[]"), "<Response/>");
}

TEST(BxmlFromJson, TakesTextLiterallyUnlessToldItIsSsml) {
  EXPECT_EQ(Build(R"([{"verb":"SpeakSentence","text":"a <break time='1s'/> & b"}])"),
            "<Response><SpeakSentence>a &lt;break time=&apos;1s&apos;/&gt; &amp; b</SpeakSentence>"
            "</Response>");
  EXPECT_EQ(Build(R"([{"verb":"SpeakSentence","ssml":true,"text":"a <break time='1s'/> b"}])"),
            "<Response><SpeakSentence>a <break time=\"1s\"/> b</SpeakSentence></Response>");
  EXPECT_THAT(Build(R"([{"verb":"SpeakSentence","ssml":true,"text":"<audio src='x'/>"}])"),
              HasSubstr("SSML tag audio is not supported"));
  EXPECT_THAT(Build(R"([{"verb":"SpeakSentence","ssml":true,"text":"</s><Hangup/><s>"}])"),
              HasSubstr("verbs[0].text: the XML has more than one root"));
  EXPECT_THAT(Build(R"([{"verb":"PlayAudio","ssml":true,"text":"a.wav"}])"),
              HasSubstr("SSML is allowed only in SpeakSentence"));
}

TEST(BxmlFromJson, ErrorsNameTheMember) {
  EXPECT_THAT(Build("{}"), HasSubstr("verbs must be an array"));
  EXPECT_THAT(Build("[1]"), HasSubstr("verbs[0] must be an object"));
  EXPECT_THAT(Build(R"([{"text":"x"}])"), HasSubstr("verbs[0] must be an object such as"));
  EXPECT_THAT(Build(R"([{"verb":"Pause","duration":[1]}])"),
              HasSubstr("verbs[0].duration must be a string, a number or a boolean"));
  EXPECT_THAT(Build(R"([{"verb":"Pause","duration":0}])"), HasSubstr("from 0.1 to 86400"));
  EXPECT_THAT(Build(R"([{"verb":"SpeakSentence","text":7}])"), HasSubstr("verbs[0].text must be"));
  EXPECT_THAT(Build(R"([{"verb":"SpeakSentence","text":"\u0001"}])"), HasSubstr("text to speak"));
  EXPECT_THAT(Build(R"([{"verb":"Gather","children":{"verb":"Pause"}}])"),
              HasSubstr("verbs[0].children must be an array"));
  EXPECT_THAT(Build(R"([{"verb":"Gather","children":[{"verb":"SpeakSentence","text":"a",
                "children":[{"verb":"Hangup","children":[{"verb":"Hangup"}]}]}]}])"),
              HasSubstr("nests too deeply"));
}

TEST(BxmlFromJson, BoundsTheNumberOfVerbs) {
  Json verbs = Json::array();
  for (int i = 0; i < 8193; ++i) verbs.push_back({{"verb", "Tag"}});
  EXPECT_THAT(std::string(Message(FromJson(verbs).status())), HasSubstr("more than 8192 verbs"));
}

TEST(BxmlSchema, DescribesAttributes) {
  const VerbSpec& gather = *FindVerb("Gather");
  EXPECT_EQ(AttributeSchema(*FindAttribute(gather, "maxDigits")),
            Json({{"type", "integer"},
                  {"minimum", 1},
                  {"maximum", 50},
                  {"default", 50},
                  {"description", "Digits to collect"}}));
  EXPECT_EQ(AttributeSchema(*FindAttribute(gather, "gatherMethod"))["enum"], Json({"GET", "POST"}));
  const Json schema = VerbSchema(*FindVerb("Transfer"));
  EXPECT_EQ(schema["required"], Json({"verb", "children"}));
  EXPECT_EQ(schema["properties"]["children"]["maxItems"], 8);
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(VerbSchema(*FindVerb("Redirect"))["required"], Json({"verb", "redirectUrl"}));
}

TEST(BxmlSchema, SummarisesVerbs) {
  EXPECT_EQ(VerbSummary(*FindVerb("Pause")), "Pause(duration 0.1-86400.0 = 1)");
  EXPECT_EQ(VerbSummary(*FindVerb("Hangup")), "Hangup()");
  EXPECT_THAT(VerbSummary(*FindVerb("Gather")), HasSubstr("[SpeakSentence PlayAudio]"));
  EXPECT_THAT(VerbSummary(*FindVerb("Redirect")), HasSubstr("redirectUrl*"));
}

}  // namespace
}  // namespace bw::bxml
