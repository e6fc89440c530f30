#include "gateway/core/input_rounds.h"

#include <chrono>
#include <string>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

constexpr Revision kLegacy = Revision::k2025_11_25;
constexpr Revision kModern = Revision::k2026_07_28;
constexpr const char* kCapabilities =
    R"({"elicitation":{},"sampling":{},"roots":{"listChanged":true}})";

InputRequired Questions3() {
  return {R"({"who":{"method":"elicitation/create","params":{"message":"Who?"}},
              "write":{"method":"sampling/createMessage","params":{"maxTokens":1}},
              "where":{"method":"roots/list"}})",
          "state-1"};
}

class InputRoundsTest : public CoreTest {
 protected:
  Request ModernCall(const std::string& more = "", const char* capabilities = kCapabilities) {
    return MakeRequest(kModern, "tools/call",
                       R"({"name":"hold",)" + more +
                           R"("_meta":{"io.modelcontextprotocol/clientCapabilities":)" +
                           capabilities + "}}");
  }
  Request LegacyCall(const char* capabilities = kCapabilities) {
    Request request = MakeRequest(kLegacy, "tools/call", R"({"name":"hold"})");
    request.cancel_scope = "session-of-ann";
    request.client_capabilities_json = capabilities;
    return request;
  }
  static json::Json Body(const std::shared_ptr<RecordingSink>& sink) {
    return sink->reply ? *json::Parse(sink->reply->body) : json::Json();
  }
  // What the provider is told, which then answers `outcome`.
  InputExchange Provide(ToolOutcome outcome) {
    const auto held = provider.Take();
    if (held == nullptr) {
      ADD_FAILURE() << "nobody asked the provider";
      return {};
    }
    InputExchange input = held->call.input;
    held->done(std::move(outcome));
    return input;
  }
  // The requests sent to the client, by method.
  static std::map<std::string, json::Json> Asked(const std::shared_ptr<RecordingSink>& sink) {
    std::map<std::string, json::Json> asked;
    for (const std::string& text : sink->notifications) {
      json::Json message = *json::Parse(text);
      asked[message["method"]] = message;
    }
    return asked;
  }
  void Respond(const json::Json& question, const char* result, const char* error = "null",
               const std::string& scope = "session-of-ann") {
    Message message;
    message.kind = Message::Kind::kResponse;
    message.id = ReadRequestId(question["id"]);
    message.result = *json::Parse(result);
    message.error = *json::Parse(error);
    dispatcher.HandleResponse(message, "default", scope);
  }
  static std::string ToolText(const std::shared_ptr<RecordingSink>& sink) {
    return Body(sink)["result"]["content"][0]["text"];
  }
};

TEST_F(InputRoundsTest, AModernClientComesAgain) {
  const auto first = Send(ModernCall());
  EXPECT_EQ(Provide(Questions3()).responses_json, "");
  const json::Json result = Body(first)["result"];
  EXPECT_EQ(result["resultType"], "input_required");
  EXPECT_EQ(result["inputRequests"], *json::Parse(Questions3().input_requests_json));
  EXPECT_EQ(observer.records.back().outcome, Outcome::kInputRequired);

  const auto second = Send(ModernCall(R"("inputResponses":{"who":{"action":"accept"},"x":{}},
                                         "requestState":)" +
                                      json::Dump(result["requestState"]) + ","));
  const InputExchange input = Provide(TextResult("Hello"));
  EXPECT_EQ(input.state, "state-1");
  EXPECT_EQ(*json::Parse(input.responses_json),
            *json::Parse(R"({"who":{"action":"accept"},"x":{}})"));
  EXPECT_EQ(*json::Parse(input.client_capabilities_json), *json::Parse(kCapabilities));
  EXPECT_EQ(Body(second)["result"]["resultType"], "complete");
}

TEST_F(InputRoundsTest, OnlyWhatThereIsIsSent) {
  const auto stateless = Send(ModernCall());
  InputRequired required = Questions3();
  required.state.clear();
  Provide(required);
  EXPECT_FALSE(Body(stateless)["result"].contains("requestState"));
  const auto state_only = Send(ModernCall());
  Provide(InputRequired{"", "s"});
  EXPECT_FALSE(Body(state_only)["result"].contains("inputRequests"));
  EXPECT_TRUE(Body(state_only)["result"]["requestState"].is_string());
}

TEST_F(InputRoundsTest, AStateThatIsNotGoodIsRefusedBeforeTheProviderIsAsked) {
  const auto first = Send(ModernCall());
  Provide(Questions3());
  const std::string state = Body(first)["result"]["requestState"];
  const int calls = provider.calls;
  const auto refused = [&](Request request, const char* says) {
    const auto answer = Ask(std::move(request));
    EXPECT_EQ(answer.body["error"]["code"], -32602);
    EXPECT_EQ(answer.http_status, 200);
    const std::string message = answer.body["error"]["message"];
    EXPECT_NE(message.find(says), std::string::npos) << message;
  };
  const auto with_state = [&](const std::string& text) {
    return ModernCall(R"("requestState":")" + text + "\",");
  };
  refused(with_state(state + "-TAMPERED"), "changed");
  refused(ModernCall(R"("requestState":5,)"), "string");
  refused(ModernCall(R"("inputResponses":[],)"), "inputResponses must be an object");
  refused(ModernCall(R"("inputResponses":null,)"), "inputResponses must be an object");
  Request other = with_state(state);
  other.caller.principal = "bob";
  refused(std::move(other), "another caller");
  refused(ModernCall(R"("arguments":{"a":1},"requestState":")" + state + "\","), "another request");
  clock.Advance(std::chrono::minutes(11));
  refused(with_state(state), "expired");
  EXPECT_EQ(provider.calls, calls);
  EXPECT_EQ(question_observer.states_refused, 5);
}

TEST_F(InputRoundsTest, AModernClientIsAskedOnlyForWhatItDeclared) {
  const auto sink = Send(ModernCall("", R"({"elicitation":{"url":{}},"roots":{}})"));
  Provide(Questions3());
  EXPECT_EQ(sink->reply->http_status, 400);
  EXPECT_EQ(Body(sink)["error"]["code"], -32021);
  EXPECT_EQ(Body(sink)["error"]["data"],
            *json::Parse(R"({"requiredCapabilities":{"elicitation":{"form":{}},"sampling":{}}})"));
}

TEST_F(InputRoundsTest, AProviderThatAsksNonsenseIsAnInternalError) {
  for (const char* asked : {"[]", "{bad", R"({"a":5})", R"({"a":{"method":"ping"}})",
                            R"({"a":{"method":"roots/list","params":5}})", "{}"}) {
    for (const bool modern : {true, false}) {
      const auto sink = Send(modern ? ModernCall() : LegacyCall());
      Provide(InputRequired{asked, ""});
      EXPECT_EQ(Body(sink)["error"]["code"], -32603) << asked;
    }
  }
}

TEST_F(InputRoundsTest, QuestionsOfARoundAreBounded) {
  const auto ask = [&](std::size_t count) {
    json::Json asked = json::Json::object();
    for (std::size_t i = 0; i < count; ++i) asked[std::to_string(i)]["method"] = "roots/list";
    const auto sink = Send(ModernCall());
    Provide(InputRequired{json::Dump(asked), ""});
    return Body(sink).contains("result");
  };
  EXPECT_TRUE(ask(questions.limits().max_per_round));
  EXPECT_FALSE(ask(questions.limits().max_per_round + 1));
}

TEST_F(InputRoundsTest, PromptsAndResourcesAskToo) {
  struct Row {
    const char* method;
    const char* named;
  };
  for (const Row& row : {Row{"prompts/get", R"("name":"ask")"},
                         Row{"resources/read", R"("uri":"bandwidth://ask")"}}) {
    const std::string meta =
        R"(,"_meta":{"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}})";
    const auto asked = Ask(kModern, row.method, std::string("{") + row.named + meta);
    EXPECT_EQ(asked.body["result"]["resultType"], "input_required");
    EXPECT_FALSE(asked.body["result"].contains("ttlMs"));
    const auto answered =
        Ask(kModern, row.method,
            std::string("{") + row.named + R"(,"inputResponses":{"who":{"action":"accept"}})" +
                R"(,"requestState":)" + json::Dump(asked.body["result"]["requestState"]) + meta);
    EXPECT_EQ(answered.body["result"]["resultType"], "complete");

    Request legacy = MakeRequest(kLegacy, row.method, std::string("{") + row.named + "}");
    legacy.client_capabilities_json = kCapabilities;
    legacy.cancel_scope = "session-of-ann";
    const auto sink = Send(legacy);
    ASSERT_EQ(sink->notifications.size(), 1u);
    Respond(*json::Parse(sink->notifications[0]), R"({"action":"accept"})");
    EXPECT_TRUE(Body(sink).contains("result")) << sink->reply->body;

    legacy.client_capabilities_json = "{}";
    EXPECT_EQ(Ask(legacy).body["error"]["code"], -32603);
  }
}

TEST_F(InputRoundsTest, ALegacyClientIsAskedOnTheCallsOwnStream) {
  const auto sink = Send(LegacyCall());
  Provide(Questions3());
  const auto asked = Asked(sink);
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked.at("elicitation/create")["params"], *json::Parse(R"({"message":"Who?"})"));
  EXPECT_FALSE(asked.at("roots/list").contains("params"));
  EXPECT_FALSE(sink->reply.has_value());
  Respond(asked.at("sampling/createMessage"), R"({"role":"assistant"})");
  Respond(asked.at("roots/list"), R"({"roots":[]})");
  EXPECT_EQ(provider.Take(), nullptr);
  // A second answer to one question changes nothing.
  Respond(asked.at("roots/list"), R"({"roots":[1]})");
  Respond(asked.at("elicitation/create"), R"({"action":"decline"})");
  const InputExchange input = Provide(TextResult("done"));
  EXPECT_EQ(input.state, "state-1");
  EXPECT_EQ(*json::Parse(input.responses_json),
            *json::Parse(R"({"who":{"action":"decline"},"write":{"role":"assistant"},
                             "where":{"roots":[]}})"));
  EXPECT_EQ(ToolText(sink), "done");
  EXPECT_EQ(questions.open(), 0u);
  EXPECT_EQ(scheduler.pending(), 0u);
}

TEST_F(InputRoundsTest, AQuestionLooksAsItsRevisionWantsIt) {
  const InputRequired form{
      R"({"a":{"method":"elicitation/create","params":{"mode":"form","message":"m"}}})", ""};
  const InputRequired url{
      R"({"a":{"method":"elicitation/create","params":{"mode":"url","url":"https://x"}}})", ""};
  const auto params_of = [&](Revision revision, const InputRequired& required) {
    Request request = LegacyCall(R"({"elicitation":{"form":{},"url":{}}})");
    request.revision = revision;
    request.message.id = RequestId{std::to_string(provider.calls)};
    const auto sink = Send(std::move(request));
    Provide(required);
    return Asked(sink).at("elicitation/create")["params"];
  };
  EXPECT_EQ(params_of(Revision::k2025_06_18, form), *json::Parse(R"({"message":"m"})"));
  EXPECT_EQ(params_of(kLegacy, form), *json::Parse(R"({"mode":"form","message":"m"})"));
  EXPECT_TRUE(params_of(kLegacy, url)["elicitationId"].is_string());
}

TEST_F(InputRoundsTest, TheAnswerMayArriveAtAnotherReplica) {
  Questions elsewhere(sealer, &mailbox, scheduler, question_observer);
  const auto sink = Send(LegacyCall());
  Provide(AskWho());
  Message message;
  message.kind = Message::Kind::kResponse;
  message.id = ReadRequestId((*json::Parse(sink->notifications.at(0)))["id"]);
  message.result = *json::Parse(R"({"action":"accept"})");
  elsewhere.Deliver({"default", "session-of-ann"}, message);
  EXPECT_EQ(Provide(TextResult("done")).responses_json, R"({"who":{"action":"accept"}})");
  EXPECT_EQ(ToolText(sink), "done");
}

TEST_F(InputRoundsTest, WithoutWhatAskingTakesTheResultSaysSo) {
  const auto text_of = [&](Request request, bool reads_notifications = true) {
    auto sink = std::make_shared<RecordingSink>();
    sink->reads_notifications = reads_notifications;
    dispatcher.Dispatch(std::move(request), sink);
    Provide(AskWho());
    EXPECT_EQ(Body(sink)["result"]["isError"], true);
    EXPECT_TRUE(sink->notifications.empty());
    return ToolText(sink);
  };
  EXPECT_NE(text_of(LegacyCall("{}")).find(R"(did not declare {"elicitation":{"form":{}}})"),
            std::string::npos);
  Request sessionless = LegacyCall();
  sessionless.cancel_scope.clear();
  EXPECT_NE(text_of(std::move(sessionless)).find("session"), std::string::npos);
  EXPECT_NE(text_of(LegacyCall(), false).find("event stream"), std::string::npos);
  EXPECT_EQ(observer.records.back().outcome, Outcome::kToolError);
}

TEST_F(InputRoundsTest, AClientThatFailsAtAskingAPersonCancels) {
  const auto sink = Send(LegacyCall());
  Provide(AskWho());
  Respond(*json::Parse(sink->notifications.at(0)), "null", R"({"code":-1,"message":"no dialog"})");
  EXPECT_EQ(Provide(TextResult("as you like")).responses_json, R"({"who":{"action":"cancel"}})");
}

TEST_F(InputRoundsTest, AnyOtherFailureOfTheClientEndsTheCall) {
  const auto sink = Send(LegacyCall());
  Provide(Questions3());
  const auto asked = Asked(sink);
  Respond(asked.at("sampling/createMessage"), "null", R"({"code":-1,"message":"no model"})");
  EXPECT_EQ(Body(sink)["result"]["isError"], true);
  EXPECT_NE(ToolText(sink).find("sampling/createMessage: no model"), std::string::npos);
  // The others are taken back.
  int withdrawn = 0;
  for (const std::string& text : sink->notifications) {
    const json::Json message = *json::Parse(text);
    if (message["method"] != "notifications/cancelled") continue;
    ++withdrawn;
    EXPECT_TRUE(message["params"]["requestId"] == asked.at("roots/list")["id"] ||
                message["params"]["requestId"] == asked.at("elicitation/create")["id"]);
  }
  EXPECT_EQ(withdrawn, 2);
  EXPECT_EQ(questions.open(), 0u);
  EXPECT_EQ(provider.Take(), nullptr);
}

TEST_F(InputRoundsTest, PatienceEnds) {
  const auto sink = Send(LegacyCall());
  Provide(AskWho());
  scheduler.Advance(questions.limits().patience - std::chrono::milliseconds(1));
  EXPECT_FALSE(sink->reply.has_value());
  scheduler.Advance(std::chrono::milliseconds(1));
  EXPECT_NE(ToolText(sink).find("in time"), std::string::npos);
  EXPECT_EQ((*json::Parse(sink->notifications.back()))["method"], "notifications/cancelled");
  EXPECT_EQ(question_observer.ended, std::vector<QuestionEnd>{QuestionEnd::kTimedOut});
}

TEST_F(InputRoundsTest, RoundsAreBounded) {
  const auto sink = Send(LegacyCall());
  for (int round = 0; round < questions.limits().max_rounds; ++round) {
    Provide(AskWho());
    ASSERT_EQ(sink->notifications.size(), static_cast<std::size_t>(round) + 1);
    Respond(*json::Parse(sink->notifications.back()), R"({"action":"accept"})");
  }
  EXPECT_FALSE(sink->reply.has_value());
  Provide(AskWho());
  EXPECT_EQ(Body(sink)["result"]["isError"], true);
  EXPECT_EQ(question_observer.refused, 1);
}

TEST_F(InputRoundsTest, AStateWithoutQuestionsGoesRoundAtOnce) {
  const auto sink = Send(LegacyCall("{}"));
  Provide(InputRequired{"", "next"});
  EXPECT_EQ(Provide(TextResult("done")).state, "next");
  EXPECT_EQ(ToolText(sink), "done");
}

TEST_F(InputRoundsTest, CancellingTheCallWithdrawsItsQuestions) {
  const auto sink = Send(LegacyCall());
  Provide(AskWho());
  Message cancel;
  cancel.kind = Message::Kind::kNotification;
  cancel.method = "notifications/cancelled";
  cancel.params = *json::Parse(R"({"requestId":1})");
  dispatcher.HandleNotification(cancel, "session-of-ann");
  EXPECT_TRUE(sink->abandoned);
  EXPECT_EQ(questions.open(), 0u);
  EXPECT_EQ(scheduler.pending(), 0u);
  EXPECT_EQ(question_observer.ended, std::vector<QuestionEnd>{QuestionEnd::kWithdrawn});
  Respond(*json::Parse(sink->notifications.at(0)), R"({"action":"accept"})");
  EXPECT_EQ(provider.Take(), nullptr);
  EXPECT_FALSE(sink->reply.has_value());
}

TEST_F(InputRoundsTest, CancellingInALaterRoundReachesTheProvider) {
  const auto sink = Send(LegacyCall());
  Provide(AskWho());
  Respond(*json::Parse(sink->notifications.at(0)), R"({"action":"accept"})");
  last_call->Cancel();
  EXPECT_EQ(provider.cancelled, 2);  // the first was over
  EXPECT_EQ(provider.Take(), nullptr);
  EXPECT_TRUE(sink->abandoned);
}

TEST_F(InputRoundsTest, AStoppingServerEndsCallsThatWait) {
  const auto sink = Send(LegacyCall());
  Provide(AskWho());
  questions.Stop();
  EXPECT_NE(ToolText(sink).find("shutting down"), std::string::npos);
  EXPECT_EQ(scheduler.pending(), 0u);
  const auto late = Send(LegacyCall());
  Provide(AskWho());
  EXPECT_EQ(Body(late)["result"]["isError"], true);
}

TEST_F(InputRoundsTest, LogsAreFilteredByWhatTheClientWants) {
  const auto levels_of = [&](Request request) {
    const auto sink = Send(std::move(request));
    const auto held = provider.Take();
    for (const char* level : {"debug", "info", "error", "loud"}) {
      held->events.log({level, "dialler", R"({"n":1})"});
    }
    held->done(TextResult("done"));
    held->events.log({"emergency", "", "1"});
    std::string levels = held->call.log_level + ":";
    for (const std::string& text : sink->notifications) {
      const json::Json message = *json::Parse(text);
      EXPECT_EQ(message["method"], "notifications/message");
      EXPECT_EQ(message["params"]["logger"], "dialler");
      EXPECT_EQ(message["params"]["data"], *json::Parse(R"({"n":1})"));
      levels += " " + message["params"]["level"].get<std::string>();
    }
    return levels;
  };
  const auto modern = [&](const char* level) {
    return MakeRequest(kModern, "tools/call",
                       R"({"name":"hold","_meta":{"io.modelcontextprotocol/logLevel":")" +
                           std::string(level) + "\"}}");
  };
  EXPECT_EQ(levels_of(LegacyCall()), "info: info error");
  EXPECT_EQ(levels_of(ModernCall()), ":");
  EXPECT_EQ(levels_of(modern("debug")), "debug: debug info error");
  EXPECT_EQ(levels_of(modern("error")), "error: error");
}

TEST_F(InputRoundsTest, LogDataThatIsNoJsonIsText) {
  const auto sink = Send(LegacyCall());
  const auto held = provider.Take();
  held->events.log({"info", "", "not \"json\""});
  EXPECT_EQ((*json::Parse(sink->notifications.at(0)))["params"],
            *json::Parse(R"({"level":"info","data":"not \"json\""})"));
  held->done(TextResult("done"));
}

}  // namespace
}  // namespace bw::gateway
