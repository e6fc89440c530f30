#include "tool-service/core/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using testing::ElementsAre;

std::vector<std::string> NamesOf(const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const auto& entry : catalogue.entries()) names.push_back(entry.tool->definition().name);
  return names;
}

TEST(Registry, SortsByNameWhateverTheOrderOfLoading) {
  Registry registry;
  EXPECT_TRUE(registry.Replace({Entry("b"), Entry("a"), Entry("c")}).empty());
  EXPECT_THAT(NamesOf(*registry.Snapshot()), ElementsAre("a", "b", "c"));
}

TEST(Registry, KeepsTheFirstOfEqualNamesAndSaysWhichItRefused) {
  Registry registry;
  const CatalogueEntry first = Entry("listCalls");
  EXPECT_THAT(registry.Replace({first, Entry("z"), Entry("listCalls")}), ElementsAre("listCalls"));
  EXPECT_EQ(registry.Snapshot()->Find("listCalls")->tool, first.tool);
}

TEST(Registry, HoldsAsManyToolsAsAllowedAndNotOneMore) {
  std::vector<CatalogueEntry> entries;
  for (std::size_t i = 0; i < Catalogue::kMaxTools; ++i) {
    entries.push_back(Entry("tool" + std::to_string(100'000 + i)));
  }
  Registry registry;
  EXPECT_TRUE(registry.Replace(entries).empty());
  entries.push_back(Entry("zz"));
  EXPECT_THAT(registry.Replace(entries), ElementsAre("zz"));
  EXPECT_EQ(registry.Snapshot()->entries().size(), Catalogue::kMaxTools);
}

TEST(Registry, FindsWhatIsThereOnly) {
  Registry registry;
  registry.Replace({Entry("b"), Entry("d")});
  const auto catalogue = registry.Snapshot();
  for (const char* name : {"", "a", "c", "e", "B"}) EXPECT_EQ(catalogue->Find(name), nullptr);
  EXPECT_EQ(catalogue->Find("d")->tool->definition().name, "d");
}

TEST(Registry, ASnapshotOutlivesItsReplacement) {
  Registry registry;
  registry.Replace({Entry("a")});
  const auto before = registry.Snapshot();
  registry.Replace({Entry("b")});
  EXPECT_NE(before->Find("a"), nullptr);
  EXPECT_EQ(registry.Snapshot()->Find("a"), nullptr);
}

TEST(Registry, TheRevisionChangesWithWhatAClientSeesOnly) {
  Registry registry;
  registry.Replace({Entry("a"), Entry("b")});
  const std::string revision = registry.Snapshot()->revision();
  registry.Replace({Entry("b"), Entry("a")});
  EXPECT_EQ(registry.Snapshot()->revision(), revision);
  auto changed = std::make_shared<FakeTool>("a");
  changed->definition_.description = "Does something else.";
  registry.Replace({{changed, false}, Entry("b")});
  EXPECT_NE(registry.Snapshot()->revision(), revision);
}

TEST(Registry, TellsOfEachReplacementWhenItIsThere) {
  Registry registry;
  std::vector<std::string> seen;
  registry.OnReplace([&] {
    for (const std::string& name : NamesOf(*registry.Snapshot())) seen.push_back(name);
  });
  registry.Replace({Entry("a")});
  registry.Replace({Entry("b")});
  EXPECT_THAT(seen, ElementsAre("a", "b"));
}

TEST(RevisionOf, IsFnv1a) {
  // Published test vectors of FNV-1a, 64 bits.
  EXPECT_EQ(RevisionOf(""), "cbf29ce484222325");
  EXPECT_EQ(RevisionOf("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(RevisionOf("foobar"), "85944171f73967e8");
}

}  // namespace
}  // namespace bw::tool_service
