#include "tool-service/core/prompts.h"

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bxml/document.h"
#include "tool-service/core/bxml_defaults.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

bool Everything(std::string_view) { return true; }
bool Nothing(std::string_view) { return false; }
HasTool AllBut(const std::string& name) {
  return [name](std::string_view tool) { return tool != name; };
}

ServerFacts Configured() {
  ServerFacts facts;
  facts.account_id = "9900000";
  facts.number = "+15550100002";
  facts.voice_application_id = "7d2c3c1e-0000-4000-8000-000000000001";
  facts.messaging_application_id = "93de2206-9669-4e07-948d-329f4b722ee2";
  facts.callbacks = CallbackUrls("https://calls.example.com");
  facts.callback_credentials_set = true;
  return facts;
}

std::vector<std::string> NamesOf(const std::vector<const Prompt*>& prompts) {
  std::vector<std::string> names;
  for (const Prompt* prompt : prompts) names.emplace_back(prompt->name);
  return names;
}

std::string ReadGolden(const std::string& name) {
  std::ifstream file("tests/tool-service/golden/prompts/" + name + ".txt");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The smallest arguments with which every prompt is written.
const std::map<std::string, PromptArguments>& Smallest() {
  static const std::map<std::string, PromptArguments> arguments = {
      {"hold_conversation", {{"goal", "g"}}},
      {"make_call", {{"to", "+15550100001"}, {"message", "m"}}},
      {"send_text", {{"to", "+15550100001"}, {"text", "t"}}},
      {"set_up_callbacks", {}},
  };
  return arguments;
}

std::string Write(const ServerFacts& facts, const std::string& name,
                  const PromptArguments& arguments, const HasTool& has_tool = &Everything) {
  const auto text = Prompts(facts).Get(name, arguments, has_tool);
  EXPECT_TRUE(text.ok()) << name << ": " << ToString(text.status());
  if (!text.ok()) return "";
  EXPECT_EQ(text->messages.size(), 1u);
  EXPECT_FALSE(text->messages[0].from_assistant);
  return text->messages[0].content.text;
}

std::string Refusal(const std::string& name, const PromptArguments& arguments,
                    const HasTool& has_tool = &Everything) {
  const auto text = Prompts(Configured()).Get(name, arguments, has_tool);
  EXPECT_EQ(text.status().code(), StatusCode::kInvalidArgument) << name;
  return std::string(Message(text.status()));
}

TEST(Prompts, TheListIsTheGoldenOne) {
  std::string list;
  for (const Prompt* prompt : Prompts::List(&Everything)) {
    list += std::string(prompt->name) + " | " + std::string(prompt->title) + " | " +
            std::string(prompt->description) + "\n";
    for (const PromptArgument& argument : prompt->arguments) {
      list += "  " + std::string(argument.name) + (argument.required ? "*" : "") + " | " +
              std::string(argument.title) + " | " + std::string(argument.description) + "\n";
    }
  }
  EXPECT_EQ(list, ReadGolden("list"));
}

struct Written {
  const char* golden;
  const char* prompt;
  bool configured;
  PromptArguments arguments;
};

const std::vector<Written>& AllWritten() {
  static const std::vector<Written> written = {
      {"make_call", "make_call", true, {{"to", "+15550100001"}, {"message", "Your car is ready."}}},
      {"make_call.overridden",
       "make_call",
       true,
       {{"to", "+15550100001"},
        {"message", "Say \"hi\" <now> & here.\n1. Ignore the rest."},
        {"from", "+15550100003"},
        {"application_id", "other-application"},
        {"locale", "de"}}},
      {"make_call.unconfigured",
       "make_call",
       false,
       {{"to", "+15550100001"}, {"message", "Your car is ready."}}},
      {"hold_conversation.outbound",
       "hold_conversation",
       true,
       {{"goal", "Ask whether Tuesday suits."},
        {"to", "+15550100001"},
        {"opening", "Hello, this is the workshop's assistant."}}},
      {"hold_conversation.inbound_speech",
       "hold_conversation",
       true,
       {{"goal", "Take an order."}, {"listen", "speech"}, {"locale", "en_UK"}}},
      {"hold_conversation.running",
       "hold_conversation",
       false,
       {{"goal", "Take over."}, {"call_id", "c-11aa22bb-0000"}}},
      {"send_text", "send_text", true, {{"to", "+15550100001"}, {"text", "Your car is ready."}}},
      {"send_text.unconfigured",
       "send_text",
       false,
       {{"to", "+15550100001"}, {"text", "Your car is ready."}}},
      {"set_up_callbacks", "set_up_callbacks", true, {}},
      {"set_up_callbacks.voice",
       "set_up_callbacks",
       false,
       {{"kind", "voice"}, {"account_id", "9900001"}, {"application_id", "a-1"}}},
      {"set_up_callbacks.unconfigured", "set_up_callbacks", false, {{"kind", "messaging"}}},
  };
  return written;
}

TEST(Prompts, TheTextsAreTheGoldenOnes) {
  for (const Written& row : AllWritten()) {
    const ServerFacts facts = row.configured ? Configured() : ServerFacts();
    EXPECT_EQ(Write(facts, row.prompt, row.arguments), ReadGolden(row.golden))
        << "differs from tests/tool-service/golden/prompts/" << row.golden << ".txt";
  }
}

// What the agent is told to pass must not be refused when it does.
TEST(Prompts, EveryDocumentInThemIsValidAndGoesOnOrHangsUp) {
  int documents = 0;
  for (const Written& row : AllWritten()) {
    std::istringstream lines(Write(Configured(), row.prompt, row.arguments));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('{')) continue;
      const auto arguments = json::Parse(line);
      ASSERT_TRUE(arguments.ok()) << line;
      const Json* verbs = json::FindArray(*arguments, "verbs");
      if (verbs == nullptr) continue;
      const auto document =
          bxml::FromJson(WithCallbackUrls(*verbs, Configured().callbacks, "c-1"), bxml::Rules());
      ASSERT_TRUE(document.ok()) << row.golden << ": " << ToString(document.status()) << line;
      EXPECT_EQ(EndsCall(*document), line.find("Hangup") != std::string::npos) << line;
      ++documents;
    }
  }
  EXPECT_GE(documents, 8);
}

TEST(Prompts, ObeyTheSelection) {
  EXPECT_THAT(NamesOf(Prompts::List(&Everything)),
              ElementsAre("hold_conversation", "make_call", "send_text", "set_up_callbacks"));
  EXPECT_THAT(NamesOf(Prompts::List(&Nothing)), ElementsAre());
  EXPECT_THAT(NamesOf(Prompts::List(AllBut("createMessage"))),
              ElementsAre("hold_conversation", "make_call", "set_up_callbacks"));
  EXPECT_THAT(NamesOf(Prompts::List(AllBut("createCall"))),
              ElementsAre("send_text", "set_up_callbacks"));
  EXPECT_NE(Prompts::Revision(&Everything), Prompts::Revision(AllBut("createCall")));
  EXPECT_EQ(Prompts::Revision(&Everything), Prompts::Revision(AllBut("getCall")));
  const Prompts prompts(Configured());
  for (const auto& [name, arguments] : Smallest()) {
    EXPECT_TRUE(prompts.Get(name, arguments, &Everything).ok()) << name;
    EXPECT_EQ(prompts.Get(name, arguments, &Nothing).status().code(), StatusCode::kNotFound);
  }
  EXPECT_EQ(prompts.Get("nope", {}, &Everything).status().code(), StatusCode::kNotFound);
}

TEST(Prompts, NameNoToolThatIsNotEnabled) {
  struct Case {
    const char* prompt;
    const char* tool;
  };
  for (const Case& row :
       {Case{"make_call", "listPhoneNumbers"}, Case{"make_call", "listApplications"},
        Case{"make_call", "getCallState"}, Case{"hold_conversation", "getCall "},
        Case{"send_text", "listMessages"}}) {
    SCOPED_TRACE(row.tool);
    const PromptArguments& arguments = Smallest().at(row.prompt);
    const std::string tool = std::string(row.tool).substr(0, std::string(row.tool).find(' '));
    EXPECT_THAT(Write(ServerFacts(), row.prompt, arguments, AllBut(tool)),
                Not(testing::ContainsRegex(tool + "[^A-Za-z]")));
  }
}

TEST(Prompts, RefuseWhatDoesNotFitAndNameIt) {
  struct Case {
    const char* prompt;
    const char* argument;
    std::string value;
    const char* said;
  };
  const std::string long_text(Prompts::kMaxArgumentBytes + 1, 'x');
  const std::vector<Case> cases = {
      {"make_call", "to", "5550100001", "to: must be a phone number in E.164"},
      {"make_call", "to", "+1 555 010 0001", "E.164"},
      {"make_call", "to", "", "to: is required"},
      {"make_call", "message", "", "message: is required"},
      {"make_call", "message", long_text, "message: must be at most 2048 bytes"},
      {"make_call", "from", "me", "from: must be a phone number in E.164"},
      {"make_call", "application_id", "a b", "application_id: must be at most 64"},
      {"make_call", "application_id", std::string(65, 'a'), "application_id: must be at most 64"},
      {"make_call", "locale", "xx", "locale: must be one of en_US, "},
      {"make_call", "number", "+15550100001", "number: is not known; make_call takes to, message"},
      {"make_call", "a\nb", "x", "an argument: is not known"},
      {"hold_conversation", "goal", "", "goal: is required"},
      {"hold_conversation", "call_id", "c/1", "call_id: must be a call id"},
      {"hold_conversation", "listen", "Keys", "listen: must be one of keys, speech"},
      {"send_text", "to", "+0123", "to: must be a phone number"},
      {"send_text", "text", "", "text: is required"},
      {"set_up_callbacks", "kind", "fax", "kind: must be one of both, voice, messaging"},
      {"set_up_callbacks", "account_id", "1/2", "account_id: must be at most 64"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(std::string(row.prompt) + "." + row.argument);
    PromptArguments arguments = Smallest().at(row.prompt);
    arguments[row.argument] = row.value;
    const std::string said = Refusal(row.prompt, arguments);
    EXPECT_THAT(said, HasSubstr(row.said));
    if (row.value.size() > 3) {
      EXPECT_THAT(said, Not(HasSubstr(row.value)));
    }
    if (!row.value.empty() || Smallest().at(row.prompt).count(row.argument) == 0) continue;
    arguments.erase(row.argument);
    EXPECT_THAT(Refusal(row.prompt, arguments), HasSubstr(row.said));
  }
  PromptArguments longest = Smallest().at("make_call");
  longest["message"] = long_text.substr(1);
  EXPECT_TRUE(Prompts(Configured()).Get("make_call", longest, &Everything).ok());
}

TEST(Prompts, RefuseArgumentsThatDoNotFitTogether) {
  EXPECT_THAT(
      Refusal("hold_conversation", {{"goal", "g"}, {"to", "+15550100001"}, {"call_id", "c-1"}}),
      HasSubstr("call_id"));
  EXPECT_THAT(Refusal("hold_conversation", {{"goal", "g"}, {"listen", "speech"}},
                      AllBut("getRecordingTranscription")),
              HasSubstr("listen"));
}

TEST(Prompts, SayWhenNoPhoneIsReachedAndWhenNoEventWillCome) {
  ServerFacts facts = Configured();
  const PromptArguments& arguments = Smallest().at("make_call");
  EXPECT_THAT(Write(facts, "make_call", arguments), HasSubstr("costs money"));
  EXPECT_THAT(Write(facts, "make_call", arguments), Not(HasSubstr("BW_MCP_BASE_URL")));
  facts.callbacks = CallbackUrls("http://127.0.0.1:8081");
  EXPECT_THAT(Write(facts, "make_call", arguments), HasSubstr("BW_MCP_BASE_URL"));
  facts.sandbox = true;
  EXPECT_THAT(Write(facts, "make_call", arguments), HasSubstr("sandbox"));
  EXPECT_THAT(Write(facts, "make_call", arguments), Not(HasSubstr("BW_MCP_BASE_URL")));
}

}  // namespace
}  // namespace bw::tool_service
