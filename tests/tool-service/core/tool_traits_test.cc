#include "tool-service/core/tool_traits.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

TEST(ToolTraits, WhatIsBilledIsCostly) {
  for (const char* name : {"createCall", "createMessage", "createMultiChannelMessage",
                           "generateVoiceCode", "generateMessagingCode", "CreateOrder",
                           "CreatePortin", "createSyncLookup", "createAsyncBulkLookup"}) {
    EXPECT_TRUE(TraitsOf(name, "POST").costly) << name;
    EXPECT_FALSE(TraitsOf(name, "POST").destructive) << name;
  }
}

TEST(ToolTraits, WhatIsTakenAwayIsDestructive) {
  for (const char* name :
       {"CreateDisconnectOrder", "DeleteApplication", "DeleteSite", "DeleteSipPeer", "DeletePortin",
        "deleteRecording", "deleteRecordingMedia", "deleteMedia"}) {
    EXPECT_TRUE(TraitsOf(name).destructive && TraitsOf(name).irreversible) << name;
  }
  EXPECT_TRUE(TraitsOf("UpdateApplication", "PUT").destructive);
  EXPECT_FALSE(TraitsOf("UpdateApplication", "PUT").irreversible);
}

TEST(ToolTraits, WhatSpeaksOrAdjustsIsHarmless) {
  for (const char* name : {"updateCallBxml", "updateConferenceMember", "updateCallRecordingState",
                           "PatchApplication", "respondToCallback"}) {
    EXPECT_EQ(TraitsOf(name, "PUT"), ToolTraits()) << name;
  }
}

TEST(ToolTraits, WithoutARowTheMethodDecides) {
  EXPECT_EQ(TraitsOf("deleteEverything", "GET"), ToolTraits());
  EXPECT_EQ(TraitsOf("x", "PUT"), (ToolTraits{.destructive = true}));
  EXPECT_EQ(TraitsOf("x", "DELETE"), (ToolTraits{.destructive = true, .irreversible = true}));
  EXPECT_EQ(TraitsOf("x", "POST"), ToolTraits());
  EXPECT_EQ(TraitsOf("deleteEverything"), ToolTraits())
      << "of a hand-written tool nothing is known";
}

TEST(ToolTraits, AndTheNameOfWhatNeitherReplacesNorDeletes) {
  EXPECT_TRUE(TraitsOf("CreateRemoveImportedTnOrder", "POST").destructive);
  EXPECT_TRUE(TraitsOf("cancelSomething", "PATCH").destructive);
  EXPECT_TRUE(TraitsOf("createCampaign", "POST").costly);
  EXPECT_TRUE(TraitsOf("CreateE911Order", "POST").costly);
  EXPECT_FALSE(TraitsOf("CreateOrderNote", "POST").costly);
}

TEST(ToolTraits, TheTableIsSortedAndNamesEachToolOnce) {
  for (std::size_t i = 1; i < TraitsRowCount(); ++i) {
    EXPECT_LT(TraitsRowName(i - 1), TraitsRowName(i));
  }
  EXPECT_TRUE(HasTraitsRow("createCall"));
  EXPECT_FALSE(HasTraitsRow("createCal"));
  EXPECT_FALSE(HasTraitsRow(""));
}

}  // namespace
}  // namespace bw::tool_service
