#include "tool-service/core/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using testing::Contains;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

// One loaded catalogue; setCredentials is for local clients, exotic is in no profile but full.
Catalogue Loaded() {
  std::vector<std::string> refused;
  return Catalogue({Entry("createCall"), Entry("createMessage"), Entry("exotic"),
                    Entry("listMedia"), Entry("updateConference"), Entry("setCredentials", true)},
                   refused);
}

CatalogueEntry Of(const std::string& document, const std::string& name, bool read_only) {
  auto tool = std::make_shared<FakeTool>(name);
  tool->definition_.annotations.read_only = read_only;
  CatalogueEntry entry;
  entry.tool = std::move(tool);
  entry.document = document;
  return entry;
}

// The search tools beside some of documents.
Catalogue WithDocuments() {
  std::vector<std::string> refused;
  return Catalogue(
      {Entry("createCall"), Entry("searchTools"), Entry("describeTool"), Entry("callTool"),
       Of("numbers-orders", "CreateOrder", false), Of("numbers-orders", "ListOrders", true),
       Of("numbers_v2", "ListBrandNew", true), Of("mine", "numbers-orders", true),
       Of("multi-factor-auth", "newCode", false), Of("phone-number-lookup", "look", false)},
      refused);
}

std::vector<std::string> Names(const StatusOr<std::vector<CatalogueEntry>>& entries) {
  std::vector<std::string> names;
  if (!entries.ok()) return {ToString(entries.status())};
  for (const auto& entry : *entries) names.push_back(entry.tool->definition().name);
  return names;
}

struct Case {
  const char* what;
  Selection configured;
  Selection requested;
  bool local;
  std::vector<std::string> expected;
};

void ExpectSelections(const std::vector<Case>& cases, const Catalogue& catalogue = Loaded()) {
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    const SelectionPolicy policy(row.configured, row.local);
    EXPECT_THAT(Names(policy.Select(catalogue, row.requested)), ElementsAreArray(row.expected));
  }
}

TEST(SelectionPolicy, OperatorAndClient) {
  ExpectSelections({
      {"nothing set: the default profile", {}, {}, false, {"createCall", "createMessage"}},
      {"full means everything",
       {.profile = "full"},
       {},
       false,
       {"createCall", "createMessage", "exotic", "listMedia", "updateConference"}},
      {"voice", {.profile = "voice"}, {}, false, {"createCall", "updateConference"}},
      {"messaging", {.profile = "messaging"}, {}, false, {"createMessage", "listMedia"}},
      {"tools beat the profile",
       {.profile = "voice", .tools = {"exotic", "listMedia"}},
       {},
       false,
       {"exotic", "listMedia"}},
      {"exclusion subtracts from a profile",
       {.profile = "full", .exclude_tools = {"exotic", "createCall"}},
       {},
       false,
       {"createMessage", "listMedia", "updateConference"}},
      {"exclusion subtracts from tools",
       {.tools = {"exotic", "createCall"}, .exclude_tools = {"exotic"}},
       {},
       false,
       {"createCall"}},
      {"a client narrows",
       {.profile = "full"},
       {.profile = "messaging"},
       false,
       {"createMessage", "listMedia"}},
      {"a client cannot widen by profile",
       {.profile = "voice"},
       {.profile = "full"},
       false,
       {"createCall", "updateConference"}},
      {"a client cannot widen by name", {.profile = "voice"}, {.tools = {"exotic"}}, false, {}},
      {"a client cannot undo an exclusion",
       {.profile = "full", .exclude_tools = {"exotic"}},
       {.tools = {"exotic", "listMedia"}},
       false,
       {"listMedia"}},
      {"a client excludes", {}, {.exclude_tools = {"createCall"}}, false, {"createMessage"}},
  });
}

TEST(SelectionPolicy, LocalTools) {
  const Transport http = Transport::kHttp;
  const Transport stdio = Transport::kStdio;
  ExpectSelections({
      {"credentials tools on stdio",
       {},
       {.transport = stdio},
       false,
       {"createCall", "createMessage", "setCredentials"}},
      {"credentials tools in a standalone service, over HTTP too",
       {},
       {.transport = http},
       true,
       {"createCall", "createMessage", "setCredentials"}},
      {"credentials tools obey filters",
       {.exclude_tools = {"setCredentials"}},
       {.transport = stdio},
       true,
       {"createCall", "createMessage"}},
      {"a local tool cannot be asked for over HTTP",
       {.tools = {"setCredentials"}},
       {.tools = {"setCredentials"}},
       false,
       {}},
  });
}

TEST(SelectionPolicy, ProfilesTakeWholeDocumentsAndPartsOfThem) {
  ExpectSelections(
      {
          {"what reads of the numbers documents, live ones too",
           {.profile = "numbers"},
           {},
           false,
           {"ListBrandNew", "ListOrders"}},
          {"what changes something", {.profile = "numbers-write"}, {}, false, {"CreateOrder"}},
          {"several together",
           {.profile = " numbers-write , VOICE,numbers"},
           {},
           false,
           {"CreateOrder", "ListBrandNew", "ListOrders", "createCall"}},
          {"all of a document", {.profile = "mfa,lookup"}, {}, false, {"look", "newCode"}},
          {"a client asks for several",
           {.profile = "full"},
           {.profile = "mfa,numbers-write"},
           false,
           {"CreateOrder", "newCode"}},
      },
      WithDocuments());
}

TEST(SelectionPolicy, SearchListsThreeToolsAndEnablesAll) {
  const std::vector<std::string> three = {"callTool", "describeTool", "searchTools"};
  ExpectSelections(
      {
          {"of the operator", {.profile = "search"}, {}, false, three},
          {"a client asks for what search enables",
           {.profile = "search"},
           {.profile = "mfa"},
           false,
           {"newCode"}},
          {"a client asks by name", {.profile = "search"}, {.tools = {"look"}}, false, {"look"}},
          {"of a client, whatever the operator's profile",
           {.profile = "voice"},
           {.profile = "search"},
           false,
           three},
          {"of a client, beside a list of tools",
           {.tools = {"look"}},
           {.profile = "search"},
           false,
           three},
          {"beside another",
           {.profile = "voice,search"},
           {},
           false,
           {"callTool", "createCall", "describeTool", "searchTools"}},
          {"unasked only where a profile lists them",
           {.profile = "voice"},
           {},
           false,
           {"createCall"}},
          {"they obey filters",
           {.profile = "search", .exclude_tools = {"callTool"}},
           {.exclude_tools = {"describeTool"}},
           false,
           {"searchTools"}},
      },
      WithDocuments());
}

TEST(SelectionPolicy, ReachIsWhatIsEnabledWithoutTheSearchTools) {
  struct Row {
    const char* what;
    Selection configured;
    Selection requested;
    std::vector<std::string> expected;
  };
  const std::vector<std::string> all = {"CreateOrder",   "ListBrandNew", "ListOrders",
                                        "createCall",    "look",         "newCode",
                                        "numbers-orders"};
  const Catalogue catalogue = WithDocuments();
  for (const Row& row :
       {Row{"search enables all", {.profile = "search"}, {}, all},
        Row{"a client's profile does not matter", {.profile = "search"}, {.profile = "voice"}, all},
        Row{"the operator's set", {.profile = "mfa"}, {.profile = "search"}, {"newCode"}},
        Row{"the operator's list", {.profile = "search", .tools = {"look"}}, {}, {"look"}},
        Row{"exclusions of both",
            {.profile = "mfa,lookup,voice", .exclude_tools = {"look"}},
            {.exclude_tools = {"createCall"}},
            {"newCode"}}}) {
    EXPECT_THAT(Names(SelectionPolicy(row.configured, false).Reach(catalogue, row.requested)),
                ElementsAreArray(row.expected))
        << row.what;
  }
  EXPECT_THAT(Names(SelectionPolicy({.profile = "full"}, false).Reach(Loaded(), {})),
              Not(Contains("setCredentials")));
  EXPECT_THAT(Names(SelectionPolicy({.profile = "full"}, false)
                        .Reach(Loaded(), {.transport = Transport::kStdio})),
              Contains("setCredentials"));
}

TEST(SelectionPolicy, RefusesAnUnknownProfileAndNamesTheKnownOnes) {
  const SelectionPolicy policy({}, false);
  for (const Selection& wrong : {Selection{.profile = "everything"}, {.profile = "voice,nope"}}) {
    for (const auto& outcome : {policy.Select(Loaded(), wrong), policy.Reach(Loaded(), wrong)}) {
      EXPECT_EQ(outcome.status().code(), StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(Message(outcome.status())),
                  AllOf(HasSubstr("selection.profile"), HasSubstr("default, full, messaging")));
    }
  }
}

TEST(ValidateSelection, LimitsOfNames) {
  const std::vector<std::string> most(kMaxSelectionNames, "tool");
  std::vector<std::string> more = most;
  more.push_back("tool");
  EXPECT_TRUE(ValidateSelection({.tools = most, .exclude_tools = most}).ok());
  EXPECT_FALSE(ValidateSelection({.tools = more}).ok());
  EXPECT_FALSE(ValidateSelection({.exclude_tools = more}).ok());
  EXPECT_TRUE(ValidateSelection({.tools = {std::string(kMaxToolNameBytes, 'a')}}).ok());
  EXPECT_FALSE(ValidateSelection({.tools = {std::string(kMaxToolNameBytes + 1, 'a')}}).ok());
  EXPECT_FALSE(ValidateSelection({.tools = {""}}).ok());
}

TEST(ValidateSelection, LimitOfTheProfile) {
  const std::string blanks(kMaxProfileBytes - 5, ' ');
  EXPECT_TRUE(ValidateSelection({.profile = blanks + "voice"}).ok());
  EXPECT_FALSE(ValidateSelection({.profile = blanks + " voice"}).ok());
}

TEST(SelectionPolicy, ReportsConfiguredNamesThatNoToolHas) {
  const SelectionPolicy policy({.tools = {"createCall", "craeteCall"}, .exclude_tools = {"nope"}},
                               false);
  const auto unknown = policy.UnknownNames(Loaded());
  ASSERT_EQ(unknown.size(), 2u);
  EXPECT_EQ(unknown[0].name, "craeteCall");
  EXPECT_EQ(unknown[0].nearest, "createCall");
  EXPECT_EQ(unknown[1].name, "nope");
  EXPECT_EQ(unknown[1].nearest, "");
}

TEST(SelectionPolicy, LooksForTheNearestOfSoManyNamesOnly) {
  const std::vector<std::string> names(SelectionPolicy::kMaxSuggestions + 1, "craeteCall");
  const auto unknown = SelectionPolicy({.tools = names}, false).UnknownNames(Loaded());
  ASSERT_EQ(unknown.size(), names.size());
  EXPECT_EQ(unknown[SelectionPolicy::kMaxSuggestions - 1].nearest, "createCall");
  EXPECT_EQ(unknown[SelectionPolicy::kMaxSuggestions].nearest, "");
}

}  // namespace
}  // namespace bw::tool_service
