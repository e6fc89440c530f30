// An account is set up, watched and put back by an agent, through every service and the sandbox.
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "sandbox/app.h"
#include "sandbox/config.h"
#include "standalone/app.h"
#include "standalone/config.h"
#include "tests/e2e/mcp_client.h"

namespace bw {
namespace {

using e2e::ToolOutcome;
using json::Json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kVoice = "7d2c3c1e-0000-4000-8000-000000000001";
constexpr const char* kMessaging = "93de2206-0000-4000-8000-000000000002";
constexpr const char* kForeign = "http://127.0.0.1:65535";

template <typename Config>
Config Load(StatusOr<config::Outcome<Config>> loaded) {
  EXPECT_TRUE(loaded.ok()) << ToString(loaded.status());
  return loaded.ok() ? std::move(loaded->config) : Config();
}

class AccountSetUp : public testing::Test {
 protected:
  // At the start the applications are left alone, as a test that changes them wants to see it.
  void Start(std::vector<std::string> sandbox_flags = {}, const char* configure = "false") {
    std::vector<std::string> flags = {"--port",
                                      "0",
                                      "--time-scale",
                                      "0.05",
                                      "--callback-base-url",
                                      kForeign,
                                      "--log-level",
                                      "warning",
                                      "--allow-http-credentials"};
    flags.insert(flags.end(), sandbox_flags.begin(), sandbox_flags.end());
    auto upstream = sandbox::App::Start(Load(sandbox::LoadConfig({}, flags)));
    ASSERT_TRUE(upstream.ok()) << ToString(upstream.status());
    sandbox_ = *std::move(upstream);
    const std::string url = "http://127.0.0.1:" + std::to_string(sandbox_->port());
    config::Environment environment(
        config::Environment::Variables{{"BW_CLIENT_ID", "sandbox-client"},
                                       {"BW_CLIENT_SECRET", "sandbox-secret"},
                                       {"BW_ACCOUNT_ID", "9900000"},
                                       {"BW_API_URL", url},
                                       {"BW_VOICE_URL", url},
                                       {"BW_MESSAGING_URL", url},
                                       {"BW_VOICE_APPLICATION_ID", kVoice},
                                       {"BW_MESSAGING_APPLICATION_ID", kMessaging},
                                       {"BW_CALLBACK_USERNAME", "hook"},
                                       {"BW_CALLBACK_PASSWORD", "s3cret"},
                                       {"BW_MCP_CONFIGURE_CALLBACKS", configure},
                                       {"BW_MCP_RATE_PER_SECOND", "0"},
                                       {"BW_MCP_PROFILE", "full"}});
    auto system = standalone::App::Start(Load(standalone::LoadConfig(
        environment,
        std::vector<std::string>{"--port", "0", "--callback-port", "0", "--admin-port=-1",
                                 "--data-dir", ":memory:", "--log-level", "warning"})));
    ASSERT_TRUE(system.ok()) << ToString(system.status());
    system_ = *std::move(system);
    client_ = std::make_unique<e2e::McpClient>(
        "http://127.0.0.1:" + std::to_string(system_->mcp_port()) + "/mcp", "");
  }
  ToolOutcome Call(const std::string& tool, const Json& arguments) {
    auto outcome = client_->CallTool(tool, arguments);
    EXPECT_TRUE(outcome.ok()) << ToString(outcome.status());
    return outcome.ok() ? *std::move(outcome) : ToolOutcome();
  }
  // Of one application, as listApplications shows it.
  Json Listed(const std::string& id) {
    const ToolOutcome list = Call("listApplications", Json::object());
    const Json* applications = json::FindArray(list.structured, "applications");
    for (const Json& application : applications == nullptr ? Json::array() : *applications) {
      if (json::StringOr(application, "applicationId") == id) return application;
    }
    return Json::object();
  }
  std::string SandboxUrl(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(sandbox_->port()) + path;
  }

  std::unique_ptr<sandbox::App> sandbox_;
  std::unique_ptr<standalone::App> system_;
  std::unique_ptr<e2e::McpClient> client_;
};

TEST_F(AccountSetUp, PointsApplicationsHereAndBack) {
  Start();
  EXPECT_EQ(Listed(kVoice)["points_here"], false);
  const ToolOutcome configured = Call("configureCallbacks", Json::object());
  ASSERT_FALSE(configured.is_error) << configured.text;
  EXPECT_EQ(configured.structured["applications"].size(), 2u);
  EXPECT_THAT(json::Dump(configured.structured), HasSubstr(kForeign));
  EXPECT_THAT(configured.text + json::Dump(configured.structured), Not(HasSubstr("s3cret")));
  EXPECT_EQ(Listed(kVoice)["points_here"], true);
  EXPECT_EQ(Listed(kMessaging)["points_here"], true);

  const ToolOutcome restored = Call("restoreCallbacks", Json::object());
  ASSERT_FALSE(restored.is_error) << restored.text;
  EXPECT_EQ(Listed(kVoice)["points_here"], false);
  EXPECT_EQ(Listed(kVoice)["incoming_url"], std::string(kForeign) + "/callbacks/voice/answer");
  EXPECT_EQ(Listed(kMessaging)["points_here"], false);
  EXPECT_TRUE(Call("restoreCallbacks", Json::object()).is_error);
}

TEST_F(AccountSetUp, TheStartPointsThemHereUnlessTheOperatorObjects) {
  Start({}, "true");
  // In the background: what comes in is what shows it.
  const auto is_here = [this](const char* id) { return Listed(id)["points_here"] == true; };
  while (!is_here(kVoice) || !is_here(kMessaging)) std::this_thread::yield();
  const ToolOutcome restored = Call("restoreCallbacks", Json::object());
  ASSERT_FALSE(restored.is_error) << restored.text;
  EXPECT_FALSE(is_here(kVoice));
}

TEST_F(AccountSetUp, KnowsWhatATextNeeds) {
  Start();
  const ToolOutcome before = Call("checkMessagingReadiness", {{"from", "+15550100001"}});
  ASSERT_FALSE(before.is_error) << before.text;
  EXPECT_EQ(before.structured["ready"], "no") << before.text;
  EXPECT_THAT(before.text, HasSubstr("credentials: ok"));
  EXPECT_THAT(before.text, HasSubstr("number: ok"));
  EXPECT_THAT(before.text, HasSubstr("callbacks: failed"));
  ASSERT_FALSE(Call("configureCallbacks", Json::object()).is_error);
  const ToolOutcome after = Call("checkMessagingReadiness", {{"from", "+15550100001"}});
  EXPECT_THAT(after.text, HasSubstr("callbacks: ok"));
  EXPECT_THAT(Call("checkMessagingReadiness", {{"from", "+15550999999"}}).text,
              HasSubstr("no number of this account"));
}

TEST_F(AccountSetUp, ATextThatComesInWakesWhoWaitsForIt) {
  Start();
  ASSERT_FALSE(Call("configureCallbacks", {{"type", "messaging"}}).is_error);
  auto waiting = std::async(std::launch::async, [this] {
    e2e::McpClient waiter("http://127.0.0.1:" + std::to_string(system_->mcp_port()) + "/mcp", "");
    return waiter.CallTool("waitForEvents", {{"after_seq", 0}, {"types", {"message-received"}}});
  });
  const auto texted =
      client_->Http("POST", SandboxUrl("/sandbox/messages"),
                    {{"from", "+15550123456"}, {"to", "+15550100001"}, {"text", "are you there?"}});
  ASSERT_TRUE(texted.ok()) << ToString(texted.status());
  const auto woken = waiting.get();
  ASSERT_TRUE(woken.ok()) << ToString(woken.status());
  EXPECT_EQ(woken->structured["events"][0]["text"], "are you there?");
}

TEST_F(AccountSetUp, SaysWhatBecameOfATextAndACall) {
  Start();
  ASSERT_FALSE(Call("configureCallbacks", Json::object()).is_error);
  const ToolOutcome sent =
      Call("createMessage", {{"to", {"+15550123456"}}, {"from", "+15550100001"}, {"text", "hi"}});
  ASSERT_FALSE(sent.is_error) << sent.text;
  const ToolOutcome status =
      Call("getMessageStatus", {{"message_id", sent.structured["id"]}, {"wait_seconds", 20}});
  EXPECT_EQ(status.structured["status"], "delivered") << status.text;
  EXPECT_EQ(status.structured["reported_here"], true) << status.text;

  ASSERT_TRUE(client_
                  ->Http("POST", SandboxUrl("/sandbox/script"),
                         {{"number", "+15550123457"}, {"busy", true}})
                  .ok());
  const ToolOutcome call = Call("createCall", {{"to", "+15550123457"}, {"from", "+15550100001"}});
  ASSERT_FALSE(call.is_error) << call.text;
  const Json id = call.structured["callId"];
  Call("waitForEvents", {{"call_id", id}, {"types", {"disconnect"}}});
  const ToolOutcome diagnosis = Call("diagnoseCall", {{"call_id", id}});
  EXPECT_EQ(diagnosis.structured["cause"], "busy") << diagnosis.text;
  EXPECT_THAT(diagnosis.text, HasSubstr("The line was busy."));
  EXPECT_FALSE(Call("getCall", {{"call_id", id}}).is_error);
}

TEST_F(AccountSetUp, MakesApplicationsOnce) {
  Start({"--without-voice"});
  const Json wanted = {{"name", "texts"}, {"type", "messaging"}};
  const ToolOutcome made = Call("createApplication", wanted);
  ASSERT_FALSE(made.is_error) << made.text;
  EXPECT_EQ(made.structured["made"], true);
  const ToolOutcome again = Call("createApplication", wanted);
  EXPECT_EQ(again.structured["made"], false);
  EXPECT_EQ(again.structured["applicationId"], made.structured["applicationId"]);
  const ToolOutcome refused = Call("createApplication", {{"name", "calls"}, {"type", "voice"}});
  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(refused.text, HasSubstr("Contact Bandwidth"));
}

}  // namespace
}  // namespace bw
