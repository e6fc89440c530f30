// All services and the sandbox in one process, on free ports: the whole conversation without a
// process boundary, so that sanitizers see every thread of it.
#include "tests/e2e/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "sandbox/app.h"
#include "sandbox/config.h"
#include "standalone/app.h"
#include "standalone/config.h"

namespace bw {
namespace {

using testing::IsEmpty;

template <typename Config>
Config Load(StatusOr<config::Outcome<Config>> loaded) {
  EXPECT_TRUE(loaded.ok()) << ToString(loaded.status());
  return loaded.ok() ? std::move(loaded->config) : Config();
}

class WholeSystem : public testing::Test {
 protected:
  void SetUp() override {
    auto upstream = sandbox::App::Start(Load(sandbox::LoadConfig(
        {}, std::vector<std::string>{"--port", "0", "--time-scale", "0.05", "--callback-base-url",
                                     "http://127.0.0.1:65535", "--log-level", "warning"})));
    ASSERT_TRUE(upstream.ok()) << ToString(upstream.status());
    sandbox_ = *std::move(upstream);
    const std::string url = "http://127.0.0.1:" + std::to_string(sandbox_->port());
    config::Environment environment(
        config::Environment::Variables{{"BW_CLIENT_ID", "sandbox-client"},
                                       {"BW_CLIENT_SECRET", "sandbox-secret"},
                                       {"BW_ACCOUNT_ID", "9900000"},
                                       {"BW_API_URL", url},
                                       {"BW_VOICE_URL", url},
                                       {"BW_MESSAGING_URL", url}});
    auto system = standalone::App::Start(Load(standalone::LoadConfig(
        environment,
        std::vector<std::string>{"--port", "0", "--callback-port", "0", "--admin-port=-1",
                                 "--data-dir", ":memory:", "--log-level", "warning"})));
    ASSERT_TRUE(system.ok()) << ToString(system.status());
    system_ = *std::move(system);
    PointMessagesAt("http://127.0.0.1:" + std::to_string(system_->callback_port()), url);
    endpoints_ = {"http://127.0.0.1:" + std::to_string(system_->mcp_port()) + "/mcp", "", url};
  }

  // The sandbox had to start before there was a callback port; createCall names it for calls, for
  // texts the application is changed, as an account's owner would.
  static void PointMessagesAt(const std::string& callbacks, const std::string& upstream) {
    const auto client = http_client::MakeHttpClient();
    http_client::Request token;
    token.method = "POST";
    token.url = upstream + "/api/v1/oauth2/token";
    token.headers = {{"Authorization", "Basic " + Base64Encode("sandbox-client:sandbox-secret")},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
    token.body = "grant_type=client_credentials";
    const auto granted = http_client::SendAndWait(*client, token);
    ASSERT_TRUE(granted.ok()) << ToString(granted.status());
    const auto body = json::Parse(granted->body);
    ASSERT_TRUE(body.ok()) << granted->body;
    http_client::Request change;
    change.method = "PATCH";
    change.url =
        upstream + "/api/v2/accounts/9900000/applications/93de2206-0000-4000-8000-000000000002";
    change.headers = {{"Authorization", "Bearer " + json::StringOr(*body, "access_token")},
                      {"Content-Type", "application/xml"}};
    change.body = "<Application><InboundCallbackUrl>" + callbacks +
                  "/callbacks/messaging/inbound</InboundCallbackUrl></Application>";
    const auto changed = http_client::SendAndWait(*client, change);
    ASSERT_TRUE(changed.ok()) << ToString(changed.status());
    EXPECT_EQ(changed->status, 200) << changed->body;
  }

  std::unique_ptr<sandbox::App> sandbox_;
  std::unique_ptr<standalone::App> system_;
  e2e::Endpoints endpoints_;
};

TEST_F(WholeSystem, HoldsAConversation) {
  const e2e::Report report = e2e::HoldConversation(endpoints_);
  EXPECT_THAT(report.problems, IsEmpty());
}

TEST_F(WholeSystem, DrainsWithNothingInFlight) {
  system_->Drain(std::chrono::seconds(10));
  EXPECT_FALSE(e2e::HoldConversation(endpoints_).problems.empty());
}

}  // namespace
}  // namespace bw
