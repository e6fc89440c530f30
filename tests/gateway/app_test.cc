// The whole gateway over sockets, with a small tool service behind it.
#include "gateway/app.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "tests/gateway/fake_tool_service.h"
#include "tests/support/mcp_schema.h"

namespace bw::gateway {
namespace {

using std::chrono::seconds;

constexpr const char* kMeta =
    R"("_meta":{"progressToken":"p","io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

constexpr const char* kInitialize = R"({"jsonrpc":"2.0","id":1,"method":"initialize",)"
                                    R"("params":{"protocolVersion":"2025-11-25"}})";

std::string CallBody(const std::string& tool) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool + "\"," +
         kMeta + "}}";
}

/// A connection a test controls byte by byte.
class RawConnection {
 public:
  explicit RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~RawConnection() { ::close(socket_); }

  void PostCall(const std::string& tool) {
    const std::string body = CallBody(tool);
    const std::string text =
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
        "Mcp-Method: tools/call\r\nMcp-Name: " +
        tool + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Everything until `wanted` was seen; what came so far when the connection ends first.
  std::string ReadUntil(const std::string& wanted) {
    std::string text;
    char buffer[4096];
    while (text.find(wanted) == std::string::npos) {
      const ssize_t count = ::recv(socket_, buffer, sizeof(buffer), 0);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  const int socket_;
};

class AppTest : public ::testing::Test {
 protected:
  AppTest() : tools(*rpc::Server::Start({}, {&service})) { config.log_level = "off"; }

  void TearDown() override { EXPECT_THAT(transcript.problems(), ::testing::IsEmpty()); }

  void Start() {
    config.port = 0;
    config.admin_port = 0;
    auto started = App::Start(config, {.tool_service = tools->InProcessChannel()});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    app = *std::move(started);
  }
  http_client::Response Post(const std::string& body, http_client::Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    headers.emplace_back("Accept", "application/json, text/event-stream");
    http_client::Request request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(app->port()) + "/mcp";
    request.headers = std::move(headers);
    request.body = body;
    transcript.SentUnchecked(json::Parse(body).value_or(json::Json()));
    auto response = http_client::SendAndWait(*client, std::move(request));
    EXPECT_TRUE(response.ok()) << ToString(response.status());
    if (response.ok()) {
      transcript.ReceivedBody(
          std::string(http_client::FindHeader(response->headers, "Content-Type")), response->body);
    }
    return response.value_or(http_client::Response{});
  }
  http_client::Response Get(int port, const std::string& path) {
    http_client::Request request;
    request.url = "http://127.0.0.1:" + std::to_string(port) + path;
    return http_client::SendAndWait(*client, std::move(request)).value_or(http_client::Response{});
  }

  FakeToolService service;
  std::unique_ptr<rpc::Server> tools;
  std::unique_ptr<http_client::HttpClient> client = http_client::MakeHttpClient();
  Config config;
  std::unique_ptr<App> app;
  /// Holds every answer to the schema of its revision.
  testing_support::McpTranscript transcript;
};

TEST_F(AppTest, ServesALegacySession) {
  Start();
  const auto opened = Post(kInitialize);
  EXPECT_EQ(opened.status, 200);
  const std::string id(http_client::FindHeader(opened.headers, "Mcp-Session-Id"));
  ASSERT_FALSE(id.empty());
  EXPECT_EQ((*json::Parse(opened.body))["result"]["instructions"], "Call with care.");
  const auto list = Post(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})",
                         {{"Mcp-Session-Id", id}, {"MCP-Protocol-Version", "2025-11-25"}});
  EXPECT_EQ((*json::Parse(list.body))["result"]["tools"].size(), 7u);
}

TEST_F(AppTest, StreamsProgress) {
  Start();
  const auto response = Post(CallBody("progress"), {{"MCP-Protocol-Version", "2026-07-28"},
                                                    {"Mcp-Method", "tools/call"},
                                                    {"Mcp-Name", "progress"}});
  EXPECT_EQ(http_client::FindHeader(response.headers, "Content-Type"), "text/event-stream");
  const std::regex event("event: message\ndata: ([^\n]*)\n\n");
  std::vector<json::Json> messages;
  for (std::sregex_iterator at(response.body.begin(), response.body.end(), event), end; at != end;
       ++at) {
    messages.push_back(*json::Parse((*at)[1].str()));
  }
  ASSERT_EQ(messages.size(), 4u) << response.body;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(messages[i]["params"]["progress"], 50.0 * i);
    EXPECT_EQ(messages[i]["params"]["progressToken"], "p");
  }
  EXPECT_EQ(messages[3]["result"]["content"][0]["text"], "done");
}

TEST_F(AppTest, LeavingCancelsTheToolCall) {
  Start();
  {
    RawConnection connection(app->port());
    connection.PostCall("hold");
    while (service.holding != 1) std::this_thread::yield();
  }
  while (service.cancelled != 1) std::this_thread::yield();
}

TEST_F(AppTest, OneConnectionServesManyRequests) {
  Start();
  RawConnection connection(app->port());
  for (int i = 0; i < 3; ++i) {
    connection.PostCall("test_simple_text");
    EXPECT_NE(connection.ReadUntil("\"complete\"").find("200 OK"), std::string::npos);
  }
}

TEST_F(AppTest, BodiesAreBounded) {
  config.max_body_bytes = 2'000;
  Start();
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(Post(ping + std::string(2'000 - ping.size(), ' ')).status, 200);
  EXPECT_EQ(Post(ping + std::string(2'001 - ping.size(), ' ')).status, 413);
}

TEST_F(AppTest, EnforcesItsToken) {
  config.auth_token = config::Secret("0123456789abcdef");
  Start();
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(Post(ping).status, 401);
  EXPECT_EQ(Post(ping, {{"Authorization", "Bearer 0123456789abcdef"}}).status, 200);
}

TEST_F(AppTest, RefusesToServeTheWorldWithoutAToken) {
  config.host = "0.0.0.0";
  EXPECT_EQ(App::Start(config, {.tool_service = tools->InProcessChannel()}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(AppTest, SessionsOfOneReplicaAreServedByAnother) {
  config.session_keys = config::Secret("a-key-both-of-the-replicas-have");
  Start();
  const auto opened = Post(kInitialize);
  const std::string id(http_client::FindHeader(opened.headers, "Mcp-Session-Id"));
  Start();
  EXPECT_EQ(Post(R"({"jsonrpc":"2.0","id":2,"method":"ping"})", {{"Mcp-Session-Id", id}}).status,
            200);
  config.session_keys = config::Secret("another-key-of-another-replica");
  Start();
  EXPECT_EQ(Post(R"({"jsonrpc":"2.0","id":2,"method":"ping"})", {{"Mcp-Session-Id", id}}).status,
            404);
}

TEST_F(AppTest, IsReadyOnceTheToolServiceAnswers) {
  Start();
  while (!app->Ready().ok()) std::this_thread::yield();
  EXPECT_EQ(Get(app->admin_port(), "/readyz").status, 200);
  EXPECT_EQ(Get(app->admin_port(), "/healthz").status, 200);
}

TEST_F(AppTest, WithoutAToolServiceItIsAliveButNotReady) {
  config.port = 0;
  config.admin_port = 0;
  config.tool_service_address = "127.0.0.1:1";
  app = *App::Start(config);
  EXPECT_EQ(Get(app->admin_port(), "/healthz").status, 200);
  EXPECT_EQ(Get(app->admin_port(), "/readyz").status, 503);
  const auto opened = Post(kInitialize);
  EXPECT_EQ(opened.status, 200);
}

TEST_F(AppTest, ItsMetricsAreKnown) {
  Start();
  Post(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  const std::string text = Get(app->admin_port(), "/metrics").body;
  std::set<std::string> names;
  const std::regex type("# TYPE (\\S+) (\\S+)");
  for (std::sregex_iterator at(text.begin(), text.end(), type), end; at != end; ++at) {
    names.insert((*at)[1].str() + " " + (*at)[2].str());
  }
  std::string listed;
  for (const std::string& name : names) listed += name + "\n";
  std::ifstream golden("tests/gateway/golden/metrics.txt");
  EXPECT_EQ(listed, std::string(std::istreambuf_iterator<char>(golden), {}));
  EXPECT_NE(
      text.find("bw_gateway_requests_total{era=\"legacy\",method=\"ping\",outcome=\"result\"} 1"),
      std::string::npos);
}

TEST_F(AppTest, DrainingLetsWhatIsUnderWayFinish) {
  Start();
  RawConnection connection(app->port());
  connection.PostCall("progress");
  EXPECT_NE(connection.ReadUntil("\"progress\":0").find("text/event-stream"), std::string::npos);
  app->Drain(seconds(20));
  EXPECT_NE(connection.ReadUntil("\"done\"").find("\"done\""), std::string::npos);
}

TEST_F(AppTest, StdioServesAndFinishes) {
  int in[2];
  int out[2];
  ASSERT_EQ(::pipe(in), 0);
  ASSERT_EQ(::pipe(out), 0);
  config.transport = "stdio";
  config.admin_port = -1;
  app =
      *App::Start(config, {.tool_service = tools->InProcessChannel(), .in = in[0], .out = out[1]});
  std::atomic<bool> finished{false};
  app->OnFinished([&] { finished = true; });
  const std::string request =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_simple_text"}})"
      "\n";
  ASSERT_EQ(::write(in[1], request.data(), request.size()), static_cast<ssize_t>(request.size()));
  ::close(in[1]);
  while (!finished) std::this_thread::yield();
  app->Drain(seconds(5));
  app.reset();
  ::close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = ::read(out[0], buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(out[0]);
  ::close(in[0]);
  ASSERT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_EQ((*json::Parse(text))["result"]["content"][0]["text"], "A simple text.");
}

}  // namespace
}  // namespace bw::gateway
