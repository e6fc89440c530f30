// A tool that takes something away asks a person first: over HTTP in both eras and over stdio, with
// the sandbox behind it, in which the thing is really gone, or really still there.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "sandbox/app.h"
#include "sandbox/config.h"
#include "standalone/app.h"
#include "standalone/config.h"
#include "tests/common/http/raw_client.h"
#include "tests/support/child_process.h"
#include "tests/support/mcp_schema.h"

namespace bw {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kModern = "2026-07-28";
constexpr const char* kElicitation = R"({"elicitation":{}})";
constexpr std::chrono::seconds kLimit{30};

template <typename Config>
Config Load(StatusOr<config::Outcome<Config>> loaded) {
  EXPECT_TRUE(loaded.ok()) << ToString(loaded.status());
  return loaded.ok() ? std::move(loaded->config) : Config();
}

Json ToolCall(int id, const char* tool, Json arguments) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"method", "tools/call"},
          {"params", {{"name", tool}, {"arguments", std::move(arguments)}}}};
}

Json Modern(Json message, const char* capabilities) {
  message["params"]["_meta"] = {
      {"io.modelcontextprotocol/protocolVersion", kModern},
      {"io.modelcontextprotocol/clientInfo", {{"name", "t"}, {"version", "1"}}},
      {"io.modelcontextprotocol/clientCapabilities", Json::parse(capabilities)}};
  return message;
}

Json Initialize(const char* capabilities) {
  return {{"jsonrpc", "2.0"},
          {"id", 0},
          {"method", "initialize"},
          {"params",
           {{"protocolVersion", "2025-11-25"},
            {"capabilities", Json::parse(capabilities)},
            {"clientInfo", {{"name", "t"}, {"version", "1"}}}}}};
}

Json AnswerOf(const char* action, bool confirm) {
  return {{"action", action}, {"content", {{"confirm", confirm}}}};
}

std::string TextOf(const Json& message) {
  const Json content = message.value("/result/content"_json_pointer, Json::array());
  return content.empty() ? message.dump() : content[0].value("text", "");
}

class ConfirmationTest : public testing::Test {
 protected:
  void SetUp() override {
    auto upstream = sandbox::App::Start(Load(sandbox::LoadConfig(
        {}, std::vector<std::string>{"--port", "0", "--callback-base-url", "http://127.0.0.1:65535",
                                     "--log-level", "warning"})));
    ASSERT_TRUE(upstream.ok()) << ToString(upstream.status());
    sandbox_ = *std::move(upstream);
  }
  void TearDown() override {
    system_.reset();
    EXPECT_THAT(transcript_.problems(), testing::IsEmpty());
  }

  std::map<std::string, std::string> Variables() const {
    const std::string url = "http://127.0.0.1:" + std::to_string(sandbox_->port());
    return {{"BW_CLIENT_ID", "sandbox-client"},
            {"BW_CLIENT_SECRET", "sandbox-secret"},
            {"BW_ACCOUNT_ID", "9900000"},
            {"BW_MCP_PROFILE", "full"},
            {"BW_API_URL", url},
            {"BW_VOICE_URL", url},
            {"BW_MESSAGING_URL", url}};
  }
  void StartSystem(const std::string& policy = "") {
    auto variables = Variables();
    if (!policy.empty()) variables["BW_MCP_CONFIRM"] = policy;
    auto system = standalone::App::Start(Load(standalone::LoadConfig(
        config::Environment(config::Environment::Variables(variables.begin(), variables.end())),
        std::vector<std::string>{"--port", "0", "--callback-port", "0", "--admin-port=-1",
                                 "--data-dir", ":memory:", "--log-level", "warning"})));
    ASSERT_TRUE(system.ok()) << ToString(system.status());
    system_ = *std::move(system);
  }

  http_client::Response Post(const Json& message, const std::string& session = "") {
    http_client::Request request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(system_->mcp_port()) + "/mcp";
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}};
    if (!session.empty()) request.headers.emplace_back("Mcp-Session-Id", session);
    if (message.contains("/params/_meta"_json_pointer)) {
      request.headers.emplace_back("MCP-Protocol-Version", kModern);
      request.headers.emplace_back("Mcp-Method", message["method"].get<std::string>());
      request.headers.emplace_back("Mcp-Name", message["params"]["name"].get<std::string>());
    }
    request.body = json::Dump(message);
    transcript_.Sent(message);
    auto response = http_client::SendAndWait(*client_, std::move(request));
    EXPECT_TRUE(response.ok()) << ToString(response.status());
    if (!response.ok()) return {};
    transcript_.ReceivedBody(
        std::string(http_client::FindHeader(response->headers, "Content-Type")), response->body);
    return *std::move(response);
  }
  Json CallModern(const char* tool, Json arguments, const Json& more = Json::object(),
                  const char* capabilities = kElicitation) {
    Json message = Modern(ToolCall(++id_, tool, std::move(arguments)), capabilities);
    message["params"].update(more);
    const auto parsed = json::Parse(Post(message).body);
    return parsed.ok() ? *parsed : Json();
  }
  void Upload() {
    const Json uploaded =
        CallModern("uploadMedia",
                   {{"mediaId", "a.txt"}, {"body", "aGVsbG8="}, {"content_type", "text/plain"}});
    ASSERT_FALSE(uploaded["result"].value("isError", false)) << uploaded;
  }
  bool IsThere() {
    const Json got = CallModern("getMedia", {{"mediaId", "a.txt"}});
    return !got["result"].value("isError", false);
  }

  // What a client of the older era does: open a session, call, answer on another request.
  std::string CallLegacy(const Json& answer) {
    const auto opened = Post(Initialize(kElicitation));
    const std::string session(http_client::FindHeader(opened.headers, "Mcp-Session-Id"));
    EXPECT_FALSE(session.empty());
    http::RawClient call(system_->mcp_port());
    const Json message = ToolCall(7, "deleteMedia", {{"mediaId", "a.txt"}});
    const std::string body = message.dump();
    transcript_.Sent(message);
    EXPECT_TRUE(call.Send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: " + session +
                          "\r\nContent-Type: application/json\r\n"
                          "Accept: application/json, text/event-stream\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body));
    const std::string asked = ReadLineWith(call, "elicitation/create");
    const auto data = asked.rfind("data: ");
    const auto question = json::Parse(data == std::string::npos ? "" : asked.substr(data + 6));
    if (!question.ok()) {
      ADD_FAILURE() << "nothing is asked: " << asked;
      return "";
    }
    transcript_.Received(*question);
    EXPECT_THAT((*question)["params"].value("message", ""), HasSubstr("deleteMedia"));
    EXPECT_TRUE(IsThere()) << "nothing happens before the answer";
    EXPECT_EQ(
        Post({{"jsonrpc", "2.0"}, {"id", (*question)["id"]}, {"result", answer}}, session).status,
        202);
    const std::string result = ReadLineWith(call, R"("id":7)");
    transcript_.ReceivedBody("text/event-stream", result);
    return result;
  }
  // All that comes until the end of a line with this in it.
  static std::string ReadLineWith(http::RawClient& connection, const std::string& wanted) {
    std::string text;
    for (std::string next = connection.ReadBytes(1); !next.empty();
         next = connection.ReadBytes(1)) {
      text += next;
      if (next == "\n" && text.find(wanted) != std::string::npos) break;
    }
    return text;
  }

  std::unique_ptr<sandbox::App> sandbox_;
  std::unique_ptr<standalone::App> system_;
  std::unique_ptr<http_client::HttpClient> client_ = http_client::MakeHttpClient();
  /// Holds every message to the schema of its revision.
  testing_support::McpTranscript transcript_;
  int id_ = 100;
};

TEST_F(ConfirmationTest, ModernClientsAnswerWithTheRepeatedRequest) {
  StartSystem();
  Upload();
  const Json asked = CallModern("deleteMedia", {{"mediaId", "a.txt"}});
  const Json& result = asked["result"];
  ASSERT_EQ(result.value("resultType", ""), "input_required") << asked;
  const Json& question = result["inputRequests"]["confirm"];
  EXPECT_THAT(question["params"].value("message", ""),
              HasSubstr("(deleteMedia) in account 9900000.\n- mediaId: a.txt\n"));
  EXPECT_TRUE(IsThere());
  const auto answer = [&](const char* action, bool confirm, const char* media = "a.txt") {
    return CallModern("deleteMedia", {{"mediaId", media}},
                      {{"requestState", result["requestState"]},
                       {"inputResponses", {{"confirm", AnswerOf(action, confirm)}}}});
  };
  EXPECT_THAT(TextOf(answer("accept", false)), HasSubstr("said no"));
  EXPECT_THAT(TextOf(answer("decline", true)), HasSubstr("said no"));
  EXPECT_TRUE(answer("accept", true, "b.txt").contains("error")) << "a yes to something else";
  EXPECT_TRUE(IsThere());
  const Json done = answer("accept", true);
  EXPECT_FALSE(done["result"].value("isError", false)) << done;
  EXPECT_FALSE(IsThere());
}

TEST_F(ConfirmationTest, LegacyClientsAreAskedOnTheStreamOfTheCall) {
  StartSystem();
  Upload();
  EXPECT_THAT(CallLegacy({{"action", "cancel"}}), HasSubstr("said no"));
  EXPECT_TRUE(IsThere());
  EXPECT_THAT(CallLegacy(AnswerOf("accept", true)), HasSubstr("Done (HTTP 204"));
  EXPECT_FALSE(IsThere());
}

TEST_F(ConfirmationTest, WithoutElicitationNothingIsDone) {
  StartSystem();
  Upload();
  const Json refused = CallModern("deleteMedia", {{"mediaId", "a.txt"}}, Json::object(), "{}");
  EXPECT_EQ(refused["result"].value("isError", false), true) << refused;
  EXPECT_THAT(TextOf(refused), HasSubstr("Nothing was sent"));
  EXPECT_TRUE(IsThere());
}

TEST_F(ConfirmationTest, ThePolicySaysWhichToolsAsk) {
  StartSystem("never");
  Upload();
  CallModern("deleteMedia", {{"mediaId", "a.txt"}}, Json::object(), "{}");
  EXPECT_FALSE(IsThere());
  StartSystem("costly");
  const Json lookup = CallModern("createSyncLookup", {{"phoneNumbers", {"+15550100001"}}});
  EXPECT_EQ(lookup["result"].value("resultType", ""), "input_required") << lookup;
  EXPECT_THAT(lookup.dump(), HasSubstr("It costs money."));
}

// bandwidth-mcp as a desktop client spawns it.
class StdioConfirmationTest : public ConfirmationTest {
 protected:
  void StartProcess() {
    std::vector<std::string> environment;
    for (const auto& [name, value] : Variables()) environment.push_back(name + "=" + value);
    auto started = testing_support::ChildProcess::Start(
        {.program = "bandwidth-mcp",
         .args = {"--transport", "stdio", "--callback-port", "0", "--admin-port=-1", "--data-dir",
                  folder_.path()},
         .environment = environment,
         .pipe_stdio = true});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    process_ = *std::move(started);
  }
  void Send(const Json& message) {
    transcript_.Sent(message);
    ASSERT_TRUE(process_->Write(json::Dump(message) + "\n"));
  }
  Json Receive() {
    const auto line = process_->ReadLine(kLimit);
    const auto parsed = line.ok() ? json::Parse(*line) : StatusOr<Json>(line.status());
    if (!parsed.ok()) {
      ADD_FAILURE() << ToString(parsed.status()) << process_->Log();
      return {};
    }
    transcript_.Received(*parsed);
    return *parsed;
  }

  testing_support::TemporaryFolder folder_;
  std::unique_ptr<testing_support::ChildProcess> process_;
};

TEST_F(StdioConfirmationTest, AsksOverTheSamePipe) {
  StartProcess();
  Send(Initialize(kElicitation));
  Receive();
  Send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  Send(ToolCall(1, "uploadMedia",
                {{"mediaId", "a.txt"}, {"body", "aGVsbG8="}, {"content_type", "text/plain"}}));
  EXPECT_FALSE(Receive()["result"].value("isError", false));
  int id = 1;
  for (const bool yes : {false, true}) {
    Send(ToolCall(++id, "deleteMedia", {{"mediaId", "a.txt"}}));
    const Json question = Receive();
    ASSERT_EQ(question.value("method", ""), "elicitation/create") << question;
    Send({{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", AnswerOf("accept", yes)}});
    EXPECT_THAT(TextOf(Receive()), HasSubstr(yes ? "Done (HTTP 204" : "said no"));
  }
}

TEST_F(StdioConfirmationTest, ModernClientsAnswerWithTheRepeatedRequest) {
  StartProcess();
  const Json call = Modern(ToolCall(1, "deleteMedia", {{"mediaId", "a.txt"}}), kElicitation);
  Send(call);
  const Json asked = Receive();
  ASSERT_EQ(asked["result"].value("resultType", ""), "input_required") << asked;
  Json again = call;
  again["id"] = 2;
  again["params"]["requestState"] = asked["result"]["requestState"];
  again["params"]["inputResponses"] = {{"confirm", AnswerOf("accept", true)}};
  Send(again);
  EXPECT_THAT(TextOf(Receive()), Not(HasSubstr("said no")));
}

TEST_F(StdioConfirmationTest, WithoutElicitationNothingIsDone) {
  StartProcess();
  Send(Initialize("{}"));
  Receive();
  Send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  Send(ToolCall(1, "deleteMedia", {{"mediaId", "a.txt"}}));
  EXPECT_THAT(TextOf(Receive()), HasSubstr("Nothing was sent"));
}

}  // namespace
}  // namespace bw
