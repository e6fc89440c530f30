#include "gateway/grpc/grpc_tool_provider.h"

#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/rpc/rpc.h"
#include "tests/gateway/fake_tool_service.h"

namespace bw::gateway {
namespace {

constexpr std::chrono::seconds kPatience{20};

class GrpcToolProviderTest : public ::testing::Test {
 protected:
  GrpcToolProviderTest() : server(*rpc::Server::Start({}, {&service})) { Connect({}); }
  void Connect(GrpcProviderOptions options) {
    provider = std::make_unique<GrpcToolProvider>(server->InProcessChannel(), options);
  }

  // Waits for one answer.
  template <typename T, typename Start>
  StatusOr<T> Await(Start start) {
    auto promise = std::make_shared<std::promise<StatusOr<T>>>();
    auto future = promise->get_future();
    start([promise](StatusOr<T> value) { promise->set_value(std::move(value)); });
    if (future.wait_for(kPatience) != std::future_status::ready) return Internal("no answer");
    return future.get();
  }
  // A result; FAILED_PRECONDITION stands for a tool that asks.
  static StatusOr<ToolResult> ResultOf(StatusOr<ToolOutcome> outcome) {
    if (!outcome.ok()) return outcome.status();
    if (auto* result = std::get_if<ToolResult>(&*outcome)) return std::move(*result);
    return FailedPrecondition(std::get<InputRequired>(*outcome).state);
  }
  static CallEvents NoEvents() {
    return {[](const Progress&) {}, [](const LogMessage&) {}};
  }
  StatusOr<ToolResult> Call(const std::string& name, const std::string& arguments = "{}") {
    ToolCall call;
    call.name = name;
    call.arguments_json = arguments;
    return ResultOf(
        Await<ToolOutcome>([&](auto done) { provider->CallTool(call, NoEvents(), done); }));
  }
  void AwaitHolding(int count) {
    while (service.holding != count) std::this_thread::yield();
  }

  FakeToolService service;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<GrpcToolProvider> provider;
};

TEST_F(GrpcToolProviderTest, Lists) {
  const auto tools = Await<ToolList>([&](auto done) { provider->ListTools({}, done); });
  ASSERT_TRUE(tools.ok()) << ToString(tools.status());
  EXPECT_EQ(tools->revision, "1");
  EXPECT_EQ(tools->tools.size(), 7u);
  EXPECT_EQ(tools->tools[0].name, "test_simple_text");
  EXPECT_TRUE(tools->tools[0].annotations.read_only);
  Audience narrow;
  narrow.selection.tools = {"echo"};
  EXPECT_EQ(Await<ToolList>([&](auto done) { provider->ListTools(narrow, done); })->tools.size(),
            1u);
  EXPECT_EQ(Await<std::vector<Resource>>([&](auto done) { provider->ListResources({}, done); })
                ->at(1)
                .uri,
            "test://static-binary");
  EXPECT_EQ(Await<std::vector<ResourceTemplate>>([&](auto done) {
              provider->ListResourceTemplates({}, done);
            })->size(),
            1u);
  EXPECT_EQ(*Await<std::string>([&](auto done) { provider->GetInstructions({}, done); }),
            "Call with care.");
}

TEST_F(GrpcToolProviderTest, CallsToolsAndTranslatesErrors) {
  const auto echo = Call("echo", R"({"text":"hi"})");
  ASSERT_TRUE(echo.ok()) << ToString(echo.status());
  EXPECT_EQ(echo->content.at(0).text, R"({"text":"hi"})");
  EXPECT_EQ(echo->structured_json, R"({"text":"hi"})");
  EXPECT_TRUE(Call("fail")->is_error);
  EXPECT_EQ(Call("nope").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Call("refuse").status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Call("ask").status(), FailedPrecondition("s"));
}

TEST_F(GrpcToolProviderTest, ReadsResources) {
  const auto read = [&](const std::string& uri) {
    auto outcome = Await<ResourceOutcome>([&](auto done) {
      provider->ReadResource({{}, {}, uri, {}}, done);
    });
    using Contents = std::vector<ResourceContent>;
    if (!outcome.ok()) return StatusOr<Contents>(outcome.status());
    return StatusOr<Contents>(std::get<Contents>(*outcome));
  };
  EXPECT_EQ(read("test://static-text")->at(0).body, "A static text.");
  EXPECT_FALSE(read("test://static-text")->at(0).is_blob);
  EXPECT_TRUE(read("test://static-binary")->at(0).is_blob);
  EXPECT_EQ(read("test://else").status().code(), StatusCode::kNotFound);
}

TEST_F(GrpcToolProviderTest, ProgressComesInOrderBeforeTheResult) {
  std::vector<double> steps;
  ToolCall call;
  call.name = "progress";
  call.wants_progress = true;
  CallEvents events = NoEvents();
  events.progress = [&](const Progress& step) { steps.push_back(step.progress); };
  const auto result =
      ResultOf(Await<ToolOutcome>([&](auto done) { provider->CallTool(call, events, done); }));
  EXPECT_EQ(result->content.at(0).text, "done");
  EXPECT_EQ(steps, (std::vector<double>{0, 50, 100}));
}

TEST_F(GrpcToolProviderTest, CancellingReachesTheService) {
  ToolCall call;
  call.name = "hold";
  std::shared_ptr<Cancellable> handle;
  const auto result = Await<ToolOutcome>([&](auto done) {
    handle = provider->CallTool(call, NoEvents(), done);
    AwaitHolding(1);
    handle->Cancel();
  });
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
  AwaitHolding(0);
  EXPECT_EQ(service.cancelled, 1);
  handle->Cancel();
}

TEST_F(GrpcToolProviderTest, ACallHasADeadline) {
  Connect({.call_timeout = std::chrono::milliseconds(100)});
  EXPECT_EQ(Call("hold").status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(GrpcToolProviderTest, DestructionEndsWhatIsUnderWay) {
  ToolCall call;
  call.name = "hold";
  bool done = false;
  for (int i = 0; i < 10; ++i) {
    provider->CallTool(call, NoEvents(), [&](StatusOr<ToolOutcome> result) {
      done = true;
      EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
    });
  }
  AwaitHolding(10);
  provider.reset();
  EXPECT_TRUE(done);
}

// What a process that holds the tool service lends.
struct DirectFake {
  std::function<void(bw::tool_service::v1::CallToolResponse&)> message;
  std::function<void(const Status&)> done;
  std::string name;
  std::chrono::milliseconds time_left{};
  int cancelled = 0;

  DirectToolCall Function() {
    return
        [this](const auto& request, std::chrono::milliseconds left, auto on_message, auto on_done) {
          name = request.name();
          time_left = left;
          message = std::move(on_message);
          done = std::move(on_done);
          return [this] {
            if (cancelled++ == 0) done(Cancelled("by the caller"));
          };
        };
  }
};

TEST_F(GrpcToolProviderTest, CallsToolsDirectlyWhereItCan) {
  DirectFake direct;
  Connect({.call_timeout = std::chrono::seconds(3), .call_tool = direct.Function()});
  std::vector<double> steps;
  CallEvents events = NoEvents();
  events.progress = [&](const Progress& step) { steps.push_back(step.progress); };
  StatusOr<ToolOutcome> outcome = Internal("none yet");
  ToolCall call;
  call.name = "echo";
  const auto handle =
      provider->CallTool(call, events, [&](StatusOr<ToolOutcome> value) { outcome = value; });
  EXPECT_EQ(direct.name, "echo");
  EXPECT_EQ(direct.time_left, std::chrono::seconds(3));
  bw::tool_service::v1::CallToolResponse message;
  message.mutable_progress()->set_progress(1);
  direct.message(message);
  message.mutable_result()->add_content()->mutable_text()->set_text("hi");
  direct.message(message);
  direct.done(OkStatus());
  EXPECT_EQ(steps, std::vector<double>{1});
  EXPECT_EQ(ResultOf(outcome)->content.at(0).text, "hi");
}

TEST_F(GrpcToolProviderTest, DestructionEndsADirectCall) {
  DirectFake direct;
  Connect({.call_tool = direct.Function()});
  StatusOr<ToolOutcome> outcome = Internal("none yet");
  provider->CallTool({}, NoEvents(), [&](StatusOr<ToolOutcome> value) { outcome = value; });
  provider.reset();
  EXPECT_EQ(direct.cancelled, 1);
  EXPECT_EQ(outcome.status().code(), StatusCode::kCancelled);
}

TEST_F(GrpcToolProviderTest, AnUnreachableServiceIsUnavailable) {
  provider = std::make_unique<GrpcToolProvider>(
      rpc::Connect("127.0.0.1:1"),
      GrpcProviderOptions{.list_timeout = std::chrono::milliseconds(300)});
  const auto tools = Await<ToolList>([&](auto done) { provider->ListTools({}, done); });
  EXPECT_TRUE(tools.status().code() == StatusCode::kUnavailable ||
              tools.status().code() == StatusCode::kDeadlineExceeded)
      << ToString(tools.status());
}

}  // namespace
}  // namespace bw::gateway
