// What each profile holds of the tools that are really loaded.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/metrics/metrics.h"
#include "tool-service/app.h"
#include "tool-service/core/instructions.h"
#include "tool-service/core/profiles.h"

namespace bw::tool_service {
namespace {

namespace proto = ::bw::tool_service::v1;
using testing::HasSubstr;

std::string SourceFolder() { return std::getenv("BW_SOURCE_DIR"); }

// One service that enables everything, asked for one profile after the other.
class ProfilesOnDocumentsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    registry_ = new metrics::Registry();
    Config config;
    config.listen = "";
    config.event_store_address = "unix:/nonexistent/event-store";
    config.bundled_spec_dir = SourceFolder() + "/specs";
    config.profile = "full";
    config.local = true;
    auto started = App::Start(config, {nullptr, registry_});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    app_ = started->release();
  }
  static void TearDownTestSuite() {
    delete app_;
    delete registry_;
  }

  static std::map<std::string, proto::Access> ToolsOf(std::string_view profile) {
    proto::ListToolsRequest request;
    request.set_tenant("default");
    request.mutable_selection()->set_profile(std::string(profile));
    proto::ListToolsResponse response;
    grpc::ClientContext context;
    auto stub = proto::ToolService::NewStub(app_->InProcessChannel());
    const grpc::Status status = stub->ListTools(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::map<std::string, proto::Access> tools;
    for (const auto& tool : response.tools()) tools[tool.name()] = tool.access();
    return tools;
  }

  static inline metrics::Registry* registry_ = nullptr;
  static inline App* app_ = nullptr;
};

TEST_F(ProfilesOnDocumentsTest, EveryProfileHasToolsAndTheDefaultIsSmall) {
  for (const Profile& profile : Profiles()) {
    if (profile.name == "search") continue;
    EXPECT_GT(ToolsOf(profile.name).size(), 3u) << profile.name;
  }
  EXPECT_LE(ToolsOf("default").size(), 30u);
  EXPECT_GE(ToolsOf("default").size(), 20u);
}

TEST_F(ProfilesOnDocumentsTest, WhoMayOnlyLookAtNumbersChangesNothing) {
  const auto looking = ToolsOf("numbers");
  for (const char* name : {"ListOrders", "GetAvailableTns", "ListPortins", "ListSites"}) {
    EXPECT_TRUE(looking.contains(name)) << name;
  }
  for (const auto& [name, access] : looking) {
    const bool logs_in = name == "setCredentials" || name == "clearCredentials";
    EXPECT_TRUE(logs_in || access == proto::ACCESS_READ) << name;
  }
  const auto changing = ToolsOf("numbers-write");
  for (const char* name : {"CreateOrder", "CreateDisconnectOrder", "CreatePortin", "CreateSite"}) {
    EXPECT_TRUE(changing.contains(name)) << name;
    EXPECT_FALSE(looking.contains(name)) << name;
  }
  for (const auto& [name, access] : changing) EXPECT_NE(access, proto::ACCESS_READ) << name;
}

TEST_F(ProfilesOnDocumentsTest, WholeDocuments) {
  EXPECT_TRUE(ToolsOf("compliance").contains("requestTollFreeVerification"));
  EXPECT_TRUE(ToolsOf("compliance").contains("createComplianceEndUser"));
  EXPECT_TRUE(ToolsOf("reports").contains("CreateBillingReport"));
  EXPECT_TRUE(ToolsOf("mfa").contains("verifyCode"));
  EXPECT_TRUE(ToolsOf("lookup").contains("createAsyncBulkLookup"));
  EXPECT_TRUE(ToolsOf("insights").contains("getReportFile"));
  EXPECT_TRUE(ToolsOf("onboarding").contains("verifyRegistrationCode"));
}

TEST_F(ProfilesOnDocumentsTest, InstructionsStayWithinTheirTokens) {
  constexpr std::size_t kBytesPerToken = 4;
  for (const Profile& profile : Profiles()) {
    proto::GetInstructionsRequest request;
    request.set_tenant("default");
    request.mutable_selection()->set_profile(std::string(profile.name));
    proto::GetInstructionsResponse response;
    grpc::ClientContext context;
    auto stub = proto::ToolService::NewStub(app_->InProcessChannel());
    ASSERT_TRUE(stub->GetInstructions(&context, request, &response).ok());
    const std::size_t tokens = response.text().size() / kBytesPerToken;
    RecordProperty(std::string(profile.name), static_cast<int>(tokens));
    std::printf("%-14s %4zu tokens\n", std::string(profile.name).c_str(), tokens);
    EXPECT_LE(tokens, 2'000u) << profile.name;
    EXPECT_LE(response.text().size(), kMaxInstructionBytes) << profile.name;
    EXPECT_THAT(response.text(), HasSubstr("Rules")) << profile.name;
  }
}

TEST_F(ProfilesOnDocumentsTest, TheReadmeShowsTheTable) {
  std::ifstream file(SourceFolder() + "/README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), {});
  for (const Profile& profile : Profiles()) {
    const std::string row =
        "| `" + std::string(profile.name) + "` | " + std::string(profile.description) + " |\n";
    EXPECT_THAT(readme, HasSubstr(row));
  }
}

}  // namespace
}  // namespace bw::tool_service
