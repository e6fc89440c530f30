// A question asked by one gateway and answered at another, through the real event store.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/rpc/rpc.h"
#include "event-store/app.h"
#include "gateway/app.h"
#include "tests/common/http/raw_client.h"
#include "tests/gateway/fake_tool_service.h"
#include "tests/support/mcp_schema.h"

namespace bw {
namespace {

class TwoGateways : public testing::Test {
 protected:
  void SetUp() override {
    event_store::Config store;
    store.listen = "";
    store.admin_port = -1;
    store.data_dir = ":memory:";
    store.log_level = "off";
    auto started = event_store::App::Start(store);
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    store_ = *std::move(started);
    tools_ = *rpc::Server::Start({}, {&service_});
    for (auto& gateway : gateways_) {
      gateway::Config config;
      config.port = 0;
      config.admin_port = -1;
      config.log_level = "off";
      config.session_keys = config::Secret("0123456789abcdef0123456789abcdef");
      auto front = gateway::App::Start(config, {.tool_service = tools_->InProcessChannel(),
                                                .event_store = store_->InProcessChannel()});
      ASSERT_TRUE(front.ok()) << ToString(front.status());
      gateway = *std::move(front);
    }
  }
  void TearDown() override {
    for (auto& gateway : gateways_) gateway.reset();
    EXPECT_THAT(transcript_.problems(), testing::IsEmpty());
  }

  http_client::Response Post(int gateway, const std::string& body, const std::string& session) {
    http_client::Request request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(gateways_[gateway]->port()) + "/mcp";
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}};
    if (!session.empty()) request.headers.emplace_back("Mcp-Session-Id", session);
    request.body = body;
    transcript_.Sent(json::Parse(body).value_or(json::Json()));
    auto response = http_client::SendAndWait(*client_, std::move(request));
    EXPECT_TRUE(response.ok()) << ToString(response.status());
    if (response.ok()) {
      transcript_.ReceivedBody(
          std::string(http_client::FindHeader(response->headers, "Content-Type")), response->body);
    }
    return response.value_or(http_client::Response());
  }

  gateway::FakeToolService service_;
  std::unique_ptr<rpc::Server> tools_;
  std::unique_ptr<event_store::App> store_;
  std::unique_ptr<gateway::App> gateways_[2];
  std::unique_ptr<http_client::HttpClient> client_ = http_client::MakeHttpClient();
  /// Holds every message to the schema of its revision.
  testing_support::McpTranscript transcript_;
};

// All that comes until the end of a line with this in it.
std::string ReadLineWith(http::RawClient& connection, const std::string& wanted) {
  std::string text;
  for (std::string next = connection.ReadBytes(1); !next.empty(); next = connection.ReadBytes(1)) {
    text += next;
    if (next == "\n" && text.find(wanted) != std::string::npos) break;
  }
  return text;
}

TEST_F(TwoGateways, AnAnswerReachesTheOneThatAsked) {
  const auto opened = Post(1,
                           R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{)"
                           R"("protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},)"
                           R"("clientInfo":{"name":"test","version":"1"}}})",
                           "");
  const std::string session(http_client::FindHeader(opened.headers, "Mcp-Session-Id"));
  ASSERT_FALSE(session.empty());

  http::RawClient call(gateways_[0]->port());
  const std::string body =
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask"}})";
  transcript_.Sent(json::Parse(body).value_or(json::Json()));
  ASSERT_TRUE(call.Send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: " + session +
                        "\r\nContent-Type: application/json\r\n"
                        "Accept: application/json, text/event-stream\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body));
  const std::string asked = ReadLineWith(call, "elicitation/create");
  const auto data = asked.rfind("data: ");
  ASSERT_NE(data, std::string::npos) << asked;
  const auto question = json::Parse(asked.substr(data + 6));
  ASSERT_TRUE(question.ok()) << asked;
  transcript_.Received(*question);

  const auto answered = Post(1,
                             R"({"jsonrpc":"2.0","id":)" + json::Dump((*question)["id"]) +
                                 R"(,"result":{"action":"accept","content":{"name":"Ann"}}})",
                             session);
  EXPECT_EQ(answered.status, 202);
  const std::string result = ReadLineWith(call, R"("id":2)");
  EXPECT_NE(result.find(R"(\"name\":\"Ann\")"), std::string::npos) << result;
  transcript_.ReceivedBody("text/event-stream", result);
  EXPECT_EQ(transcript_.checked(), 6);
}

}  // namespace
}  // namespace bw
