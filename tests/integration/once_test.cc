// One intention, two replicas of the tool service, one event store: whoever is asked again gives
// the first result, and the sandbox has carried it out once.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/json/json.h"
#include "event-store/app.h"
#include "sandbox/app.h"
#include "sandbox/config.h"
#include "tests/common/http_client/fault_server.h"
#include "tool-service/app.h"

namespace bw {
namespace {

namespace proto = ::bw::tool_service::v1;
using testing::HasSubstr;

class TwoToolServices : public testing::Test {
 protected:
  void SetUp() override {
    auto sandbox_config = sandbox::LoadConfig(
        {}, std::vector<std::string>{"--port", "0", "--callback-base-url", "http://127.0.0.1:65535",
                                     "--log-level", "off"});
    ASSERT_TRUE(sandbox_config.ok()) << ToString(sandbox_config.status());
    auto upstream = sandbox::App::Start(sandbox_config->config);
    ASSERT_TRUE(upstream.ok()) << ToString(upstream.status());
    sandbox_ = *std::move(upstream);
    event_store::Config store;
    store.listen = "";
    store.admin_port = -1;
    store.data_dir = ":memory:";
    store.log_level = "off";
    auto started = event_store::App::Start(store);
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    store_ = *std::move(started);
    for (Replica& replica : replicas_) StartReplica(replica);
  }

  struct Replica {
    std::unique_ptr<tool_service::App> app;
    std::unique_ptr<proto::ToolService::Stub> stub;
  };

  void StartReplica(Replica& replica, bool has_store = true) {
    const std::string url = upstream_url_.empty()
                                ? "http://127.0.0.1:" + std::to_string(sandbox_->port())
                                : upstream_url_;
    tool_service::Config config;
    config.listen = "";
    config.admin_port = -1;
    config.log_level = "off";
    config.bundled_spec_dir = std::string(std::getenv("BW_SOURCE_DIR")) + "/specs";
    config.profile = "full";
    config.client_id = "sandbox-client";
    config.client_secret = config::Secret("sandbox-secret");
    config.account_id = "9900000";
    config.api_url = config.voice_url = config.messaging_url = url;
    config.event_store_address = "unix:/nonexistent/event-store";
    tool_service::Dependencies dependencies;
    if (has_store) dependencies.event_store = store_->InProcessChannel();
    auto app = tool_service::App::Start(config, std::move(dependencies));
    ASSERT_TRUE(app.ok()) << ToString(app.status());
    replica.app = *std::move(app);
    replica.stub = proto::ToolService::NewStub(replica.app->InProcessChannel());
  }

  proto::ToolResult Call(int replica, const std::string& tool, const json::Json& arguments) {
    proto::CallToolRequest request;
    request.set_tenant("default");
    request.set_name(tool);
    request.set_arguments_json(json::Dump(arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    auto reader = replicas_[replica].stub->CallTool(&context, request);
    proto::CallToolResponse message;
    proto::ToolResult result;
    while (reader->Read(&message)) {
      if (message.has_result()) result = message.result();
    }
    EXPECT_TRUE(reader->Finish().ok());
    return result;
  }
  static json::Json Text(const char* key, const char* from = "+15550100002") {
    return {{"to", {"+15550100001"}},
            {"from", from},
            {"applicationId", "93de2206-0000-4000-8000-000000000002"},
            {"text", "hello"},
            {"idempotency_key", key}};
  }
  static std::string IdOf(const proto::ToolResult& result) {
    const auto structured = json::Parse(result.structured_json());
    return structured.ok() ? json::StringOr(*structured, "id") : result.DebugString();
  }

  std::unique_ptr<sandbox::App> sandbox_;
  std::unique_ptr<event_store::App> store_;
  Replica replicas_[2];
  /// Empty: the sandbox.
  std::string upstream_url_;
};

TEST_F(TwoToolServices, TheSecondGivesTheResultOfTheFirst) {
  const proto::ToolResult first = Call(0, "createMessage", Text("k"));
  ASSERT_FALSE(first.is_error()) << first.DebugString();
  const proto::ToolResult again = Call(1, "createMessage", Text("k"));
  EXPECT_EQ(IdOf(again), IdOf(first));
  EXPECT_THAT(again.DebugString(), HasSubstr("Nothing was sent now"));
  const proto::ToolResult other = Call(1, "createMessage", Text("k2"));
  EXPECT_NE(IdOf(other), IdOf(first));
  const proto::ToolResult refused = Call(1, "createMessage", Text("k", "+15550100009"));
  EXPECT_TRUE(refused.is_error());
  EXPECT_THAT(refused.DebugString(), HasSubstr("was used with other arguments"));
}

TEST_F(TwoToolServices, ManyAtOnceAreOne) {
  constexpr int kCallers = 8;
  std::vector<std::future<std::string>> ids;
  for (int i = 0; i < kCallers; ++i) {
    ids.push_back(std::async(std::launch::async, [this, i] {
      return IdOf(Call(i % 2, "createMessage", Text("race")));
    }));
  }
  const std::string first = ids[0].get();
  for (int i = 1; i < kCallers; ++i) EXPECT_EQ(ids[i].get(), first);
}

TEST_F(TwoToolServices, WithoutTheStoreACallWithAKeyIsRefusedAndOneWithoutIsNot) {
  StartReplica(replicas_[0], false);
  const proto::ToolResult refused = Call(0, "createMessage", Text("k"));
  EXPECT_TRUE(refused.is_error());
  EXPECT_THAT(refused.DebugString(), HasSubstr("Nothing was sent"));
  json::Json without = Text("k");
  without.erase("idempotency_key");
  EXPECT_FALSE(Call(0, "createMessage", without).is_error());
}

// An API that breaks down when a call is to be created, and never answers what it lists.
class BrokenApi {
 public:
  std::string Url() const { return server_.Url(""); }
  std::atomic<int> creations{0};
  std::atomic<int> listings{0};

 private:
  void Serve(test::FaultConnection& connection) {
    for (std::string request = connection.ReadRequest(); !request.empty();
         request = connection.ReadRequest()) {
      if (request.starts_with("POST /api/v1/oauth2/token ")) {
        connection.Send(test::OkResponse(R"({"access_token":"t"})"));
      } else if (request.starts_with("POST ")) {
        ++creations;
        connection.Send("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
      } else {
        ++listings;
        return connection.WaitForClose();
      }
    }
  }

  test::FaultServer server_{[this](test::FaultConnection& connection) { Serve(connection); }};
};

TEST_F(TwoToolServices, OneThatStopsEndsItsCallsWhereverTheyAre) {
  // Before anything is sent perhaps, around the pause before the first look, and in the look.
  for (const auto& [creations, listings] : {std::pair(0, 0), std::pair(1, 0), std::pair(1, 1)}) {
    BrokenApi api;
    upstream_url_ = api.Url();
    Replica replica;
    StartReplica(replica);
    proto::CallToolRequest request;
    request.set_tenant("default");
    request.set_name("createCall");
    const std::string key = std::to_string(creations) + std::to_string(listings);
    request.set_arguments_json(json::Dump({{"to", "+15550100001"},
                                           {"from", "+15550100002"},
                                           {"applicationId", "a"},
                                           {"idempotency_key", key}}));
    const auto ended = std::make_shared<std::promise<void>>();
    auto end = ended->get_future();
    replica.app->CallTool(
        request, std::chrono::seconds(60), [](proto::CallToolResponse&) {},
        [ended](const Status&) { ended->set_value(); });
    while (api.creations < creations || api.listings < listings) std::this_thread::yield();
    replica.stub.reset();
    replica.app.reset();
    EXPECT_EQ(end.wait_for(std::chrono::seconds(0)), std::future_status::ready) << key;
  }
}

}  // namespace
}  // namespace bw
