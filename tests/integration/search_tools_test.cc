// callTool through the whole gateway: what holds for a tool that is called directly holds there.
#include "tool-service/builtin/search_tools.h"

#include <atomic>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "gateway/app.h"
#include "tests/common/http/raw_client.h"
#include "tests/support/child_process.h"
#include "tests/support/mcp_schema.h"
#include "tests/tool-service/fakes.h"
#include "tool-service/grpc/tool_service_server.h"

namespace bw {
namespace {

using json::Json;
using testing::HasSubstr;
using tool_service::CallContext;
using tool_service::CatalogueEntry;
using tool_service::FakeTool;
using tool_service::Tool;

constexpr char kReader[] = "reader-token-0123456789";
constexpr char kWriter[] = "writer-token-0123456789";
// Their hashes; "hidden" is a tool that the operator excludes.
constexpr char kTokens[] = R"([
 {"sha256": "b3057e05d75e8cdca4bd6ddd527af736913e8464a7a3d47d7a09389eaa8e1eb4",
  "principal": "reader", "tenant": "default", "scopes": ["read"]},
 {"sha256": "1caf5ddb6778770019772a6363b8cc194d1e3c145d8de3fc2570091710c3771e",
  "principal": "writer", "tenant": "default", "scopes": ["write"]}])";

CatalogueEntry Made(const std::string& name, bool read_only, FakeTool::Behaviour behaviour) {
  auto tool = std::make_shared<FakeTool>(name, std::move(behaviour));
  tool->definition_.annotations.read_only = read_only;
  CatalogueEntry entry;
  entry.tool = std::move(tool);
  return entry;
}

// Asks before it does what it is told, with the animal in its state.
void Ask(const Json& arguments, const CallContext& context, const Tool::Done& done) {
  const std::string animal = json::StringOr(arguments, "animal");
  if (context.request_state.empty()) {
    tool_service::InputRequired question;
    question.state = animal;
    question.requests["sure"] = {
        {"method", "elicitation/create"},
        {"params",
         {{"mode", "form"},
          {"message", "Feed the " + animal + "?"},
          {"requestedSchema",
           {{"type", "object"}, {"properties", {{"ok", {{"type", "boolean"}}}}}}}}}};
    return done(tool_service::ToolOutcome(std::move(question)));
  }
  done(tool_service::TextResult("fed " + context.request_state + " " +
                                json::Dump(context.input_responses["sure"]["content"])));
}

class SearchThroughTheGateway : public testing::Test {
 protected:
  SearchThroughTheGateway()
      : metrics_(metrics_registry_),
        toolbox_(registry_, tool_service::SelectionPolicy(
                                {.profile = "search", .exclude_tools = {"hidden"}}, false)) {}

  void SetUp() override {
    LoadTools();
    StartToolService();
    std::ofstream(folder_.path() + "/tokens.json") << kTokens;
    gateway::Config config;
    config.port = 0;
    config.admin_port = -1;
    config.log_level = "off";
    config.tokens_file = folder_.path() + "/tokens.json";
    config.tool_service_address = "127.0.0.1:" + std::to_string(server_->port());
    auto started = gateway::App::Start(config);
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    gateway_ = *std::move(started);
  }
  void TearDown() override {
    gateway_.reset();
    notifier_->Close();
    server_.reset();
    EXPECT_THAT(transcript_.problems(), testing::IsEmpty());
  }

  void LoadTools() {
    std::vector<CatalogueEntry> entries = tool_service::MakeSearchTools(toolbox_, defaults_);
    const auto done = [](const Json&, const CallContext&, const Tool::Done& finish) {
      finish(tool_service::TextResult("done"));
    };
    entries.push_back(Made("readZebra", true, done));
    entries.push_back(Made("hidden", true, done));
    entries.push_back(Made("feedZebra", false, &Ask));
    entries.push_back(Made("walkZebra", false,
                           [](const Json&, const CallContext& context, const Tool::Done& finish) {
                             context.report_progress({1, 2, "half way"});
                             finish(tool_service::TextResult("walked"));
                           }));
    entries.push_back(Made("holdZebra", false,
                           [this](const Json&, const CallContext& context, Tool::Done finish) {
                             context.on_cancel([this, finish = std::move(finish)] {
                               finish(Cancelled("the caller left"));
                               ++cancelled_;
                             });
                             ++holding_;
                           }));
    registry_.Replace(std::move(entries));
  }

  void StartToolService() {
    tool_service::ServerFacts facts;
    resources_.emplace(facts, credentials_, journal_, clock_);
    prompts_.emplace(facts);
    completions_.emplace(facts, credentials_, journal_, clock_);
    notifier_.emplace(
        [this] { return tool_service::RevisionsOf(*registry_.Snapshot(), toolbox_.policy()); });
    scheduler_ = MakeThreadScheduler();
    calls_.emplace(toolbox_, SystemClock(), *scheduler_, metrics_, tool_service::CallLimits());
    service_ =
        tool_service::MakeToolService({*calls_, toolbox_, *resources_, *prompts_, *completions_,
                                       *notifier_, SystemClock(), metrics_, facts});
    // As it is deployed: gRPC's in-process transport loses a result that follows on the heels of
    // progress.
    rpc::ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto started = rpc::Server::Start(options, {service_.get()});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    server_ = *std::move(started);
  }

  static std::string ModernBody(const std::string& name, Json arguments, Json more = {}) {
    Json params = {
        {"name", name},
        {"arguments", std::move(arguments)},
        {"_meta",
         {{"progressToken", "p"},
          {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
          {"io.modelcontextprotocol/clientCapabilities", {{"elicitation", Json::object()}}}}}};
    if (more.is_object()) params.update(more);
    return json::Dump(
        {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", params}});
  }

  http_client::Response Post(const std::string& body, http_client::Headers headers) {
    http_client::Request request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(gateway_->port()) + "/mcp";
    request.headers = std::move(headers);
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("Accept", "application/json, text/event-stream");
    request.body = body;
    transcript_.Sent(json::Parse(body).value_or(Json()));
    auto response = http_client::SendAndWait(*client_, std::move(request));
    EXPECT_TRUE(response.ok()) << ToString(response.status());
    if (!response.ok()) return {};
    transcript_.ReceivedBody(
        std::string(http_client::FindHeader(response->headers, "Content-Type")), response->body);
    return *std::move(response);
  }

  // One modern tools/call; the last message of its answer.
  Json Call(const std::string& name, Json arguments, const char* token = kWriter, Json more = {}) {
    body_ = Post(ModernBody(name, std::move(arguments), std::move(more)),
                 {{"Authorization", std::string("Bearer ") + token},
                  {"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", name}})
                .body;
    const auto last = body_.rfind("data: ");
    const std::string text = last == std::string::npos ? body_ : body_.substr(last + 6);
    return json::Parse(text).value_or(Json());
  }
  static std::string TextOf(const Json& answer) {
    return answer.value("/result/content/0/text"_json_pointer, answer.dump());
  }

  testing_support::TemporaryFolder folder_;
  metrics::Registry metrics_registry_;
  tool_service::Metrics metrics_;
  tool_service::NoDefaults defaults_;
  tool_service::FakeJournal journal_;
  FakeClock clock_;
  tool_service::CredentialStore credentials_;
  tool_service::Registry registry_;
  tool_service::Toolbox toolbox_;
  std::optional<tool_service::Resources> resources_;
  std::optional<tool_service::Prompts> prompts_;
  std::optional<tool_service::Completions> completions_;
  std::optional<tool_service::CatalogueNotifier> notifier_;
  std::unique_ptr<Scheduler> scheduler_;
  std::optional<tool_service::ToolCalls> calls_;
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<gateway::App> gateway_;
  std::unique_ptr<http_client::HttpClient> client_ = http_client::MakeHttpClient();
  testing_support::McpTranscript transcript_{"2026-07-28"};
  std::string body_;
  std::atomic<int> holding_ = 0;
  std::atomic<int> cancelled_ = 0;
};

TEST_F(SearchThroughTheGateway, ThreeToolsAreListedAndLeadToTheRest) {
  const auto listed = Post(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
                           R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{}}}})",
                           {{"Authorization", std::string("Bearer ") + kReader},
                            {"MCP-Protocol-Version", "2026-07-28"},
                            {"Mcp-Method", "tools/list"}});
  const auto list = json::Parse(listed.body);
  ASSERT_TRUE(list.ok()) << listed.body;
  std::vector<std::string> names;
  for (const Json& tool : (*list)["result"]["tools"]) names.push_back(tool["name"]);
  EXPECT_THAT(names, testing::ElementsAre("callTool", "describeTool", "searchTools"));

  const Json found = Call("searchTools", {{"query", "zebra"}});
  EXPECT_EQ(found["result"]["structuredContent"]["tools"].size(), 4u);
  EXPECT_THAT(TextOf(Call("describeTool", {{"name", "walkZebra"}})), HasSubstr("input_schema"));
  EXPECT_EQ(TextOf(Call("callTool", {{"name", "readZebra"}})), "done");
}

TEST_F(SearchThroughTheGateway, WhatIsExcludedIsNotReached) {
  EXPECT_THAT(TextOf(Call("searchTools", {{"query", "hidden"}})), HasSubstr("No tool matches"));
  EXPECT_THAT(TextOf(Call("callTool", {{"name", "hidden"}})), HasSubstr("not enabled"));
}

TEST_F(SearchThroughTheGateway, AccessIsThatOfTheToolThatIsCalled) {
  EXPECT_EQ(TextOf(Call("callTool", {{"name", "readZebra"}}, kReader)), "done");
  const Json refused = Call("callTool", {{"name", "walkZebra"}}, kReader);
  EXPECT_EQ(refused["error"]["code"], -32602);
  EXPECT_THAT(refused["error"]["message"].get<std::string>(),
              HasSubstr("walkZebra needs write access; the caller has read"));
  const Json found = Call("searchTools", {{"query", "zebra"}}, kReader);
  EXPECT_EQ(found["result"]["structuredContent"]["tools"].size(), 1u);
}

TEST_F(SearchThroughTheGateway, ProgressComesThrough) {
  EXPECT_EQ(TextOf(Call("callTool", {{"name", "walkZebra"}})), "walked");
  EXPECT_THAT(body_, HasSubstr("notifications/progress"));
  EXPECT_THAT(body_, HasSubstr("half way"));
}

TEST_F(SearchThroughTheGateway, LeavingCancelsTheToolThatIsCalled) {
  {
    http::RawClient connection(gateway_->port());
    const std::string body = ModernBody("callTool", {{"name", "holdZebra"}});
    ASSERT_TRUE(connection.Send(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
        "Mcp-Method: tools/call\r\nMcp-Name: callTool\r\nAuthorization: Bearer " +
        std::string(kWriter) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body));
    while (holding_ != 1) std::this_thread::yield();
  }
  while (cancelled_ != 1) std::this_thread::yield();
}

TEST_F(SearchThroughTheGateway, AModernClientIsAskedAndComesAgain) {
  const Json arguments = {{"name", "feedZebra"}, {"arguments", {{"animal", "foal"}}}};
  const Json asked = Call("callTool", arguments);
  ASSERT_EQ(asked["result"]["resultType"], "input_required") << asked.dump();
  EXPECT_EQ(asked["result"]["inputRequests"]["sure"]["params"]["message"], "Feed the foal?");
  const Json again = {
      {"requestState", asked["result"]["requestState"]},
      {"inputResponses", {{"sure", {{"action", "accept"}, {"content", {{"ok", true}}}}}}}};
  EXPECT_EQ(TextOf(Call("callTool", arguments, kWriter, again)), R"(fed foal {"ok":true})");
  // The answer was given for the foal, and holds for nobody else.
  const Json other = {{"name", "feedZebra"}, {"arguments", {{"animal", "mare"}}}};
  EXPECT_EQ(Call("callTool", other, kWriter, again)["error"]["code"], -32602);
}

// All that comes until the end of a line with this in it.
std::string ReadLineWith(http::RawClient& connection, const std::string& wanted) {
  std::string text;
  for (std::string next = connection.ReadBytes(1); !next.empty(); next = connection.ReadBytes(1)) {
    text += next;
    if (next == "\n" && text.find(wanted) != std::string::npos) break;
  }
  return text;
}

TEST_F(SearchThroughTheGateway, AnOlderClientIsAskedWhileItWaits) {
  const std::string bearer = "Bearer " + std::string(kWriter);
  const auto opened = Post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{)"
                           R"("protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},)"
                           R"("clientInfo":{"name":"test","version":"1"}}})",
                           {{"Authorization", bearer}});
  const std::string session(http_client::FindHeader(opened.headers, "Mcp-Session-Id"));
  ASSERT_FALSE(session.empty());
  http::RawClient call(gateway_->port());
  const std::string body =
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"callTool",)"
      R"("arguments":{"name":"feedZebra","arguments":{"animal":"foal"}}}})";
  ASSERT_TRUE(call.Send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: " + session +
                        "\r\nAuthorization: " + bearer +
                        "\r\nContent-Type: application/json\r\n"
                        "Accept: application/json, text/event-stream\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body));
  const std::string asked = ReadLineWith(call, "elicitation/create");
  const auto data = asked.rfind("data: ");
  ASSERT_NE(data, std::string::npos) << asked;
  const auto question = json::Parse(asked.substr(data + 6));
  ASSERT_TRUE(question.ok()) << asked;
  transcript_.Received(*question);
  const auto answered = Post(R"({"jsonrpc":"2.0","id":)" + json::Dump((*question)["id"]) +
                                 R"(,"result":{"action":"accept","content":{"ok":true}}})",
                             {{"Mcp-Session-Id", session}, {"Authorization", bearer}});
  EXPECT_EQ(answered.status, 202);
  EXPECT_THAT(ReadLineWith(call, R"("id":2)"), HasSubstr(R"(fed foal {\"ok\":true})"));
}

}  // namespace
}  // namespace bw
