#include "tool-service/core/tool_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Described {
  std::string name;
  std::string title = {};
  std::string description = {};
  json::Json properties = json::Json::object();
  std::string document = {};
};

std::shared_ptr<const Catalogue> CatalogueOf(const std::vector<Described>& tools) {
  std::vector<CatalogueEntry> entries;
  for (const Described& described : tools) {
    auto tool = std::make_shared<FakeTool>(described.name);
    tool->definition_.title = described.title;
    tool->definition_.description = described.description;
    tool->definition_.input_schema["properties"] = described.properties;
    CatalogueEntry entry;
    entry.tool = std::move(tool);
    entry.document = described.document;
    entries.push_back(std::move(entry));
  }
  std::vector<std::string> refused;
  return std::make_shared<const Catalogue>(std::move(entries), refused);
}

bool Everything(const CatalogueEntry&) { return true; }

std::vector<std::string> Names(const ToolIndex& index, std::string_view question,
                               std::size_t limit = 10,
                               const ToolIndex::Admits& admits = &Everything) {
  std::vector<std::string> names;
  for (const CatalogueEntry* entry : index.Find(question, limit, admits)) {
    names.push_back(entry->tool->definition().name);
  }
  return names;
}

TEST(ToolIndex, EveryFieldIsSearchedAndTheNameCountsMost) {
  const ToolIndex index(
      CatalogueOf({{.name = "aaa", .description = "About a zebra of theirs."},
                   {.name = "bbb", .title = "Feed a zebra"},
                   {.name = "ccc", .properties = {{"zebraId", {}}}},
                   {.name = "ddd", .properties = {{"id", {{"description", "of a zebra"}}}}},
                   {.name = "eee", .document = "zebra"},
                   {.name = "getZebras"},
                   {.name = "none"}}));
  const auto names = Names(index, "zebras");
  EXPECT_THAT(names, testing::UnorderedElementsAre("aaa", "bbb", "ccc", "ddd", "eee", "getZebras"));
  EXPECT_EQ(names.back(), "ddd");
  EXPECT_THAT((std::vector<std::string>{names[0], names[1]}),
              testing::UnorderedElementsAre("bbb", "getZebras"));
}

TEST(ToolIndex, ARareWordSaysMoreThanAFrequentOne) {
  std::vector<Described> tools = {{.name = "x1", .title = "cow fox"},
                                  {.name = "x2", .title = "cow emu"}};
  for (int i = 0; i < 8; ++i)
    tools.push_back({.name = "y" + std::to_string(i), .title = "cow cow"});
  const ToolIndex index(CatalogueOf(tools));
  EXPECT_EQ(Names(index, "cow fox").front(), "x1");
  EXPECT_EQ(Names(index, "emu cow").front(), "x2");
}

TEST(ToolIndex, EqualsAreOrderedByName) {
  const ToolIndex index(CatalogueOf({{.name = "c", .title = "same"},
                                     {.name = "a", .title = "same"},
                                     {.name = "b", .title = "same"}}));
  EXPECT_THAT(Names(index, "same"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Names(index, "same", 2), ElementsAre("a", "b"));
  EXPECT_THAT(Names(index, "same", 0), IsEmpty());
}

TEST(ToolIndex, ANameFindsItsToolFirst) {
  const ToolIndex index(CatalogueOf({{.name = "listCall", .title = "list call list call"},
                                     {.name = "listCalls"},
                                     {.name = "theCall", .title = "list a call, list a call"}}));
  EXPECT_EQ(Names(index, "listcalls").front(), "listCalls");
  EXPECT_EQ(Names(index, "listCall").front(), "listCall");
}

TEST(ToolIndex, WhatIsNotAdmittedIsNotFoundAndTakesNoPlace) {
  const ToolIndex index(
      CatalogueOf({{.name = "a", .title = "same"}, {.name = "b", .title = "same"}}));
  const auto admits = [](const CatalogueEntry& entry) {
    return entry.tool->definition().name != "a";
  };
  EXPECT_THAT(Names(index, "same", 1, admits), ElementsAre("b"));
  EXPECT_THAT(Names(index, "a", 1, admits), IsEmpty());
}

TEST(ToolIndex, FindsNothingWhereNothingIs) {
  EXPECT_THAT(Names(ToolIndex(CatalogueOf({})), "call"), IsEmpty());
  const ToolIndex index(CatalogueOf({{.name = "createCall"}}));
  EXPECT_THAT(Names(index, ""), IsEmpty());
  EXPECT_THAT(Names(index, "zebra"), IsEmpty());
  EXPECT_THAT(Names(index, "the"), IsEmpty());
}

TEST(ToolIndex, WhatIsMeantCountsLessThanWhatIsSaid) {
  const ToolIndex index(
      CatalogueOf({{.name = "orderX"}, {.name = "buyX"}, {.name = "zzz", .title = "other"}}));
  EXPECT_THAT(Names(index, "buy"), ElementsAre("buyX", "orderX"));
}

TEST(ToolIndex, ReadsSoManyWordsOfAFieldOnly) {
  std::string words;
  for (std::size_t i = 1; i < ToolIndex::kMaxFieldWords; ++i) words += "filler ";
  const ToolIndex index(CatalogueOf({{.name = "a", .description = words + "fox"},
                                     {.name = "b", .description = words + "filler fox"}}));
  EXPECT_THAT(Names(index, "fox"), ElementsAre("a"));
}

}  // namespace
}  // namespace bw::tool_service
