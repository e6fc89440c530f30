#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bxml/document.h"
#include "tests/tool-service/builtin/toolkit.h"
#include "tool-service/builtin/bxml_arguments.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

Json Say(const std::string& text) { return {{{"verb", "SpeakSentence"}, {"text", text}}}; }

const Json& Menu() {
  static const Json verbs = Json::parse(
      R"([{"verb":"Gather","maxDigits":1,
           "children":[{"verb":"SpeakSentence","text":"Press 1."}]}])");
  return verbs;
}

TEST(GenerateBxml, FillsInOurUrlsAndEscapes) {
  Toolkit kit;
  const ToolResult result =
      kit.Call("generateBXML",
               {{"verbs", {{{"verb", "SpeakSentence"}, {"text", "A & B"}}, {{"verb", "Redirect"}}}},
                {"call_id", "c-1"}});
  ASSERT_FALSE(result.is_error) << TextOf(result);
  const std::string bxml = (*result.structured)["bxml"];
  EXPECT_THAT(bxml, HasSubstr("<SpeakSentence>A &amp; B</SpeakSentence>"));
  EXPECT_THAT(bxml, HasSubstr("https://calls.example.com/callbacks/voice/continue/c-1"));
  EXPECT_TRUE(bxml::Parse(bxml).ok());
  EXPECT_EQ((*result.structured)["ends_call"], false);
}

TEST(GenerateBxml, SaysWhenTheCallWouldEnd) {
  Toolkit kit;
  const ToolResult result = kit.Call("generateBXML", {{"verbs", Say("Bye")}});
  EXPECT_EQ((*result.structured)["ends_call"], true);
  EXPECT_THAT(TextOf(result), HasSubstr("The call ends"));
}

TEST(GenerateBxml, NeverShowsTheCallbackPassword) {
  Toolkit kit;
  kit.callback_credentials = {"hook", "top-secret"};
  EXPECT_THAT(TextOf(kit.Call("generateBXML", {{"verbs", Menu()}})), Not(HasSubstr("top-secret")));
}

TEST(GenerateBxml, ErrorsNameTheFieldWhatIsWrongAndWhatIsAllowed) {
  struct Case {
    const char* what;
    Json arguments;
    std::vector<const char*> parts;
  };
  const std::vector<Case> cases = {
      {"no verbs", Json::object(), {"verbs"}},
      {"verbs of another type", {{"verbs", "Hangup"}}, {"verbs", "array"}},
      {"no verb in it", {{"verbs", Json::array()}}, {"verbs", "1"}},
      {"an unknown verb", {{"verbs", {{{"verb", "Dance"}}}}}, {"verb"}},
      {"a typing error", {{"verbs", Say("x")}, {"callId", "c-1"}}, {"callId"}},
      {"out of range",
       {{"verbs", {{{"verb", "Gather"}, {"maxDigits", 51}}}}},
       {"Gather", "maxDigits", "50"}},
      {"an attribute that is none",
       {{"verbs", {{{"verb", "Gather"}, {"inputType", "speech"}}}}},
       {"Gather", "inputType"}},
      {"a child that may not be there",
       {{"verbs", {{{"verb", "Gather"}, {"children", Json::array({{{"verb", "Pause"}}})}}}}},
       {"Gather", "Pause"}},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    Toolkit kit;
    const ToolResult result = kit.Call("generateBXML", row.arguments);
    EXPECT_TRUE(result.is_error);
    for (const char* part : row.parts) EXPECT_THAT(TextOf(result), HasSubstr(part));
  }
}

TEST(GenerateBxml, ItsDescriptionNamesEveryVerbAndStaysReadable) {
  Toolkit kit;
  const CatalogueEntry entry = kit.Get("generateBXML");
  for (const std::string_view verb : bxml::VerbNames()) {
    EXPECT_THAT(entry.tool->definition().description, HasSubstr(std::string(verb) + "("));
  }
  EXPECT_LT(entry.tool->definition().description.size(), 8'000u);
}

TEST(RespondToCallback, QueuesWithUrlsAndCredentials) {
  Toolkit kit;
  kit.callback_credentials = {"hook", "secret"};
  CallContext context;
  context.tenant = "t1";
  const ToolResult result = kit.Call(
      "respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}, {"key", "k1"}}, context);
  ASSERT_FALSE(result.is_error) << TextOf(result);
  ASSERT_EQ(kit.journal.queued.size(), 1u);
  EXPECT_EQ(kit.journal.queued[0].call_id, "c-1");
  EXPECT_EQ(kit.journal.queued[0].key, "k1");
  EXPECT_EQ(kit.journal.tenants[0], "t1");
  EXPECT_THAT(kit.journal.queued[0].bxml,
              HasSubstr("gatherUrl=\"https://calls.example.com/callbacks/voice/gather\""));
  EXPECT_THAT(kit.journal.queued[0].bxml, HasSubstr("username=\"hook\""));
  EXPECT_THAT(TextOf(result), HasSubstr("first thing heard"));
  EXPECT_THAT(TextOf(result), Not(HasSubstr("secret")));
}

TEST(RespondToCallback, NoCredentialsOverPlainHttpExceptToAnImitation) {
  for (const bool sandbox : {false, true}) {
    Toolkit kit;
    kit.callback_credentials = {"hook", "secret"};
    kit.facts.callbacks = CallbackUrls("http://127.0.0.1:8081");
    kit.facts.sandbox = sandbox;
    kit.Call("respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}});
    ASSERT_EQ(kit.journal.queued.size(), 1u);
    EXPECT_EQ(kit.journal.queued[0].bxml.find("hook") != std::string::npos, sandbox);
  }
}

TEST(RespondToCallback, TakesADocumentAsText) {
  Toolkit kit;
  const ToolResult result = kit.Call(
      "respondToCallback", {{"call_id", "c-1"}, {"bxml", "<Response><Hangup/></Response>"}});
  ASSERT_FALSE(result.is_error) << TextOf(result);
  EXPECT_THAT(kit.journal.queued[0].bxml, HasSubstr("<Hangup/>"));
}

TEST(RespondToCallback, NeedsExactlyOneDocument) {
  const Json both = {{"call_id", "c-1"}, {"verbs", Say("x")}, {"bxml", "<Response/>"}};
  for (const Json& arguments : {both, Json{{"call_id", "c-1"}}}) {
    Toolkit kit;
    const ToolResult result = kit.Call("respondToCallback", arguments);
    EXPECT_TRUE(result.is_error);
    EXPECT_THAT(TextOf(result), HasSubstr("exactly one"));
    EXPECT_TRUE(kit.journal.queued.empty());
  }
}

TEST(RespondToCallback, SaysWhetherTheCallerIsWaiting) {
  struct Case {
    const char* state;
    bool held;
    ReceiptState receipt;
    const char* text;
    bool waiting;
  };
  for (const Case& row :
       {Case{"answered", true, ReceiptState::kQueued, "hears it now", true},
        Case{"answered", false, ReceiptState::kTaken, "hears it now", true},
        Case{"answered", false, ReceiptState::kQueued, "when the running document asks", false},
        Case{"initiated", false, ReceiptState::kQueued, "first thing heard", false}}) {
    SCOPED_TRACE(row.text);
    Toolkit kit;
    CallRecord call;
    call.call_id = "c-1";
    call.state = row.state;
    call.webhook_held = row.held;
    call.last_event_seq = 41;
    kit.journal.calls["c-1"] = call;
    QueueOutcome outcome;
    outcome.receipt.receipt_id = "r-1";
    outcome.receipt.state = row.receipt;
    kit.journal.queue_outcome = outcome;
    const ToolResult result =
        kit.Call("respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}});
    EXPECT_THAT(TextOf(result), HasSubstr(row.text));
    EXPECT_EQ((*result.structured)["caller_was_waiting"], row.waiting);
    EXPECT_EQ((*result.structured)["next_after_seq"], 41);
    EXPECT_EQ((*result.structured)["receipt"]["receipt_id"], "r-1");
  }
}

TEST(RespondToCallback, Refusals) {
  struct Case {
    Status status;
    const char* text;
  };
  for (const Case& row :
       {Case{FailedPrecondition("ended"), "has ended (busy)"},
        Case{AlreadyExists("taken"), "Another document already waits"},
        Case{Unavailable("gone"), "cannot be reached"}, Case{ResourceExhausted("full"), "busy"}}) {
    Toolkit kit;
    CallRecord call;
    call.disconnect_cause = "busy";
    kit.journal.calls["c-1"] = call;
    kit.journal.queue_outcome = row.status;
    const ToolResult result =
        kit.Call("respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}});
    EXPECT_TRUE(result.is_error);
    EXPECT_THAT(TextOf(result), HasSubstr(row.text));
  }
}

TEST(RespondToCallback, QueuesNothingWhenTheStoreIsGone) {
  Toolkit kit;
  kit.journal.failure = Unavailable("gone");
  const ToolResult result = kit.Call("respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}});
  EXPECT_TRUE(result.is_error);
  EXPECT_TRUE(kit.journal.queued.empty());
}

TEST(RespondToCallback, WaitsForTheNextEvent) {
  Toolkit kit;
  CallRecord call;
  call.state = "answered";
  call.last_event_seq = 41;
  kit.journal.calls["c-1"] = call;
  kit.journal.pages = {PageOf({MakeEvent(42, "gather", "c-1", {{"digits", "1"}})})};
  std::string progress;
  CallContext context;
  context.report_progress = [&progress](const Progress& report) { progress = report.message; };
  const ToolResult result = kit.Call(
      "respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}, {"wait_seconds", 30}}, context);
  EXPECT_EQ((*result.structured)["events"][0]["digits"], "1");
  EXPECT_EQ((*result.structured)["next_after_seq"], 42);
  EXPECT_EQ(kit.journal.queries[0].after_seq, 41u);
  EXPECT_EQ(kit.journal.queries[0].wait_ms, 30'000u);
  EXPECT_EQ(kit.journal.queries[0].filter.call_id, "c-1");
  EXPECT_THAT(progress, HasSubstr("waiting"));
}

TEST(RespondToCallback, AFailedWaitStillSaysThatTheDocumentIsQueued) {
  Toolkit kit;
  kit.journal.pages = {Unavailable("gone")};
  const ToolResult result =
      kit.Call("respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}, {"wait_seconds", 1}});
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(TextOf(result), HasSubstr("Queued"));
  EXPECT_THAT(TextOf(result), HasSubstr("gone"));
}

TEST(RespondToCallback, TheWaitEndsBeforeTheCallersDeadline) {
  Toolkit kit;
  CallContext context;
  context.deadline = kit.clock.Steady() + std::chrono::milliseconds(10'500);
  kit.Call("respondToCallback", {{"call_id", "c-1"}, {"verbs", Menu()}, {"wait_seconds", 55}},
           context);
  EXPECT_EQ(kit.journal.queries[0].wait_ms, 10'000u);
}

TEST(RespondToCallback, LimitsOfItsArguments) {
  struct Case {
    const char* what;
    Json change;
    bool accepted;
  };
  const std::vector<Case> cases = {
      {"the longest wait", {{"wait_seconds", kMaxWaitSeconds}}, true},
      {"a longer wait", {{"wait_seconds", kMaxWaitSeconds + 0.5}}, false},
      {"a negative wait", {{"wait_seconds", -1}}, false},
      {"the longest key", {{"key", std::string(128, 'k')}}, true},
      {"a longer key", {{"key", std::string(129, 'k')}}, false},
      {"the longest call id", {{"call_id", std::string(256, 'c')}}, true},
      {"a longer call id", {{"call_id", std::string(257, 'c')}}, false},
      {"no call id", {{"call_id", ""}}, false},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    Toolkit kit;
    Json arguments = {{"call_id", "c-1"}, {"verbs", Say("x")}};
    arguments.update(row.change);
    EXPECT_EQ(!kit.Call("respondToCallback", arguments).is_error, row.accepted);
  }
}

}  // namespace
}  // namespace bw::tool_service
