// Two gateways and one event store: what a client sets on one replica holds on the other, and
// events reach clients of both eras, also across a restart of the store.
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/rpc/rpc.h"
#include "event-store/app.h"
#include "event-store/config.h"
#include "gateway/app.h"
#include "tests/event-store/grpc/ingest_client.h"
#include "tests/gateway/fake_tool_service.h"
#include "tests/integration/event_reader.h"

namespace bw {
namespace {

using integration::EventReader;
using integration::GetStream;
using integration::Listen;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kCalls = "bandwidth://calls";

class PushTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/push_test.XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    StartStore("127.0.0.1:0");
    auto tools = rpc::Server::Start({}, {&tool_service_});
    ASSERT_TRUE(tools.ok());
    tools_ = *std::move(tools);
    here_ = StartGateway();
    there_ = StartGateway();
  }

  void TearDown() override {
    here_.reset();
    there_.reset();
    tools_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void StartStore(const std::string& listen) {
    event_store::Config config;
    config.listen = listen;
    config.admin_port = -1;
    config.data_dir = folder_;
    config.log_level = "error";
    auto started = event_store::App::Start(config);
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    store_ = *std::move(started);
    store_address_ = "127.0.0.1:" + std::to_string(store_->grpc_port());
  }

  std::unique_ptr<gateway::App> StartGateway() {
    gateway::Config config;
    config.port = 0;
    config.admin_port = -1;
    config.event_store_address = store_address_;
    config.session_keys = config::Secret("a key that both replicas hold");
    config.log_level = "error";
    gateway::Dependencies dependencies;
    dependencies.tool_service = tools_->InProcessChannel();
    auto started = gateway::App::Start(config, std::move(dependencies));
    EXPECT_TRUE(started.ok()) << ToString(started.status());
    return started.ok() ? *std::move(started) : nullptr;
  }

  http_client::Response Send(const gateway::App& replica, const std::string& method,
                             const std::string& session, const std::string& body = {}) {
    http_client::Request request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(replica.port()) + "/mcp";
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}};
    if (!session.empty()) request.headers.emplace_back("Mcp-Session-Id", session);
    request.body = body;
    auto answered = http_client::SendAndWait(*client_, request);
    EXPECT_TRUE(answered.ok()) << ToString(answered.status());
    return answered.ok() ? *std::move(answered) : http_client::Response{};
  }
  std::string OpenSession(const gateway::App& replica) {
    const auto answer = Send(replica, "POST", {},
                             R"({"jsonrpc":"2.0","id":1,"method":"initialize",)"
                             R"("params":{"protocolVersion":"2025-11-25"}})");
    const std::string session(http_client::FindHeader(answer.headers, "Mcp-Session-Id"));
    EXPECT_FALSE(session.empty());
    return session;
  }
  void Subscribe(const gateway::App& replica, const std::string& session, const std::string& uri) {
    const auto answer = Send(replica, "POST", session,
                             R"({"jsonrpc":"2.0","id":2,"method":"resources/subscribe",)"
                             R"("params":{"uri":")" +
                                 uri + "\"}}");
    EXPECT_THAT(answer.body, HasSubstr(R"("result":{})"));
  }
  int PingStatus(const gateway::App& replica, const std::string& session) {
    return Send(replica, "POST", session, R"({"jsonrpc":"2.0","id":3,"method":"ping"})").status;
  }
  // A webhook as the callback service hands it over.
  void Ingest(const std::string& identity) {
    const auto item = event_store::testing::VoiceItem(1, identity, "c-1", 0);
    // A store that has just started is found by a channel's next attempt only; sending an item
    // again is safe.
    for (int attempt = 0; attempt < 2'000; ++attempt) {
      event_store::testing::IngestClient ingest(rpc::Connect(store_address_));
      if (ingest.Send(item) && ingest.Wait(1).code() == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "the store took no event";
  }

  std::string folder_;
  std::string store_address_;
  std::unique_ptr<event_store::App> store_;
  gateway::FakeToolService tool_service_;
  std::unique_ptr<rpc::Server> tools_;
  std::unique_ptr<gateway::App> here_;
  std::unique_ptr<gateway::App> there_;
  const std::unique_ptr<http_client::HttpClient> client_ = http_client::MakeHttpClient();
};

TEST_F(PushTest, AnEventReachesBothErasOnAnyReplica) {
  const std::string session = OpenSession(*here_);
  EventReader stream(there_->port(), GetStream(session));
  ASSERT_EQ(stream.Status(), 200);
  EventReader listener(here_->port(), Listen(kCalls));
  EXPECT_THAT(listener.Next(), HasSubstr("notifications/subscriptions/acknowledged"));
  Subscribe(*here_, session, kCalls);
  Ingest("i-1");
  EXPECT_THAT(listener.Next(), HasSubstr("notifications/resources/updated"));
  EXPECT_EQ(stream.Next(), R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
                           R"("params":{"uri":"bandwidth://calls"}})");
}

TEST_F(PushTest, NothingIsMissedAcrossARestartOfTheStore) {
  const std::string session = OpenSession(*here_);
  EventReader stream(there_->port(), GetStream(session));
  ASSERT_EQ(stream.Status(), 200);
  Subscribe(*here_, session, kCalls);
  EventReader listener(here_->port(), Listen(kCalls));
  EXPECT_THAT(listener.Next(), HasSubstr("acknowledged"));
  Ingest("i-1");
  EXPECT_THAT(listener.Next(), HasSubstr("updated"));
  EXPECT_THAT(stream.Next(), HasSubstr("updated"));
  store_->Drain(seconds(5));
  store_.reset();
  StartStore(store_address_);
  // The feeds may not stand again yet.
  Ingest("i-2");
  EXPECT_THAT(listener.Next(), HasSubstr("updated"));
  EXPECT_THAT(stream.Next(), HasSubstr("updated"));
}

TEST_F(PushTest, DeleteOnOneReplicaEndsTheSessionOnTheOther) {
  const std::string session = OpenSession(*here_);
  EventReader stream(there_->port(), GetStream(session));
  ASSERT_EQ(stream.Status(), 200);
  EXPECT_EQ(PingStatus(*there_, session), 200);
  EXPECT_EQ(Send(*here_, "DELETE", session).status, 200);
  EXPECT_EQ(PingStatus(*here_, session), 404);
  EXPECT_EQ(stream.Next(), "");
  EXPECT_TRUE(stream.ended());
  EXPECT_EQ(PingStatus(*there_, session), 404);
  // A replica that starts later knows too, once it has learned what there is.
  const auto later = StartGateway();
  int status = 0;
  for (int i = 0; i < 2'000 && status != 404; ++i) {
    status = PingStatus(*later, session);
    std::this_thread::yield();
  }
  EXPECT_EQ(status, 404);
}

TEST_F(PushTest, TheNewestStreamOfASessionTakesOver) {
  const std::string session = OpenSession(*here_);
  EventReader first(here_->port(), GetStream(session));
  ASSERT_EQ(first.Status(), 200);
  EventReader second(there_->port(), GetStream(session));
  ASSERT_EQ(second.Status(), 200);
  EXPECT_EQ(first.Next(), "");
  EXPECT_TRUE(first.ended());
  Subscribe(*here_, session, kCalls);
  Ingest("i-1");
  EXPECT_THAT(second.Next(), HasSubstr("updated"));
}

TEST_F(PushTest, DrainingFinishesListenersAndClosesStreams) {
  const std::string session = OpenSession(*here_);
  EventReader stream(here_->port(), GetStream(session));
  ASSERT_EQ(stream.Status(), 200);
  EventReader listener(here_->port(), Listen(kCalls));
  EXPECT_THAT(listener.Next(), HasSubstr("acknowledged"));
  here_->Drain(seconds(20));
  EXPECT_THAT(listener.Next(), HasSubstr(R"("resultType":"complete")"));
  EXPECT_EQ(listener.Next(), "");
  EXPECT_TRUE(listener.ended());
  EXPECT_EQ(stream.Next(), "");
  EXPECT_TRUE(stream.ended());
}

TEST_F(PushTest, WithoutTheStoreAReplicaServesItsOwnSessions) {
  store_.reset();
  const std::string session = OpenSession(*here_);
  Subscribe(*here_, session, kCalls);
  EventReader stream(here_->port(), GetStream(session));
  EXPECT_EQ(stream.Status(), 200);
  EventReader listener(here_->port(), Listen(kCalls));
  EXPECT_THAT(listener.Next(), HasSubstr("acknowledged"));
  EXPECT_EQ(Send(*here_, "DELETE", session).status, 200);
  EXPECT_EQ(PingStatus(*here_, session), 404);
}

}  // namespace
}  // namespace bw
