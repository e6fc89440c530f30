#include "tool-service/core/prompts.h"

#include <algorithm>
#include <utility>

#include "tool-service/core/call_uri.h"
#include "tool-service/core/phone_number.h"
#include "tool-service/core/prompt_texts.h"
#include "tool-service/core/registry.h"

namespace bw::tool_service {
namespace {

constexpr std::size_t kMaxIdBytes = 64;

PromptArgument From(ArgumentKind application) {
  const bool voice = application == ArgumentKind::kVoiceApplication;
  return {"from", "Our number",
          voice ? "The account's number that is shown to the called person, E.164; left out: the "
                  "configured one"
                : "The account's number that sends the text, E.164; left out: the configured one",
          false, ArgumentKind::kOurNumber};
}

PromptArgument ApplicationFor(ArgumentKind kind) {
  return {"application_id", "Application",
          kind == ArgumentKind::kVoiceApplication
              ? "Voice application of the call; left out: the configured one"
              : "Messaging application of the text; left out: the configured one",
          false, kind};
}

PromptArgument Locale() {
  // Source: Bandwidth's list of voices by locale.
  return {"locale",
          "Language",
          "Locale of the voice that speaks; left out: en_US",
          false,
          ArgumentKind::kChoice,
          {"en_US", "en_UK", "arb", "cmn-CN", "de", "es", "es_MX", "es_US", "fr", "fr_CA", "it",
           "ja", "ru"}};
}

Prompt MakeCall() {
  return {"make_call",
          "Make a call",
          "Calls a number, says something and tells how it went.",
          {{"to", "Number to call", "The number to call, E.164, such as +15550101234", true,
            ArgumentKind::kTheirNumber},
           {"message", "What to say", "What the called person hears, word for word", true},
           From(ArgumentKind::kVoiceApplication),
           ApplicationFor(ArgumentKind::kVoiceApplication),
           Locale()},
          {"createCall", "respondToCallback", "getCallbackEvents"},
          &WriteMakeCall};
}

Prompt HoldConversation() {
  return {"hold_conversation",
          "Hold a conversation",
          "Talks with somebody on the phone until a goal is reached: places the call, joins one "
          "that runs, or waits for one to come in.",
          {{"goal", "Goal", "What the conversation is for, and when it is done", true},
           {"to", "Number to call",
            "The number to call, E.164; left out: the call of call_id, else the next call that "
            "comes in",
            false, ArgumentKind::kTheirNumber},
           {"call_id", "Running call", "A call that runs already; instead of to", false,
            ArgumentKind::kActiveCall},
           {"opening", "First words", "What is said first; left out: the agent's choice", false},
           {"listen",
            "How they answer",
            "keys: by pressing keys, at once; speech: by speaking, which takes some seconds to "
            "write down. Left out: keys",
            false,
            ArgumentKind::kChoice,
            {"keys", "speech"}},
           From(ArgumentKind::kVoiceApplication),
           ApplicationFor(ArgumentKind::kVoiceApplication),
           Locale()},
          {"createCall", "respondToCallback", "getCallbackEvents"},
          &WriteHoldConversation};
}

Prompt SendText() {
  return {"send_text",
          "Send a text and confirm it",
          "Sends a text message and waits until it was delivered or failed.",
          {{"to", "Recipient", "The number to text, E.164, such as +15550101234", true,
            ArgumentKind::kTheirNumber},
           {"text", "Text", "The words of the message", true},
           From(ArgumentKind::kMessagingApplication),
           ApplicationFor(ArgumentKind::kMessagingApplication)},
          {"createMessage", "getCallbackEvents"},
          &WriteSendText};
}

Prompt SetUpCallbacks() {
  return {"set_up_callbacks",
          "Set up callbacks",
          "Leads from an account to applications that report calls and texts to this server.",
          {{"kind",
            "For what",
            "voice, messaging or both; left out: both",
            false,
            ArgumentKind::kChoice,
            {"both", "voice", "messaging"}},
           {"account_id", "Account",
            "The account whose applications these are; left out: the configured one", false,
            ArgumentKind::kAccount},
           {"application_id", "Application",
            "The application to point here; left out: the configured one, or one to be found",
            false, ArgumentKind::kApplication}},
          {"listApplications", "getCallbackEvents"},
          &WriteSetUpCallbacks};
}

const std::vector<Prompt>& All() {
  static const std::vector<Prompt> prompts = {HoldConversation(), MakeCall(), SendText(),
                                              SetUpCallbacks()};
  return prompts;
}

bool IsEnabled(const Prompt& prompt, const HasTool& has_tool) {
  return std::all_of(prompt.tools.begin(), prompt.tools.end(), has_tool);
}

bool IsId(std::string_view text, std::size_t max_bytes) {
  return text.size() <= max_bytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_';
         });
}

std::string Choices(const PromptArgument& argument) {
  std::string list;
  for (const std::string_view choice : argument.choices) {
    list += (list.empty() ? "" : ", ") + std::string(choice);
  }
  return list;
}

// What is wrong with a value that is not empty, or "".
std::string ProblemOf(const PromptArgument& argument, const std::string& value) {
  switch (argument.kind) {
    case ArgumentKind::kText:
      return "";
    case ArgumentKind::kTheirNumber:
    case ArgumentKind::kOurNumber:
      return IsE164(value) ? "" : "must be a phone number in E.164 form, such as +15550101234";
    case ArgumentKind::kVoiceApplication:
    case ArgumentKind::kMessagingApplication:
    case ArgumentKind::kApplication:
    case ArgumentKind::kAccount:
      return IsId(value, kMaxIdBytes)
                 ? ""
                 : "must be at most " + std::to_string(kMaxIdBytes) + " letters, digits, - and _";
    case ArgumentKind::kCall:
    case ArgumentKind::kActiveCall:
      return IsId(value, kMaxCallIdBytes) ? ""
                                          : "must be a call id as createCall or an event gave it";
    case ArgumentKind::kChoice: {
      const bool known = std::find(argument.choices.begin(), argument.choices.end(), value) !=
                         argument.choices.end();
      return known ? "" : "must be one of " + Choices(argument);
    }
  }
  return "";
}

Status CheckArgument(const PromptArgument& argument, const PromptArguments& arguments) {
  const std::string name(argument.name);
  const auto found = arguments.find(name);
  if (found == arguments.end() || found->second.empty()) {
    return argument.required ? InvalidArgument(name + ": is required") : OkStatus();
  }
  if (found->second.size() > Prompts::kMaxArgumentBytes) {
    return InvalidArgument(name + ": must be at most " +
                           std::to_string(Prompts::kMaxArgumentBytes) + " bytes");
  }
  const std::string problem = ProblemOf(argument, found->second);
  return problem.empty() ? OkStatus() : InvalidArgument(name + ": " + problem);
}

std::string NamesOf(const Prompt& prompt) {
  std::string names;
  for (const PromptArgument& argument : prompt.arguments) {
    names += (names.empty() ? "" : ", ") + std::string(argument.name);
  }
  return names;
}

Status CheckArguments(const Prompt& prompt, const PromptArguments& arguments) {
  for (const auto& [name, value] : arguments) {
    const bool known =
        std::any_of(prompt.arguments.begin(), prompt.arguments.end(),
                    [&name = name](const PromptArgument& row) { return row.name == name; });
    if (known) continue;
    // A name of any length and content is not repeated.
    const std::string shown = IsId(name, kMaxIdBytes) ? name : "an argument";
    return InvalidArgument(shown + ": is not known; " + std::string(prompt.name) + " takes " +
                           NamesOf(prompt));
  }
  for (const PromptArgument& argument : prompt.arguments) {
    BW_RETURN_IF_ERROR(CheckArgument(argument, arguments));
  }
  return OkStatus();
}

}  // namespace

const std::string& PromptFacts::Given(const std::string& name) const {
  static const std::string nothing;
  const auto found = arguments.find(name);
  return found == arguments.end() ? nothing : found->second;
}

std::vector<const Prompt*> Prompts::List(const HasTool& has_tool) {
  std::vector<const Prompt*> enabled;
  for (const Prompt& prompt : All()) {
    if (IsEnabled(prompt, has_tool)) enabled.push_back(&prompt);
  }
  return enabled;
}

const Prompt* Prompts::Find(std::string_view name, const HasTool& has_tool) {
  for (const Prompt& prompt : All()) {
    if (prompt.name == name && IsEnabled(prompt, has_tool)) return &prompt;
  }
  return nullptr;
}

std::string Prompts::Revision(const HasTool& has_tool) {
  std::string visible;
  for (const Prompt* prompt : List(has_tool)) {
    for (const std::string_view part : {prompt->name, prompt->title, prompt->description}) {
      visible += std::string(part) + '\n';
    }
    for (const PromptArgument& argument : prompt->arguments) {
      for (const std::string_view part : {argument.name, argument.title, argument.description}) {
        visible += std::string(part) + '\t';
      }
      visible += argument.required ? "required\n" : "\n";
    }
  }
  return RevisionOf(visible);
}

StatusOr<PromptText> Prompts::Get(std::string_view name, const PromptArguments& arguments,
                                  const HasTool& has_tool) const {
  const Prompt* prompt = Find(name, has_tool);
  if (prompt == nullptr) return NotFound("there is no prompt of that name, or it is not enabled");
  BW_RETURN_IF_ERROR(CheckArguments(*prompt, arguments));
  BW_ASSIGN_OR_RETURN(std::string text, prompt->write({facts_, arguments, has_tool}));
  PromptText written;
  written.description = prompt->description;
  written.messages.push_back({false, TextContent(std::move(text))});
  return written;
}

}  // namespace bw::tool_service
