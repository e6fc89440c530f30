#include "tool-service/core/access.h"

#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

Access AccessOfTool(const std::string& name, bool read_only) {
  ToolDefinition definition;
  definition.name = name;
  definition.annotations.read_only = read_only;
  return AccessOf(definition);
}

TEST(Access, ReadingIsReadWhateverIsRead) {
  for (const char* name : {"listCalls", "listApplications", "getAccount", "x"}) {
    EXPECT_EQ(AccessOfTool(name, true), Access::kRead) << name;
  }
}

TEST(Access, WhatIsSetUpIsForAdministrators) {
  for (const char* name :
       {"setCredentials", "clearCredentials", "configureCallbacks", "createApplication",
        "updateApplication", "delete_application", "patch-site", "updateAccount", "createSipPeer",
        "updateVoiceConfigurationPackage", "UpdateSipPeerApplicationSettings",
        "CreateSubscriptions", "DeleteSite", "removeUser"}) {
    EXPECT_EQ(AccessOfTool(name, false), Access::kAdmin) << name;
  }
}

TEST(Access, EverythingElseThatActsIsWrite) {
  for (const char* name : {"createCall", "respondToCallback", "createMessage", "deleteRecording",
                           "orderNumber", "x", "accountant", "allocation"}) {
    EXPECT_EQ(AccessOfTool(name, false), Access::kWrite) << name;
  }
}

TEST(Access, WhatLeadsToOtherToolsIsHeldToTheirs) {
  for (const char* name : {"searchTools", "describeTool", "callTool"}) {
    EXPECT_EQ(AccessOfTool(name, false), Access::kRead) << name;
  }
  EXPECT_EQ(AccessOfTool("callTools", false), Access::kWrite);
}

TEST(Access, IncludesWhatIsBelow) {
  EXPECT_LT(Access::kRead, Access::kWrite);
  EXPECT_LT(Access::kWrite, Access::kAdmin);
  EXPECT_EQ(AccessName(Access::kRead), "read");
  EXPECT_EQ(AccessName(Access::kWrite), "write");
  EXPECT_EQ(AccessName(Access::kAdmin), "admin");
}

TEST(Access, IsGivenByTheCatalogue) {
  auto tool = std::make_shared<FakeTool>("setCredentials");
  std::vector<std::string> refused;
  const Catalogue catalogue({{tool, false, Access::kRead}}, refused);
  EXPECT_EQ(catalogue.Find("setCredentials")->access, Access::kAdmin);
}

}  // namespace
}  // namespace bw::tool_service
