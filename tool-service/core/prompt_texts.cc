#include "tool-service/core/prompt_texts.h"

#include <array>
#include <string_view>
#include <utility>

#include "common/json/json.h"

namespace bw::tool_service {
namespace {

// In the order in which an agent would write them.
using Arguments = json::OrderedJson;

constexpr int kWaitSeconds = 50;

std::string Line(const Arguments& arguments) {
  return arguments.dump(-1, ' ', false, Arguments::error_handler_t::replace) + "\n";
}

// In quotes, so that the person's words cannot be taken for ours.
std::string Quoted(const std::string& text) { return json::Dump(json::Json(text)); }

std::string FirstOf(const std::string& given, const std::string& configured,
                    std::string_view otherwise) {
  if (!given.empty()) return given;
  return configured.empty() ? std::string(otherwise) : configured;
}

std::string CostNote(const PromptFacts& facts, std::string_view act) {
  if (facts.server.sandbox) {
    return "This server talks to a sandbox: no real phone is reached and nothing costs money.\n";
  }
  return "It reaches a real phone and costs money: " + std::string(act) +
         " once, and look before you repeat anything.\n";
}

std::string ReachNote(const ServerFacts& server) {
  if (server.sandbox || server.callbacks.is_https()) return "";
  return "Bandwidth reports to " + server.callbacks.base() +
         ", which is no https address: if it is not reachable from outside, no event arrives and a "
         "call ends with callback-error. Tell me before you go on (the operator sets "
         "BW_MCP_BASE_URL).\n";
}

constexpr std::string_view kOurNumber = "<our number>";
constexpr std::string_view kApplication = "<application id>";

// Who sends, and what the agent must find first.
struct Sender {
  std::string from;
  std::string application_id;
  std::string note;
};

std::string FindNote(const PromptFacts& facts, std::string_view mark, std::string_view tool,
                     std::string_view what) {
  std::string note = "   " + std::string(mark) + ": no " + std::string(what) + " is configured; ";
  if (facts.has_tool(tool)) note += "take one of " + std::string(tool) + " and tell me which, or ";
  return note + "ask me.\n";
}

Sender SenderOf(const PromptFacts& facts, const std::string& configured_application,
                std::string_view application_kind) {
  Sender sender;
  sender.from = FirstOf(facts.Given("from"), facts.server.number, kOurNumber);
  sender.application_id =
      FirstOf(facts.Given("application_id"), configured_application, kApplication);
  if (sender.from == kOurNumber) {
    sender.note += FindNote(facts, kOurNumber, "listPhoneNumbers", "number");
  }
  if (sender.application_id == kApplication) {
    sender.note += FindNote(facts, kApplication, "listApplications", application_kind);
  }
  return sender;
}

std::string CreateCallStep(const PromptFacts& facts) {
  const Sender sender = SenderOf(facts, facts.server.voice_application_id, "voice application");
  const CallbackUrls& urls = facts.server.callbacks;
  return "createCall with\n" +
         Line({{"to", facts.Given("to")},
               {"from", sender.from},
               {"applicationId", sender.application_id},
               {"answerUrl", urls.Answer()},
               {"disconnectUrl", urls.Disconnect()}}) +
         sender.note + "   It gives callId. Nobody has answered yet.\n";
}

Arguments Speak(const PromptFacts& facts, const std::string& text) {
  Arguments verb = {{"verb", "SpeakSentence"}};
  if (!facts.Given("locale").empty()) verb["locale"] = facts.Given("locale");
  verb["text"] = text;
  return verb;
}

constexpr std::string_view kOutcomes =
    R"(4. Tell me how it went, from the disconnect event:
   - an answer came and cause is hangup: they picked up; the time between the two events tells whether they heard all of it.
   - no answer came and cause is timeout, busy, rejected or cancel: nobody was reached; say which.
   - callback-error, invalid-bxml, application-error, account-limit: the call failed on our side; say so with its errorMessage.
)";

std::string CallStateStep(const PromptFacts& facts) {
  const bool has_state = facts.has_tool("getCallState");
  return "   When nothing has come for three minutes, " +
         std::string(has_state ? "ask getCallState before you conclude anything"
                               : "tell me that the outcome is unknown") +
         ". Do not call again unless I ask for it.\n";
}

}  // namespace

StatusOr<std::string> WriteMakeCall(const PromptFacts& facts) {
  std::string text = "Call " + facts.Given("to") + " and say: " + Quoted(facts.Given("message")) +
                     "\nThen tell me how it went.\n" + CostNote(facts, "place the call") +
                     ReachNote(facts.server);
  text += "\n1. " + CreateCallStep(facts);
  text += "2. At once, so that it is the first thing heard, respondToCallback with\n" +
          Line({{"call_id", "<callId>"},
                {"verbs", {Speak(facts, facts.Given("message")), {{"verb", "Hangup"}}}}});
  text += "3. getCallbackEvents with\n" +
          Line({{"call_id", "<callId>"},
                {"types", {"answer", "disconnect"}},
                {"after_seq", 0},
                {"wait_seconds", kWaitSeconds}}) +
          "   Repeat it with after_seq = next_after_seq of the last answer until disconnect is "
          "there.\n" +
          CallStateStep(facts);
  return text += kOutcomes;
}

namespace {

// How the words of the other side come in.
struct Listening {
  bool speech;
  Arguments verbs;
};

Listening ListeningOf(const PromptFacts& facts, const std::string& words) {
  if (facts.Given("listen") == "speech") {
    return {true,
            {Speak(facts, words),
             {{"verb", "Record"},
              {"maxDuration", 30},
              {"silenceTimeout", 2},
              {"terminatingDigits", "#"},
              {"transcribe", true}}}};
  }
  return {false,
          {{{"verb", "Gather"},
            {"maxDigits", 1},
            {"firstDigitTimeout", 8},
            {"children", {Speak(facts, words)}}}}};
}

std::string Respond(const std::string& call_id, const Arguments& verbs) {
  return Line({{"call_id", call_id}, {"verbs", verbs}, {"wait_seconds", kWaitSeconds}});
}

// How the call begins; the loop follows.
std::string BeginningOf(const PromptFacts& facts, const std::string& call_id) {
  if (!facts.Given("to").empty()) {
    return "1. " + CreateCallStep(facts) +
           "2. At once, so that it is the first thing heard, answer as in 3 with your first words; "
           "they wait for the person to pick up.\n";
  }
  if (!facts.Given("call_id").empty()) {
    std::string text = "1. getCallbackEvents with\n" +
                       Line({{"call_id", call_id}, {"limit", 200}}) +
                       "   shows what has happened on the call.\n";
    return text +
           "2. If the last event is initiate, answer, gather, redirect, recordComplete or "
           "transferComplete, they wait for you right now. After disconnect it is over: stop "
           "and tell me.\n";
  }
  return "1. getCallbackEvents with\n" +
         Line({{"types", {"initiate"}}, {"reader", "calls"}, {"wait_seconds", kWaitSeconds}}) +
         "   Repeat it unchanged until a call comes in; the voice application must report incoming "
         "calls to " +
         facts.server.callbacks.Answer() +
         ".\n2. Its call_id is <callId>. They hear a ring until you answer it. When "
         "respondToCallback says "
         "that the call has ended, it was an old one: wait for the next.\n";
}

std::string KeysPart() {
  return R"(   What they answer comes as a gather event: digits holds the key they pressed. Offer choices in words ("press 1 for yes, 2 for no"); for a longer number raise maxDigits and end it with terminatingDigits "#".
4. Silence is a gather event whose digits are "". The first time ask again, shorter and in other words. The second time say that you will call back or that they may call, and end.
)";
}

std::string SpeechPart(const std::string& call_id) {
  std::string text =
      "   What they say comes in two steps. First recordComplete with a recordingId, and they "
      "wait: "
      "bridge the time by respondToCallback with\n" +
      Respond(call_id, {{{"verb", "SpeakSentence"}, {"text", "One moment, please."}},
                        {{"verb", "Pause"}, {"duration", 5}},
                        {{"verb", "Redirect"}}}) +
      "   Then transcriptionAvailable, after some seconds: read the words with "
      "getRecordingTranscription and\n" +
      Line({{"callId", call_id}, {"recordingId", "<recordingId>"}});
  text +=
      "   Each redirect before that asks for you again: answer with Pause and Redirect only, and "
      "after six of them ask for keys instead (a Gather).\n";
  return text +
         "4. Silence is a recording of a second or less, or an empty transcription. The first time "
         "ask again, shorter and in other words. The second time say that you will call back or "
         "that they may call, and end.\n";
}

constexpr std::string_view kLoopRules =
    R"(5. When respondToCallback came back without an event, do not send the document again: getCallbackEvents with call_id and after_seq = next_after_seq waits on. After two such waits read the call with %; go on only if they wait for you.
6. A redirect event asks for the next document: give it, they hear only a filler meanwhile. Answer within seconds and think afterwards.
7. One document at a time, one question at a time, short sentences. Say early who you are and that you are an assistant. If they want to stop, stop.
8. When the goal is reached or cannot be reached, end by respondToCallback with
)";

}  // namespace

StatusOr<std::string> WriteHoldConversation(const PromptFacts& facts) {
  const bool speech = facts.Given("listen") == "speech";
  if (!facts.Given("to").empty() && !facts.Given("call_id").empty()) {
    return InvalidArgument("call_id: give it or to, not both");
  }
  if (speech && !facts.has_tool("getRecordingTranscription")) {
    return InvalidArgument(
        "listen: speech needs the tool getRecordingTranscription, which is not enabled; use keys");
  }
  const std::string call_id = FirstOf(facts.Given("call_id"), "", "<callId>");
  std::string text = "Hold a telephone conversation. Its goal: " + Quoted(facts.Given("goal")) +
                     "\nThen tell me what came of it.\n";
  if (!facts.Given("to").empty()) text += CostNote(facts, "place the call");
  text += ReachNote(facts.server) + "\n" + BeginningOf(facts, call_id);
  const std::string words = FirstOf(facts.Given("opening"), "", "<what you say>");
  text +=
      "3. Answer and listen in one step: respondToCallback with\n" +
      Respond(call_id, ListeningOf(facts, words).verbs) +
      "   It says your words, waits, and returns what happens next. Repeat it with new words for "
      "each turn.\n" +
      (speech ? SpeechPart(call_id) : KeysPart());
  std::string rules(kLoopRules);
  rules.replace(rules.find('%'), 1,
                facts.has_tool("getCall") ? "getCall" : "bandwidth://calls/" + call_id);
  text += rules + Respond(call_id, {Speak(facts, "Goodbye."), {{"verb", "Hangup"}}});
  return text + "   and stop at the disconnect event, whose cause tells how the call ended.\n";
}

StatusOr<std::string> WriteSendText(const PromptFacts& facts) {
  const Sender sender =
      SenderOf(facts, facts.server.messaging_application_id, "messaging application");
  std::string text = "Text " + facts.Given("to") + ": " + Quoted(facts.Given("text")) +
                     "\nThen tell me whether it arrived.\n" + CostNote(facts, "send it") +
                     ReachNote(facts.server);
  text += "\n1. createMessage with\n" +
          Line({{"to", {facts.Given("to")}},
                {"from", sender.from},
                {"applicationId", sender.application_id},
                {"text", facts.Given("text")}}) +
          sender.note + "   It gives id. The text is only queued.\n";
  text +=
      "2. getCallbackEvents with\n" +
      Line({{"message_id", "<id>"},
            {"types", {"message-delivered", "message-failed"}},
            {"after_seq", 0},
            {"wait_seconds", kWaitSeconds}}) +
      "   Repeat it with after_seq = next_after_seq of the last answer, for up to five minutes.\n";
  text += R"(3. Tell me how it went:
   - message-delivered: it reached the phone's network.
   - message-failed: say why, from errorCode and description. 4720 and 4750: the number cannot be reached; 4470 and 4770: taken for spam; 4476: our number is in no registered campaign; 4795: our toll-free number is not verified. Do not just send it again.
   - nothing: )";
  return text + (facts.has_tool("listMessages")
                     ? "look with listMessages, and say that delivery is not confirmed.\n"
                     : "say that delivery is not confirmed; the carrier may never report.\n");
}

namespace {

std::string FieldLine(std::string_view field, const std::string& value) {
  return "   - " + std::string(field) + ": " + value + " (method POST)\n";
}

std::string VoiceFields(const ServerFacts& server) {
  return "   Voice application (service type Voice-V2):\n" +
         FieldLine("call initiated callback URL, incoming_url in the list",
                   server.callbacks.Answer()) +
         FieldLine("call status callback URL, status_url in the list",
                   server.callbacks.Disconnect());
}

std::string MessagingFields(const ServerFacts& server) {
  return "   Messaging application (service type Messaging-V2):\n" +
         FieldLine("inbound callback URL, incoming_url in the list",
                   server.callbacks.MessagingInbound()) +
         FieldLine("outbound (status) callback URL, status_url in the list",
                   server.callbacks.MessagingStatus());
}

std::string WhichApplication(const PromptFacts& facts, bool voice, bool messaging) {
  const std::string& given = facts.Given("application_id");
  if (!given.empty()) return "   The application meant is " + given + ".\n";
  std::string text;
  if (voice && !facts.server.voice_application_id.empty()) {
    text += "   Configured here for calls: " + facts.server.voice_application_id + ".\n";
  }
  if (messaging && !facts.server.messaging_application_id.empty()) {
    text += "   Configured here for texts: " + facts.server.messaging_application_id + ".\n";
  }
  if (text.empty()) text = "   None is configured here: if there are several, ask me which.\n";
  return text;
}

// The step that changes something, by the tools that are there.
std::string ChangeStep(const PromptFacts& facts) {
  if (facts.has_tool("configureCallbacks")) {
    return "3. For each application that differs, show me what you are about to change and wait "
           "for my yes; then configureCallbacks with its applicationId. It gives the callback "
           "credentials too, and keeps what stood there: restoreCallbacks puts it back.\n";
  }
  const bool can_change = facts.has_tool("PatchApplication") || facts.has_tool("UpdateApplication");
  std::string text =
      can_change
          ? "3. For each URL that differs, show me what you are about to change and wait for "
            "my yes; then change only these fields (an update that replaces the whole "
            "application clears what it leaves out).\n"
          : "3. For each URL that differs, tell me field and value, to be entered in the "
            "Bandwidth app under Applications, and wait until I say that it is done.\n";
  if (facts.server.callback_credentials_set) {
    text +=
        "   Its callback user and password must be those the operator gave this server as "
        "BW_CALLBACK_USERNAME and BW_CALLBACK_PASSWORD, or webhooks are refused. Never ask me "
        "to write the password here.\n";
  }
  return text;
}

std::string TestStep(const PromptFacts& facts, bool voice, bool messaging) {
  const std::string number =
      facts.server.number.empty() ? "one of our numbers" : facts.server.number;
  std::string text = "5. Try it out:\n";
  if (voice) {
    text += "   Ask me to call " + number + " and wait with getCallbackEvents and\n" +
            Line({{"types", {"initiate"}}, {"reader", "set-up"}, {"wait_seconds", kWaitSeconds}}) +
            "   When the call is there, say \"It works.\" with respondToCallback if you have it.\n";
  }
  if (messaging) {
    text += "   Ask me to text " + number + " and wait with getCallbackEvents and\n" +
            Line({{"types", {"message-received"}},
                  {"reader", "set-up-texts"},
                  {"wait_seconds", kWaitSeconds}});
  }
  return text +
         "   If nothing comes, the number is not attached to the application: "
         "resource://number_order_guide tells how.\n";
}

}  // namespace

StatusOr<std::string> WriteSetUpCallbacks(const PromptFacts& facts) {
  const std::string& kind = facts.Given("kind");
  const bool voice = kind != "messaging";
  const bool messaging = kind != "voice";
  const std::string account = FirstOf(facts.Given("account_id"), facts.server.account_id, "");
  std::string text =
      "Make calls and texts of my Bandwidth account report to this server, and prove that they "
      "do.\n" +
      ReachNote(facts.server);
  Arguments list = Arguments::object();
  if (!account.empty()) list["accountId"] = account;
  if (voice != messaging) list["type"] = voice ? "voice" : "messaging";
  text += "\n1. listApplications with\n" + Line(list);
  if (account.empty()) {
    text += "   If it asks for accountId, show me the accounts it names and let me choose.\n";
  }
  text += WhichApplication(facts, voice, messaging);
  text += "2. Compare with what must stand there:\n";
  if (voice) text += VoiceFields(facts.server);
  if (messaging) text += MessagingFields(facts.server);
  text += "   points_here is true where incoming events already come to this server.\n";
  text += ChangeStep(facts);
  text += "4. listApplications again: every application must now say points_here.\n";
  text += TestStep(facts, voice, messaging);
  return text +
         "6. Tell me the application ids, so that the operator can set "
         "BW_VOICE_APPLICATION_ID, BW_MESSAGING_APPLICATION_ID and BW_NUMBER.\n";
}

}  // namespace bw::tool_service
