// Transfer, Forward, Bridge, Conference: one call and somebody else.
#include <string>
#include <vector>

#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr const char* kDesk = "+15550200001";
constexpr const char* kHome = "+15550200002";

class ConnectedCallsTest : public SimulationTest {
 protected:
  std::string Party(const std::string& number, const std::string& attributes = "") {
    return "<PhoneNumber transferDisconnectUrl=\"/leg\" " + attributes + ">" + number +
           "</PhoneNumber>";
  }
};

TEST_F(ConnectedCallsTest, TheFirstToAnswerGetsTheCall) {
  SetScript(kDesk, {.answer_after_ms = 3000, .talk_ms = 5000});
  SetScript(kHome, {.answer_after_ms = 9000});
  AnswerWith({{"answer",
               {"<Transfer transferCompleteUrl=\"/done\" transferCallerId=\"Private\">" +
                Party(kDesk) + Party(kHome) + "</Transfer>"}},
              {"transferComplete", {"<Hangup/>"}}});
  const std::string id = Create();
  Advance(6000);
  EXPECT_THAT(Events(), ElementsAre("answer", "transferDisconnect"));
  EXPECT_EQ(Last("transferDisconnect")["cause"], "cancel");
  EXPECT_EQ(Last("transferDisconnect")["transferTo"], kHome);
  Advance(10'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "transferDisconnect", "transferDisconnect",
                                    "transferComplete", "disconnect"));
  const Json complete = Last("transferComplete");
  EXPECT_EQ(complete["callId"], id);
  EXPECT_EQ(complete["cause"], "hangup");
  EXPECT_EQ(complete["transferTo"], kDesk);
  EXPECT_EQ(complete["transferCallerId"], "Private");
  EXPECT_EQ(Last("transferDisconnect")["parentCallId"], id);
}

TEST_F(ConnectedCallsTest, NobodyAnswers) {
  SetScript(kDesk, {.busy = true});
  SetScript(kHome, {.no_answer = true});
  AnswerWith({{"answer",
               {"<Transfer callTimeout=\"5\" transferCompleteUrl=\"/done\">" + Party(kDesk) +
                Party(kHome) + "</Transfer>"}},
              {"transferComplete", {"<Hangup/>"}}});
  Create();
  Advance(20'000);
  EXPECT_EQ(Last("transferComplete")["cause"], "timeout");
}

TEST_F(ConnectedCallsTest, WithoutCompleteUrlTheNextVerbRuns) {
  SetScript(kDesk, {.busy = true});
  AnswerWith(
      {{"answer", {"<Transfer>" + Party(kDesk) + "</Transfer><Redirect redirectUrl=\"/n\"/>"}},
       {"redirect", {"<Hangup/>"}}});
  Create();
  Advance(20'000);
  EXPECT_THAT(Events(), Contains("redirect"));
}

TEST_F(ConnectedCallsTest, TheCalledPartyHearsAWhisperAndMayBeRejected) {
  AnswerWith({{"answer",
               {"<Transfer transferCompleteUrl=\"/done\">" +
                Party(kDesk, "transferAnswerUrl=\"/whisper\" tag=\"leg\"") + "</Transfer>"}},
              {"transferAnswer", {"<SpeakSentence>A call</SpeakSentence><Hangup/>"}},
              {"transferComplete", {"<Hangup/>"}}});
  const std::string id = Create();
  Advance(20'000);
  const Json whisper = Last("transferAnswer");
  EXPECT_EQ(whisper["parentCallId"], id);
  EXPECT_NE(whisper["callId"], id);
  EXPECT_EQ(whisper["tag"], "leg");
  EXPECT_EQ(Last("transferComplete")["cause"], "hangup");
  EXPECT_FALSE(Last("transferComplete").contains("tag"));
}

TEST_F(ConnectedCallsTest, AWhisperMustNotConnectElsewhere) {
  AnswerWith({{"answer",
               {"<Transfer transferCompleteUrl=\"/done\">" +
                Party(kDesk, "transferAnswerUrl=\"/whisper\"") + "</Transfer>"}},
              {"transferAnswer", {"<Conference>x</Conference>"}},
              {"transferComplete", {"<Hangup/>"}}});
  Create();
  Advance(20'000);
  EXPECT_EQ(Last("transferComplete")["cause"], "invalid-bxml");
}

TEST_F(ConnectedCallsTest, HangingUpEndsTheLegsToo) {
  AnswerWith(
      {{"answer", {"<Transfer transferCompleteUrl=\"/done\">" + Party(kDesk) + "</Transfer>"}}});
  const std::string id = Create();
  Advance(4000);
  EXPECT_TRUE(calls.HangUp(id).ok());
  Advance(20'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "transferDisconnect", "disconnect"));
}

TEST_F(ConnectedCallsTest, ForwardIsForUnansweredInboundCalls) {
  AnswerWith({{"initiate", {"<Forward to=\"+15550200001\"/>"}},
              {"answer", {"<Forward to=\"+15550200001\"/>"}}});
  SetScript(kDesk, {.talk_ms = 2000});
  const auto inbound = calls.CallIn({{"from", kPerson}, {"to", account.numbers[0].number}});
  Advance(10'000);
  EXPECT_EQ(CauseOf(inbound->at("callId")), "hangup");
  EXPECT_THAT(Events(), ElementsAre("initiate", "disconnect"));
  const std::string outbound = Create();
  Advance(10'000);
  EXPECT_EQ(CauseOf(outbound), "application-error");
}

TEST_F(ConnectedCallsTest, BridgeEndsForTheOneWhoStays) {
  AnswerWith({{"answer", {"<Pause duration=\"1000\"/>"}},
              {"bridgeComplete", {"<Hangup/>"}},
              {"bridgeTargetComplete", {"<Hangup/>"}}});
  const std::string target = Create();
  const std::string initiator = Create();
  Advance(3000);
  const std::string document =
      "<Response><Bridge bridgeCompleteUrl=\"/b\" bridgeTargetCompleteUrl=\"/t\">" + target +
      "</Bridge></Response>";
  ASSERT_TRUE(calls.ReplaceBxml(initiator, document).ok());
  EXPECT_TRUE(calls.HangUp(target).ok());
  Advance(100);
  EXPECT_EQ(Last("bridgeComplete")["callId"], initiator);
  EXPECT_TRUE(Last("bridgeTargetComplete").is_null());
}

TEST_F(ConnectedCallsTest, TheTargetOfABridgeIsToldWhenTheInitiatorLeaves) {
  AnswerWith({{"answer", {"<Pause duration=\"1000\"/>"}}, {"bridgeTargetComplete", {"<Hangup/>"}}});
  const std::string target = Create();
  const std::string initiator = Create();
  Advance(3000);
  ASSERT_TRUE(calls
                  .ReplaceBxml(initiator, "<Response><Bridge bridgeTargetCompleteUrl=\"/t\">" +
                                              target + "</Bridge></Response>")
                  .ok());
  EXPECT_TRUE(calls.HangUp(initiator).ok());
  Advance(100);
  EXPECT_EQ(Last("bridgeTargetComplete")["callId"], target);
  EXPECT_EQ(CauseOf(target), "hangup");
}

TEST_F(ConnectedCallsTest, ABridgeToNobodyFails) {
  AnswerWith({{"answer", {"<Bridge bridgeCompleteUrl=\"/b\">c-none</Bridge>"}},
              {"bridgeComplete", {"<Hangup/>"}}});
  Create();
  Advance(5000);
  EXPECT_EQ(Last("bridgeComplete")["cause"], "error");
  EXPECT_TRUE(Last("bridgeComplete").contains("errorMessage"));
}

TEST_F(ConnectedCallsTest, AConferenceTellsOfItsMembers) {
  const std::string join =
      "<Conference conferenceEventUrl=\"/c\" tag=\"room\">standup</Conference>";
  AnswerWith({{"answer", {join}}});
  SetScript(kPerson, {.talk_ms = 4000});
  Create();
  Create();
  Advance(30'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "conferenceCreated", "conferenceMemberJoin", "answer",
                                    "conferenceMemberJoin", "conferenceMemberExit", "disconnect",
                                    "conferenceMemberExit", "conferenceCompleted", "disconnect"));
  EXPECT_EQ(Last("conferenceCompleted")["tag"], "room");
  EXPECT_THAT(Last("conferenceMemberJoin"), Not(Contains("accountId")));
}

TEST_F(ConnectedCallsTest, AConferenceHoldsTwentyMembers) {
  settings.calls_per_second = 1000;
  AnswerWith({{"answer", {"<Conference>room</Conference>"}}});
  std::vector<std::string> ids;
  for (int i = 0; i < 21; ++i) ids.push_back(Create());
  Advance(2000);
  EXPECT_EQ(StateOf(ids[19]), "answered");
  EXPECT_EQ(CauseOf(ids[20]), "application-error");
}

}  // namespace
}  // namespace bw::sandbox
