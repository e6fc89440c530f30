#include "tool-service/core/catalogue_notifier.h"

#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

SelectionPolicy Full(bool local = false) { return {{.profile = "full"}, local}; }

CatalogueRevisions RevisionsWith(std::vector<CatalogueEntry> entries,
                                 const SelectionPolicy& policy = Full()) {
  std::vector<std::string> refused;
  return RevisionsOf(Catalogue(std::move(entries), refused), policy);
}

TEST(CatalogueRevisions, ToolsFollowWhatIsLoaded) {
  const CatalogueRevisions before = RevisionsWith({Entry("a")});
  EXPECT_EQ(RevisionsWith({Entry("a")}), before);
  const CatalogueRevisions after = RevisionsWith({Entry("a"), Entry("b")});
  EXPECT_NE(after.tools, before.tools);
  EXPECT_EQ(after.prompts, before.prompts);
  EXPECT_EQ(after.resources, before.resources);
}

TEST(CatalogueRevisions, PromptsFollowTheToolsTheyNeed) {
  const CatalogueRevisions before = RevisionsWith({Entry("createMessage")});
  const CatalogueRevisions after =
      RevisionsWith({Entry("createMessage"), Entry("getCallbackEvents")});
  EXPECT_NE(after.prompts, before.prompts);
}

TEST(CatalogueRevisions, FollowTheOperatorsChoice) {
  const CatalogueRevisions full = RevisionsWith({Entry("a")});
  for (const SelectionPolicy& policy :
       {SelectionPolicy({.profile = "voice"}, false), Full(true),
        SelectionPolicy({.profile = "full", .tools = {"a"}}, false),
        SelectionPolicy({.profile = "full", .exclude_tools = {"a"}}, false)}) {
    const CatalogueRevisions other = RevisionsWith({Entry("a")}, policy);
    EXPECT_NE(other.tools, full.tools);
    EXPECT_NE(other.prompts, full.prompts);
    EXPECT_EQ(other.resources, full.resources);
  }
}

class CatalogueNotifierTest : public testing::Test {
 protected:
  StatusOr<std::uint64_t> Watch() {
    return notifier.Watch([this] { ++looks; });
  }

  CatalogueRevisions revisions{"t", "p", "r"};
  CatalogueNotifier notifier{[this] { return revisions; }, 2};
  int looks = 0;
};

TEST_F(CatalogueNotifierTest, WatchersLookAfterEachChangeUntilTheyLeave) {
  const auto watch = Watch();
  ASSERT_TRUE(watch.ok());
  EXPECT_EQ(looks, 0);
  notifier.Changed();
  EXPECT_EQ(looks, 1);
  revisions.tools = "t2";
  EXPECT_EQ(notifier.Current().tools, "t2");
  notifier.Unwatch(*watch);
  notifier.Unwatch(*watch);
  notifier.Changed();
  EXPECT_EQ(looks, 1);
}

TEST_F(CatalogueNotifierTest, HoldsAsManyWatchersAsAllowedAndNotOneMore) {
  const auto first = Watch();
  const auto second = Watch();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*first, *second);
  EXPECT_EQ(Watch().status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(notifier.watchers(), 2u);
  notifier.Unwatch(*first);
  EXPECT_TRUE(Watch().ok());
}

TEST_F(CatalogueNotifierTest, ClosingIsSeenOnceByEveryWatcher) {
  ASSERT_TRUE(Watch().ok());
  EXPECT_FALSE(notifier.closed());
  notifier.Close();
  notifier.Close();
  EXPECT_TRUE(notifier.closed());
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(Watch().status().code(), StatusCode::kUnavailable);
}

TEST_F(CatalogueNotifierTest, AWatcherMayLeaveWhileItLooks) {
  std::uint64_t id = 0;
  const auto watch = notifier.Watch([&] { notifier.Unwatch(id); });
  ASSERT_TRUE(watch.ok());
  id = *watch;
  notifier.Changed();
  EXPECT_EQ(notifier.watchers(), 0u);
}

}  // namespace
}  // namespace bw::tool_service
