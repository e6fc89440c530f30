#include "tool-service/core/toolbox.h"

#include <thread>

#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

Selection Without(const std::string& name) {
  Selection selection;
  selection.exclude_tools = {name};
  return selection;
}

TEST(Toolbox, PreparesEachSelectionOnce) {
  Registry registry;
  registry.Replace({Entry("a"), Entry("b")});
  Toolbox toolbox(registry, SelectionPolicy({.profile = "full"}, false));
  const auto all = toolbox.List({});
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*toolbox.List({}), *all);
  const auto fewer = toolbox.List(Without("a"));
  EXPECT_NE((*fewer)->revision(), (*all)->revision());
  EXPECT_FALSE((*fewer)->Has("a"));
  EXPECT_TRUE((*fewer)->Has("b"));
  EXPECT_EQ(toolbox.prepared(), 2u);
}

TEST(Toolbox, FollowsTheRegistryWhileOldListingsStayUsable) {
  Registry registry;
  registry.Replace({Entry("a")});
  Toolbox toolbox(registry, SelectionPolicy({.profile = "full"}, false));
  const auto before = *toolbox.List({});
  registry.Replace({Entry("b")});
  const auto after = *toolbox.List({});
  EXPECT_TRUE(before->Has("a"));
  EXPECT_FALSE(after->Has("a"));
  EXPECT_TRUE(after->Has("b"));
  EXPECT_NE(before->revision(), after->revision());
}

TEST(Toolbox, KeepsAtMostSoManySelections) {
  Registry registry;
  Toolbox toolbox(registry, SelectionPolicy({}, false));
  for (std::size_t i = 0; i < Toolbox::kMaxPrepared; ++i) {
    ASSERT_TRUE(toolbox.List(Without("t" + std::to_string(i))).ok());
  }
  EXPECT_EQ(toolbox.prepared(), Toolbox::kMaxPrepared);
  ASSERT_TRUE(toolbox.List(Without("one more")).ok());
  EXPECT_EQ(toolbox.prepared(), 1u);
}

TEST(Toolbox, TransportsDoNotShareAListing) {
  Registry registry;
  registry.Replace({Entry("setCredentials", true)});
  Toolbox toolbox(registry, SelectionPolicy({}, false));
  EXPECT_FALSE((*toolbox.List({}))->Has("setCredentials"));
  EXPECT_TRUE((*toolbox.List({.transport = Transport::kStdio}))->Has("setCredentials"));
  EXPECT_FALSE((*toolbox.List({}))->Has("setCredentials"));
}

TEST(Toolbox, ListsAndReachAreKeptApart) {
  Registry registry;
  registry.Replace({Entry("callTool"), Entry("createCall"), Entry("exotic")});
  Toolbox toolbox(registry, SelectionPolicy({.profile = "search"}, false));
  const auto listed = *toolbox.List({});
  const auto reached = *toolbox.Reach({});
  EXPECT_TRUE(listed->Has("callTool"));
  EXPECT_FALSE(listed->Has("exotic"));
  EXPECT_FALSE(reached->Has("callTool"));
  EXPECT_TRUE(reached->Has("exotic"));
  EXPECT_EQ(*toolbox.Reach({}), reached);
  EXPECT_EQ(toolbox.prepared(), 2u);
  EXPECT_FALSE(toolbox.Reach({.profile = "nope"}).ok());
}

TEST(Toolbox, MakesTheIndexOfACatalogueOnce) {
  Registry registry;
  registry.Replace({Entry("a")});
  Toolbox toolbox(registry, SelectionPolicy({.profile = "full"}, false));
  const auto reached = *toolbox.Reach({});
  const auto index = toolbox.IndexOf(reached->catalogue());
  EXPECT_EQ(index->catalogue(), reached->catalogue());
  EXPECT_EQ(toolbox.IndexOf(reached->catalogue()), index);
  registry.Replace({Entry("b")});
  const auto later = *toolbox.Reach({});
  EXPECT_NE(toolbox.IndexOf(later->catalogue()), index);
  EXPECT_EQ(toolbox.IndexOf(later->catalogue())->catalogue(), later->catalogue());
}

TEST(Toolbox, ListsWhileTheRegistryIsReplaced) {
  Registry registry;
  registry.Replace({Entry("a")});
  Toolbox toolbox(registry, SelectionPolicy({.profile = "full"}, false));
  std::thread replacing([&registry] {
    for (int i = 0; i < 200; ++i) registry.Replace({Entry(i % 2 == 0 ? "a" : "b")});
  });
  for (int i = 0; i < 200; ++i) {
    const auto listing = *toolbox.List({});
    EXPECT_EQ(listing->entries().size(), 1u);
  }
  replacing.join();
}

}  // namespace
}  // namespace bw::tool_service
