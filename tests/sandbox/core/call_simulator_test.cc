#include "sandbox/core/call_simulator.h"

#include <string>

#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CallTest : public SimulationTest {};

TEST_F(CallTest, RingsAnswersGathersAndHangsUp) {
  SetScript(kPerson, {.digits = {"2"}});
  AnswerWith({{"answer",
               {"<SpeakSentence>Hello</SpeakSentence><Gather gatherUrl=\"menu\" maxDigits=\"1\" "
                "tag=\"m1\"><SpeakSentence>Press a key</SpeakSentence></Gather>"}},
              {"gather", {"<SpeakSentence>Thanks</SpeakSentence><Hangup/>"}}});
  const std::string id = Create();
  EXPECT_EQ(StateOf(id), "queued");
  Advance(1);
  EXPECT_EQ(StateOf(id), "initiated");
  Advance(1000);
  EXPECT_EQ(StateOf(id), "answered");
  Advance(20'000);
  EXPECT_EQ(StateOf(id), "disconnected");
  EXPECT_EQ(CauseOf(id), "hangup");
  ASSERT_THAT(Events(), ElementsAre("answer", "gather", "disconnect"));
  EXPECT_EQ(webhooks.sent[1].url, "https://app.example.net/voice/menu");
  EXPECT_EQ(webhooks.sent[0].content_type, "application/json");
  const Json gather = Last("gather");
  EXPECT_EQ(gather["digits"], "2");
  EXPECT_EQ(gather["terminatingDigit"], "");
  EXPECT_EQ(gather["tag"], "m1");
  EXPECT_EQ(gather["callId"], id);
  EXPECT_EQ(gather["direction"], "outbound");
  EXPECT_EQ(gather["callUrl"], "http://127.0.0.1:8090/api/v2/accounts/9900000/calls/" + id);
  const Json disconnect = Last("disconnect");
  EXPECT_EQ(disconnect["cause"], "hangup");
  EXPECT_TRUE(disconnect.contains("answerTime"));
  EXPECT_TRUE(disconnect["errorMessage"].is_null());
}

struct Unanswered {
  CallerScript script;
  std::string cause;
  int sip;
};

TEST_F(CallTest, PeopleWhoDoNotAnswerEndTheCallWithTheirCause) {
  const std::vector<Unanswered> table = {{{.busy = true}, "busy", 486},
                                         {{.reject = true}, "rejected", 603},
                                         {{.no_answer = true}, "timeout", 408},
                                         {{.answer_after_ms = 30'000}, "timeout", 408}};
  for (const Unanswered& row : table) {
    SetScript(kPerson, row.script);
    const std::string id = Create();
    Advance(40'000);
    EXPECT_EQ(CauseOf(id), row.cause);
    EXPECT_EQ(Last("disconnect")["sipResponseCode"], row.sip);
    EXPECT_FALSE(Last("disconnect").contains("answerTime"));
  }
  EXPECT_TRUE(Last("answer").is_null());
}

TEST_F(CallTest, CallbackErrorWithoutFallback) {
  webhooks.answer = [](const WebhookRequest& request) -> StatusOr<WebhookReply> {
    return WebhookReply{TypeOf(request) == "answer" ? 500 : 200};
  };
  const std::string id = Create();
  Advance(5000);
  EXPECT_EQ(CauseOf(id), "callback-error");
  EXPECT_THAT(Last("disconnect")["errorMessage"], HasSubstr("status 500"));
}

TEST_F(CallTest, CallbackTimeoutIsRealTimeAndLeadsToTheFallback) {
  settings.time_scale = 0.001;
  Json body = CallBody();
  body["answerFallbackUrl"] = "https://spare.example.net/v/answer";
  body["callbackTimeout"] = 2;
  webhooks.answer = [](const WebhookRequest& request) -> StatusOr<WebhookReply> {
    if (request.url == "https://app.example.net/voice/answer") return DeadlineExceeded("slow");
    if (TypeOf(request) == "answer") return Bxml("<Redirect redirectUrl=\"next\"/>");
    return Bxml("<Pause duration=\"86400\"/>");
  };
  Create(body);
  Advance(1900);
  EXPECT_THAT(Events(), ElementsAre("answer"));
  EXPECT_EQ(webhooks.sent[0].timeout.count(), 2000);
  Advance(200);
  ASSERT_THAT(Events(), ElementsAre("answer", "answer", "redirect"));
  // Relative URLs belong to the URL that gave the document: the fallback.
  EXPECT_EQ(webhooks.sent[2].url, "https://spare.example.net/v/next");
}

TEST_F(CallTest, InvalidDocumentsEndTheCallAndAskNoFallback) {
  Json body = CallBody();
  body["answerFallbackUrl"] = "https://spare.example.net/v";
  const std::vector<StatusOr<WebhookReply>> answers = {
      WebhookReply{200, "application/xml", "", "<Response><Say>x</Say></Response>"},
      WebhookReply{200, "application/xml", "", "not xml"},
      ResourceExhausted("larger than 65536 bytes")};
  for (const auto& answer : answers) {
    webhooks.sent.clear();
    webhooks.answer = [&](const WebhookRequest& request) -> StatusOr<WebhookReply> {
      return TypeOf(request) == "answer" ? answer : WebhookReply{200};
    };
    const std::string id = Create(body);
    Advance(5000);
    EXPECT_EQ(CauseOf(id), "invalid-bxml");
    EXPECT_THAT(Events(), ElementsAre("answer", "disconnect"));
  }
}

TEST_F(CallTest, AnEmptyAnswerHangsUp) {
  const std::string id = Create();
  Advance(5000);
  EXPECT_EQ(CauseOf(id), "hangup");
}

TEST_F(CallTest, SendsCredentialsOnlyWhenChallenged) {
  Json body = CallBody();
  body["username"] = "u";
  body["password"] = "p";
  webhooks.answer = [](const WebhookRequest& request) -> StatusOr<WebhookReply> {
    if (!request.credentials) return WebhookReply{401, "", "Basic realm=\"bandwidth\"", ""};
    return Bxml("<Hangup/>");
  };
  const std::string id = Create(body);
  Advance(5000);
  EXPECT_EQ(CauseOf(id), "hangup");
  ASSERT_EQ(webhooks.sent.size(), 4u);
  EXPECT_FALSE(webhooks.sent[0].credentials.has_value());
  EXPECT_EQ(webhooks.sent[1].credentials, (Credentials{"u", "p"}));
  EXPECT_FALSE(webhooks.sent[2].credentials.has_value());
  EXPECT_EQ(webhooks.sent[3].credentials, (Credentials{"u", "p"}));
}

TEST_F(CallTest, A401WithoutAChallengeLosesTheEvent) {
  Json body = CallBody();
  body["username"] = "u";
  body["password"] = "p";
  webhooks.answer = [](const WebhookRequest&) -> StatusOr<WebhookReply> {
    return WebhookReply{401};
  };
  const std::string id = Create(body);
  Advance(5000);
  EXPECT_EQ(CauseOf(id), "callback-error");
  EXPECT_EQ(webhooks.sent.size(), 2u);
}

TEST_F(CallTest, NotificationsAreSentOnceMoreWhenNobodyWasReached) {
  int refused = 0;
  webhooks.answer = [&](const WebhookRequest& request) -> StatusOr<WebhookReply> {
    if (TypeOf(request) == "answer") return Bxml("<Hangup/>");
    ++refused;
    return Unavailable("connection refused");
  };
  Create();
  Advance(60'000);
  EXPECT_EQ(refused, 2);
}

TEST_F(CallTest, MethodGetPutsTheEventInTheQuery) {
  Json body = CallBody();
  body["answerMethod"] = "GET";
  Create(body);
  Advance(1100);
  ASSERT_FALSE(webhooks.sent.empty());
  EXPECT_EQ(webhooks.sent[0].method, "GET");
  EXPECT_EQ(webhooks.sent[0].body, "");
  EXPECT_THAT(webhooks.sent[0].query,
              ::testing::Contains(std::pair<std::string, std::string>("eventType", "answer")));
}

TEST_F(CallTest, TagsStayUntilReplacedOrCleared) {
  Json body = CallBody();
  body["tag"] = "first";
  AnswerWith({{"answer", {"<Redirect redirectUrl=\"/a\" tag=\"second\"/>"}},
              {"redirect", {"<Tag/><Redirect redirectUrl=\"/b\"/>", "<Hangup/>"}}});
  Create(body);
  Advance(5000);
  ASSERT_EQ(webhooks.sent.size(), 4u);
  EXPECT_EQ(BodyOf(webhooks.sent[0])["tag"], "first");
  EXPECT_EQ(BodyOf(webhooks.sent[1])["tag"], "second");
  EXPECT_FALSE(BodyOf(webhooks.sent[2]).contains("tag"));
}

// --- Gather ---

struct GatherCase {
  std::string attributes;
  std::string keys;
  std::string digits;
  std::string terminator;
  int done_after_ms;  // from the answer's document to the gather webhook
};

TEST_F(CallTest, GatherCollectsByTheVerbsRules) {
  const std::vector<GatherCase> table = {
      {"maxDigits=\"2\"", "123", "12", "", 1000},
      {"terminatingDigits=\"#\"", "45#9", "45", "#", 1000},
      {"terminatingDigits=\"#\"", "#", "", "#", 1000},
      {"interDigitTimeout=\"3\"", "7", "7", "", 4000},
      {"firstDigitTimeout=\"2\"", "", "", "", 2000},
      {"firstDigitTimeout=\"2\" repeatCount=\"3\"", "", "", "", 6000},
  };
  for (const GatherCase& row : table) {
    webhooks.sent.clear();
    SetScript(kPerson, {.digits = {row.keys}});
    AnswerWith({{"answer", {"<Gather gatherUrl=\"/g\" " + row.attributes + "/>"}},
                {"gather", {"<Hangup/>"}}});
    Create();
    Advance(1000 + 200 + 5 + row.done_after_ms - 250);
    EXPECT_TRUE(Last("gather").is_null()) << row.attributes;
    Advance(300);
    ASSERT_FALSE(Last("gather").is_null()) << row.attributes;
    EXPECT_EQ(Last("gather")["digits"], row.digits) << row.attributes;
    EXPECT_EQ(Last("gather")["terminatingDigit"], row.terminator) << row.attributes;
    Advance(60'000);
  }
}

TEST_F(CallTest, GatherWithoutUrlDropsTheDigitsAndGoesOn) {
  SetScript(kPerson, {.digits = {"1"}});
  AnswerWith({{"answer", {"<Gather maxDigits=\"1\"/><Redirect redirectUrl=\"/next\"/>"}},
              {"redirect", {"<Hangup/>"}}});
  Create();
  Advance(10'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "redirect", "disconnect"));
}

TEST_F(CallTest, AKeyInterruptsThePrompt) {
  SetScript(kPerson, {.digits = {"1"}, .press_after_ms = 500});
  AnswerWith({{"answer",
               {"<Gather gatherUrl=\"/g\" maxDigits=\"1\"><SpeakSentence>" +
                std::string(1000, 'a') + "</SpeakSentence></Gather>"}},
              {"gather", {"<Hangup/>"}}});
  Create();
  Advance(3000);
  EXPECT_EQ(Last("gather")["digits"], "1");
}

TEST_F(CallTest, DigitsAreUsedGatherByGather) {
  SetScript(kPerson, {.digits = {"1", "2#"}});
  AnswerWith({{"answer", {"<Gather gatherUrl=\"/g\" maxDigits=\"1\"/>"}},
              {"gather",
               {"<Gather gatherUrl=\"/g\" terminatingDigits=\"#\"/>",
                "<Gather gatherUrl=\"/g\" firstDigitTimeout=\"1\"/>", "<Hangup/>"}}});
  Create();
  Advance(60'000);
  std::vector<std::string> digits;
  for (const auto& request : webhooks.sent) {
    if (TypeOf(request) == "gather") digits.push_back(BodyOf(request)["digits"]);
  }
  EXPECT_THAT(digits, ElementsAre("1", "2", ""));
}

TEST_F(CallTest, PressFeedsAGatherByHandAndStartGatherOtherwise) {
  AnswerWith({{"answer",
               {"<StartGather dtmfUrl=\"/key\"/><Pause duration=\"5\"/>"
                "<Gather gatherUrl=\"/g\" terminatingDigits=\"#\" firstDigitTimeout=\"60\"/>"}},
              {"gather", {"<Hangup/>"}}});
  const std::string id = Create();
  Advance(2000);
  EXPECT_TRUE(calls.Press(id, {{"digits", "89"}}).ok());
  Advance(10);
  EXPECT_THAT(Events(), ElementsAre("answer", "dtmf", "dtmf"));
  EXPECT_EQ(Last("dtmf")["digit"], "9");
  Advance(5000);
  EXPECT_TRUE(calls.Press(id, {{"digits", "4"}}).ok());
  Advance(1000);
  EXPECT_TRUE(calls.Press(id, {{"digits", "2#"}}).ok());
  Advance(10);
  EXPECT_EQ(Last("gather")["digits"], "42");
  EXPECT_EQ(calls.Press(id, {{"digits", "x"}}).code(), StatusCode::kInvalidArgument);
}

TEST_F(CallTest, PeopleHangUpByTheirScript) {
  AnswerWith({{"answer", {"<Gather gatherUrl=\"/g\" maxDigits=\"1\"/>"}},
              {"gather", {"<Pause duration=\"1000\"/>"}}});
  SetScript(kPerson, {.digits = {"1"}, .hangup_after_gathers = 1});
  const std::string first = Create();
  Advance(5000);
  EXPECT_EQ(CauseOf(first), "hangup");
  SetScript(kPerson, {.hangup_after_ms = 300});
  const std::string second = Create();
  Advance(1600);
  EXPECT_EQ(CauseOf(second), "hangup");
  EXPECT_THAT(Events(), ElementsAre("answer", "gather", "disconnect", "answer", "disconnect"));
}

// --- the API, while a call lives ---

TEST_F(CallTest, UpdateRedirectsWhatRuns) {
  AnswerWith({{"answer", {"<Pause duration=\"1000\"/>"}}, {"redirect", {"<Hangup/>"}}});
  const std::string id = Create();
  Advance(2000);
  ASSERT_TRUE(calls.UpdateCall(id, {{"redirectUrl", "https://b.example/r"}, {"tag", "t"}}).ok());
  Advance(100);
  EXPECT_EQ(Last("redirect")["tag"], "t");
  EXPECT_EQ(CauseOf(id), "hangup");
}

TEST_F(CallTest, ReplaceRunsTheNewDocumentAtOnce) {
  AnswerWith({{"answer", {"<Pause duration=\"1000\"/>"}}, {"redirect", {"<Hangup/>"}}});
  const std::string id = Create();
  Advance(2000);
  ASSERT_TRUE(calls.ReplaceBxml(id, "<Response><Redirect redirectUrl=\"again\"/></Response>").ok());
  Advance(100);
  EXPECT_EQ(webhooks.sent[1].url, "https://app.example.net/voice/again");
  EXPECT_EQ(CauseOf(id), "hangup");
}

TEST_F(CallTest, AReplyThatComesTooLateIsIgnored) {
  webhooks.answer = [](const WebhookRequest& request) -> StatusOr<WebhookReply> {
    if (TypeOf(request) == "answer") return DeadlineExceeded("held");
    return WebhookReply{200};
  };
  const std::string id = Create();
  Advance(2000);
  ASSERT_TRUE(calls.ReplaceBxml(id, "<Response><Pause duration=\"1000\"/></Response>").ok());
  Advance(20'000);
  EXPECT_EQ(StateOf(id), "answered");
}

TEST_F(CallTest, UpdatesAreRefusedByState) {
  AnswerWith({{"answer", {"<Pause duration=\"1000\"/>"}}});
  const Json redirect = {{"redirectUrl", "https://b.example/r"}};
  constexpr const char* kDocument = "<Response/>";
  EXPECT_EQ(calls.UpdateCall("c-none", redirect).code(), StatusCode::kNotFound);
  EXPECT_EQ(calls.ReplaceBxml("c-none", kDocument).code(), StatusCode::kNotFound);
  EXPECT_EQ(calls.GetCall("c-none").status().code(), StatusCode::kNotFound);
  const std::string id = Create();
  EXPECT_EQ(calls.UpdateCall(id, redirect).code(), StatusCode::kFailedPrecondition);
  Advance(100);
  EXPECT_EQ(calls.UpdateCall(id, redirect).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(calls.ReplaceBxml(id, kDocument).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(calls.ReplaceBxml(id, "<Nope/>").code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(calls.UpdateCall(id, {{"state", "completed"}}).ok());
  EXPECT_EQ(CauseOf(id), "cancel");
  EXPECT_EQ(calls.UpdateCall(id, {{"state", "completed"}}).code(), StatusCode::kFailedPrecondition);
  const std::string answered = Create();
  Advance(2000);
  EXPECT_TRUE(calls.UpdateCall(answered, {{"state", "completed"}}).ok());
  EXPECT_EQ(CauseOf(answered), "hangup");
}

TEST_F(CallTest, CallStateMayBeHiddenForAWhile) {
  settings.call_visible_after = std::chrono::milliseconds(300);
  const std::string id = Create();
  EXPECT_THAT(StateOf(id), HasSubstr("NOT_FOUND"));
  Advance(300);
  EXPECT_EQ(StateOf(id), "initiated");
}

// --- inbound ---

TEST_F(CallTest, InboundCallsGetInitiateAndNeverAnswer) {
  AnswerWith({{"initiate",
               {"<Ring duration=\"2\" answerCall=\"false\"/>"
                "<SpeakSentence>Hi</SpeakSentence><Pause duration=\"60\"/>"}}});
  const auto call = calls.CallIn({{"from", kPerson}, {"to", account.numbers[1].number}});
  ASSERT_TRUE(call.ok()) << ToString(call.status());
  const std::string id = call->at("callId");
  Advance(1000);
  EXPECT_EQ(StateOf(id), "initiated");
  Advance(1100);
  EXPECT_EQ(StateOf(id), "answered");
  EXPECT_TRUE(calls.HangUp(id).ok());
  Advance(10);
  EXPECT_THAT(Events(), ElementsAre("initiate", "disconnect"));
  EXPECT_EQ(webhooks.sent[0].url, "http://127.0.0.1:8081/callbacks/voice/answer");
  EXPECT_EQ(webhooks.sent[1].url, "http://127.0.0.1:8081/callbacks/voice/disconnect");
  EXPECT_EQ(Last("initiate")["direction"], "inbound");
  EXPECT_TRUE(Last("initiate").contains("stirShaken"));
  EXPECT_FALSE(Last("initiate").contains("answerTime"));
}

TEST_F(CallTest, AnEmptyDocumentRejectsAnInboundCall) {
  AnswerWith({{"initiate", {""}}});
  const auto call = calls.CallIn({{"from", kPerson}, {"to", account.numbers[0].number}});
  ASSERT_TRUE(call.ok());
  Advance(1000);
  EXPECT_EQ(CauseOf(call->at("callId")), "rejected");
}

TEST_F(CallTest, InjectedCallsMayBringTheirOwnScript) {
  AnswerWith(
      {{"initiate", {"<Gather gatherUrl=\"g\" maxDigits=\"1\"/>"}}, {"gather", {"<Hangup/>"}}});
  Json body = {{"from", kPerson}, {"to", account.numbers[0].number}, {"digits", {"5"}}};
  ASSERT_TRUE(calls.CallIn(body).ok());
  Advance(5000);
  EXPECT_EQ(Last("gather")["digits"], "5");
  body["digts"] = 1;
  EXPECT_THAT(ToString(calls.CallIn(body).status()), HasSubstr("digts is not a member"));
  EXPECT_THAT(ToString(calls.CallIn({{"from", kPerson}, {"to", "+15550999999"}}).status()),
              HasSubstr("must be a phone number of this account"));
}

// --- recordings and streams ---

TEST_F(CallTest, RecordTellsOfTheRecordingAndWhereItIs) {
  SetScript(kPerson, {.record_ms = 2500});
  AnswerWith({{"answer",
               {"<Record recordCompleteUrl=\"/done\" recordingAvailableUrl=\"/rec\" "
                "transcribe=\"true\" transcriptionAvailableUrl=\"/txt\"/>"}},
              {"recordComplete", {"<Hangup/>"}}});
  Create();
  Advance(20'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "recordComplete", "disconnect", "recordingAvailable",
                                    "transcriptionAvailable"));
  EXPECT_EQ(Last("recordComplete")["duration"], "PT2.5S");
  EXPECT_EQ(Last("recordingAvailable")["status"], "complete");
  EXPECT_EQ(Last("recordingAvailable")["recordingId"], Last("recordComplete")["recordingId"]);
}

TEST_F(CallTest, RecordCompleteIsNotSentWhenTheCallerHangsUp) {
  SetScript(kPerson, {.hangup_after_ms = 1000});
  AnswerWith({{"answer", {"<Record recordCompleteUrl=\"/done\"/>"}}});
  Create();
  Advance(20'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "disconnect"));
}

TEST_F(CallTest, BackgroundRecordingEndsWithTheCall) {
  AnswerWith({{"answer",
               {"<StartRecording recordingAvailableUrl=\"/rec\" multiChannel=\"true\"/>"
                "<StartRecording recordingAvailableUrl=\"/second\"/>"
                "<Pause duration=\"3\"/>"}}});
  Create();
  Advance(20'000);
  EXPECT_THAT(Events(), ElementsAre("answer", "disconnect", "recordingAvailable"));
  EXPECT_EQ(Last("recordingAvailable")["channels"], 2);
}

TEST_F(CallTest, StreamsStartStopAndAreRefusedBeyondTheirLimit) {
  std::string verbs;
  for (int i = 0; i < 5; ++i) {
    verbs += "<StartStream name=\"s" + std::to_string(i) +
             "\" destination=\"wss://a.example\" streamEventUrl=\"/s\"/>";
  }
  AnswerWith({{"answer", {verbs + "<StopStream name=\"s0\"/><Pause duration=\"1\"/>"}}});
  Create();
  Advance(5000);
  EXPECT_THAT(
      Events(),
      ElementsAre("answer", "mediaStreamStarted", "mediaStreamStarted", "mediaStreamStarted",
                  "mediaStreamStarted", "mediaStreamRejected", "mediaStreamStopped",
                  "mediaStreamStopped", "mediaStreamStopped", "mediaStreamStopped", "disconnect"));
  EXPECT_EQ(Last("mediaStreamRejected")["cause"], "track-limit");
}

TEST_F(CallTest, MachineDetectionComesWithTheAnswerOrByItself) {
  SetScript(kPerson, {.machine = true});
  AnswerWith({{"answer", {"<Pause duration=\"10\"/>"}}});
  Json body = CallBody();
  body["machineDetection"] = {{"mode", "sync"}};
  Create(body);
  Advance(1500);
  EXPECT_EQ(Last("answer")["machineDetectionResult"]["value"], "answering-machine");
  body["machineDetection"] = {{"mode", "async"}, {"callbackUrl", "https://app.example.net/amd"}};
  Create(body);
  Advance(5000);
  EXPECT_FALSE(Last("answer").contains("machineDetectionResult"));
  EXPECT_EQ(Last("machineDetectionComplete")["machineDetectionResult"]["value"],
            "answering-machine");
}

// --- limits ---

TEST_F(CallTest, ARedirectLoopEnds) {
  settings.max_webhooks_per_call = 20;
  AnswerWith({{"answer", {"<Redirect redirectUrl=\"/r\"/>"}},
              {"redirect", {"<Redirect redirectUrl=\"/r\"/>"}}});
  const std::string id = Create();
  Advance(10'000);
  EXPECT_EQ(CauseOf(id), "application-error");
  EXPECT_EQ(webhooks.sent.size(), 21u);  // twenty, and the disconnect
}

TEST_F(CallTest, ConcurrentCallsHaveALimit) {
  settings.max_concurrent_calls = 2;
  settings.calls_per_second = 1000;
  AnswerWith({{"answer", {"<Pause duration=\"1000\"/>"}}});
  Create();
  Create();
  Advance(100);
  EXPECT_EQ(calls.CreateCall(CallBody()).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(calls.CallIn({{"from", kPerson}, {"to", account.numbers[0].number}}).status().code(),
            StatusCode::kResourceExhausted);
}

TEST_F(CallTest, TheQueueStartsCallsAtItsRateAndHasALimit) {
  settings.calls_per_second = 1;
  std::vector<std::string> ids;
  for (int i = 0; i < 300; ++i) ids.push_back(Create());
  EXPECT_EQ(calls.Statistics()["currentCallQueueSize"], 300);
  EXPECT_EQ(calls.Statistics()["maxCallQueueSize"], 300);
  EXPECT_EQ(calls.CreateCall(CallBody()).status().code(), StatusCode::kResourceExhausted);
  Advance(1500);
  EXPECT_NE(StateOf(ids[1]), "queued");
  EXPECT_EQ(StateOf(ids[2]), "queued");
  // A call that is cancelled in the queue never rings.
  EXPECT_TRUE(calls.UpdateCall(ids[2], {{"state", "completed"}}).ok());
  Advance(1000);
  EXPECT_EQ(CauseOf(ids[2]), "cancel");
}

TEST(CallBookTest, DropsTheOldestEndedCall) {
  CallBook book(2);
  Call first;
  first.id = "a";
  first.state = CallState::kDisconnected;
  book.Add(std::move(first));
  Call second;
  second.id = "b";
  book.Add(std::move(second));
  Call third;
  third.id = "c";
  book.Add(std::move(third));
  EXPECT_EQ(book.Find("a"), nullptr);
  EXPECT_NE(book.Find("b"), nullptr);
  EXPECT_NE(book.Find("c"), nullptr);
}

TEST(TimelineTest, CountsWhatItDoesNotKeep) {
  Timeline timeline;
  for (std::size_t i = 0; i <= Timeline::kMaxEntries; ++i) timeline.Add(1, "note", Json::object());
  EXPECT_EQ(timeline.entries().size(), Timeline::kMaxEntries);
  EXPECT_EQ(timeline.dropped(), 1u);
}

TEST_F(CallTest, TheTimelineShowsWebhooksVerbsAndKeys) {
  SetScript(kPerson, {.digits = {"1"}});
  AnswerWith({{"answer", {"<Ring duration=\"1\"/><Redirect redirectUrl=\"/w\"/>"}},
              {"redirect", {"<Gather gatherUrl=\"/g\" maxDigits=\"1\"/>"}},
              {"gather", {"<Hangup/>"}}});
  const std::string id = Create();
  Advance(10'000);
  const auto timeline = calls.Timeline(id);
  ASSERT_TRUE(timeline.ok());
  std::vector<std::string> lines;
  for (const Json& entry : timeline->at("entries")) {
    std::string line = entry["kind"].get<std::string>();
    for (const char* member : {"event", "verb", "state", "keys", "reply"}) {
      if (entry.contains(member)) line += " " + entry[member].get<std::string>();
    }
    lines.push_back(line);
  }
  EXPECT_THAT(lines, ElementsAre("state queued", "state initiated", "state answered",
                                 "webhook answer filler", "verb Ring", "verb Redirect",
                                 "webhook redirect answer", "verb Gather", "keys 1",
                                 "webhook gather hangup", "verb Hangup", "state disconnected",
                                 "webhook disconnect"));
  EXPECT_EQ(timeline->at("entries")[3]["latency_us"], 5000);
  EXPECT_EQ(timeline->at("entries")[3]["status"], 200);
}

TEST_F(CallTest, ListsByNumberCauseAndTime) {
  Json other = CallBody();
  other["to"] = "+15550777777";
  SetScript("+15550777777", {.busy = true});
  Create();
  Create(other);
  Advance(10'000);
  EXPECT_EQ(calls.ListCalls({}).size(), 2u);
  EXPECT_EQ(calls.ListCalls({.to = "+15550777777"}).size(), 1u);
  EXPECT_EQ(calls.ListCalls({.disconnect_cause = "busy"}).size(), 1u);
  EXPECT_EQ(calls.ListCalls({.min_start_ms = clock.NowMs() + 1}).size(), 0u);
}

}  // namespace
}  // namespace bw::sandbox
