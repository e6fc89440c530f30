#include "sandbox/core/sites.h"

#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

xml::Element SiteNamed(const std::string& name) {
  return xml::Branch("Site", {xml::Leaf("Name", name)});
}
xml::Element PeerNamed(const std::string& name, bool standard = false) {
  return xml::Branch("SipPeer", {xml::Leaf("PeerName", name),
                                 xml::Leaf("IsDefaultPeer", standard ? "true" : "false")});
}

class SitesTest : public ::testing::Test {
 protected:
  Account account = MakeAccount({});
  SiteBook sites{account};
};

TEST_F(SitesTest, TheFirstLocationServesTheAccountsApplications) {
  const SipPeer* peer = sites.DefaultPeerOf(kFirstSiteId);
  ASSERT_NE(peer, nullptr);
  EXPECT_EQ(peer->ApplicationOf(ServiceType::kVoice), account.applications[0].id);
  EXPECT_EQ(peer->ApplicationOf(ServiceType::kMessaging), account.applications[1].id);
  EXPECT_EQ(sites.UsersOf(account.applications[0].id).size(), 1u);
  EXPECT_EQ(sites.NumbersOn(kFirstSiteId, kFirstPeerId), account.numbers.size());
}

TEST_F(SitesTest, NumbersFollowTheirLocation) {
  SipPeer* peer = sites.FindPeer(kFirstSiteId, kFirstPeerId);
  sites.RemoveFeature(*peer, PeerFeature::kApplication);
  EXPECT_EQ(account.numbers[0].messaging_application_id, "");
  const xml::Element link = xml::Branch(
      "ApplicationsSettings", {xml::Leaf("HttpMessagingV2AppId", account.applications[1].id)});
  EXPECT_EQ(sites.SetFeature(*peer, PeerFeature::kApplication, link), std::nullopt);
  EXPECT_EQ(account.numbers[0].messaging_application_id, account.applications[1].id);
}

TEST_F(SitesTest, ANewDefaultReplacesTheOneBefore) {
  const auto made = sites.CreatePeer(kFirstSiteId, PeerNamed("second", true));
  ASSERT_TRUE(std::holds_alternative<const SipPeer*>(made));
  EXPECT_EQ(sites.DefaultPeerOf(kFirstSiteId)->name(), "second");
  EXPECT_FALSE(sites.FindPeer(kFirstSiteId, kFirstPeerId)->is_default());
}

TEST_F(SitesTest, TakesAsManySitesAsItsLimit) {
  while (sites.sites().size() < SiteBook::kMaxSites) {
    const auto made = sites.CreateSite(SiteNamed("site " + std::to_string(sites.sites().size())));
    ASSERT_TRUE(std::holds_alternative<const Site*>(made));
  }
  const auto past = sites.CreateSite(SiteNamed("one more"));
  ASSERT_TRUE(std::holds_alternative<DashboardProblem>(past));
  EXPECT_EQ(std::get<DashboardProblem>(past).code, 5007);
}

TEST_F(SitesTest, TakesAsManyLocationsAsItsLimit) {
  for (std::size_t i = 1; i < SiteBook::kMaxPeers; ++i) {
    const auto made = sites.CreatePeer(kFirstSiteId, PeerNamed("peer " + std::to_string(i)));
    ASSERT_TRUE(std::holds_alternative<const SipPeer*>(made));
  }
  const auto past = sites.CreatePeer(kFirstSiteId, PeerNamed("one more"));
  ASSERT_TRUE(std::holds_alternative<DashboardProblem>(past));
  EXPECT_EQ(std::get<DashboardProblem>(past).code, 5007);
}

}  // namespace
}  // namespace bw::sandbox
