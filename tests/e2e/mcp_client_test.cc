// The scripted client must notice a server that breaks the schema.
#include "tests/e2e/mcp_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.h"

namespace bw::e2e {
namespace {

using json::Json;
using testing::HasSubstr;

// A server that answers every request with this result.
class McpClientTest : public testing::Test {
 protected:
  StatusOr<Json> Ask(const std::string& method, const Json& result) {
    auto server = http::StartServer({}, [&](std::shared_ptr<http::Exchange> exchange) {
      http::Response response;
      response.headers.Add("Content-Type", "application/json");
      response.body = json::Dump({{"jsonrpc", "2.0"}, {"id", 1}, {"result", result}});
      exchange->Reply(std::move(response));
    });
    if (!server.ok()) return server.status();
    McpClient client("http://127.0.0.1:" + std::to_string((*server)->port()) + "/mcp", "");
    return client.Request(method, Json::object());
  }
};

TEST_F(McpClientTest, TakesWhatTheSchemaAllows) {
  const auto result = Ask("tools/list", {{"resultType", "complete"},
                                         {"ttlMs", 0},
                                         {"cacheScope", "public"},
                                         {"tools", Json::array()}});
  EXPECT_TRUE(result.ok()) << ToString(result.status());
}

TEST_F(McpClientTest, RefusesAResultThatBreaksIt) {
  const auto result = Ask("tools/list", {{"tools", Json::array()}});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(ToString(result.status()), HasSubstr("breaks the schema"));
}

TEST_F(McpClientTest, RefusesToSendWhatBreaksIt) {
  const auto result = Ask("tools/call", {{"resultType", "complete"}, {"content", Json::array()}});
  ASSERT_FALSE(result.ok()) << "the request names no tool";
  EXPECT_THAT(ToString(result.status()), HasSubstr("sent tools/call"));
}

}  // namespace
}  // namespace bw::e2e
