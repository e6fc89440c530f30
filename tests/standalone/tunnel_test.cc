// A script in place of cloudflared says what the program says, as its documentation and its sources
// word it.
#include "standalone/tunnel.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/json/json.h"
#include "standalone/config.h"
#include "tests/support/child_process.h"

namespace bw::standalone {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_support::ChildProcess;

constexpr milliseconds kEnough{60'000};
constexpr const char* kUrl = "https://four-invented-words-here.trycloudflare.com";

TEST(TunnelUrl, IsTheOneOfTheTunnel) {
  EXPECT_EQ(TunnelUrl("INF |  https://a-b-c.trycloudflare.com      |"),
            "https://a-b-c.trycloudflare.com");
  EXPECT_EQ(TunnelUrl("see https://developers.example.com and https://x.trycloudflare.com/y"),
            "https://x.trycloudflare.com");
  for (const char* line :
       {"", "https://", "https://www.cloudflare.com/website-terms/", "https://.trycloudflare.com",
        "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": timeout",
        "http://a.trycloudflare.com", "https://a.trycloudflare.com.evil.example",
        "https://trycloudflare.com"}) {
    EXPECT_EQ(TunnelUrl(line), std::nullopt) << line;
  }
}

std::string ReadAll(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

class TunnelTest : public testing::Test {
 protected:
  // Before it does what `does` says it leaves its arguments, its environment and its process id.
  void Install(const std::string& does) {
    const std::string path = folder_.path() + "/cloudflared";
    std::ofstream(path) << "#!/bin/sh\nd=" << folder_.path()
                        << "\necho \"$@\" > $d/arguments\nenv > $d/environment\necho $$ > $d/pid\n"
                        << does << "\n";
    chmod(path.c_str(), 0700);
  }

  Tunnel::Options Options() const {
    return {.search_path = "relative:/nonexistent:" + folder_.path() + ":/usr/bin:/bin",
            .environment = {"PATH=/usr/bin:/bin", "HOME=/nowhere"},
            .target = "http://127.0.0.1:8081",
            .url_limit = kEnough};
  }

  pid_t Pid() const { return std::stoi(ReadAll(folder_.path() + "/pid")); }

  // Whether the process is gone, or will be within the limit.
  static bool Ends(pid_t pid) {
    const auto limit = std::chrono::steady_clock::now() + kEnough;
    while (kill(pid, 0) == 0 && !IsZombie(pid)) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::yield();
    }
    return true;
  }

  // Ended, and waiting for a parent that is not ours to notice.
  static bool IsZombie(pid_t pid) {
    const std::string stat = ReadAll("/proc/" + std::to_string(pid) + "/stat");
    return stat.find(") Z ") != std::string::npos;
  }

  const testing_support::TemporaryFolder folder_;
  const std::string says_url_ =
      std::string("echo 'INF Requesting new quick Tunnel on trycloudflare.com...' >&2\n") +
      "echo 'INF +---+' >&2\necho 'INF |  " + kUrl + "  |' >&2\n";
  const std::string stays_ = "exec sleep 1000";
};

TEST_F(TunnelTest, GivesItsUrlAndEndsWithUs) {
  Install(says_url_ + stays_);
  auto tunnel = Tunnel::Start(Options());
  ASSERT_TRUE(tunnel.ok()) << ToString(tunnel.status());
  EXPECT_EQ((*tunnel)->url(), kUrl);
  EXPECT_EQ(Pid(), (*tunnel)->pid());
  EXPECT_EQ(ReadAll(folder_.path() + "/arguments"),
            "tunnel --no-autoupdate --url http://127.0.0.1:8081\n");
  EXPECT_THAT(ReadAll(folder_.path() + "/environment"), HasSubstr("HOME=/nowhere\n"));
  const pid_t pid = (*tunnel)->pid();
  EXPECT_EQ(kill(pid, 0), 0);
  (*tunnel)->Stop();
  EXPECT_EQ(kill(pid, 0), -1);
  (*tunnel)->Stop();
}

TEST_F(TunnelTest, WhatItStartedEndsToo) {
  Install(says_url_ + "sleep 1000 &\necho $! > $d/inner\nsleep 1000");
  auto tunnel = Tunnel::Start(Options());
  ASSERT_TRUE(tunnel.ok()) << ToString(tunnel.status());
  while (ReadAll(folder_.path() + "/inner").empty()) std::this_thread::yield();
  const pid_t inner = std::stoi(ReadAll(folder_.path() + "/inner"));
  tunnel->reset();
  EXPECT_TRUE(Ends(inner));
}

TEST_F(TunnelTest, OneThatIgnoresTheSignalIsKilled) {
  Install("trap '' TERM\n" + says_url_ + "while :; do sleep 1000; done");
  Tunnel::Options options = Options();
  options.stop_limit = milliseconds(1);
  auto tunnel = Tunnel::Start(options);
  ASSERT_TRUE(tunnel.ok()) << ToString(tunnel.status());
  const pid_t pid = (*tunnel)->pid();
  tunnel->reset();
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(TunnelTest, MuchOutputDoesNotStopIt) {
  // More than a pipe holds, before and after the URL, and a line longer than is looked at.
  const std::string much = "head -c 300000 /dev/zero | tr '\\0' x\necho\n";
  Install(much + says_url_ + much + much + "echo over > $d/over\n" + stays_);
  auto tunnel = Tunnel::Start(Options());
  ASSERT_TRUE(tunnel.ok()) << ToString(tunnel.status());
  const auto limit = std::chrono::steady_clock::now() + kEnough;
  while (ReadAll(folder_.path() + "/over").empty() && std::chrono::steady_clock::now() < limit) {
    std::this_thread::yield();
  }
  EXPECT_EQ(ReadAll(folder_.path() + "/over"), "over\n");
}

TEST_F(TunnelTest, SaysThatItIsNotInstalled) {
  Tunnel::Options options = Options();
  options.search_path = "relative:" + folder_.path() + "::/nonexistent";
  // There, but it may not be run.
  std::ofstream(folder_.path() + "/cloudflared") << "#!/bin/sh\n";
  const auto tunnel = Tunnel::Start(options);
  EXPECT_EQ(tunnel.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(Message(tunnel.status())),
              AllOf(HasSubstr("cloudflared is not installed"), HasSubstr("BW_MCP_BASE_URL")));
}

TEST_F(TunnelTest, SaysWhatItSaidWhenItGivesNoUrl) {
  Install("echo 'ERR Post \"https://api.trycloudflare.com/tunnel\": no route' >&2\nexit 1");
  auto tunnel = Tunnel::Start(Options());
  EXPECT_EQ(tunnel.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Message(tunnel.status())),
              AllOf(HasSubstr("ended before it gave a URL"), HasSubstr("no route"),
                    HasSubstr("BW_MCP_BASE_URL")));
  Install("echo 'INF starting' >&2\n" + stays_);
  Tunnel::Options options = Options();
  options.url_limit = milliseconds(300);
  tunnel = Tunnel::Start(options);
  EXPECT_EQ(tunnel.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(Message(tunnel.status())), HasSubstr("within 300 ms"));
}

TEST_F(TunnelTest, OurSecretsAreNotPassedOn) {
  const auto loaded =
      LoadConfig(config::Environment({{"BW_CLIENT_ID", "id"},
                                      {"BW_CLIENT_SECRET", "secret"},
                                      {"BW_MCP_DEV_TUNNEL", "1"},
                                      {"PATH", "/bin"},
                                      {"HTTPS_PROXY", "http://proxy.example:3128"}}),
                 {});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  EXPECT_TRUE(loaded->config.dev_tunnel);
  EXPECT_EQ(loaded->config.search_path, "/bin");
  EXPECT_THAT(loaded->config.tunnel_environment,
              testing::ElementsAre("PATH=/bin", "HTTPS_PROXY=http://proxy.example:3128"));
}

// The whole program, with the script before everything else on its PATH.
class TunnelInTheProgram : public TunnelTest {
 protected:
  TunnelInTheProgram() { setenv("PATH", (folder_.path() + ":/usr/bin:/bin").c_str(), 1); }

  static std::unique_ptr<ChildProcess> Program(std::vector<std::string> args,
                                               std::vector<std::string> environment) {
    args.insert(args.end(), {"--callback-port", "0", "--data-dir", ":memory:", "--admin-port=-1"});
    environment.insert(environment.end(), {"BW_MCP_DEV_TUNNEL=1", "BW_SPEC_CACHE_DIR=off",
                                           "BW_CALLBACK_USERNAME=u", "BW_CALLBACK_PASSWORD=p"});
    auto child = ChildProcess::Start({.program = "bandwidth-mcp",
                                      .args = std::move(args),
                                      .environment = std::move(environment),
                                      .pipe_stdio = true});
    EXPECT_TRUE(child.ok()) << ToString(child.status());
    return child.ok() ? *std::move(child) : nullptr;
  }

  static std::string Configuration(ChildProcess& program) {
    program.Write(
        json::Dump({{"jsonrpc", "2.0"},
                    {"id", 1},
                    {"method", "resources/read"},
                    {"params",
                     {{"uri", "resource://config"},
                      {"_meta",
                       {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                        {"io.modelcontextprotocol/clientCapabilities", json::Json::object()}}}}}}) +
        "\n");
    return program.ReadLine(kEnough).value_or("");
  }
};

TEST_F(TunnelInTheProgram, ItsUrlIsTheBaseOfTheCallbacks) {
  Install(says_url_ + stays_);
  const auto program = Program({"--transport", "stdio"}, {});
  ASSERT_TRUE(program->WaitForEvent("tunnel.ready", kEnough).ok()) << program->Log();
  EXPECT_THAT(Configuration(*program), HasSubstr(std::string(kUrl) + "/callbacks/"));
  const auto ready = program->WaitForEvent("service.ready", kEnough, "standalone");
  ASSERT_TRUE(ready.ok());
  EXPECT_EQ(ReadAll(folder_.path() + "/arguments"),
            "tunnel --no-autoupdate --url http://127.0.0.1:" +
                std::to_string((*ready)["callback_port"].get<int>()) + "\n");
  program->CloseStdin();
  EXPECT_EQ(program->WaitForExit(kEnough).value_or(-1), 0);
  EXPECT_TRUE(Ends(Pid()));
}

TEST_F(TunnelInTheProgram, EndsWhenTheProgramIsKilled) {
  Install(says_url_ + stays_);
  const auto program = Program({"--port", "0"}, {});
  ASSERT_TRUE(program->WaitForEvent("service.ready", kEnough, "standalone").ok()) << program->Log();
  EXPECT_EQ(kill(Pid(), 0), 0);
  program->Signal(SIGKILL);
  EXPECT_TRUE(Ends(Pid()));
}

TEST_F(TunnelInTheProgram, ABaseUrlThatIsSetWins) {
  Install(says_url_ + stays_);
  const auto program =
      Program({"--transport", "stdio"}, {"BW_MCP_BASE_URL=https://calls.example.com"});
  EXPECT_THAT(Configuration(*program), AllOf(HasSubstr("https://calls.example.com/callbacks/"),
                                             Not(HasSubstr("trycloudflare"))));
  EXPECT_THAT(program->Log(), HasSubstr("tunnel.unused"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/pid"));
}

TEST_F(TunnelInTheProgram, WithoutOneAServerDoesNotStartAndStdioWarns) {
  Install("exit 1");
  const auto server = Program({"--port", "0"}, {});
  EXPECT_NE(server->WaitForExit(kEnough).value_or(0), 0);
  EXPECT_THAT(server->Log(), HasSubstr("BW_MCP_DEV_TUNNEL: cloudflared ended before"));
  const auto program = Program({"--transport", "stdio"}, {});
  EXPECT_THAT(Configuration(*program), HasSubstr("http://127.0.0.1:"));
  EXPECT_THAT(program->Log(), HasSubstr("tunnel.off"));
}

}  // namespace
}  // namespace bw::standalone
