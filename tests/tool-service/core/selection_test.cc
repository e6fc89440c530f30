#include "tool-service/core/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

// One loaded catalogue; setCredentials is for local clients, exotic is in no profile but full.
Catalogue Loaded() {
  std::vector<std::string> refused;
  return Catalogue({Entry("createCall"), Entry("createMessage"), Entry("exotic"), Entry("getMedia"),
                    Entry("updateCallRecordingState"), Entry("setCredentials", true)},
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

void ExpectSelections(const std::vector<Case>& cases) {
  const Catalogue catalogue = Loaded();
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
       {"createCall", "createMessage", "exotic", "getMedia", "updateCallRecordingState"}},
      {"voice", {.profile = "voice"}, {}, false, {"createCall", "updateCallRecordingState"}},
      {"messaging", {.profile = "messaging"}, {}, false, {"createMessage", "getMedia"}},
      {"tools beat the profile",
       {.profile = "voice", .tools = {"exotic", "getMedia"}},
       {},
       false,
       {"exotic", "getMedia"}},
      {"exclusion subtracts from a profile",
       {.profile = "full", .exclude_tools = {"exotic", "createCall"}},
       {},
       false,
       {"createMessage", "getMedia", "updateCallRecordingState"}},
      {"exclusion subtracts from tools",
       {.tools = {"exotic", "createCall"}, .exclude_tools = {"exotic"}},
       {},
       false,
       {"createCall"}},
      {"a client narrows",
       {.profile = "full"},
       {.profile = "messaging"},
       false,
       {"createMessage", "getMedia"}},
      {"a client cannot widen by profile",
       {.profile = "voice"},
       {.profile = "full"},
       false,
       {"createCall", "updateCallRecordingState"}},
      {"a client cannot widen by name", {.profile = "voice"}, {.tools = {"exotic"}}, false, {}},
      {"a client cannot undo an exclusion",
       {.profile = "full", .exclude_tools = {"exotic"}},
       {.tools = {"exotic", "getMedia"}},
       false,
       {"getMedia"}},
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

TEST(SelectionPolicy, RefusesAnUnknownProfileAndNamesTheKnownOnes) {
  const SelectionPolicy policy({}, false);
  const auto selected = policy.Select(Loaded(), {.profile = "everything"});
  EXPECT_EQ(selected.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Message(selected.status())),
              HasSubstr("default, full, messaging, voice"));
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

TEST(SelectionPolicy, ReportsConfiguredNamesThatNoToolHas) {
  const SelectionPolicy policy({.tools = {"createCall", "craeteCall"}, .exclude_tools = {"nope"}},
                               false);
  EXPECT_THAT(policy.UnknownNames(Loaded()), ElementsAre("craeteCall", "nope"));
}

TEST(Profiles, TheDefaultIsSmallEnoughForAnAgent) {
  EXPECT_LE(FindProfile(kDefaultProfile)->tools.size(), 30u);
  EXPECT_TRUE(FindProfile("full")->tools.empty());
  EXPECT_EQ(FindProfile("none"), nullptr);
}

}  // namespace
}  // namespace bw::tool_service
