#include "tests/e2e/conversation.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "tests/e2e/mcp_client.h"

namespace bw::e2e {
namespace {

using json::Json;

constexpr const char* kCallee = "+15550100077";
constexpr const char* kCallerReply = "Thanks, see you then!";
constexpr int kWaitSeconds = 20;

Json Speak(const std::string& text) { return {{"verb", "SpeakSentence"}, {"text", text}}; }

Json Ask(const std::string& question) {
  return {{"verb", "Gather"},
          {"maxDigits", 1},
          {"firstDigitTimeout", 5},
          {"children", Json::array({Speak(question)})}};
}

// One run of the script. Each step returns an error that ends the conversation.
class Agent {
 public:
  explicit Agent(Endpoints endpoints)
      : endpoints_(std::move(endpoints)), client_(endpoints_.mcp_url, endpoints_.mcp_token) {}

  Report Run() {
    for (const auto step :
         {&Agent::FindTools, &Agent::FindNumberAndApplication, &Agent::TellSandboxWhatTheCallerDoes,
          &Agent::PlaceCall, &Agent::QueueGreeting, &Agent::AnswerKeyPresses, &Agent::HearHangUp,
          &Agent::SendText, &Agent::ReadReply, &Agent::ReadTimeline}) {
      const Status status = (this->*step)();
      if (!status.ok()) {
        report_.problems.push_back(ToString(status));
        break;
      }
    }
    const Status recorded = ReadTimeline();  // also of a conversation that went wrong
    if (!recorded.ok()) report_.problems.push_back(ToString(recorded));
    return std::move(report_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void Note(std::string what, Clock::time_point since) {
    const std::chrono::duration<double, std::milli> took = Clock::now() - since;
    report_.steps.push_back({std::move(what), took.count()});
  }

  // A tool call that must succeed; its structured result.
  StatusOr<Json> Use(const std::string& tool, const Json& arguments) {
    BW_ASSIGN_OR_RETURN(const ToolOutcome outcome, client_.CallTool(tool, arguments));
    if (outcome.is_error) return FailedPrecondition(tool + " failed: " + outcome.text);
    return outcome.structured;
  }

  Status FindTools() {
    const auto since = Clock::now();
    BW_ASSIGN_OR_RETURN(const Json result, client_.Request("tools/list", Json::object()));
    const Json* tools = json::FindArray(result, "tools");
    if (tools == nullptr) return FailedPrecondition("tools/list has no tools");
    for (const char* needed :
         {"createCall", "createMessage", "respondToCallback", "getCallbackEvents",
          "getInboundMessages", "listApplications", "listPhoneNumbers", "generateBXML"}) {
      const bool found = std::any_of(tools->begin(), tools->end(), [&](const Json& tool) {
        return json::GetString(tool, "name") == needed;
      });
      if (!found) return FailedPrecondition("tools/list lacks " + std::string(needed));
    }
    Note("found " + std::to_string(tools->size()) + " tools", since);
    return OkStatus();
  }

  Status FindNumberAndApplication() {
    const auto since = Clock::now();
    BW_ASSIGN_OR_RETURN(const Json numbers, Use("listPhoneNumbers", Json::object()));
    const Json* list = json::FindArray(numbers, "numbers");
    if (list == nullptr || list->empty()) return FailedPrecondition("no phone numbers");
    number_ = (*list)[0].is_string() ? (*list)[0].get<std::string>()
                                     : json::StringOr((*list)[0], "number");
    BW_ASSIGN_OR_RETURN(const Json applications, Use("listApplications", Json::object()));
    const Json* found = json::FindArray(applications, "applications");
    if (found == nullptr) return FailedPrecondition("no applications");
    for (const Json& application : *found) {
      const std::string kind = json::StringOr(application, "type");
      (kind == "voice" ? voice_application_ : messaging_application_) =
          json::StringOr(application, "applicationId");
    }
    if (number_.empty() || voice_application_.empty() || messaging_application_.empty()) {
      return FailedPrecondition("the account lacks a number, a voice or a messaging application");
    }
    Note("discovered number and applications", since);
    return OkStatus();
  }

  Status TellSandboxWhatTheCallerDoes() {
    return client_
        .Http("POST", endpoints_.sandbox_url + "/sandbox/script",
              {{"number", kCallee}, {"digits", {"1", "2", "3"}}, {"reply_text", kCallerReply}})
        .status();
  }

  Status PlaceCall() {
    const auto since = Clock::now();
    BW_ASSIGN_OR_RETURN(const Json call, Use("createCall", {{"to", kCallee},
                                                            {"from", number_},
                                                            {"applicationId", voice_application_},
                                                            {"tag", "demo"}}));
    call_id_ = json::StringOr(call, "callId");
    if (call_id_.empty()) return FailedPrecondition("createCall returned no callId");
    Note("placed the call", since);
    return OkStatus();
  }

  Status Respond(const std::string& what, const Json& verbs) {
    const auto since = Clock::now();
    BW_RETURN_IF_ERROR(
        Use("respondToCallback", {{"call_id", call_id_}, {"verbs", verbs}}).status());
    Note(what, since);
    return OkStatus();
  }

  Status QueueGreeting() {
    return Respond("queued the greeting before the answer",
                   Json::array({Speak("Hello & welcome."), Ask("Press one to hear more.")}));
  }

  // The call's next event of `type`; what comes before it is passed over.
  StatusOr<Json> WaitFor(const std::string& type) {
    BW_ASSIGN_OR_RETURN(const Json page,
                        Use("getCallbackEvents", {{"call_id", call_id_},
                                                  {"types", {type}},
                                                  {"after_seq", after_seq_},
                                                  {"wait_seconds", kWaitSeconds}}));
    const Json* events = json::FindArray(page, "events");
    if (events == nullptr || events->empty()) {
      return DeadlineExceeded("no " + type + " event within " + std::to_string(kWaitSeconds) +
                              " s");
    }
    after_seq_ = json::GetInt((*events)[0], "seq").value_or(after_seq_);
    return (*events)[0];
  }

  Status AnswerKeyPresses() {
    const std::array<std::pair<std::string, Json>, 3> answers{
        {{"1", Json::array({Speak("You pressed one."), Ask("And now two?")})},
         {"2", Json::array({Speak("You pressed two."), Ask("And now three?")})},
         {"3", Json::array({Speak("Goodbye!"), Json{{"verb", "Hangup"}}})}}};
    for (const auto& [expected, verbs] : answers) {
      const auto since = Clock::now();
      BW_ASSIGN_OR_RETURN(const Json event, WaitFor("gather"));
      const std::string digits = json::StringOr(event, "digits");
      if (digits != expected) {
        return FailedPrecondition("the caller pressed '" + digits + "', not " + expected);
      }
      Note("the caller pressed " + digits, since);
      BW_RETURN_IF_ERROR(Respond("answered", verbs));
    }
    return OkStatus();
  }

  Status HearHangUp() {
    const auto since = Clock::now();
    BW_ASSIGN_OR_RETURN(const Json event, WaitFor("disconnect"));
    if (json::StringOr(event, "cause") != "hangup") {
      return FailedPrecondition("the call ended with " + json::StringOr(event, "cause"));
    }
    Note("the call ended: hangup", since);
    return OkStatus();
  }

  Status SendText() {
    const auto since = Clock::now();
    BW_RETURN_IF_ERROR(Use("createMessage", {{"to", {kCallee}},
                                             {"from", number_},
                                             {"applicationId", messaging_application_},
                                             {"text", "Your appointment is at ten."}})
                           .status());
    Note("sent a text", since);
    return OkStatus();
  }

  Status ReadReply() {
    const auto since = Clock::now();
    BW_ASSIGN_OR_RETURN(const Json page, Use("getInboundMessages",
                                             {{"from", kCallee}, {"wait_seconds", kWaitSeconds}}));
    const Json* messages = json::FindArray(page, "events");
    if (messages == nullptr || messages->empty()) return DeadlineExceeded("no reply came");
    if (json::StringOr((*messages)[0], "text") != kCallerReply) {
      return FailedPrecondition("the reply reads differently");
    }
    Note("read the reply", since);
    return OkStatus();
  }

  Status ReadTimeline() {
    if (call_id_.empty()) return OkStatus();
    BW_ASSIGN_OR_RETURN(
        report_.timeline,
        client_.Http("GET", endpoints_.sandbox_url + "/sandbox/calls/" + call_id_ + "/timeline"));
    return OkStatus();
  }

  const Endpoints endpoints_;
  McpClient client_;
  Report report_;
  std::string number_;
  std::string voice_application_;
  std::string messaging_application_;
  std::string call_id_;
  std::int64_t after_seq_ = 0;
};

// One line of the sandbox's record, in the words of the person on the phone.
std::string RenderEntry(const Json& entry) {
  const std::string kind = json::StringOr(entry, "kind");
  std::array<char, 256> line{};
  const double at_ms = static_cast<double>(json::GetInt(entry, "at_us").value_or(0)) / 1000;
  std::string what = kind;
  if (kind == "webhook") {
    std::snprintf(line.data(), line.size(), "%-11s answered with %s after %.1f ms",
                  json::StringOr(entry, "event").c_str(),
                  json::StringOr(entry, "reply", "200").c_str(),
                  static_cast<double>(json::GetInt(entry, "latency_us").value_or(0)) / 1000);
    what = "webhook  " + std::string(line.data());
  } else if (kind == "verb") {
    what = "verb     " + json::StringOr(entry, "verb") + " " + json::StringOr(entry, "text");
  } else if (kind == "keys") {
    what = "keys     " + json::StringOr(entry, "keys");
  } else if (kind == "state") {
    what = "state    " + json::StringOr(entry, "state");
  }
  std::snprintf(line.data(), line.size(), "  %9.1f ms  %.200s\n", at_ms, what.c_str());
  return line.data();
}

}  // namespace

Report HoldConversation(const Endpoints& endpoints) { return Agent(endpoints).Run(); }

std::string Render(const Report& report) {
  std::string text = "\nThe agent: what it did, and how long each step took\n";
  std::array<char, 160> line{};
  for (const Step& step : report.steps) {
    std::snprintf(line.data(), line.size(), "  %9.1f ms  %s\n", step.took_ms, step.what.c_str());
    text += line.data();
  }
  if (const Json* entries = json::FindArray(report.timeline, "entries")) {
    text += "\nThe call, as the sandbox saw it: time since it was created\n";
    for (const Json& entry : *entries) text += RenderEntry(entry);
  }
  text += report.problems.empty() ? "\nAll as it should be.\n" : "\n";
  for (const std::string& problem : report.problems) text += "PROBLEM: " + problem + "\n";
  return text;
}

}  // namespace bw::e2e
