// Streamable HTTP row by row, without a socket.
#include "gateway/http/mcp_endpoint.h"

#include <string>

#include "tests/gateway/endpoint_fixture.h"

namespace bw::gateway {
namespace {

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
  for (const char* method : {"PUT", "PATCH", "HEAD"}) {
    const auto exchange = Send(MakeHttp(method, "", {}));
    EXPECT_EQ(exchange->response->status, 405) << method;
    EXPECT_EQ(exchange->response->headers.Get("Allow"), "GET, POST, DELETE, OPTIONS");
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

}  // namespace
}  // namespace bw::gateway
