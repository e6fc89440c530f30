// All services and the sandbox in one process, on free ports: the whole conversation without a
// process boundary, so that sanitizers see every thread of it.
#include "tests/e2e/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    // The sandbox is told where webhooks go by createCall; its applications are repointed below.
    auto upstream = sandbox::App::Start(Load(sandbox::LoadConfig(
        {}, std::vector<std::string>{"--port", "0", "--time-scale", "0.05", "--callback-base-url",
                                     "http://127.0.0.1:1", "--log-level", "warning"})));
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
    sandbox_->SetCallbackBaseUrl("http://127.0.0.1:" + std::to_string(system_->callback_port()));
    endpoints_ = {"http://127.0.0.1:" + std::to_string(system_->mcp_port()) + "/mcp", "", url};
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
