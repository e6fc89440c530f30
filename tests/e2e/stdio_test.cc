// bandwidth-mcp as a desktop client spawns it: MCP on stdin and stdout, and nothing else on stdout.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/support/child_process.h"
#include "tests/support/mcp_schema.h"

namespace bw::e2e {
namespace {

using json::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::ChildProcess;

constexpr seconds kLimit{30};

class StdioTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = ChildProcess::Start({.program = "bandwidth-mcp",
                                        .args = {"--transport", "stdio", "--callback-port", "0",
                                                 "--admin-port=-1", "--data-dir", folder_.path()},
                                        .pipe_stdio = true});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    process_ = *std::move(started);
  }

  void TearDown() override { EXPECT_THAT(transcript_.problems(), testing::IsEmpty()); }

  void Send(const Json& message) {
    transcript_.Sent(message);
    ASSERT_TRUE(process_->Write(json::Dump(message) + "\n"));
  }

  Json Receive() {
    const auto line = process_->ReadLine(kLimit);
    if (!line.ok()) {
      ADD_FAILURE() << ToString(line.status()) << process_->Log();
      return {};
    }
    auto parsed = json::Parse(*line);
    EXPECT_TRUE(parsed.ok()) << "not MCP on stdout: " << *line;
    if (parsed.ok()) transcript_.Received(*parsed);
    return parsed.ok() ? *parsed : Json();
  }

  void Initialize() {
    Send({{"jsonrpc", "2.0"},
          {"id", 0},
          {"method", "initialize"},
          {"params",
           {{"protocolVersion", "2025-11-25"},
            {"capabilities", Json::object()},
            {"clientInfo", {{"name", "t"}, {"version", "1"}}}}}});
    EXPECT_EQ(Receive()["result"]["protocolVersion"], "2025-11-25");
    Send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  }

  testing_support::TemporaryFolder folder_;
  std::unique_ptr<ChildProcess> process_;
  testing_support::McpTranscript transcript_;
};

TEST_F(StdioTest, RequestsInterleaveAndAreMatchedById) {
  Initialize();
  std::set<int> expected;
  for (int id = 1; id <= 20; ++id) {
    expected.insert(id);
    Send({{"jsonrpc", "2.0"}, {"id", id}, {"method", id % 2 == 0 ? "tools/list" : "ping"}});
  }
  std::set<int> answered;
  for (int i = 0; i < 20; ++i) answered.insert(Receive().value("id", -1));
  EXPECT_EQ(answered, expected);
}

TEST_F(StdioTest, AMalformedLineIsAnsweredAndDoesNotEndTheProcess) {
  ASSERT_TRUE(process_->Write("{this is not JSON\n"));
  EXPECT_EQ(Receive()["error"]["code"], -32700);
  Initialize();
}

TEST_F(StdioTest, EndOfInputEndsTheProcess) {
  Initialize();
  process_->CloseStdin();
  const auto code = process_->WaitForExit(kLimit);
  ASSERT_TRUE(code.ok()) << ToString(code.status());
  EXPECT_EQ(*code, 0);
}

TEST_F(StdioTest, WithoutCredentialsToolsAreListedAndCallsSayWhatToSet) {
  Initialize();
  Send({{"jsonrpc", "2.0"},
        {"id", 1},
        {"method", "tools/call"},
        {"params",
         {{"name", "createMessage"},
          {"arguments",
           {{"to", {"+15550100001"}},
            {"from", "+15550100002"},
            {"applicationId", "93de0000-0000-4000-8000-000000000002"},
            {"text", "hi"}}}}}});
  const Json result = Receive()["result"];
  EXPECT_EQ(result.value("isError", false), true) << result.dump();
  EXPECT_THAT(result.dump(), testing::HasSubstr("BW_CLIENT_ID"));
}

TEST_F(StdioTest, ASecondProcessBesideTheFirstStartsToo) {
  Initialize();
  auto second = ChildProcess::Start({.program = "bandwidth-mcp",
                                     .args = {"--transport", "stdio", "--callback-port", "0",
                                              "--admin-port=-1", "--data-dir", folder_.path()},
                                     .pipe_stdio = true});
  ASSERT_TRUE(second.ok());
  process_.swap(*second);
  Initialize();
}

}  // namespace
}  // namespace bw::e2e
