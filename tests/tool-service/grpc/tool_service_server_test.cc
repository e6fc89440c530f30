// The contract over an in-process channel, with tools that do what the test says.
#include "tool-service/grpc/tool_service_server.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/rpc/rpc.h"
#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

namespace proto = ::bw::tool_service::v1;
using testing::ElementsAre;
using testing::HasSubstr;

// Something that one thread does and another waits for.
class Signal {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool Wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// A tool whose answer the test gives; remembers the call.
struct HeldTool {
  Signal called;
  Signal cancelled;
  CallContext context;
  Tool::Done done;

  CatalogueEntry Entry(const std::string& name) {
    return {std::make_shared<FakeTool>(name,
                                       [this](json::Json, CallContext call, Tool::Done finish) {
                                         done = std::move(finish);
                                         call.on_cancel([this] { cancelled.Set(); });
                                         context = std::move(call);
                                         called.Set();
                                       }),
            false};
  }
};

// A journal that answers when the test lets it.
class HeldJournal : public FakeJournal {
 public:
  void GetCall(const CallContext&, const std::string&, Done<CallRecord> done) override {
    record_done = std::move(done);
    asked_for_call.Set();
  }
  void ListCalls(const CallContext&, CallQuery, Done<CallPage> done) override {
    page_done = std::move(done);
    asked_for_calls.Set();
  }
  Signal asked_for_call;
  Signal asked_for_calls;
  Done<CallRecord> record_done;
  Done<CallPage> page_done;
};

class ToolServiceServerTest : public testing::Test {
 protected:
  ToolServiceServerTest() : metrics(registry) {}

  void Start(std::vector<CatalogueEntry> entries, CallLimits limits = {}) {
    tools.Replace(std::move(entries));
    toolbox.emplace(tools, SelectionPolicy({.profile = "full"}, false));
    ServerFacts facts;
    facts.number = "+15550100002";
    resources.emplace(facts, credentials, *read_from, clock);
    prompts.emplace(facts);
    completions.emplace(facts, credentials, *read_from, clock);
    notifier.emplace([this] { return RevisionsOf(*tools.Snapshot(), toolbox->policy()); },
                     kMaxWatchers);
    tools.OnReplace([this] { notifier->Changed(); });
    scheduler = MakeThreadScheduler();
    calls.emplace(*toolbox, SystemClock(), *scheduler, metrics, limits);
    service = MakeToolService({*calls, *toolbox, *resources, *prompts, *completions, *notifier,
                               SystemClock(), metrics, facts, limits.max_calls_in_flight,
                               limits.call_timeout});
    auto started = rpc::Server::Start({}, {service.get()});
    ASSERT_TRUE(started.ok());
    server = *std::move(started);
    stub = proto::ToolService::NewStub(server->InProcessChannel());
  }

  struct Outcome {
    grpc::Status status;
    std::vector<proto::CallToolResponse> messages;
    const proto::ToolResult& result() const { return messages.back().result(); }
  };
  Outcome Call(const proto::CallToolRequest& request) {
    grpc::ClientContext context;
    Outcome outcome;
    auto reader = stub->CallTool(&context, request);
    proto::CallToolResponse message;
    while (reader->Read(&message)) outcome.messages.push_back(message);
    outcome.status = reader->Finish();
    return outcome;
  }
  static proto::CallToolRequest RequestFor(const std::string& name, const std::string& arguments) {
    proto::CallToolRequest request;
    request.set_tenant("default");
    request.set_name(name);
    request.set_arguments_json(arguments);
    return request;
  }
  grpc::Status List(const proto::ListToolsRequest& request, proto::ListToolsResponse* response) {
    grpc::ClientContext context;
    return stub->ListTools(&context, request, response);
  }

  static constexpr std::size_t kMaxWatchers = 2;

  metrics::Registry registry;
  Metrics metrics;
  FakeJournal journal;
  EventJournal* read_from = &journal;
  FakeClock clock;
  CredentialStore credentials;
  Registry tools;
  std::optional<Toolbox> toolbox;
  std::optional<Resources> resources;
  std::optional<Prompts> prompts;
  std::optional<Completions> completions;
  std::optional<CatalogueNotifier> notifier;
  std::unique_ptr<grpc::Service> service;
  std::unique_ptr<Scheduler> scheduler;
  std::optional<ToolCalls> calls;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<proto::ToolService::Stub> stub;
};

TEST_F(ToolServiceServerTest, ListsToolsOncePreparedForEachSelection) {
  Start({Entry("b"), Entry("a")});
  proto::ListToolsRequest request;
  request.set_tenant("default");
  proto::ListToolsResponse first;
  ASSERT_TRUE(List(request, &first).ok());
  ASSERT_EQ(first.tools_size(), 2);
  EXPECT_EQ(first.tools(0).name(), "a");
  EXPECT_EQ(first.tools(0).title(), "A tool");
  EXPECT_EQ(first.tools(0).input_schema_json(), R"({"type":"object"})");
  EXPECT_TRUE(first.tools(0).annotations().destructive());
  proto::ListToolsResponse second;
  ASSERT_TRUE(List(request, &second).ok());
  EXPECT_EQ(second.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(metrics.lists_built.Value(), 1);
  EXPECT_EQ(metrics.lists_prepared.Value(), 1);
  request.mutable_selection()->add_exclude_tools("a");
  proto::ListToolsResponse narrowed;
  ASSERT_TRUE(List(request, &narrowed).ok());
  EXPECT_EQ(narrowed.tools_size(), 1);
  EXPECT_NE(narrowed.revision(), first.revision());
}

TEST_F(ToolServiceServerTest, TheListFollowsTheCatalogue) {
  Start({Entry("a")});
  proto::ListToolsRequest request;
  request.set_tenant("default");
  proto::ListToolsResponse before;
  ASSERT_TRUE(List(request, &before).ok());
  tools.Replace({Entry("a"), Entry("b")});
  proto::ListToolsResponse after;
  ASSERT_TRUE(List(request, &after).ok());
  EXPECT_EQ(after.tools_size(), 2);
  EXPECT_NE(after.revision(), before.revision());
}

TEST_F(ToolServiceServerTest, RefusesMalformedRequests) {
  Start({Entry("a")});
  proto::ListToolsRequest list;
  proto::ListToolsResponse response;
  EXPECT_EQ(List(list, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  list.set_tenant("default");
  list.mutable_selection()->set_profile("nope");
  EXPECT_EQ(List(list, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  struct Case {
    const char* what;
    proto::CallToolRequest request;
    grpc::StatusCode code;
    const char* text;
  };
  std::vector<Case> cases = {
      {"an unknown tool", RequestFor("nope", "{}"), grpc::StatusCode::NOT_FOUND, "no tool"},
      {"not JSON", RequestFor("a", "{"), grpc::StatusCode::INVALID_ARGUMENT, "arguments_json"},
      {"not an object", RequestFor("a", "[]"), grpc::StatusCode::INVALID_ARGUMENT, "object"},
      {"too deep", RequestFor("a", std::string(100, '[')), grpc::StatusCode::INVALID_ARGUMENT,
       "arguments_json"},
      {"no tenant", RequestFor("a", "{}"), grpc::StatusCode::INVALID_ARGUMENT, "tenant"},
      {"too long a tenant", RequestFor("a", "{}"), grpc::StatusCode::INVALID_ARGUMENT, "tenant"},
      {"outside the client's selection", RequestFor("a", "{}"), grpc::StatusCode::NOT_FOUND,
       "not enabled"},
  };
  cases[4].request.clear_tenant();
  cases[5].request.set_tenant(std::string(65, 't'));
  cases[6].request.mutable_selection()->add_exclude_tools("a");
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    const Outcome outcome = Call(row.request);
    EXPECT_EQ(outcome.status.error_code(), row.code);
    EXPECT_THAT(outcome.status.error_message(), HasSubstr(row.text));
    EXPECT_TRUE(outcome.messages.empty());
  }
  EXPECT_EQ(metrics.calls_not_run.Value(), static_cast<double>(cases.size()));
}

TEST_F(ToolServiceServerTest, CallsAToolWithItsContext) {
  json::Json seen;
  CallContext context;
  Start({{std::make_shared<FakeTool>("a",
                                     [&](json::Json arguments, CallContext call, Tool::Done done) {
                                       seen = std::move(arguments);
                                       context = call;
                                       ToolResult result = TextResult("said");
                                       result.structured = json::Json{{"x", 1}};
                                       done(std::move(result));
                                     }),
          false}});
  auto request = RequestFor("a", R"({"k":"v"})");
  request.mutable_context()->set_request_id("req-1");
  request.mutable_context()->set_traceparent("00-aa-bb-01");
  request.mutable_context()->set_principal("me");
  request.mutable_context()->set_transport(proto::TRANSPORT_STDIO);
  const Outcome outcome = Call(request);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  ASSERT_EQ(outcome.messages.size(), 1u);
  EXPECT_EQ(outcome.result().content(0).text().text(), "said");
  EXPECT_EQ(outcome.result().structured_json(), R"({"x":1})");
  EXPECT_FALSE(outcome.result().is_error());
  EXPECT_EQ(seen, (json::Json{{"k", "v"}}));
  EXPECT_EQ(context.tenant, "default");
  EXPECT_EQ(context.request_id, "req-1");
  EXPECT_EQ(context.traceparent, "00-aa-bb-01");
  EXPECT_EQ(context.principal, "me");
  EXPECT_EQ(context.transport, Transport::kStdio);
  EXPECT_FALSE(context.report_progress);
  EXPECT_NE(context.deadline, std::chrono::steady_clock::time_point::max());
  EXPECT_EQ(metrics.calls_ok.Value(), 1);
}

TEST_F(ToolServiceServerTest, EmptyArgumentsAreAnEmptyObject) {
  json::Json seen;
  Start({{std::make_shared<FakeTool>("a",
                                     [&seen](json::Json arguments, CallContext, Tool::Done done) {
                                       seen = std::move(arguments);
                                       done(TextResult(""));
                                     }),
          false}});
  EXPECT_TRUE(Call(RequestFor("a", "")).status.ok());
  EXPECT_EQ(seen, json::Json::object());
}

TEST_F(ToolServiceServerTest, CarriesEveryKindOfContent) {
  Start({{std::make_shared<FakeTool>("a",
                                     [](json::Json, CallContext, Tool::Done done) {
                                       ToolResult result;
                                       result.is_error = true;
                                       Content content;
                                       content.mime_type = "image/png";
                                       content.data = std::string("\x89\0P", 3);
                                       content.kind = Content::Kind::kImage;
                                       result.content.push_back(content);
                                       content.kind = Content::Kind::kAudio;
                                       result.content.push_back(content);
                                       content.kind = Content::Kind::kResource;
                                       content.uri = "file:///x";
                                       result.content.push_back(content);
                                       content.data.clear();
                                       content.text = "words";
                                       result.content.push_back(content);
                                       content.kind = Content::Kind::kResourceLink;
                                       content.name = "x";
                                       result.content.push_back(content);
                                       done(std::move(result));
                                     }),
          false}});
  const Outcome outcome = Call(RequestFor("a", "{}"));
  ASSERT_TRUE(outcome.status.ok());
  const proto::ToolResult& result = outcome.result();
  ASSERT_EQ(result.content_size(), 5);
  EXPECT_TRUE(result.is_error());
  EXPECT_EQ(result.content(0).image().data().size(), 3u);
  EXPECT_EQ(result.content(1).audio().mime_type(), "image/png");
  EXPECT_EQ(result.content(2).resource().blob().size(), 3u);
  EXPECT_EQ(result.content(3).resource().text(), "words");
  EXPECT_EQ(result.content(4).resource_link().uri(), "file:///x");
  EXPECT_EQ(metrics.calls_tool_error.Value(), 1);
}

TEST_F(ToolServiceServerTest, AnErrorStatusOfAToolIsAnErrorOfTheCall) {
  Start({{std::make_shared<FakeTool>("a", [](json::Json, CallContext,
                                             Tool::Done done) { done(Unavailable("overloaded")); }),
          false}});
  const Outcome outcome = Call(RequestFor("a", "{}"));
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(outcome.status.error_message(), "overloaded");
}

TEST_F(ToolServiceServerTest, StreamsProgressBeforeTheResult) {
  HeldTool held;
  Start({held.Entry("a")});
  auto request = RequestFor("a", "{}");
  request.mutable_context()->set_wants_progress(true);
  grpc::ClientContext context;
  auto reader = stub->CallTool(&context, request);
  ASSERT_TRUE(held.called.Wait());
  held.context.report_progress({1, 2, "half"});
  proto::CallToolResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.progress().message(), "half");
  EXPECT_EQ(message.progress().total(), 2);
  held.context.report_progress({2, 2, "all"});
  held.done(TextResult("done"));
  held.context.report_progress({3, 2, "too late"});
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.progress().message(), "all");
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.result().content(0).text().text(), "done");
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ToolServiceServerTest, ASlowClientLosesTheOldestProgressOnly) {
  constexpr int kReports = 5'000;
  Start({{std::make_shared<FakeTool>("a",
                                     [](json::Json, CallContext context, Tool::Done done) {
                                       const std::string filler(1'000, 'x');
                                       for (int i = 1; i <= kReports; ++i) {
                                         context.report_progress({double(i), kReports, filler});
                                       }
                                       done(TextResult("done"));
                                     }),
          false}});
  auto request = RequestFor("a", "{}");
  request.mutable_context()->set_wants_progress(true);
  const Outcome outcome = Call(request);
  ASSERT_TRUE(outcome.status.ok());
  const std::size_t received = outcome.messages.size() - 1;
  EXPECT_EQ(received + static_cast<std::size_t>(metrics.progress_dropped.Value()), kReports);
  EXPECT_GT(metrics.progress_dropped.Value(), 0);
  double last = 0;
  for (std::size_t i = 0; i < received; ++i) {
    EXPECT_GT(outcome.messages[i].progress().progress(), last);
    last = outcome.messages[i].progress().progress();
  }
  EXPECT_EQ(last, kReports);
  EXPECT_TRUE(outcome.messages.back().has_result());
}

TEST_F(ToolServiceServerTest, CancellingReachesTheTool) {
  HeldTool held;
  Start({held.Entry("a")});
  grpc::ClientContext context;
  auto reader = stub->CallTool(&context, RequestFor("a", "{}"));
  ASSERT_TRUE(held.called.Wait());
  context.TryCancel();
  EXPECT_TRUE(held.cancelled.Wait());
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  held.done(TextResult("too late"));  // harms nothing
  EXPECT_EQ(metrics.calls_cancelled.Value(), 1);
  EXPECT_EQ(metrics.calls_ok.Value(), 0);
}

TEST_F(ToolServiceServerTest, TheDeadlineReachesTheTool) {
  HeldTool held;
  Start({held.Entry("a")});
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  auto reader = stub->CallTool(&context, RequestFor("a", "{}"));
  ASSERT_TRUE(held.called.Wait());
  EXPECT_LT(held.context.deadline, SystemClock().Steady() + std::chrono::seconds(10));
  EXPECT_TRUE(held.cancelled.Wait());
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  held.done(TextResult("too late"));
}

TEST_F(ToolServiceServerTest, RefusesOneCallTooMany) {
  std::array<HeldTool, 2> held;
  CallLimits limits;
  limits.max_calls_in_flight = 2;
  Start({held[0].Entry("a"), held[1].Entry("b"), Entry("c")}, limits);
  std::array<grpc::ClientContext, 2> contexts;
  auto first = stub->CallTool(&contexts[0], RequestFor("a", "{}"));
  ASSERT_TRUE(held[0].called.Wait());
  EXPECT_TRUE(Call(RequestFor("c", "{}")).status.ok());
  // The client has its answer a moment before the server counts the call out.
  while (metrics.calls_in_flight.Value() > 1) std::this_thread::yield();
  auto second = stub->CallTool(&contexts[1], RequestFor("b", "{}"));
  ASSERT_TRUE(held[1].called.Wait());
  EXPECT_EQ(Call(RequestFor("c", "{}")).status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(metrics.calls_refused.Value(), 1);
  held[0].done(TextResult("a"));
  held[1].done(TextResult("b"));
  for (auto* reader : {first.get(), second.get()}) {
    proto::CallToolResponse message;
    while (reader->Read(&message)) EXPECT_TRUE(message.has_result());
    EXPECT_TRUE(reader->Finish().ok());
  }
}

TEST_F(ToolServiceServerTest, ArgumentsUpToTheLimit) {
  Start({Entry("a")});
  const std::string frame = R"({"k":""})";
  const std::string longest(kMaxArgumentsBytes - frame.size(), 'x');
  EXPECT_TRUE(Call(RequestFor("a", R"({"k":")" + longest + R"("})")).status.ok());
  EXPECT_EQ(Call(RequestFor("a", R"({"k":"x)" + longest + R"("})")).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ToolServiceServerTest, ManyCallsFromManyThreads) {
  Start({{std::make_shared<FakeTool>("a",
                                     [](json::Json arguments, CallContext, Tool::Done done) {
                                       std::thread([arguments, done] {
                                         done(TextResult(arguments["n"].get<std::string>()));
                                       }).detach();
                                     }),
          false}});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread, &right] {
      for (int i = 0; i < 100; ++i) {
        const std::string name = std::to_string(thread * 1'000 + i);
        const Outcome outcome = Call(RequestFor("a", R"({"n":")" + name + R"("})"));
        if (outcome.status.ok() && outcome.result().content(0).text().text() == name) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 400);
}

TEST_F(ToolServiceServerTest, Resources) {
  Start({});
  proto::ListResourcesRequest list;
  proto::ListResourcesResponse listed;
  {
    grpc::ClientContext context;
    EXPECT_EQ(stub->ListResources(&context, list, &listed).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
  list.set_tenant("default");
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub->ListResources(&context, list, &listed).ok());
  }
  EXPECT_EQ(listed.resources_size(), static_cast<int>(Resources::List().size()));
  EXPECT_FALSE(listed.revision().empty());
  proto::ListResourceTemplatesRequest templates;
  templates.set_tenant("default");
  proto::ListResourceTemplatesResponse found;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub->ListResourceTemplates(&context, templates, &found).ok());
  }
  EXPECT_EQ(found.templates(0).uri_template(), "bandwidth://calls/{call_id}");
  proto::ReadResourceRequest read;
  read.set_tenant("default");
  read.set_uri("resource://config");
  proto::ReadResourceResponse content;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub->ReadResource(&context, read, &content).ok());
  }
  EXPECT_THAT(content.contents(0).text(), HasSubstr("+15550100002"));
  read.set_uri("resource://nope");
  {
    grpc::ClientContext context;
    EXPECT_EQ(stub->ReadResource(&context, read, &content).error_code(),
              grpc::StatusCode::NOT_FOUND);
  }
}

TEST_F(ToolServiceServerTest, RefusesOneReadTooMany) {
  HeldJournal held;
  read_from = &held;
  CallLimits limits;
  limits.max_calls_in_flight = 2;
  Start({Entry("a")}, limits);
  proto::ReadResourceRequest read;
  read.set_tenant("default");
  read.set_uri("bandwidth://calls/c-1");
  proto::CompleteRequest complete;
  complete.set_tenant("default");
  complete.set_resource_uri("bandwidth://calls/{call_id}");
  complete.set_argument("call_id");
  grpc::Status first;
  grpc::Status second;
  std::thread reading([&] {
    grpc::ClientContext context;
    proto::ReadResourceResponse response;
    first = stub->ReadResource(&context, read, &response);
  });
  ASSERT_TRUE(held.asked_for_call.Wait());
  std::thread completing([&] {
    grpc::ClientContext context;
    proto::CompleteResponse response;
    second = stub->Complete(&context, complete, &response);
  });
  ASSERT_TRUE(held.asked_for_calls.Wait());
  EXPECT_EQ(metrics.reads_in_flight.Value(), 2);
  {
    grpc::ClientContext context;
    proto::ReadResourceResponse response;
    EXPECT_EQ(stub->ReadResource(&context, read, &response).error_code(),
              grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  {
    grpc::ClientContext context;
    proto::CompleteResponse response;
    EXPECT_EQ(stub->Complete(&context, complete, &response).error_code(),
              grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  EXPECT_EQ(metrics.reads_refused.Value(), 2);
  // Tool calls have a room of their own.
  EXPECT_TRUE(Call(RequestFor("a", "{}")).status.ok());
  CallRecord call;
  call.call_id = "c-1";
  std::exchange(held.record_done, nullptr)(call);
  std::exchange(held.page_done, nullptr)(CallPage{});
  reading.join();
  completing.join();
  EXPECT_TRUE(first.ok()) << first.error_message();
  EXPECT_TRUE(second.ok()) << second.error_message();
  while (metrics.reads_in_flight.Value() > 0) std::this_thread::yield();
}

TEST_F(ToolServiceServerTest, HoldsACallToTheAccessOfItsCaller) {
  auto reader = std::make_shared<FakeTool>("listCalls");
  reader->definition_.annotations.read_only = true;
  Start({{reader, false}, Entry("createCall"), Entry("updateApplication")});
  proto::ListToolsRequest list;
  list.set_tenant("default");
  proto::ListToolsResponse listed;
  ASSERT_TRUE(List(list, &listed).ok());
  struct Case {
    const char* tool;
    proto::Access needed;
  };
  const std::vector<Case> cases = {{"createCall", proto::ACCESS_WRITE},
                                   {"listCalls", proto::ACCESS_READ},
                                   {"updateApplication", proto::ACCESS_ADMIN}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].tool);
    ASSERT_EQ(listed.tools(static_cast<int>(i)).name(), cases[i].tool);
    EXPECT_EQ(listed.tools(static_cast<int>(i)).access(), cases[i].needed);
    auto request = RequestFor(cases[i].tool, "{}");
    EXPECT_TRUE(Call(request).status.ok());  // no authorisation is in force
    for (const proto::Access has : {proto::ACCESS_READ, proto::ACCESS_WRITE, proto::ACCESS_ADMIN}) {
      request.mutable_context()->set_access(has);
      const grpc::Status status = Call(request).status;
      EXPECT_EQ(status.ok(), has >= cases[i].needed) << has;
      if (status.ok()) continue;
      EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
      EXPECT_THAT(status.error_message(),
                  HasSubstr(cases[i].needed == proto::ACCESS_ADMIN ? "needs admin access"
                                                                   : "needs write access"));
    }
  }
}

TEST_F(ToolServiceServerTest, PromptsFitTheSelection) {
  Start({Entry("createMessage"), Entry("getCallbackEvents")});
  proto::ListPromptsRequest list;
  proto::ListPromptsResponse listed;
  const auto ask = [&] {
    grpc::ClientContext context;
    return stub->ListPrompts(&context, list, &listed);
  };
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  list.set_tenant("default");
  ASSERT_TRUE(ask().ok());
  ASSERT_EQ(listed.prompts_size(), 1);
  EXPECT_EQ(listed.prompts(0).name(), "send_text");
  EXPECT_FALSE(listed.prompts(0).title().empty());
  EXPECT_FALSE(listed.prompts(0).description().empty());
  EXPECT_EQ(listed.prompts(0).arguments(0).name(), "to");
  EXPECT_TRUE(listed.prompts(0).arguments(0).required());
  EXPECT_FALSE(listed.prompts(0).arguments(2).required());
  const std::string revision = listed.revision();
  list.mutable_selection()->add_exclude_tools("createMessage");
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(listed.prompts_size(), 0);
  EXPECT_NE(listed.revision(), revision);
}

TEST_F(ToolServiceServerTest, GetsAPrompt) {
  Start({Entry("createMessage"), Entry("getCallbackEvents")});
  proto::GetPromptRequest request;
  proto::GetPromptResponse response;
  const auto ask = [&] {
    response.Clear();
    grpc::ClientContext context;
    return stub->GetPrompt(&context, request, &response);
  };
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_tenant("default");
  request.set_name("send_text");
  auto& arguments = *request.mutable_arguments();
  arguments["to"] = "+15550100001";
  arguments["text"] = "hello";
  ASSERT_TRUE(ask().ok());
  ASSERT_EQ(response.messages_size(), 1);
  EXPECT_EQ(response.messages(0).role(), proto::PromptMessage::USER);
  EXPECT_THAT(response.messages(0).content().text().text(), HasSubstr("+15550100002"));
  EXPECT_FALSE(response.description().empty());
  arguments["to"] = "5550100001";
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_name("make_call");
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_name("send_text");
  request.mutable_selection()->add_exclude_tools("createMessage");
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ToolServiceServerTest, CompletesArguments) {
  Start({Entry("createMessage"), Entry("getCallbackEvents")});
  CallRecord call;
  call.call_id = "c-1";
  journal.calls["c-1"] = call;
  proto::CompleteRequest request;
  proto::CompleteResponse response;
  const auto ask = [&] {
    response.Clear();
    grpc::ClientContext context;
    return stub->Complete(&context, request, &response);
  };
  request.set_resource_uri("bandwidth://calls/{call_id}");
  request.set_argument("call_id");
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_tenant("default");
  request.set_value("C");
  ASSERT_TRUE(ask().ok());
  EXPECT_THAT(response.values(), ElementsAre("c-1"));
  EXPECT_EQ(response.total(), 1u);
  EXPECT_FALSE(response.has_more());
  request.set_prompt("send_text");
  request.set_argument("from");
  request.set_value("+1555");
  ASSERT_TRUE(ask().ok());
  EXPECT_THAT(response.values(), ElementsAre("+15550100002"));
  request.set_prompt("make_call");
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::NOT_FOUND);
  request.clear_reference();
  EXPECT_EQ(ask().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

// A client of WatchCatalogue.
class Watcher {
 public:
  Watcher(proto::ToolService::Stub& stub, const std::string& tenant) {
    proto::WatchCatalogueRequest request;
    request.set_tenant(tenant);
    reader_ = stub.WatchCatalogue(&context_, request);
  }
  proto::WatchCatalogueResponse Next() {
    proto::WatchCatalogueResponse response;
    EXPECT_TRUE(reader_->Read(&response));
    return response;
  }
  // How the stream ended; whatever it still had to say is dropped.
  grpc::Status End() {
    proto::WatchCatalogueResponse response;
    while (reader_->Read(&response)) {
    }
    return reader_->Finish();
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<proto::WatchCatalogueResponse>> reader_;
};

TEST_F(ToolServiceServerTest, TellsHowTheCatalogueStandsAndWhenItChanges) {
  Start({Entry("createMessage")});
  Watcher watcher(*stub, "default");
  const auto first = watcher.Next();
  EXPECT_FALSE(first.tools_revision().empty());
  EXPECT_FALSE(first.resources_revision().empty());
  notifier->Changed();  // nothing did
  tools.Replace({Entry("createMessage"), Entry("b")});
  const auto second = watcher.Next();
  EXPECT_NE(second.tools_revision(), first.tools_revision());
  EXPECT_EQ(second.prompts_revision(), first.prompts_revision());
  tools.Replace({Entry("createMessage"), Entry("getCallbackEvents")});
  const auto third = watcher.Next();
  EXPECT_NE(third.prompts_revision(), second.prompts_revision());
  EXPECT_EQ(third.resources_revision(), first.resources_revision());
  watcher.Cancel();
  EXPECT_EQ(watcher.End().error_code(), grpc::StatusCode::CANCELLED);
  while (metrics.catalogue_watchers.Value() > 0) std::this_thread::yield();
  EXPECT_EQ(notifier->watchers(), 0u);
}

TEST_F(ToolServiceServerTest, ASlowWatcherIsToldTheNewestOnly) {
  constexpr int kChanges = 20'000;
  Start({Entry("a")});
  Watcher watcher(*stub, "default");
  watcher.Next();
  for (int i = 0; i < kChanges; ++i) tools.Replace({Entry("tool" + std::to_string(i))});
  const std::string newest = notifier->Current().tools;
  int told = 1;
  while (watcher.Next().tools_revision() != newest) ++told;
  EXPECT_LT(told, kChanges);
  watcher.Cancel();
}

TEST_F(ToolServiceServerTest, RefusesOneWatcherTooMany) {
  Start({Entry("a")});
  Watcher first(*stub, "default");
  Watcher second(*stub, "default");
  first.Next();
  second.Next();
  EXPECT_EQ(Watcher(*stub, "default").End().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(metrics.catalogue_watchers_refused.Value(), 1);
  EXPECT_EQ(Watcher(*stub, "").End().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(metrics.catalogue_watchers_refused.Value(), 1);
  first.Cancel();
  while (metrics.catalogue_watchers.Value() > 1) std::this_thread::yield();
  Watcher third(*stub, "default");
  third.Next();
  second.Cancel();
  third.Cancel();
}

TEST_F(ToolServiceServerTest, ClosingEndsTheWatches) {
  Start({Entry("a")});
  Watcher watcher(*stub, "default");
  watcher.Next();
  notifier->Close();
  EXPECT_EQ(watcher.End().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Watcher(*stub, "default").End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ToolServiceServerTest, LogMessagesFromTheWantedLevelOn) {
  Start({{std::make_shared<FakeTool>(
              "a",
              [](json::Json, CallContext context, Tool::Done done) {
                if (context.log) {
                  context.log({LogLevel::kNotice, "upstream", "too little"});
                  context.log({LogLevel::kWarning, "upstream", {{"status", 429}}});
                }
                done(TextResult(context.log ? "logged" : "silent"));
              }),
          false}});
  auto request = RequestFor("a", "{}");
  Outcome outcome = Call(request);
  ASSERT_EQ(outcome.messages.size(), 1u);
  EXPECT_EQ(outcome.result().content(0).text().text(), "silent");
  request.mutable_context()->set_log_level("warning");
  outcome = Call(request);
  ASSERT_EQ(outcome.messages.size(), 2u);
  EXPECT_EQ(outcome.messages[0].log().level(), "warning");
  EXPECT_EQ(outcome.messages[0].log().logger(), "upstream");
  EXPECT_EQ(outcome.messages[0].log().data_json(), R"({"status":429})");
  request.mutable_context()->set_log_level("debug");
  outcome = Call(request);
  ASSERT_EQ(outcome.messages.size(), 3u);
  EXPECT_EQ(outcome.messages[0].log().level(), "notice");
  request.mutable_context()->set_log_level("loud");
  outcome = Call(request);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(outcome.status.error_message(), HasSubstr("log_level"));
}

TEST_F(ToolServiceServerTest, ASlowClientLosesTheOldestLogMessagesOnly) {
  constexpr int kMessages = 5'000;
  Start({{std::make_shared<FakeTool>(
              "a",
              [](json::Json, CallContext context, Tool::Done done) {
                const std::string filler(1'000, 'x');
                for (int i = 1; i <= kMessages; ++i) {
                  context.log({LogLevel::kInfo, "a", {{"n", i}, {"x", filler}}});
                }
                done(TextResult("done"));
              }),
          false}});
  auto request = RequestFor("a", "{}");
  request.mutable_context()->set_log_level("info");
  const Outcome outcome = Call(request);
  ASSERT_TRUE(outcome.status.ok());
  const auto received = static_cast<double>(outcome.messages.size() - 1);
  EXPECT_EQ(received + metrics.logs_dropped.Value(), kMessages);
  EXPECT_EQ(metrics.progress_dropped.Value(), 0);
  EXPECT_TRUE(outcome.messages.back().has_result());
}

// A tool that asks for a yes before it acts.
void Confirm(const CallContext& context, const Tool::Done& done) {
  if (!context.client_capabilities.Has("elicitation")) return done(ErrorResult("cannot ask"));
  if (context.request_state == "asked" && context.input_responses.contains("sure")) {
    return done(TextResult(context.input_responses["sure"]["action"].get<std::string>()));
  }
  InputRequired input;
  input.requests = {{"sure", {{"method", "elicitation/create"}, {"params", {{"message", "?"}}}}}};
  input.state = "asked";
  done(std::move(input));
}

TEST_F(ToolServiceServerTest, AToolAsksAndIsCalledAgainWithTheAnswer) {
  Start({{std::make_shared<FakeTool>("a", [](json::Json, CallContext context,
                                             Tool::Done done) { Confirm(context, done); }),
          false}});
  auto request = RequestFor("a", "{}");
  EXPECT_EQ(Call(request).result().content(0).text().text(), "cannot ask");
  request.mutable_context()->set_client_capabilities_json(R"({"elicitation":{}})");
  const Outcome asked = Call(request);
  ASSERT_TRUE(asked.status.ok());
  ASSERT_EQ(asked.messages.size(), 1u);
  ASSERT_TRUE(asked.messages[0].has_input_required());
  const proto::InputRequired& input = asked.messages[0].input_required();
  EXPECT_EQ(json::Json::parse(input.input_requests_json())["sure"]["method"], "elicitation/create");
  EXPECT_EQ(metrics.calls_input_required.Value(), 1);
  request.mutable_context()->set_request_state(input.request_state());
  request.mutable_context()->set_input_responses_json(R"({"sure":{"action":"accept"}})");
  EXPECT_EQ(Call(request).result().content(0).text().text(), "accept");
  for (const char* text : {"{", "[]"}) {
    request.mutable_context()->set_input_responses_json(text);
    const Outcome refused = Call(request);
    EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(refused.status.error_message(), HasSubstr("input_responses_json"));
  }
}

TEST_F(ToolServiceServerTest, InstructionsFitTheSelection) {
  Start({Entry("createMessage"), Entry("getCallbackEvents")});
  proto::GetInstructionsRequest request;
  request.set_tenant("default");
  proto::GetInstructionsResponse response;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub->GetInstructions(&context, request, &response).ok());
  }
  EXPECT_THAT(response.text(), HasSubstr("Send a text"));
  const std::string revision = response.revision();
  request.mutable_selection()->add_exclude_tools("createMessage");
  grpc::ClientContext context;
  ASSERT_TRUE(stub->GetInstructions(&context, request, &response).ok());
  EXPECT_THAT(response.text(), testing::Not(HasSubstr("Send a text")));
  EXPECT_NE(response.revision(), revision);
}

// The same calls without gRPC in between.
class DirectCallTest : public ToolServiceServerTest {
 protected:
  struct Heard {
    std::vector<proto::CallToolResponse> messages;
    std::vector<Status> ends;
    Signal over;
  };
  std::function<void()> Run(const proto::CallToolRequest& request, Heard& heard,
                            std::chrono::milliseconds time_left = std::chrono::minutes(1)) {
    return calls->RunDirect(
        request, time_left,
        [&heard](proto::CallToolResponse& message) { heard.messages.push_back(message); },
        [&heard](const Status& status) {
          heard.ends.push_back(status);
          heard.over.Set();
        });
  }
};

TEST_F(DirectCallTest, TellsWhatTheToolTellsAndEndsOnce) {
  Start({{std::make_shared<FakeTool>("talk",
                                     [](json::Json, CallContext call, Tool::Done done) {
                                       call.report_progress({1, 2, "half"});
                                       done(TextResult("all"));
                                       call.report_progress({2, 2, "late"});
                                       done(TextResult("again"));
                                     }),
          false}});
  auto request = RequestFor("talk", "{}");
  request.mutable_context()->set_wants_progress(true);
  Heard heard;
  const auto cancel = Run(request, heard);
  cancel();
  ASSERT_EQ(heard.messages.size(), 2u);
  EXPECT_EQ(heard.messages[0].progress().message(), "half");
  EXPECT_EQ(heard.messages[1].result().content(0).text().text(), "all");
  EXPECT_THAT(heard.ends, ElementsAre(OkStatus()));
}

TEST_F(DirectCallTest, RefusesLikeTheContract) {
  HeldTool held;
  Start({held.Entry("held")}, {.max_calls_in_flight = 1});
  Heard unknown;
  Run(RequestFor("nope", "{}"), unknown);
  EXPECT_EQ(unknown.ends.at(0).code(), StatusCode::kNotFound);
  Heard first;
  const auto cancel = Run(RequestFor("held", "{}"), first);
  Heard second;
  Run(RequestFor("held", "{}"), second);
  EXPECT_EQ(second.ends.at(0).code(), StatusCode::kResourceExhausted);
  cancel();
  EXPECT_TRUE(held.cancelled.Wait());
  EXPECT_EQ(first.ends.at(0).code(), StatusCode::kCancelled);
  Heard third;
  Run(RequestFor("held", "{}"), third);
  EXPECT_TRUE(third.ends.empty()) << "the cancelled call's place is free again";
  held.done(TextResult("done"));
  EXPECT_THAT(third.ends, ElementsAre(OkStatus()));
}

TEST_F(DirectCallTest, ACallEndsWithItsTime) {
  HeldTool held;
  Start({held.Entry("held")});
  Heard heard;
  Run(RequestFor("held", "{}"), heard, std::chrono::milliseconds(1));
  ASSERT_TRUE(heard.over.Wait());
  EXPECT_EQ(heard.ends.at(0).code(), StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(held.cancelled.Wait());
  held.done(TextResult("late"));
  EXPECT_TRUE(heard.messages.empty());
}

TEST_F(DirectCallTest, StoppingEndsWhatRunsAndRefusesTheRest) {
  HeldTool held;
  Start({held.Entry("held")});
  Heard running;
  Run(RequestFor("held", "{}"), running);
  calls->StopDirect();
  EXPECT_EQ(running.ends.at(0).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(held.cancelled.Wait());
  held.done(TextResult("late"));
  Heard later;
  Run(RequestFor("held", "{}"), later);
  EXPECT_EQ(later.ends.at(0).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace bw::tool_service
