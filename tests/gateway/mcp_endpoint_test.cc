// Streamable HTTP row by row, without a socket.
#include "gateway/http/mcp_endpoint.h"

#include <string>

#include <gmock/gmock.h>

#include "common/clock/scheduler.h"
#include "common/metrics/metrics.h"
#include "gateway/openssl/static_token.h"
#include "tests/gateway/core_fixture.h"
#include "tests/gateway/fake_exchange.h"
#include "tests/support/mcp_schema.h"

namespace bw::gateway {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kVersion = "2026-07-28";
constexpr const char* kMeta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                              R"("io.modelcontextprotocol/clientCapabilities":{}})";

std::string ModernBody(const std::string& method, const std::string& more = "",
                       const std::string& id = "1") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":{)" +
         (more.empty() ? "" : more + ",") + kMeta + "}}";
}

Fields ModernHeaders(const std::string& method, const std::string& name = "") {
  Fields fields{{"MCP-Protocol-Version", kVersion}, {"Mcp-Method", method}};
  if (!name.empty()) fields.emplace_back("Mcp-Name", name);
  return fields;
}

std::string LegacyBody(const std::string& method, const std::string& params = "{}",
                       const std::string& id = "1") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params +
         "}";
}

const std::string kInitialize = LegacyBody("initialize", R"({"protocolVersion":"2025-06-18"})");
const std::string kList = LegacyBody("tools/list");

class EndpointTest : public CoreTest {
 protected:
  EndpointTest() { Build(); }

  void TearDown() override {
    for (const auto& exchange : exchanges) ExpectAnswersKeepTheSchema(*exchange);
  }

  // Requests are malformed on purpose here and there; answers never.
  static void ExpectAnswersKeepTheSchema(const FakeExchange& exchange) {
    const std::string revision(
        exchange.request().headers.Get("MCP-Protocol-Version").value_or("2025-11-25"));
    const bool is_known = testing_support::McpSchema::Find(revision) != nullptr;
    testing_support::McpTranscript transcript(is_known ? revision : "2025-11-25");
    transcript.SentUnchecked(json::Parse(exchange.request().body).value_or(json::Json()));
    if (exchange.response) {
      const bool is_json = exchange.response->headers.Get("Content-Type") == "application/json";
      if (is_json) transcript.ReceivedBody("application/json", exchange.response->body);
    } else if (exchange.stream != nullptr) {
      transcript.ReceivedBody("text/event-stream", exchange.stream->text());
    }
    EXPECT_THAT(transcript.problems(), ::testing::IsEmpty()) << exchange.request().body;
  }

  void Build() {
    endpoint = std::make_unique<McpEndpoint>(
        options, access,
        McpEndpoint::Dependencies{dispatcher, sessions, ids, scheduler, metrics_of_test,
                                  authenticator.get()});
  }

  http::Request MakeHttp(std::string method, std::string body, const Fields& fields) {
    http::Request request;
    request.method = std::move(method);
    request.path = "/mcp";
    request.body = std::move(body);
    Fields all{{"Host", "localhost:8080"},
               {"Content-Type", "application/json"},
               {"Accept", "application/json, text/event-stream"}};
    for (const auto& field : fields) {
      std::erase_if(all, [&](const auto& old) { return old.first == field.first; });
      if (field.second != "-") all.push_back(field);
    }
    for (auto& [name, value] : all) request.headers.Add(name, value);
    return request;
  }

  std::shared_ptr<FakeExchange> Send(http::Request request) {
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    exchanges.push_back(exchange);
    endpoint->Handle(exchange);
    return exchange;
  }
  std::shared_ptr<FakeExchange> Post(std::string body, const Fields& fields = {}) {
    return Send(MakeHttp("POST", std::move(body), fields));
  }

  // A session of this revision.
  std::string OpenSession(const std::string& revision = "2025-06-18") {
    const auto exchange =
        Post(LegacyBody("initialize", R"({"protocolVersion":")" + revision + "\"}"));
    return std::string(exchange->response->headers.Get("Mcp-Session-Id").value_or(""));
  }

  EndpointOptions options;
  AccessOptions access;
  RequestIds ids{clock};
  metrics::Registry registry;
  Metrics metrics_of_test{registry};
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<McpEndpoint> endpoint;
  /// Everything a test has sent.
  std::vector<std::shared_ptr<FakeExchange>> exchanges;
};

int ErrorCode(const http::Response& response) {
  const auto body = json::Parse(response.body);
  const json::Json* error = body.ok() ? json::FindObject(*body, "error") : nullptr;
  return error == nullptr ? 0 : static_cast<int>(json::GetInt(*error, "code").value_or(-1));
}

struct Row {
  const char* what;
  std::string body;
  Fields fields;
  int status;
  int code;  // 0: a result, or no body
};

std::vector<Row> ModernRows() {
  return {
      {"modern list", ModernBody("tools/list"), ModernHeaders("tools/list"), 200, 0},
      {"modern discover", ModernBody("server/discover"), ModernHeaders("server/discover"), 200, 0},
      {"modern call", ModernBody("tools/call", R"("name":"echo")"),
       ModernHeaders("tools/call", "echo"), 200, 0},
      {"tool error is a result", ModernBody("tools/call", R"("name":"fail")"),
       ModernHeaders("tools/call", "fail"), 200, 0},
      {"unknown tool, in band", ModernBody("tools/call", R"("name":"nope")"),
       ModernHeaders("tools/call", "nope"), 200, -32602},
      {"call without a name, in band", ModernBody("tools/call"), ModernHeaders("tools/call"), 200,
       -32602},
      {"unknown resource, in band", ModernBody("resources/read", R"("uri":"test://x")"),
       ModernHeaders("resources/read", "test://x"), 200, -32602},
      {"bad cursor, in band", ModernBody("tools/list", R"("cursor":"zzz")"),
       ModernHeaders("tools/list"), 200, -32602},
      {"unknown method", ModernBody("foo/bar"), ModernHeaders("foo/bar"), 404, -32601},
      {"removed initialize", ModernBody("initialize"), ModernHeaders("initialize"), 404, -32601},
      {"removed ping", ModernBody("ping"), ModernHeaders("ping"), 404, -32601},
      {"removed setLevel", ModernBody("logging/setLevel"), ModernHeaders("logging/setLevel"), 404,
       -32601},
      {"removed subscribe", ModernBody("resources/subscribe"), ModernHeaders("resources/subscribe"),
       404, -32601},
      {"removed unsubscribe", ModernBody("resources/unsubscribe"),
       ModernHeaders("resources/unsubscribe"), 404, -32601},
      {"unadvertised tasks", ModernBody("tasks/get"), ModernHeaders("tasks/get"), 404, -32601},
      {"modern notification", R"({"jsonrpc":"2.0","method":"notifications/cancelled"})",
       ModernHeaders("notifications/cancelled"), 202, 0},
      {"no version header", ModernBody("tools/list"), {{"Mcp-Method", "tools/list"}}, 400, -32020},
      {"version mismatch",
       ModernBody("tools/list"),
       {{"MCP-Protocol-Version", "2025-11-25"}, {"Mcp-Method", "tools/list"}},
       400,
       -32020},
      {"no _meta", kList, ModernHeaders("tools/list"), 400, -32602},
      {"parse error", "{bad", {}, 400, -32700},
      {"id null", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", {}, 400, -32600},
      {"empty batch", "[]", {}, 400, -32600},
      {"modern batch", "[" + ModernBody("tools/list") + "]", ModernHeaders("tools/list"), 400,
       -32600},
      {"modern without Accept",
       ModernBody("tools/list"),
       {{"MCP-Protocol-Version", kVersion}, {"Mcp-Method", "tools/list"}, {"Accept", "-"}},
       200,
       0},
      {"modern, JSON only",
       ModernBody("tools/list"),
       {{"MCP-Protocol-Version", kVersion},
        {"Mcp-Method", "tools/list"},
        {"Accept", "application/json"}},
       200,
       0},
      {"not JSON", ModernBody("tools/list"), {{"Content-Type", "text/plain"}}, 415, -32000},
      {"no content type", ModernBody("tools/list"), {{"Content-Type", "-"}}, 415, -32000},
      {"JSON with a charset", kList, {{"Content-Type", "Application/JSON; charset=utf-8"}}, 200, 0},
  };
}

std::vector<Row> LegacyRows() {
  return {
      {"initialize", kInitialize, {}, 200, 0},
      {"bare list", kList, {}, 200, 0},
      {"list with a header", kList, {{"MCP-Protocol-Version", "2025-11-25"}}, 200, 0},
      {"unsupported header", kList, {{"MCP-Protocol-Version", "1999-01-01"}}, 400, -32000},
      {"unknown session", kList, {{"Mcp-Session-Id", "nope"}}, 404, -32001},
      {"legacy unknown method", LegacyBody("foo/bar"), {}, 200, -32601},
      {"legacy unknown tool", LegacyBody("tools/call", R"({"name":"nope"})"), {}, 200, -32602},
      {"legacy unknown resource",
       LegacyBody("resources/read", R"({"uri":"test://x"})"),
       {},
       200,
       -32002},
      {"initialized", R"({"jsonrpc":"2.0","method":"notifications/initialized"})", {}, 202, 0},
      {"unknown notification", R"({"jsonrpc":"2.0","method":"notifications/x"})", {}, 202, 0},
      {"response", R"({"jsonrpc":"2.0","id":1,"result":{}})", {}, 202, 0},
      {"legacy, JSON only", kList, {{"Accept", "application/json"}}, 406, -32000},
      {"legacy, stream only", kList, {{"Accept", "text/event-stream"}}, 406, -32000},
      {"legacy, anything", kList, {{"Accept", "*/*"}}, 200, 0},
      {"initialize with the modern header", kInitialize, ModernHeaders("initialize"), 400, -32020},
      {"batch", "[" + kList + "]", {}, 200, 0},
      {"batch of a later revision",
       "[" + kList + "]",
       {{"MCP-Protocol-Version", "2025-06-18"}},
       400,
       -32600},
      {"batch of notifications", R"([{"jsonrpc":"2.0","method":"notifications/x"}])", {}, 202, 0},
  };
}

TEST_F(EndpointTest, EveryPostHasItsStatusAndCode) {
  std::vector<Row> rows = ModernRows();
  const std::vector<Row> legacy = LegacyRows();
  rows.insert(rows.end(), legacy.begin(), legacy.end());
  for (const Row& row : rows) {
    const auto exchange = Post(row.body, row.fields);
    ASSERT_TRUE(exchange->response.has_value()) << row.what;
    EXPECT_EQ(exchange->response->status, row.status) << row.what << exchange->response->body;
    EXPECT_EQ(ErrorCode(*exchange->response), row.code) << row.what;
    if (row.status == 202) {
      EXPECT_EQ(exchange->response->body, "") << row.what;
    } else {
      EXPECT_EQ(exchange->response->headers.Get("Content-Type"), "application/json") << row.what;
    }
  }
}

TEST_F(EndpointTest, OtherMethods) {
  for (const char* method : {"GET", "PUT", "PATCH", "HEAD"}) {
    const auto exchange = Send(MakeHttp(method, "", {}));
    EXPECT_EQ(exchange->response->status, 405) << method;
    EXPECT_EQ(exchange->response->headers.Get("Allow"), "POST, DELETE, OPTIONS");
  }
  EXPECT_EQ(Send(MakeHttp("DELETE", "", {}))->response->status, 400);
  EXPECT_EQ(Send(MakeHttp("DELETE", "", {{"Mcp-Session-Id", "nope"}}))->response->status, 404);
  EXPECT_EQ(Send(MakeHttp("DELETE", "", {{"MCP-Protocol-Version", kVersion}}))->response->status,
            405);
  auto elsewhere = MakeHttp("POST", kList, {});
  elsewhere.path = "/.well-known/oauth-protected-resource/mcp";
  EXPECT_EQ(Send(elsewhere)->response->status, 404);
}

TEST_F(EndpointTest, ASessionServesInItsRevisionUntilItEnds) {
  const std::string id = OpenSession("2025-06-18");
  ASSERT_FALSE(id.empty());
  for (const char c : id) EXPECT_TRUE(c >= 0x21 && c <= 0x7e);
  const auto with = Post(kList, {{"Mcp-Session-Id", id}});
  EXPECT_NE(with->response->body.find("Title of echo\",\"description"), std::string::npos);
  // Without, the assumed revision knows titles in annotations only.
  EXPECT_EQ(Post(kList)->response->body.find("Title of echo\",\"description"), std::string::npos);
  EXPECT_EQ(Post("[" + kList + "]", {{"Mcp-Session-Id", id}})->response->status, 400);
  EXPECT_EQ(
      Post("[" + kList + "]", {{"Mcp-Session-Id", OpenSession("2025-03-26")}})->response->status,
      200);

  EXPECT_EQ(Send(MakeHttp("DELETE", "", {{"Mcp-Session-Id", id}}))->response->status, 200);
  EXPECT_EQ(Post(kList, {{"Mcp-Session-Id", id}})->response->status, 404);
  EXPECT_EQ(Send(MakeHttp("DELETE", "", {{"Mcp-Session-Id", id}}))->response->status, 404);
}

TEST_F(EndpointTest, EndingASessionCancelsItsRequests) {
  const std::string id = OpenSession();
  const auto exchange =
      Post(LegacyBody("tools/call", R"({"name":"hold"})"), {{"Mcp-Session-Id", id}});
  Send(MakeHttp("DELETE", "", {{"Mcp-Session-Id", id}}));
  EXPECT_EQ(provider.cancelled, 1);
}

TEST_F(EndpointTest, ABatchIsAnsweredAsAnArray) {
  const auto exchange = Post("[" + LegacyBody("ping", "{}", "1") + ",5," +
                             R"({"jsonrpc":"2.0","method":"notifications/x"})" + "," +
                             LegacyBody("foo/bar", "{}", "\"b\"") + "]");
  const auto body = *json::Parse(exchange->response->body);
  ASSERT_EQ(body.size(), 3u);
  EXPECT_EQ(exchange->response->status, 200);
}

TEST_F(EndpointTest, WithoutProgressTheAnswerIsPlainJson) {
  const auto exchange =
      Post(ModernBody("tools/call", R"("name":"hold")"), ModernHeaders("tools/call", "hold"));
  const auto held = provider.Take();
  held->events.progress({1, 2, "half"});
  EXPECT_FALSE(exchange->response.has_value());
  held->done(TextResult("done"));
  EXPECT_EQ(exchange->response->status, 200);
  EXPECT_EQ(exchange->stream, nullptr);
}

class ProgressTest : public EndpointTest {
 protected:
  std::shared_ptr<FakeExchange> Call(const Fields& more = {}) {
    Fields fields = more;
    return Post(LegacyBody("tools/call", R"({"name":"hold","_meta":{"progressToken":7}})"), fields);
  }
};

TEST_F(ProgressTest, IsAStreamOfEventsThatEndsWithTheAnswer) {
  const auto exchange = Call();
  const auto held = provider.Take();
  held->events.progress({1, 2, "half"});
  ASSERT_NE(exchange->stream, nullptr);
  EXPECT_EQ(exchange->head.status, 200);
  EXPECT_EQ(exchange->head.headers.Get("Content-Type"), "text/event-stream");
  EXPECT_EQ(exchange->head.headers.Get("X-Accel-Buffering"), "no");
  held->events.progress({2, 2, ""});
  held->done(TextResult("done"));
  EXPECT_EQ(exchange->stream->text(),
            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
            "\"params\":{\"progressToken\":7,\"progress\":1.0,\"total\":2.0,\"message\":\"half\"}}"
            "\n\n"
            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
            "\"params\":{\"progressToken\":7,\"progress\":2.0,\"total\":2.0}}\n\n"
            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":"
            "[{\"type\":\"text\",\"text\":\"done\"}]}}\n\n");
  EXPECT_TRUE(exchange->stream->closed());
  EXPECT_FALSE(exchange->response.has_value());
}

TEST_F(ProgressTest, WithoutProgressMadeThereIsNoStream) {
  const auto exchange = Call();
  provider.Take()->done(TextResult("done"));
  EXPECT_EQ(exchange->stream, nullptr);
  EXPECT_TRUE(exchange->response.has_value());
}

TEST_F(ProgressTest, AnOpenStreamIsKeptAlive) {
  const auto exchange = Call();
  const auto held = provider.Take();
  held->events.progress({1, 2, ""});
  const std::size_t before = exchange->stream->text().size();
  scheduler.Advance(options.sse_keep_alive * 2);
  EXPECT_EQ(exchange->stream->text().substr(before), ":\n\n:\n\n");
  held->done(TextResult("done"));
  scheduler.Advance(options.sse_keep_alive * 2);
  EXPECT_EQ(scheduler.pending(), 0u);
}

TEST_F(ProgressTest, AClientThatReadsJsonOnlyGetsNoStream) {
  const auto exchange =
      Post(ModernBody("tools/call", R"("name":"hold")")
               .insert(ModernBody("tools/call", R"("name":"hold")").find("\"io.model"),
                       R"("progressToken":"t",)"),
           {{"MCP-Protocol-Version", kVersion},
            {"Mcp-Method", "tools/call"},
            {"Mcp-Name", "hold"},
            {"Accept", "application/json"}});
  const auto held = provider.Take();
  EXPECT_TRUE(held->call.wants_progress);
  held->events.progress({1, 2, ""});
  held->done(TextResult("done"));
  EXPECT_EQ(exchange->stream, nullptr);
  EXPECT_EQ(exchange->response->status, 200);
}

TEST_F(EndpointTest, AModernClientCancelsByLeaving) {
  const auto exchange =
      Post(ModernBody("tools/call", R"("name":"hold")"), ModernHeaders("tools/call", "hold"));
  exchange->Leave();
  EXPECT_EQ(provider.cancelled, 1);
  EXPECT_EQ(endpoint->requests_under_way(), 0u);
}

TEST_F(EndpointTest, ALegacyClientDoesNot) {
  const auto exchange = Post(LegacyBody("tools/call", R"({"name":"hold"})"));
  exchange->Leave();
  EXPECT_EQ(provider.cancelled, 0);
  provider.Take()->done(TextResult("done"));
}

TEST_F(EndpointTest, ALegacyClientCancelsByNotificationInItsSession) {
  const std::string id = OpenSession();
  const std::string other = OpenSession();
  const auto exchange =
      Post(LegacyBody("tools/call", R"({"name":"hold"})", "42"), {{"Mcp-Session-Id", id}});
  const std::string cancel =
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":42}})";
  EXPECT_EQ(Post(cancel, {{"Mcp-Session-Id", other}})->response->status, 202);
  EXPECT_EQ(Post(cancel)->response->status, 202);
  EXPECT_EQ(provider.cancelled, 0);
  EXPECT_EQ(Post(cancel, {{"Mcp-Session-Id", id}})->response->status, 202);
  EXPECT_EQ(provider.cancelled, 1);
  // The cancelled request's stream ends without an answer.
  ASSERT_NE(exchange->stream, nullptr);
  EXPECT_EQ(exchange->stream->text(), "");
  EXPECT_TRUE(exchange->stream->closed());
}

// The data of the event stream's messages.
std::vector<json::Json> MessagesOf(const FakeExchange& exchange) {
  std::vector<json::Json> messages;
  std::string_view text;
  const std::string all = exchange.stream ? exchange.stream->text() : std::string();
  text = all;
  constexpr std::string_view kData = "data: ";
  for (auto at = text.find(kData); at != std::string_view::npos; at = text.find(kData)) {
    text.remove_prefix(at + kData.size());
    messages.push_back(*json::Parse(text.substr(0, text.find('\n'))));
  }
  return messages;
}

TEST_F(EndpointTest, ParametersThatHeadersRepeatMustAgree) {
  provider.tools.tools[0].input_schema_json =
      R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}})";
  const auto call = [&](const std::string& region, const Fields& more) {
    Fields fields = ModernHeaders("tools/call", "echo");
    fields.insert(fields.end(), more.begin(), more.end());
    return Post(ModernBody("tools/call", R"("name":"echo","arguments":{"region":)" + region + "}"),
                fields);
  };
  EXPECT_EQ(call("\"west\"", {{"mcp-param-region", "west"}})->response->status, 200);
  EXPECT_EQ(call("null", {})->response->status, 200);
  for (const Fields& fields : {Fields{}, Fields{{"Mcp-Param-Region", "east"}},
                               Fields{{"Mcp-Param-Region", "=?base64?***?="}}}) {
    const auto refused = call("\"west\"", fields);
    EXPECT_EQ(refused->response->status, 400);
    EXPECT_EQ(ErrorCode(*refused->response), -32020);
  }
  EXPECT_EQ(provider.calls, 2);
  // Earlier revisions know nothing of it.
  const auto legacy =
      Post(LegacyBody("tools/call", R"({"name":"echo","arguments":{"region":"west"}})"));
  EXPECT_EQ(legacy->response->status, 200);
}

TEST_F(EndpointTest, AQuestionIsAnsweredByAPostInItsSession) {
  const auto opened = Post(LegacyBody("initialize", R"({"protocolVersion":"2025-06-18",)"
                                                    R"("capabilities":{"elicitation":{}}})"));
  const std::string id(opened->response->headers.Get("Mcp-Session-Id").value_or(""));
  const std::string other = OpenSession();
  const auto call =
      Post(LegacyBody("tools/call", R"({"name":"hold"})", "42"), {{"Mcp-Session-Id", id}});
  provider.Take()->done(AskWho());
  const auto asked = MessagesOf(*call);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0]["method"], "elicitation/create");
  const std::string answer = R"({"jsonrpc":"2.0","id":)" + json::Dump(asked[0]["id"]) +
                             R"(,"result":{"action":"accept"}})";
  EXPECT_EQ(Post(answer)->response->status, 202);
  EXPECT_EQ(Post(answer, {{"Mcp-Session-Id", other}})->response->status, 202);
  EXPECT_EQ(provider.Take(), nullptr);
  const auto accepted = Post(answer, {{"Mcp-Session-Id", id}});
  EXPECT_EQ(accepted->response->status, 202);
  EXPECT_EQ(accepted->response->body, "");
  const auto held = provider.Take();
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->call.input.responses_json, R"({"who":{"action":"accept"}})");
  held->done(TextResult("done"));
  EXPECT_EQ(MessagesOf(*call).back()["result"]["content"][0]["text"], "done");
  EXPECT_TRUE(call->stream->closed());
}

TEST_F(EndpointTest, ABatchMayHoldAnswers) {
  const auto opened = Post(LegacyBody("initialize", R"({"protocolVersion":"2025-03-26",)"
                                                    R"("capabilities":{"roots":{}}})"));
  const std::string id(opened->response->headers.Get("Mcp-Session-Id").value_or(""));
  const auto call = Post(LegacyBody("tools/call", R"({"name":"hold"})"), {{"Mcp-Session-Id", id}});
  provider.Take()->done(InputRequired{R"({"r":{"method":"roots/list"}})", ""});
  const std::string answer = R"([{"jsonrpc":"2.0","id":)" +
                             json::Dump(MessagesOf(*call).at(0)["id"]) +
                             R"(,"result":{"roots":[]}}])";
  EXPECT_EQ(Post(answer, {{"Mcp-Session-Id", id}})->response->status, 202);
  ASSERT_NE(provider.Take(), nullptr);
}

TEST_F(EndpointTest, RequestsAreBounded) {
  options.max_concurrent_requests = 2;
  Build();
  const auto call = [&] {
    return Post(ModernBody("tools/call", R"("name":"hold")"), ModernHeaders("tools/call", "hold"));
  };
  const auto first = call();
  const auto second = call();
  EXPECT_FALSE(second->response.has_value());
  const auto third = call();
  EXPECT_EQ(third->response->status, 503);
  EXPECT_EQ(ErrorCode(*third->response), -32603);
  EXPECT_EQ(third->response->headers.Get("Retry-After"), "1");
  EXPECT_EQ(Post("[" + kList + "]")->response->status, 503);
  EXPECT_NE(registry.Expose().find("bw_gateway_refused_requests_total{reason=\"overload\"} 2"),
            std::string::npos);
  provider.Take()->done(TextResult("done"));
  EXPECT_EQ(Post(kList)->response->status, 200);
}

TEST_F(EndpointTest, SelectionAndTraceReachTheProvider) {
  auto request =
      MakeHttp("POST", LegacyBody("tools/call", R"({"name":"hold"})"),
               {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
  request.query = {{"profile", "voice"}, {"tools", "b,a"}, {"tools", "a"}};
  Send(request);
  const auto held = provider.Take();
  EXPECT_EQ(held->call.audience.selection.profile, "voice");
  EXPECT_EQ(held->call.audience.selection.tools, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(held->call.caller.traceparent,
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_FALSE(held->call.caller.request_id.empty());
  request.query = {{"tools", "a b"}};
  EXPECT_EQ(Send(request)->response->status, 400);
}

class AuthenticatedTest : public EndpointTest {
 protected:
  AuthenticatedTest() {
    authenticator = std::make_unique<StaticToken>("0123456789abcdef", Principal{"ann", "acme"});
    Build();
  }
};

TEST_F(AuthenticatedTest, NoTokenNoService) {
  for (const Fields& fields :
       {Fields{}, Fields{{"Authorization", "Basic 0123456789abcdef"}},
        Fields{{"Authorization", "Bearer wrong"}}, Fields{{"Authorization", "Bearer"}},
        Fields{{"Authorization", "Bearer 0123456789abcdef0"}}}) {
    for (const char* method : {"POST", "GET", "DELETE"}) {
      const auto exchange = Send(MakeHttp(method, kList, fields));
      EXPECT_EQ(exchange->response->status, 401);
      EXPECT_EQ(exchange->response->headers.Get("WWW-Authenticate"),
                fields.empty() ? R"(Bearer realm="bandwidth-mcp")"
                               : R"(Bearer realm="bandwidth-mcp", error="invalid_token")");
    }
  }
  EXPECT_EQ(provider.lists, 0);
}

TEST_F(AuthenticatedTest, TheTokenNamesPrincipalAndTenant) {
  const auto exchange = Post(LegacyBody("tools/call", R"({"name":"hold"})"),
                             {{"Authorization", "bearer  0123456789abcdef"}});
  const auto held = provider.Take();
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->call.caller.principal, "ann");
  EXPECT_EQ(held->call.audience.tenant, "acme");
}

TEST_F(AuthenticatedTest, PreflightsNeedNoToken) {
  const auto exchange = Send(MakeHttp("OPTIONS", "", {{"Origin", "http://localhost:3000"}}));
  EXPECT_EQ(exchange->response->status, 204);
}

TEST_F(EndpointTest, WebPagesOfOthersAreRefused) {
  for (const Fields& fields :
       {Fields{{"Origin", "http://evil.example.com"}}, Fields{{"Origin", "null"}},
        Fields{{"Origin", "http://localhost.evil.example.com"}}, Fields{{"Origin", ""}},
        Fields{{"Host", "evil.example.com"}}, Fields{{"Host", "-"}},
        Fields{{"Host", "evil.example.com"}, {"Origin", "http://evil.example.com"}}}) {
    for (const char* method : {"POST", "GET", "DELETE", "OPTIONS"}) {
      const auto exchange = Send(MakeHttp(method, kList, fields));
      EXPECT_EQ(exchange->response->status, 403) << method << fields[0].second;
      EXPECT_EQ(exchange->response->headers.Get("Access-Control-Allow-Origin"), std::nullopt);
    }
  }
}

TEST_F(EndpointTest, AllowedWebPagesMayReadTheAnswers) {
  const Fields origin{{"Origin", "http://localhost:6274"}};
  const auto preflight = Send(MakeHttp("OPTIONS", "", origin));
  EXPECT_EQ(preflight->response->status, 204);
  EXPECT_EQ(preflight->response->headers.Get("Access-Control-Allow-Methods"),
            "POST, DELETE, OPTIONS");
  const std::string allowed(
      preflight->response->headers.Get("Access-Control-Allow-Headers").value_or(""));
  for (const char* name : {"content-type", "authorization", "mcp-protocol-version", "mcp-method",
                           "mcp-name", "mcp-session-id", "last-event-id"}) {
    EXPECT_NE(allowed.find(name), std::string::npos) << name;
  }
  for (const std::string& body : {kList, std::string("{bad"), kInitialize}) {
    const auto exchange = Post(body, origin);
    EXPECT_EQ(exchange->response->headers.Get("Access-Control-Allow-Origin"),
              "http://localhost:6274");
    EXPECT_EQ(exchange->response->headers.Get("Access-Control-Expose-Headers"),
              "Mcp-Session-Id, WWW-Authenticate");
  }
  EXPECT_EQ(Post(kList)->response->headers.Get("Access-Control-Allow-Origin"), std::nullopt);
}

}  // namespace
}  // namespace bw::gateway
