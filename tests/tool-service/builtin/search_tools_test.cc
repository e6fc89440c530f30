#include "tool-service/builtin/search_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"
#include "tool-service/builtin/local_tool.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

CatalogueEntry Made(const std::string& name, const std::string& title, bool read_only,
                    const std::string& document = "", FakeTool::Behaviour behaviour = nullptr) {
  auto tool = std::make_shared<FakeTool>(name, std::move(behaviour));
  tool->definition_.title = title;
  tool->definition_.annotations.read_only = read_only;
  tool->definition_.traits = TraitsOf(name);
  CatalogueEntry entry;
  entry.tool = std::move(tool);
  entry.document = document;
  return entry;
}

class SearchToolsTest : public testing::Test {
 protected:
  explicit SearchToolsTest(Selection configured = {.profile = "search"})
      : toolbox(registry, SelectionPolicy(std::move(configured), false)) {
    Load({});
  }

  // The search tools beside some of which `more` is added.
  void Load(std::vector<CatalogueEntry> more) {
    std::vector<CatalogueEntry> entries = MakeSearchTools(toolbox, defaults);
    entries.push_back(Made("createCall", "Place a phone call", false, "voice"));
    entries.push_back(Made("listCalls", "List calls of the last days", true, "voice"));
    entries.push_back(Made("CreateOrder", "Buy numbers", false, "numbers-orders"));
    entries.push_back(Made("CreateDisconnectOrder", "Give numbers up", false, "numbers-orders"));
    entries.push_back(Made("updateApplication", "Change an application", false));
    CatalogueEntry local = Made("setCredentials", "Log in", false);
    local.local_only = true;
    entries.push_back(std::move(local));
    for (CatalogueEntry& entry : more) entries.push_back(std::move(entry));
    EXPECT_THAT(registry.Replace(std::move(entries)), IsEmpty());
  }

  ToolResult Use(const std::string& tool, Json arguments, CallContext context = {}) {
    const auto catalogue = registry.Snapshot();
    return tool_service::Run(*catalogue->Find(tool)->tool, std::move(arguments),
                             std::move(context));
  }
  std::vector<std::string> Found(Json arguments, CallContext context = {}) {
    const ToolResult result = Use("searchTools", std::move(arguments), std::move(context));
    EXPECT_FALSE(result.is_error) << TextOf(result);
    std::vector<std::string> names;
    for (const Json& tool : (*result.structured)["tools"]) names.push_back(tool["name"]);
    return names;
  }

  NoDefaults defaults;
  Registry registry;
  Toolbox toolbox;
};

TEST_F(SearchToolsTest, FindsWithWhatAnAgentNeedsToChoose) {
  auto tool = std::make_shared<FakeTool>("ReserveTn");
  tool->definition_.title = "Hold a number";
  tool->definition_.description = "Keeps it for four hours. " + std::string(300, 'x');
  tool->definition_.input_schema["required"] = {"number"};
  tool->definition_.input_schema["properties"] = {{"number", {}}, {"note", {}}};
  CatalogueEntry entry;
  entry.tool = std::move(tool);
  entry.document = "numbers-orders";
  Load({std::move(entry)});
  const ToolResult result = Use("searchTools", {{"query", "hold numbers"}, {"limit", 2}});
  const Json expected = {{"name", "ReserveTn"},
                         {"about", "Hold a number. Keeps it for four hours."},
                         {"required", {"number"}},
                         {"access", "write"},
                         {"document", "numbers-orders"}};
  EXPECT_EQ((*result.structured)["tools"][0], expected);
  EXPECT_EQ((*result.structured)["tools"].size(), 2u);
  EXPECT_THAT(TextOf(result), HasSubstr("ReserveTn(number) [write]: Hold a number. Keeps it"));
}

TEST_F(SearchToolsTest, SaysWhatReadsCostsAndDestroys) {
  const ToolResult result = Use("searchTools", {{"query", "list call, disconnect order"}});
  std::map<std::string, Json> found;
  for (const Json& tool : (*result.structured)["tools"]) found[tool["name"]] = tool;
  EXPECT_EQ(found["listCalls"]["read_only"], true);
  EXPECT_EQ(found["createCall"]["costly"], true);
  EXPECT_EQ(found["CreateDisconnectOrder"]["destructive"], true);
  EXPECT_FALSE(found["createCall"].contains("read_only"));
  EXPECT_FALSE(found["listCalls"].contains("costly"));
  EXPECT_THAT(TextOf(result), AllOf(HasSubstr("createCall() [write, costs money]"),
                                    HasSubstr("CreateDisconnectOrder() [write, destructive]"),
                                    HasSubstr("listCalls() [read]")));
}

TEST_F(SearchToolsTest, LeadsToNothingTheCallerMayNotUse) {
  EXPECT_THAT(Found({{"query", "order"}}), ElementsAre("CreateOrder", "CreateDisconnectOrder"));
  CallContext without;
  without.excluded_tools = {"CreateOrder"};
  EXPECT_THAT(Found({{"query", "order"}}, without), ElementsAre("CreateDisconnectOrder"));
  EXPECT_THAT(Found({{"query", "search describe call tool"}}),
              testing::UnorderedElementsAre("createCall", "listCalls"));
  EXPECT_THAT(Found({{"query", "log in credentials"}}), IsEmpty());
  CallContext beside;
  beside.transport = Transport::kStdio;
  EXPECT_THAT(Found({{"query", "log in credentials"}}, beside), ElementsAre("setCredentials"));
}

TEST_F(SearchToolsTest, LeavesOutWhatIsAboveTheCallersAccessAndSaysSo) {
  CallContext reader;
  reader.access = Access::kRead;
  const ToolResult result = Use("searchTools", {{"query", "call"}}, reader);
  EXPECT_EQ((*result.structured)["tools"].size(), 1u);
  EXPECT_EQ((*result.structured)["above_your_access"], 1);
  EXPECT_THAT(TextOf(result), AllOf(HasSubstr("listCalls"), Not(HasSubstr("createCall")),
                                    HasSubstr("1 more match that need more than read access")));
}

TEST_F(SearchToolsTest, LooksInOneDocument) {
  EXPECT_THAT(Found({{"query", "create"}, {"document", "voice"}}), ElementsAre("createCall"));
  EXPECT_THAT(Found({{"query", "create"}, {"document", "nope"}}), IsEmpty());
}

TEST_F(SearchToolsTest, WhereNothingMatchesTheDocumentsAreNamed) {
  const ToolResult result = Use("searchTools", {{"query", "zebra"}});
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["documents"],
            (Json{{"numbers-orders", 2}, {"this server", 1}, {"voice", 2}}));
  EXPECT_THAT(TextOf(result), HasSubstr("numbers-orders (2), this server (1), voice (2)"));
}

TEST_F(SearchToolsTest, ArgumentsHaveLimits) {
  std::vector<CatalogueEntry> many;
  for (int i = 0; i <= kMaxFoundTools; ++i)
    many.push_back(Made("a" + std::to_string(i), "Stripes", true));
  Load(std::move(many));
  EXPECT_EQ(Found({{"query", "stripes"}, {"limit", kMaxFoundTools}}).size(),
            static_cast<std::size_t>(kMaxFoundTools));
  EXPECT_TRUE(Use("searchTools", {{"query", "a"}, {"limit", kMaxFoundTools + 1}}).is_error);
  EXPECT_FALSE(Use("searchTools", {{"query", std::string(1'000, 'a')}}).is_error);
  EXPECT_TRUE(Use("searchTools", {{"query", std::string(1'001, 'a')}}).is_error);
  EXPECT_TRUE(Use("searchTools", {{"query", ""}}).is_error);
  EXPECT_TRUE(Use("describeTool", {{"name", std::string(65, 'a')}}).is_error);
}

TEST_F(SearchToolsTest, AboutIsCutAtASentenceOrAWord) {
  auto tool = std::make_shared<FakeTool>("zebra");
  tool->definition_.title = "";
  tool->definition_.description = "word" + std::string(kMaxAboutBytes - 10, 'y') + " other words";
  CatalogueEntry entry;
  entry.tool = tool;
  Load({entry});
  const ToolResult result = Use("searchTools", {{"query", "zebra"}});
  EXPECT_EQ((*result.structured)["tools"][0]["about"],
            "word" + std::string(kMaxAboutBytes - 10, 'y') + " …");
}

TEST_F(SearchToolsTest, DescribesAToolInFull) {
  auto tool = std::make_shared<FakeTool>("zebra");
  tool->definition_.description = std::string(400, 'z');
  tool->definition_.input_schema = {{"type", "object"},
                                    {"properties", {{"id", {{"type", "string"}}}}}};
  tool->definition_.output_schema = Json{{"type", "object"}};
  CatalogueEntry entry;
  entry.tool = tool;
  Load({entry});
  const ToolResult result = Use("describeTool", {{"name", "zebra"}});
  ASSERT_FALSE(result.is_error);
  const Json& described = *result.structured;
  EXPECT_EQ(described["description"], tool->definition_.description);
  EXPECT_EQ(described["input_schema"], tool->definition_.input_schema);
  EXPECT_EQ(described["output_schema"], *tool->definition_.output_schema);
  EXPECT_EQ(described["access"], "write");
  EXPECT_EQ(Json::parse(TextOf(result)), described);
}

TEST_F(SearchToolsTest, DescribesOrCallsNoToolThatIsNotThere) {
  CallContext without;
  without.excluded_tools = {"listCalls"};
  for (const char* tool : {"describeTool", "callTool"}) {
    const auto says = [&](const char* name, CallContext context = {}) {
      const ToolResult result = Use(tool, {{"name", name}}, std::move(context));
      return result.is_error ? TextOf(result) : "no error";
    };
    EXPECT_THAT(says("createCal"), HasSubstr("no tool createCal, or it is not enabled; did you "
                                             "mean createCall?"));
    EXPECT_THAT(says("zebra"), HasSubstr("searchTools finds tools"));
    EXPECT_THAT(says("callTool"), HasSubstr("name: callTool is called by itself"));
    EXPECT_THAT(says("listCalls", without), HasSubstr("not enabled"));
    EXPECT_THAT(says("setCredentials"), HasSubstr("not enabled"));
  }
}

TEST_F(SearchToolsTest, TheToolsAccessHolds) {
  CallContext reader;
  reader.access = Access::kRead;
  EXPECT_THAT(TextOf(Use("describeTool", {{"name", "createCall"}}, reader)),
              HasSubstr("createCall needs write access; the caller has read"));
  EXPECT_FALSE(Use("callTool", {{"name", "listCalls"}}, reader).is_error);
  CallContext writer;
  writer.access = Access::kWrite;
  EXPECT_FALSE(Use("callTool", {{"name", "createCall"}}, writer).is_error);
  // As a direct call is refused: no tool ran.
  const auto catalogue = registry.Snapshot();
  StatusOr<ToolOutcome> outcome = ToolOutcome(ToolResult());
  catalogue->Find("callTool")
      ->tool->Call({{"name", "updateApplication"}}, writer,
                   [&](StatusOr<ToolOutcome> result) { outcome = std::move(result); });
  EXPECT_EQ(outcome.status().code(), StatusCode::kPermissionDenied);
}

TEST_F(SearchToolsTest, ACallReachesTheToolAsItCame) {
  Json received;
  CallContext seen;
  int cancelled = 0;
  Load({Made("zebra", "", false, "",
             [&](Json arguments, CallContext context, const Tool::Done& done) {
               received = std::move(arguments);
               context.report_progress({0.5, 1, "half"});
               context.log({LogLevel::kNotice, "zebra", "words"});
               context.on_cancel([&] { ++cancelled; });
               seen = std::move(context);
               ToolResult result = ErrorResult("no");
               result.structured = Json{{"a", 1}};
               done(std::move(result));
             })});
  CallContext context;
  context.principal = "ann";
  context.request_id = "r-1";
  context.request_state = "state";
  context.input_responses = {{"confirm", {{"action", "accept"}}}};
  context.deadline = std::chrono::steady_clock::time_point(std::chrono::seconds(7));
  std::vector<std::string> told;
  context.report_progress = [&](const Progress& progress) { told.push_back(progress.message); };
  context.log = [&](const LogMessage& message) { told.push_back(message.data); };
  context.on_cancel = [](const std::function<void()>& cancel) { cancel(); };
  const ToolResult result =
      Use("callTool", {{"name", "zebra"}, {"arguments", {{"x", Json::array({1, 2})}}}}, context);
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ(TextOf(result), "no");
  EXPECT_EQ((*result.structured)["a"], 1);
  EXPECT_EQ(received, (Json{{"x", {1, 2}}}));
  EXPECT_EQ(seen.principal + seen.request_id + seen.request_state, "annr-1state");
  EXPECT_EQ(seen.input_responses, context.input_responses);
  EXPECT_EQ(seen.deadline, context.deadline);
  EXPECT_THAT(told, ElementsAre("half", "words"));
  EXPECT_EQ(cancelled, 1);
}

TEST_F(SearchToolsTest, WithoutArgumentsTheToolGetsNone) {
  Json received;
  Load({Made("zebra", "", false, "",
             [&](Json arguments, const CallContext&, const Tool::Done& done) {
               received = std::move(arguments);
               done(TextResult("done"));
             })});
  EXPECT_FALSE(Use("callTool", {{"name", "zebra"}}).is_error);
  EXPECT_EQ(received, Json::object());
  EXPECT_THAT(TextOf(Use("callTool", {{"name", "zebra"}, {"arguments", "x"}})),
              HasSubstr("arguments"));
}

TEST_F(SearchToolsTest, TheToolsOwnArgumentsAreChecked) {
  ToolDefinition definition;
  definition.name = "zebra";
  definition.input_schema = {{"type", "object"},
                             {"required", {"stripes"}},
                             {"additionalProperties", false},
                             {"properties", {{"stripes", {{"type", "integer"}}}}}};
  CatalogueEntry entry;
  entry.tool = std::make_shared<LocalTool>(
      definition, defaults,
      [](const Json&, const CallContext&, const Tool::Done& done) { done(TextResult("ran")); });
  Load({entry});
  const auto call = [&](Json arguments) {
    return TextOf(Use("callTool", {{"name", "zebra"}, {"arguments", std::move(arguments)}}));
  };
  EXPECT_EQ(call({{"stripes", 3}}), "ran");
  EXPECT_THAT(call({{"stripes", "3"}}), HasSubstr("stripes"));
  EXPECT_THAT(call(Json::object()), HasSubstr("stripes"));
}

TEST_F(SearchToolsTest, AQuestionOfTheToolIsPassedOn) {
  Load({Made("zebra", "", false, "", [](const Json&, const CallContext&, const Tool::Done& done) {
    done(ToolOutcome(InputRequired{{{"sure", Json::object()}}, "state-1"}));
  })});
  const auto catalogue = registry.Snapshot();
  StatusOr<ToolOutcome> outcome = Internal("no answer");
  catalogue->Find("callTool")
      ->tool->Call({{"name", "zebra"}}, {},
                   [&](StatusOr<ToolOutcome> result) { outcome = std::move(result); });
  ASSERT_TRUE(outcome.ok());
  const auto* asked = std::get_if<InputRequired>(&*outcome);
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->state, "state-1");
}

TEST_F(SearchToolsTest, AToolOutlivesItsCatalogueWhileItIsCalled) {
  Tool::Done finish;
  std::weak_ptr<Tool> alive;
  {
    CatalogueEntry entry =
        Made("zebra", "", false, "",
             [&](const Json&, const CallContext&, Tool::Done done) { finish = std::move(done); });
    alive = entry.tool;
    Load({std::move(entry)});
  }
  std::string answer;
  registry.Snapshot()
      ->Find("callTool")
      ->tool->Call({{"name", "zebra"}}, {}, [&](const StatusOr<ToolOutcome>& outcome) {
        answer = TextOf(ResultOf(outcome));
      });
  Load({});
  (void)toolbox.Reach({});
  EXPECT_FALSE(alive.expired());
  finish(TextResult("late"));
  EXPECT_EQ(answer, "late");
  finish = nullptr;
  EXPECT_TRUE(alive.expired());
}

class NarrowSearchTest : public SearchToolsTest {
 protected:
  NarrowSearchTest() : SearchToolsTest({.profile = "voice", .exclude_tools = {"createCall"}}) {}
};

TEST_F(NarrowSearchTest, ReachesTheOperatorsSetOnly) {
  EXPECT_THAT(Found({{"query", "call number application"}}), ElementsAre("listCalls"));
  EXPECT_TRUE(Use("callTool", {{"name", "createCall"}}).is_error);
  EXPECT_TRUE(Use("callTool", {{"name", "CreateOrder"}}).is_error);
  EXPECT_FALSE(Use("callTool", {{"name", "listCalls"}}).is_error);
}

}  // namespace
}  // namespace bw::tool_service
