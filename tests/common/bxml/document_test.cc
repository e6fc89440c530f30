#include "common/bxml/document.h"

#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::bxml {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(std::string_view text, const Rules& rules = {}) {
  const auto parsed = Parse(text, rules);
  return parsed.ok() ? "accepted" : std::string(Message(parsed.status()));
}

std::string InResponse(std::string_view verbs) {
  return "<Response>" + std::string(verbs) + "</Response>";
}

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(BxmlParse, ReadsVerbsAttributesAndChildren) {
  const auto document = Parse(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n"
      "  <SpeakSentence voice=\"julie\"> Hello &amp; welcome. </SpeakSentence>\n"
      "  <Gather gatherUrl=\"/cb\" maxDigits=\"1\">\n    <SpeakSentence>Press "
      "one.</SpeakSentence>\n"
      "  </Gather>\n</Response>");
  ASSERT_TRUE(document.ok()) << ToString(document.status());
  ASSERT_EQ(document->verbs.size(), 2u);
  EXPECT_EQ(document->verbs[0].text, "Hello & welcome.");
  EXPECT_EQ(*FindAttribute(document->verbs[0], "voice"), "julie");
  const Verb& gather = document->verbs[1];
  ASSERT_EQ(gather.children.size(), 1u);
  EXPECT_EQ(gather.children[0].text, "Press one.");
  EXPECT_EQ(NumberOf(gather, "maxDigits"), 1);
  EXPECT_EQ(NumberOf(gather, "firstDigitTimeout"), 5);
  EXPECT_EQ(AttributeOr(gather, "gatherMethod"), "POST");
  EXPECT_EQ(AttributeOr(gather, "tag"), "");
  EXPECT_TRUE(BoolOf({.name = "Ring"}, "answerCall"));
}

class BxmlAccepted : public ::testing::TestWithParam<std::string_view> {};

TEST_P(BxmlAccepted, SurvivesWritingAndReading) {
  const auto document = Parse(GetParam());
  ASSERT_TRUE(document.ok()) << ToString(document.status());
  EXPECT_TRUE(Validate(*document).ok());
  const auto again = Parse(Serialize(*document));
  ASSERT_TRUE(again.ok()) << ToString(again.status());
  EXPECT_EQ(*again, *document);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BxmlAccepted,
    ::testing::Values(
        "<Response/>", "<Bxml><Hangup/></Bxml>",
        "<Response><PlayAudio username=\"u\" password=\"p\">media/hold.mp3</PlayAudio>"
        "<Pause duration=\"0.5\"/><Redirect redirectUrl=\"/next\" tag=\"wait-3\"/></Response>",
        "<Response><Ring duration=\"20\" answerCall=\"false\"/><Redirect "
        "redirectUrl=\"n\"/></Response>",
        "<Response><StartRecording recordingAvailableUrl=\"/r\" fileFormat=\"mp3\" "
        "multiChannel=\"true\"/><Transfer transferCallerId=\"+15550100002\" callTimeout=\"25\" "
        "transferCompleteUrl=\"/x\"><PhoneNumber transferAnswerUrl=\"/w\" "
        "transferDisconnectUrl=\"/e\">"
        "+15550100009</PhoneNumber><SipUri uui=\"YWJj;encoding=base64\">sip:desk@pbx.example.net"
        "</SipUri></Transfer></Response>",
        "<Response><Record recordCompleteUrl=\"/vm\" maxDuration=\"120\" silenceTimeout=\"5\" "
        "terminatingDigits=\"\" transcribe=\"true\" transcriptionAvailableUrl=\"/t\"/></Response>",
        "<Response><StartStream name=\"a\" mode=\"bidirectional\" "
        "destination=\"wss://w.example/a\">"
        "<StreamParam name=\"s\" value=\"1\"/></StartStream><StopStream name=\"a\" wait=\"true\"/>"
        "</Response>",
        "<Response><StartTranscription tracks=\"both\"><CustomParam name=\"k\" value=\"v\"/>"
        "</StartTranscription><StartGather dtmfUrl=\"/k\"/><Conference mute=\"true\" "
        "callIdsToCoach=\"c-1,c-2\" callbackTimeout=\"10\">room_1</Conference></Response>",
        "<Response><Bridge bridgeCompleteUrl=\"/1\" bridgeTargetCompleteUrl=\"/2\">c-33cc</Bridge>"
        "</Response>",
        "<Response><SendDtmf toneDuration=\"150\">1w2#</SendDtmf><StopTranscription/><StopGather/>"
        "<StopRecording/><PauseRecording/><ResumeRecording/><Tag/><Tag>x</Tag><Hangup/></Response>",
        "<Response><Forward to=\"sip:a@b.example\" callTimeout=\"30\"/></Response>",
        "<Response><Refer><SipUri>sip:a@b.example</SipUri></Refer></Response>",
        "<Response><Connect eventCallbackUrl=\"/e\"><Endpoint>e-1</Endpoint></Connect></Response>",
        "<Response><SpeakSentence>One <break time=\"1.5s\"/> <emphasis "
        "level=\"strong\">two</emphasis>"
        " <emphasis>three</emphasis></SpeakSentence></Response>"));

struct Refusal {
  std::string_view what;
  std::string verbs;
  std::string_view message;
};

class BxmlRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(BxmlRefusal, NamesVerbAndReason) {
  EXPECT_THAT(ErrorOf(InResponse(GetParam().verbs)), HasSubstr(std::string(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BxmlRefusal,
    ::testing::Values(
        Refusal{"UnknownVerb", "<Hangup/><Say>x</Say>",
                "verb 2: Say is not a verb; allowed: Speak"},
        Refusal{"WrongCase", "<hangup/>", "hangup is not a verb"},
        Refusal{"TextBetween", "hi<Hangup/>", "only verbs are allowed"},
        Refusal{"NestedPause", "<Gather><Pause/></Gather>",
                "verb 1, Gather, child 1: Pause is not allowed here; allowed: SpeakSentence, Play"},
        Refusal{"SpeechGather", "<Gather inputType=\"speech\"/>",
                "Gather: attribute inputType does not exist; allowed: gatherUrl"},
        Refusal{"RedirectWithoutUrl", "<Redirect/>", "attribute redirectUrl is required"},
        Refusal{"BridgeAttribute", "<Bridge targetCall=\"c-1\"/>", "targetCall does not exist"},
        Refusal{"BridgeWithoutText", "<Bridge/>", "Bridge: the text is missing"},
        Refusal{"TransferWithoutChildren", "<Transfer/>", "0 children; 1 to 8"},
        Refusal{"TransferWithNine",
                "<Transfer>" + Repeat("<PhoneNumber>+15550100009</PhoneNumber>", 9) + "</Transfer>",
                "9 children; 1 to 8"},
        Refusal{"PhoneNumberAlone", "<PhoneNumber>+15550100009</PhoneNumber>",
                "PhoneNumber is not allowed here"},
        Refusal{"NumberWithoutPlus", "<Transfer><PhoneNumber>5550100009</PhoneNumber></Transfer>",
                "must be an E.164 number"},
        Refusal{"ConferenceBlank", "<Conference>room 1</Conference>", "at most 100 letters"},
        Refusal{"LongDtmf", "<SendDtmf>" + std::string(51, '1') + "</SendDtmf>", "at most 50"},
        Refusal{"PauseZero", "<Pause duration=\"0\"/>",
                "attribute duration is \"0\"; it must be a number from 0.1 to 86400"},
        Refusal{"PauseSigned", "<Pause duration=\"-1\"/>", "must be a number"},
        Refusal{"PauseExponent", "<Pause duration=\"1e2\"/>", "must be a number"},
        Refusal{"DigitsFraction", "<Gather maxDigits=\"1.5\"/>",
                "must be a whole number from 1 to 50"},
        Refusal{"BooleanCase", "<Ring answerCall=\"True\"/>", "must be true or false"},
        Refusal{"Method", "<Redirect redirectUrl=\"/a\" redirectMethod=\"PUT\"/>",
                "one of GET, POST"},
        Refusal{"Scheme", "<Redirect redirectUrl=\"ftp://a/b\"/>", "must be an http or https URL"},
        Refusal{"BlankUrl", "<Redirect redirectUrl=\"/a b\"/>", "must be an http or https URL"},
        Refusal{"NoHost", "<Redirect redirectUrl=\"http:///b\"/>", "must be an http or https URL"},
        Refusal{"LongTag", "<Gather tag=\"" + std::string(257, 't') + "\"/>", "at most 256 bytes"},
        Refusal{"Socket", "<StartStream destination=\"https://a\"/>", "must be a wss:// URL"},
        Refusal{"HangupText", "<Hangup>bye</Hangup>", "this verb has no text"},
        Refusal{"EmptySpeech", "<SpeakSentence> </SpeakSentence>", "the text is missing"},
        Refusal{"SsmlTag", "<SpeakSentence>a<audio src=\"x\"/></SpeakSentence>",
                "SSML tag audio is not supported; allowed: break"},
        Refusal{"SsmlAttribute", "<SpeakSentence><break length=\"1s\"/></SpeakSentence>",
                "attribute length does not exist; allowed: strength, time"},
        Refusal{"SsmlLongBreak", "<SpeakSentence><break time=\"10001ms\"/></SpeakSentence>",
                "at most 10s"},
        Refusal{"SsmlChoice", "<SpeakSentence><emphasis level=\"x\">a</emphasis></SpeakSentence>",
                "must be one of strong, moderate, reduced"},
        Refusal{"MarkupElsewhere", "<Hangup><break/></Hangup>", "break is not a verb"},
        Refusal{
            "PromptsRepeated",
            "<Gather repeatCount=\"11\">" + Repeat("<PlayAudio>a.wav</PlayAudio>", 2) + "</Gather>",
            "is 22; at most 20"},
        Refusal{"StreamParams",
                "<StartStream destination=\"wss://a.example\">" +
                    Repeat("<StreamParam name=\"a\" value=\"b\"/>", 13) + "</StartStream>",
                "13 children; 0 to 12"}),
    [](const auto& param) { return std::string(param.param.what); });

TEST(BxmlParse, RefusesOtherRoots) {
  EXPECT_THAT(ErrorOf("<response/>"), HasSubstr("must be Response"));
  EXPECT_THAT(ErrorOf("<Response a='b'/>"), HasSubstr("no attributes"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("no XML element"));
}

TEST(BxmlParse, SizeLimitHoldsExactly) {
  const std::string shell = InResponse("<SpeakSentence></SpeakSentence>");
  const auto sized = [&](std::size_t bytes) {
    return InResponse("<SpeakSentence>" + std::string(bytes - shell.size(), 'a') +
                      "</SpeakSentence>");
  };
  EXPECT_EQ(ErrorOf(sized(kMaxDocumentBytes)), "accepted");
  EXPECT_THAT(ErrorOf(sized(kMaxDocumentBytes + 1)), HasSubstr("at most 65536"));
}

TEST(BxmlParse, LimitsOfTheVocabularyHoldExactly) {
  EXPECT_EQ(ErrorOf(InResponse("<SendDtmf>" + std::string(50, '1') + "</SendDtmf>")), "accepted");
  EXPECT_EQ(ErrorOf(InResponse("<Gather tag=\"" + std::string(256, 't') + "\"/>")), "accepted");
  EXPECT_EQ(ErrorOf(InResponse("<Pause duration=\"0.1\"/><Pause duration=\"86400\"/>")),
            "accepted");
  EXPECT_THAT(ErrorOf(InResponse("<Pause duration=\"86400.1\"/>")), HasSubstr("86400"));
  EXPECT_EQ(ErrorOf(InResponse("<Gather repeatCount=\"10\">" +
                               Repeat("<PlayAudio>a.wav</PlayAudio>", 2) + "</Gather>")),
            "accepted");
}

TEST(BxmlParse, CredentialsNeedHttpsWhereThePlatformSaysSo) {
  const std::string record = InResponse(
      "<Record recordCompleteUrl=\"http://127.0.0.1:9/r\" username=\"u\" password=\"secret\"/>");
  EXPECT_THAT(ErrorOf(record), HasSubstr("must be https"));
  EXPECT_EQ(ErrorOf(record, {.allow_http_credentials = true}), "accepted");
  EXPECT_EQ(ErrorOf(InResponse("<Record recordCompleteUrl=\"/r\" username=\"u\" password=\"p\"/>")),
            "accepted");
}

TEST(BxmlParse, NeverQuotesSecretsOrWords) {
  const std::string error =
      ErrorOf(InResponse("<Gather password=\"" + std::string(2000, 's') + "\"/>"));
  EXPECT_THAT(error, HasSubstr("password must be text of at most 1024 bytes"));
  EXPECT_THAT(error, ::testing::Not(HasSubstr("sss")));
}

TEST(BxmlValidate, SizeCountsTheEscapedForm) {
  Document document;
  document.verbs.push_back({.name = "SpeakSentence", .text = std::string(20'000, '<')});
  EXPECT_THAT(std::string(Message(Validate(document))), HasSubstr("at most 65536"));
  document.verbs[0].text.resize(10'000);
  EXPECT_TRUE(Validate(document).ok());
}

TEST(BxmlValidate, RefusesAttributesGivenTwice) {
  Document document;
  document.verbs.push_back({.name = "Pause", .attributes = {{"duration", "1"}, {"duration", "2"}}});
  EXPECT_THAT(std::string(Message(Validate(document))), HasSubstr("given twice"));
}

TEST(BxmlVocabulary, RowsAreSound) {
  std::set<std::string_view> verbs;
  for (const VerbSpec& verb : Vocabulary()) {
    EXPECT_TRUE(verbs.insert(verb.name).second) << verb.name;
    EXPECT_FALSE(verb.description.empty()) << verb.name;
    for (const std::string_view child : verb.children) {
      ASSERT_NE(FindVerb(child), nullptr) << child;
      EXPECT_TRUE(FindVerb(child)->children.empty()) << child;
    }
    std::set<std::string_view> attributes;
    for (const AttributeSpec& attribute : verb.attributes) {
      EXPECT_TRUE(attributes.insert(attribute.name).second) << verb.name << " " << attribute.name;
      // A default must satisfy its own rule.
      if (attribute.default_value.empty()) continue;
      Document document;
      document.verbs.push_back(
          {.name = std::string(verb.name),
           .attributes = {{attribute.name, std::string(attribute.default_value)}}});
      EXPECT_THAT(std::string(Message(Validate(document))),
                  ::testing::Not(HasSubstr("attribute " + attribute.name + " ")))
          << verb.name;
    }
  }
  EXPECT_EQ(verbs.size(), 31u);
  EXPECT_EQ(VerbNames().size(), 26u);
}

}  // namespace
}  // namespace bw::bxml
