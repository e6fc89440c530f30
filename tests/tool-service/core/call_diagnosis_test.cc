#include "tool-service/core/call_diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"
#include "tool-service/core/message_errors.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::Contains;
using testing::HasSubstr;

Json Platform(const std::string& state, const std::string& cause = "", bool answered = false) {
  Json platform = {{"state", state}};
  if (!cause.empty()) platform["disconnectCause"] = cause;
  if (answered) platform["answerTime"] = "2026-03-02T10:15:30.000Z";
  return platform;
}

CallRecord Record(const std::string& state, const std::string& bxml = "") {
  CallRecord record;
  record.call_id = "c-1";
  record.state = state;
  if (!bxml.empty()) record.turns = {{2, "answer", 0, "", bxml}};
  return record;
}

Event Disconnect(std::int64_t sip_code) {
  return MakeEvent(9, "disconnect", "c-1", {{"cause", "rejected"}, {"sipResponseCode", sip_code}});
}

struct Case {
  const char* what;
  CallEvidence evidence;
  const char* meaning;
  const char* next_step;
};

void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    const CallDiagnosis diagnosis = DiagnoseCall(row.evidence);
    EXPECT_THAT(diagnosis.meaning, HasSubstr(row.meaning));
    EXPECT_THAT(diagnosis.next_step, HasSubstr(row.next_step));
    EXPECT_FALSE(diagnosis.evidence.empty());
  }
}

TEST(DiagnoseCall, WhileItLasts) {
  CallRecord waiting = Record("answered");
  waiting.webhook_held = true;
  CallRecord queued = Record("initiated");
  queued.queued = Receipt();
  CallRecord ringing = Record("initiated");
  ringing.webhook_held = true;
  ExpectAll({
      {"in the queue", {{}, {}, Platform("queued")}, "queue", "waitForEvents"},
      {"ringing", {{}, {}, Platform("initiated")}, "rings", "respondToCallback"},
      {"ringing, with a document", {queued, {}, {}}, "first thing heard", "waitForEvents"},
      {"a caller rings", {ringing, {}, {}}, "until you answer", "respondToCallback now"},
      {"waits for us", {waiting, {}, Platform("answered")}, "waits for your answer", "now"},
      {"nothing came here", {{}, {}, Platform("answered")}, "no webhook", "BW_MCP_BASE_URL"},
      {"runs", {Record("answered"), {}, Platform("answered")}, "It runs", "waitForEvents"},
      {"a state nobody knows", {Record("dreaming"), {}, {}}, "It runs", "waitForEvents"},
  });
}

TEST(DiagnoseCall, OnceItIsOver) {
  const std::string ends = "<Response><SpeakSentence>Bye</SpeakSentence></Response>";
  const std::string goes_on =
      "<Response><Gather gatherUrl=\"/callbacks/voice/gather\"/></Response>";
  const CallRecord here = Record("disconnected");
  const std::vector<Event> asked = {MakeEvent(1, "answer", "c-1")};
  const std::vector<Event> unasked = {MakeEvent(1, "disconnect", "c-1")};
  ExpectAll({
      {"busy", {{}, {}, Platform("disconnected", "busy")}, "busy", "text"},
      {"no answer",
       {{}, {}, Platform("disconnected", "timeout")},
       "Nobody answered",
       "callTimeout"},
      {"timeout later", {{}, {}, Platform("disconnected", "timeout", true)}, "longer", "getCall"},
      {"cancelled", {{}, {}, Platform("disconnected", "cancel")}, "before anybody", "again"},
      {"no such number", {{}, {Disconnect(404)}, {}}, "does not exist", "Check the number"},
      {"declined", {{}, {Disconnect(603)}, {}}, "refused the call", "Do not call again at once"},
      {"unreachable",
       {{}, {}, Platform("disconnected", "callback-error")},
       "no webhook",
       "BW_MCP_BASE_URL"},
      {"asked elsewhere",
       {here, unasked, Platform("disconnected", "callback-error")},
       "not the one that asks",
       "configureCallbacks"},
      {"answered badly",
       {here, asked, Platform("disconnected", "callback-error")},
       "too late",
       "last turn"},
      {"a bad document",
       {Record("disconnected", "<Response><Dance/></Response>"), asked,
        Platform("disconnected", "invalid-bxml")},
       "not valid BXML",
       "generateBXML"},
      {"another bad document",
       {here, asked, Platform("disconnected", "invalid-bxml")},
       "could not execute",
       "generateBXML"},
      {"too many calls", {{}, {}, Platform("disconnected", "account-limit")}, "too many", "Wait"},
      {"no room",
       {{}, {}, Platform("disconnected", "node-capacity-exceeded")},
       "capacity",
       "again"},
      {"application", {{}, {}, Platform("disconnected", "application-error")}, "set up", "BW_MCP"},
      {"a loop", {here, asked, Platform("disconnected", "application-error")}, "loop", "getCall"},
      {"it ended itself",
       {Record("disconnected", ends), asked, Platform("disconnected", "hangup")},
       "nothing to wait for",
       "Gather or Redirect"},
      {"a normal end",
       {Record("disconnected", goes_on), asked, Platform("disconnected", "hangup")},
       "normal end",
       "Nothing to repair"},
      {"given up",
       {{}, {}, Platform("disconnected", "hangup")},
       "before it was answered",
       "getCall"},
      {"an error", {{}, {}, Platform("disconnected", "error")}, "failed", "give the call id"},
      {"a new cause", {{}, {}, Platform("disconnected", "moonshine")}, "not known", "call id"},
      {"no cause at all", {{}, {}, Platform("disconnected")}, "not known", "call id"},
  });
}

TEST(DiagnoseCall, NobodyKnowsIt) {
  const CallDiagnosis diagnosis = DiagnoseCall({});
  EXPECT_EQ(diagnosis.state, "unknown");
  EXPECT_THAT(diagnosis.meaning, HasSubstr("Neither"));
  EXPECT_THAT(diagnosis.evidence, Contains("no webhook of the call reached this server"));
}

TEST(DiagnoseCall, SaysWhatItIsConcludedFrom) {
  CallRecord record = Record("disconnected", "<Response><Dance/></Response>");
  record.error_message = "no such verb";
  const CallDiagnosis diagnosis =
      DiagnoseCall({record, {Disconnect(486)}, Platform("disconnected", "invalid-bxml")});
  EXPECT_EQ(diagnosis.cause, "invalid-bxml");
  EXPECT_THAT(diagnosis.evidence, Contains(HasSubstr("error message: no such verb")));
  EXPECT_THAT(diagnosis.evidence, Contains("SIP response 486: busy"));
  EXPECT_THAT(diagnosis.evidence, Contains(HasSubstr("Dance")));
  EXPECT_THAT(diagnosis.evidence, Contains(HasSubstr("last event: [9] disconnect")));
}

TEST(SipCodes, KnownAndUnknown) {
  EXPECT_EQ(MeaningOfSipCode(603), "declined");
  EXPECT_EQ(MeaningOfSipCode(0), "");
}

TEST(MessageErrors, TheNarrowRowDecides) {
  EXPECT_THAT(MessageErrorFor(4476).meaning, HasSubstr("campaign"));
  EXPECT_THAT(MessageErrorFor(4795).next_step, HasSubstr("requestTollFreeVerification"));
  EXPECT_THAT(MessageErrorFor(4781).next_step, HasSubstr("slowly"));
  EXPECT_THAT(MessageErrorFor(9902).next_step, HasSubstr("Do not resend"));
  EXPECT_THAT(MessageErrorFor(4123).meaning, HasSubstr("refused"));
  EXPECT_THAT(MessageErrorFor(5123).meaning, HasSubstr("carrier"));
  for (const std::int64_t code : {0, -1, 4476, 123'456}) {
    EXPECT_FALSE(MessageErrorFor(code).meaning.empty());
    EXPECT_FALSE(MessageErrorFor(code).next_step.empty());
  }
}

}  // namespace
}  // namespace bw::tool_service
