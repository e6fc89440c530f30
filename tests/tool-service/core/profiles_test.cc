#include "tool-service/core/profiles.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using testing::HasSubstr;

std::string NamesOf(std::string_view list) {
  const auto profiles = ParseProfiles(list);
  if (!profiles.ok()) return ToString(profiles.status());
  std::string names;
  for (const Profile* profile : *profiles) names += std::string(profile->name) + ";";
  return names;
}

TEST(Profiles, TheDefaultIsSmallEnoughForAnAgent) {
  EXPECT_LE(FindProfile(kDefaultProfile)->tools.size(), 30u);
  EXPECT_TRUE(FindProfile(kDefaultProfile)->documents.empty());
  EXPECT_EQ(FindProfile("none"), nullptr);
}

TEST(Profiles, NoRowSaysAnythingTwice) {
  std::set<std::string_view> names;
  for (const Profile& profile : Profiles()) {
    EXPECT_TRUE(names.insert(profile.name).second) << profile.name;
    EXPECT_FALSE(profile.description.empty()) << profile.name;
    const std::set<std::string_view> tools(profile.tools.begin(), profile.tools.end());
    EXPECT_EQ(tools.size(), profile.tools.size()) << profile.name;
  }
}

TEST(Profiles, AreReadFromAList) {
  EXPECT_EQ(NamesOf(""), "");
  EXPECT_EQ(NamesOf(" ,, "), "");
  EXPECT_EQ(NamesOf("voice"), "voice;");
  EXPECT_EQ(NamesOf(" Voice ,\tfull,"), "voice;full;");
  EXPECT_THAT(NamesOf("voice,voise"), HasSubstr("no profile voise; did you mean voice?"));
  EXPECT_THAT(NamesOf("x"), HasSubstr("allowed are default, full, "));
  EXPECT_LT(NamesOf(std::string(4'000, 'x')).size(), 1'000u);
}

TEST(Profiles, AreNamedTogetherUpToALimit) {
  std::string most;
  for (std::size_t i = 0; i < kMaxProfiles; ++i) most += "voice,";
  EXPECT_TRUE(ParseProfiles(most).ok());
  EXPECT_FALSE(ParseProfiles(most + "voice").ok());
}

TEST(Profiles, OnlyTheSearchToolsLeadToTools) {
  for (const std::string_view name : FindProfile("search")->tools) EXPECT_TRUE(LeadsToTools(name));
  EXPECT_EQ(FindProfile("search")->tools.size(), 3u);
  for (const char* name : {"createCall", "", "searchtools"}) EXPECT_FALSE(LeadsToTools(name));
}

}  // namespace
}  // namespace bw::tool_service
