#include "gateway/core/dispatcher.h"

#include <algorithm>
#include <string>

#include "gateway/core/authenticator.h"
#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

constexpr Revision kOld = Revision::k2025_03_26;
constexpr Revision kLegacy = Revision::k2025_11_25;
constexpr Revision kModern = Revision::k2026_07_28;

class DispatcherTest : public CoreTest {};

int ErrorCode(const json::Json& body) {
  const json::Json* error = json::FindObject(body, "error");
  return error == nullptr ? 0 : static_cast<int>(json::GetInt(*error, "code").value_or(-1));
}

// Which methods each era has, as its specification says; everything else is -32601.
TEST_F(DispatcherTest, EachEraHasItsMethods) {
  struct Row {
    const char* method;
    bool legacy;
    bool modern;
  };
  for (const Row& row :
       {Row{"initialize", true, false}, Row{"ping", true, false},
        Row{"server/discover", false, true}, Row{"tools/list", true, true},
        Row{"tools/call", true, true}, Row{"resources/list", true, true},
        Row{"resources/templates/list", true, true}, Row{"resources/read", true, true},
        Row{"logging/setLevel", true, false}, Row{"resources/subscribe", true, false},
        Row{"resources/unsubscribe", true, false}, Row{"prompts/list", true, true},
        Row{"prompts/get", true, true}, Row{"completion/complete", true, true},
        Row{"subscriptions/listen", false, true}, Row{"tasks/get", false, false},
        Row{"Tools/List", false, false}, Row{"", false, false}}) {
    Request in_session = MakeRequest(kLegacy, row.method);
    in_session.session = SessionRef{"digest", "default", "", 0};
    const auto legacy = Ask(std::move(in_session));
    EXPECT_EQ(ErrorCode(legacy.body) != -32601, row.legacy) << row.method;
    EXPECT_EQ(legacy.http_status, 200) << row.method;
    const auto modern = Ask(kModern, row.method);
    EXPECT_EQ(ErrorCode(modern.body) != -32601, row.modern) << row.method;
    if (!row.modern) {
      EXPECT_EQ(modern.http_status, 404) << row.method;
    }
  }
}

TEST_F(DispatcherTest, InitializeEchoesKnownRevisionsAndOffersTheNewestLegacyOneElse) {
  struct Row {
    const char* asked;
    const char* answered;
  };
  for (const Row& row :
       {Row{"2024-11-05", "2024-11-05"}, Row{"2025-03-26", "2025-03-26"},
        Row{"2025-06-18", "2025-06-18"}, Row{"2025-11-25", "2025-11-25"},
        Row{"2026-07-28", "2025-11-25"}, Row{"1999-01-01", "2025-11-25"}, Row{"", "2025-11-25"}}) {
    const auto answer =
        Ask(kLegacy, "initialize", R"({"protocolVersion":")" + std::string(row.asked) + "\"}");
    EXPECT_EQ(answer.body["result"]["protocolVersion"], row.answered);
    EXPECT_EQ(answer.body["result"]["instructions"], "Call with care.");
    EXPECT_EQ(answer.body["result"]["serverInfo"]["name"], "bandwidth-mcp");
  }
  EXPECT_EQ(ErrorCode(Ask(kLegacy, "initialize").body), -32602);
}

TEST_F(DispatcherTest, InitializeOpensASessionOverHttpOnly) {
  Request request = MakeRequest(
      kLegacy, "initialize",
      R"({"protocolVersion":"2025-06-18","capabilities":{"sampling":{},"elicitation":{},"x":{}}})");
  request.caller.principal = "ann";
  const auto answer = Ask(request);
  const auto session = sessions.Find(answer.session_id, Principal{"ann"}.Key());
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->revision, Revision::k2025_06_18);
  EXPECT_EQ(session->capabilities_json, R"({"elicitation":{},"sampling":{}})");

  request.audience.transport = Transport::kStdio;
  EXPECT_EQ(Ask(request).session_id, "");
}

TEST_F(DispatcherTest, WithoutInstructionsClientsAreStillServed) {
  provider.status = Unavailable("down");
  const auto legacy = Ask(kLegacy, "initialize", R"({"protocolVersion":"2025-11-25"})");
  EXPECT_FALSE(legacy.body["result"].contains("instructions"));
  EXPECT_EQ(legacy.body["result"]["protocolVersion"], "2025-11-25");
  EXPECT_EQ(observer.degraded, std::vector<std::string>{"instructions"});
}

TEST_F(DispatcherTest, DiscoverNamesTheModernRevisionOnly) {
  const auto answer = Ask(kModern, "server/discover");
  const json::Json& result = answer.body["result"];
  EXPECT_EQ(result["supportedVersions"], json::Json({"2026-07-28"}));
  EXPECT_EQ(result["capabilities"],
            *json::Parse(R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},)"
                         R"("resources":{"subscribe":true,"listChanged":true},"completions":{}})"));
  EXPECT_EQ(result["instructions"], "Call with care.");
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["ttlMs"], 300000);
  EXPECT_EQ(result["cacheScope"], "public");
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "bandwidth-mcp");
}

TEST_F(DispatcherTest, PingAnswersNothing) {
  EXPECT_EQ(Ask(kLegacy, "ping").body["result"], json::Json::object());
}

TEST_F(DispatcherTest, ListsCarryWhatEachEraDemands) {
  for (const char* method : {"tools/list", "resources/list", "resources/templates/list"}) {
    const auto modern = Ask(kModern, method).body["result"];
    EXPECT_EQ(modern["resultType"], "complete") << method;
    EXPECT_EQ(modern["cacheScope"], "public") << method;
    EXPECT_TRUE(modern["ttlMs"].is_number_integer()) << method;
    EXPECT_FALSE(modern.contains("nextCursor")) << method;
    const auto legacy = Ask(kLegacy, method).body["result"];
    for (const char* member : {"resultType", "ttlMs", "cacheScope", "_meta"}) {
      EXPECT_FALSE(legacy.contains(member)) << method << " " << member;
    }
  }
}

TEST_F(DispatcherTest, CursorsThatWereNotHandedOutAreRefused) {
  for (const char* cursor : {R"("zzz")", R"("")", "5", "null", R"("MS9yMQ")"}) {
    const auto answer = Ask(kModern, "tools/list", R"({"cursor":)" + std::string(cursor) + "}");
    EXPECT_EQ(ErrorCode(answer.body), -32602) << cursor;
    EXPECT_EQ(answer.http_status, 200) << cursor;
  }
}

TEST_F(DispatcherTest, AToolIsCalledWithItsArguments) {
  const auto answer = Ask(kModern, "tools/call", R"({"name":"echo","arguments":{"text":"hi"}})");
  EXPECT_EQ(answer.body["result"]["content"][0]["text"], R"({"text":"hi"})");
  EXPECT_EQ(answer.body["result"]["structuredContent"]["text"], "hi");
  EXPECT_EQ(answer.body["result"]["resultType"], "complete");
  EXPECT_FALSE(answer.body["result"].contains("ttlMs"));
  EXPECT_EQ(Ask(kLegacy, "tools/call", R"({"name":"echo"})").body["result"]["content"][0]["text"],
            "{}");
  EXPECT_FALSE(
      Ask(kOld, "tools/call", R"({"name":"echo"})").body["result"].contains("structuredContent"));
}

TEST_F(DispatcherTest, AToolAboveTheCallersAccessIsNotCalled) {
  provider.tools.tools[0].access = Access::kWrite;
  for (const Revision revision : {kLegacy, kModern}) {
    Request request = MakeRequest(revision, "tools/call", R"({"name":"echo"})");
    request.audience.access = Access::kRead;
    const int calls = provider.calls;
    const auto sink = Send(request);
    EXPECT_EQ(sink->reply->http_status, 403);
    EXPECT_EQ(sink->reply->needed_access, Access::kWrite);
    EXPECT_EQ(provider.calls, calls);
    request.audience.access = Access::kWrite;
    EXPECT_TRUE(Ask(request).body.contains("result"));
    // What is not there is the provider's to tell.
    request.message.params["name"] = "nope";
    EXPECT_EQ(ErrorCode(Ask(request).body), -32602);
  }
}

TEST_F(DispatcherTest, AToolsFailureIsAResult) {
  const auto answer = Ask(kLegacy, "tools/call", R"({"name":"fail"})");
  EXPECT_EQ(answer.body["result"]["isError"], true);
  EXPECT_EQ(observer.records.back().outcome, Outcome::kToolError);
}

TEST_F(DispatcherTest, BadCallsAreInvalidParams) {
  for (const Revision revision : {kLegacy, kModern}) {
    for (const char* params :
         {"{}", R"({"name":5})", R"({"name":"nope"})", R"({"name":"echo","arguments":[]})",
          R"({"name":"echo","arguments":null})"}) {
      const auto answer = Ask(revision, "tools/call", params);
      EXPECT_EQ(ErrorCode(answer.body), -32602) << params;
      EXPECT_EQ(answer.http_status, 200) << params;
    }
  }
}

TEST_F(DispatcherTest, EveryStatusOfTheProviderHasOneTranslation) {
  struct Row {
    Status status;
    int code;
    bool shows_message;
  };
  for (const Row& row :
       {Row{InvalidArgument("secret"), -32602, true}, Row{NotFound("secret"), -32602, true},
        Row{PermissionDenied("secret"), -32602, true},
        Row{FailedPrecondition("secret"), -32603, true},
        Row{ResourceExhausted("secret"), -32603, true}, Row{Unavailable("secret"), -32603, false},
        Row{DeadlineExceeded("secret"), -32603, false}, Row{Cancelled("secret"), -32603, false},
        Row{Internal("secret"), -32603, false}, Row{DataLoss("secret"), -32603, false}}) {
    provider.status = row.status;
    for (const char* method : {"tools/call", "tools/list"}) {
      clock.Advance(std::chrono::hours(1));
      const auto answer = Ask(kModern, method, R"({"name":"echo"})");
      EXPECT_EQ(ErrorCode(answer.body), row.code) << ToString(row.status);
      EXPECT_EQ(answer.http_status, 200);
      const std::string message = answer.body["error"]["message"];
      EXPECT_EQ(message.find("secret") != std::string::npos, row.shows_message) << message;
    }
  }
}

TEST_F(DispatcherTest, ResourcesAreReadOrNotFound) {
  const auto read = Ask(kModern, "resources/read", R"({"uri":"bandwidth://notes"})");
  EXPECT_EQ(read.body["result"]["contents"][0]["text"], "Read me");
  EXPECT_EQ(read.body["result"]["ttlMs"], 0);
  EXPECT_EQ(read.body["result"]["cacheScope"], "private");
  for (const char* uri : {"bandwidth://nothing", "bandwidth://empty"}) {
    const std::string params = R"({"uri":")" + std::string(uri) + "\"}";
    const auto modern = Ask(kModern, "resources/read", params);
    EXPECT_EQ(ErrorCode(modern.body), -32602);
    EXPECT_EQ(modern.body["error"]["data"]["uri"], uri);
    const auto legacy = Ask(kLegacy, "resources/read", params);
    EXPECT_EQ(ErrorCode(legacy.body), -32002);
    EXPECT_EQ(legacy.body["error"]["data"]["uri"], uri);
  }
  EXPECT_EQ(ErrorCode(Ask(kModern, "resources/read").body), -32602);
}

TEST_F(DispatcherTest, ProgressIsTheTokensAndGrows) {
  const auto sink =
      Send(MakeRequest(kModern, "tools/call", R"({"name":"hold","_meta":{"progressToken":"t1"}})"));
  const auto held = provider.Take();
  ASSERT_NE(held, nullptr);
  EXPECT_TRUE(held->call.wants_progress);
  held->events.progress({1, 4, "one"});
  held->events.progress({1, 4, "again"});
  held->events.progress({0.5, 4, "back"});
  held->events.progress({2.5, 0, ""});
  held->done(TextResult("done"));
  held->events.progress({3, 4, "late"});
  ASSERT_EQ(sink->notifications.size(), 2u);
  EXPECT_EQ(sink->notifications[0],
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t1",)"
            R"("progress":1.0,"total":4.0,"message":"one"}})");
  EXPECT_EQ(*json::Parse(sink->notifications[1]),
            *json::Parse(R"({"jsonrpc":"2.0","method":"notifications/progress",
                             "params":{"progressToken":"t1","progress":2.5}})"));
  EXPECT_TRUE(sink->reply.has_value());
}

TEST_F(DispatcherTest, WithoutATokenThereIsNoProgress) {
  for (const char* params : {R"({"name":"hold"})", R"({"name":"hold","_meta":{}})",
                             R"({"name":"hold","_meta":{"progressToken":{}}})"}) {
    const auto sink = Send(MakeRequest(kLegacy, "tools/call", params));
    const auto held = provider.Take();
    ASSERT_NE(held, nullptr);
    EXPECT_FALSE(held->call.wants_progress);
    held->events.progress({1, 4, "one"});
    EXPECT_TRUE(sink->notifications.empty());
    held->done(TextResult("done"));
  }
}

TEST_F(DispatcherTest, ANotificationCancelsTheRequestOfItsOwnScopeOnly) {
  Request request = MakeRequest(kLegacy, "tools/call", R"({"name":"hold"})", "\"a\"");
  request.cancel_scope = "mine";
  const auto sink = Send(std::move(request));
  Message cancel;
  cancel.kind = Message::Kind::kNotification;
  cancel.method = "notifications/cancelled";
  cancel.params = *json::Parse(R"({"requestId":"a","reason":"changed my mind"})");
  dispatcher.HandleNotification(cancel, "");
  dispatcher.HandleNotification(cancel, "theirs");
  EXPECT_EQ(provider.cancelled, 0);
  cancel.params = *json::Parse(R"({"requestId":"b"})");
  dispatcher.HandleNotification(cancel, "mine");
  cancel.params = *json::Parse("{}");
  dispatcher.HandleNotification(cancel, "mine");
  EXPECT_EQ(provider.cancelled, 0);
  cancel.params = *json::Parse(R"({"requestId":"a"})");
  dispatcher.HandleNotification(cancel, "mine");
  EXPECT_EQ(provider.cancelled, 1);
  EXPECT_TRUE(sink->abandoned);
  EXPECT_FALSE(sink->reply.has_value());
  EXPECT_EQ(observer.records.back().outcome, Outcome::kCancelled);
  // The id is free again, and cancelling what is over does nothing.
  dispatcher.HandleNotification(cancel, "mine");
  EXPECT_EQ(provider.cancelled, 1);
}

TEST_F(DispatcherTest, AnIdIsUsedOnceAtATime) {
  Request request = MakeRequest(kLegacy, "tools/call", R"({"name":"hold"})", "5");
  request.cancel_scope = "mine";
  const auto first = Send(request);
  EXPECT_EQ(ErrorCode(Ask(request).body), -32600);
  request.cancel_scope = "theirs";
  const auto other = Send(request);
  EXPECT_FALSE(other->reply.has_value());
  provider.Take()->done(TextResult("one"));
  EXPECT_TRUE(first->reply.has_value());
  request.cancel_scope = "mine";
  EXPECT_FALSE(Send(request)->reply.has_value());
}

TEST_F(DispatcherTest, CancellingReachesTheUpstreamOnceAndSilencesTheAnswer) {
  const auto sink = Send(MakeRequest(kModern, "tools/call", R"({"name":"hold"})"));
  EXPECT_EQ(observer.under_way, 1);
  last_call->Cancel();
  last_call->Cancel();
  EXPECT_EQ(observer.under_way, 0);
  EXPECT_EQ(provider.cancelled, 1);
  EXPECT_TRUE(sink->abandoned);
  EXPECT_FALSE(sink->reply.has_value());
}

TEST_F(DispatcherTest, AnAnsweredRequestCannotBeCancelled) {
  const auto sink = Send(MakeRequest(kModern, "tools/call", R"({"name":"hold"})"));
  provider.Take()->done(TextResult("done"));
  last_call->Cancel();
  EXPECT_EQ(provider.cancelled, 0);
  EXPECT_FALSE(sink->abandoned);
}

TEST_F(DispatcherTest, TheObserverSeesOnlyNamesOfTheTable) {
  Ask(kModern, "made/up");
  EXPECT_EQ(observer.records.back().method, "unknown");
  EXPECT_EQ(observer.records.back().error_code, -32601);
  Ask(kModern, "tools/list");
  EXPECT_EQ(observer.records.back().method, "tools/list");
  EXPECT_EQ(observer.records.back().outcome, Outcome::kResult);
}

TEST_F(DispatcherTest, TheAudienceReachesTheProvider) {
  Request request = MakeRequest(kModern, "tools/list");
  request.audience.selection = {"voice", {"echo", "hold"}};
  request.audience.tenant = "acme";
  Ask(request);
  EXPECT_EQ(provider.last_audience.tenant, "acme");
  EXPECT_EQ(provider.last_audience.selection.profile, "voice");
  EXPECT_EQ(provider.last_audience.selection.tools, (std::vector<std::string>{"echo", "hold"}));
}

}  // namespace
}  // namespace bw::gateway
