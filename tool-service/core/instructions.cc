#include "tool-service/core/instructions.h"

#include <array>
#include <vector>

namespace bw::tool_service {
namespace {

using HasTool = std::function<bool(std::string_view)>;

struct Recipe {
  std::string_view title;
  /// The recipe is only given when all of these can be called.
  std::vector<std::string_view> tools;
  std::string_view steps;
};

const std::vector<Recipe>& Recipes() {
  static const std::vector<Recipe> recipes = {
      {"Place a call and hold a conversation",
       {"createCall", "respondToCallback", "getCallbackEvents"},
       R"(1. createCall {"to":"+1…"} gives callId. The call is only queued, nobody has answered yet.
2. At once respondToCallback {"call_id":callId,"verbs":[…]}: queued before the answer, it is the first thing heard, without a pause.
3. getCallbackEvents {"call_id":callId,"after_seq":N,"wait_seconds":50} returns as soon as something happens; pass next_after_seq on as after_seq. `answer`: they picked up. `gather`: digits were pressed ("" means none in time). `disconnect`: it is over, `cause` says why.
4. After each event but disconnect, respondToCallback with what comes next. The caller waits meanwhile: answer within seconds, think later. respondToCallback with "wait_seconds" does 3 and 4 in one step.
5. End politely: [{"verb":"SpeakSentence","text":"Goodbye."},{"verb":"Hangup"}].)"},
      {"Gather digits",
       {"respondToCallback"},
       R"([{"verb":"Gather","maxDigits":1,"firstDigitTimeout":8,"children":[{"verb":"SpeakSentence","text":"Press 1 for yes, 2 for no."}]}]
Only keys are gathered, never speech. Prompts belong inside the Gather, so that a key interrupts them. Its gatherUrl is filled in for you. A document without Gather, Redirect, or a last Record, Transfer or Bridge ends the call when it has played.)"},
      {"Answer a call that comes in",
       {"respondToCallback", "getCallbackEvents"},
       R"(getCallbackEvents {"types":["initiate"],"reader":"calls","wait_seconds":50}: the caller hears a ring until you respondToCallback with the event's call_id. Then go on as above.)"},
      {"Break in while the caller listens to something long",
       {"updateCallBxml", "generateBXML"},
       R"(generateBXML {"verbs":[…],"call_id":…}, then updateCallBxml with that document. respondToCallback is for when the call asks.)"},
      {"Send a text and make sure it arrived",
       {"createMessage", "getCallbackEvents"},
       R"(1. createMessage {"to":["+1…"],"text":"…"} gives id; that means queued, not delivered.
2. getCallbackEvents {"message_id":id,"types":["message-delivered","message-failed"],"wait_seconds":50}. On message-failed errorCode and description say why; tell the person, do not just resend.)"},
      {"Read texts",
       {"getInboundMessages"},
       R"(getInboundMessages {"reader":"texts","wait_seconds":50} gives each text once; "from" narrows it to one person.)"},
  };
  return recipes;
}

std::string ConfiguredOr(const std::string& value, std::string_view otherwise) {
  return value.empty() ? std::string(otherwise) : value;
}

std::string Configured(const ServerFacts& facts) {
  std::string text = "Configured here (leave these arguments out, they are filled in):\n";
  text += "- account: " + ConfiguredOr(facts.account_id, "taken from the credentials") + "\n";
  text += "- our number (`from`): " +
          ConfiguredOr(facts.number, "none; find one with listPhoneNumbers and pass it") + "\n";
  text += "- voice application: " +
          ConfiguredOr(facts.voice_application_id,
                       "none; find one with listApplications and pass it as applicationId") +
          "\n";
  text += "- messaging application: " +
          ConfiguredOr(facts.messaging_application_id,
                       "none; find one with listApplications and pass it as applicationId") +
          "\n";
  text += "- webhooks arrive at " + facts.callbacks.base() +
          "; answerUrl and disconnectUrl of createCall point there by themselves. For calls and "
          "texts that come in, the voice application must call " +
          facts.callbacks.Answer() + " and the messaging application " +
          facts.callbacks.MessagingInbound() + ".\n";
  return text;
}

bool HasAll(const Recipe& recipe, const HasTool& has_tool) {
  for (const std::string_view tool : recipe.tools) {
    if (!has_tool(tool)) return false;
  }
  return true;
}

constexpr std::string_view kRules =
    "Rules\n"
    "- Phone numbers are written in E.164 form: +15550101234.\n"
    "- Calls, texts, codes and lookups cost money. After a timeout or an unclear error look first "
    "(getCallState, listCalls, listMessages), then repeat.\n"
    "- A result marked as an error says what went wrong and what to do next; do that rather than "
    "trying again unchanged.\n"
    "- More to read: resource://mcp_agent_reference (events and every BXML verb), "
    "resource://number_order_guide, resource://config, bandwidth://calls.\n";

}  // namespace

std::string BuildInstructions(const ServerFacts& facts, const HasTool& has_tool) {
  std::string text =
      "These tools are a telephone on Bandwidth's network: calls out and in, key presses, texts. "
      "During a call you speak by handing over BXML, a list of verbs, each time the call asks.\n";
  if (facts.sandbox) {
    text += "This server talks to a sandbox: no real phone rings and nothing costs money.\n";
  }
  text += "\n" + Configured(facts);
  for (const Recipe& recipe : Recipes()) {
    if (!HasAll(recipe, has_tool)) continue;
    text += "\n" + std::string(recipe.title) + "\n" + std::string(recipe.steps) + "\n";
  }
  text += "\n" + std::string(kRules);
  // Configured values are bounded by Config, so this only guards against a later edit.
  if (text.size() > kMaxInstructionBytes)
    text.resize(text.find_last_of('\n', kMaxInstructionBytes));
  return text;
}

}  // namespace bw::tool_service
