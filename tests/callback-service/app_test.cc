// The service put together: real sockets in front, a fake event store behind.
#include "callback-service/app.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bxml/document.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "tests/callback-service/grpc/fake_event_store.h"
#include "tests/callback-service/webhook_payloads.h"
#include "tests/common/http/raw_client.h"

namespace bw::callback_service {
namespace {

using http::RawClient;
using http::RawResponse;
using std::chrono::milliseconds;
using testing::HasSubstr;
using Item = FakeEventStore::Item;
using Outcome = FakeEventStore::Outcome;

constexpr milliseconds kLimit{20'000};

Outcome OutcomeFor(const Item& item, const std::string& bxml = "") {
  Outcome outcome;
  outcome.set_correlation_id(item.correlation_id());
  if (!bxml.empty()) {
    outcome.set_bxml(bxml);
    outcome.set_receipt_id("r-1");
  }
  return outcome;
}

class AppTest : public testing::Test {
 protected:
  AppTest() { log::SetLevel(log::Level::kOff); }
  ~AppTest() override {
    app_.reset();
    log::SetLevel(log::Level::kInfo);
  }

  void Start() {
    config_.port = 0;
    config_.admin_port = 0;
    config_.log_level = "off";
    auto app = App::Start(config_, {.event_store = store_.Channel(), .registry = nullptr});
    ASSERT_TRUE(app.ok()) << ToString(app.status());
    app_ = *std::move(app);
  }

  RawResponse Ask(const std::string& request, int port) {
    RawClient client(port);
    client.Send(request);
    return client.Read();
  }

  FakeEventStore store_;
  Config config_;
  std::unique_ptr<App> app_;
};

TEST_F(AppTest, HandsTheAgentsDocumentToTheCaller) {
  Start();
  RawClient caller(app_->port());
  caller.Send(http::Post("/callbacks/voice/answer", VoiceBody("answer")));
  const Item item = store_.Next();
  EXPECT_EQ(item.voice().event().type(), "answer");
  EXPECT_GT(item.voice().hold_ms(), 3'000u);
  store_.Answer({OutcomeFor(item, "<Response><Hangup/></Response>")});
  const RawResponse response = caller.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "application/xml; charset=utf-8");
  EXPECT_EQ(response.body, "<Response><Hangup/></Response>");
  const Item delivered = store_.Next();
  EXPECT_EQ(delivered.delivered().receipt_id(), "r-1");
  EXPECT_TRUE(delivered.delivered().written());
}

TEST_F(AppTest, ReleasesTheHoldOfACallerWhoLeft) {
  Start();
  std::string identity;
  {
    RawClient caller(app_->port());
    caller.Send(http::Post("/callbacks/voice/answer", VoiceBody("answer")));
    identity = store_.Next().voice().event().identity();
  }
  EXPECT_EQ(store_.Next().release().identity(), identity);
}

TEST_F(AppTest, GivesADocumentBackThatNobodyCouldReceive) {
  Start();
  Item held;
  {
    RawClient caller(app_->port());
    caller.Send(http::Post("/callbacks/voice/answer", VoiceBody("answer")));
    held = store_.Next();
  }
  store_.Accept(store_.Next());  // the release
  store_.Answer({OutcomeFor(held, "<Response/>")});
  const Item returned = store_.Next();
  EXPECT_EQ(returned.delivered().receipt_id(), "r-1");
  EXPECT_FALSE(returned.delivered().written());
}

TEST_F(AppTest, DrainsHeldWebhooksWithAValidDocument) {
  Start();
  std::vector<RawClient> callers;
  for (int i = 0; i < 5; ++i) {
    callers.emplace_back(app_->port());
    callers.back().Send(http::Post("/callbacks/voice/answer", VoiceBody("answer")));
    store_.Next();
  }
  // The store stays silent: the service must not wait for it.
  std::thread drain([this] { app_->Drain(kLimit); });
  for (RawClient& caller : callers) {
    const RawResponse response = caller.Read();
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(bxml::Parse(response.body).ok()) << response.body;
    EXPECT_THAT(response.body, HasSubstr("/callbacks/voice/continue/c-11aa22bb-0000?wait=1"));
  }
  drain.join();
  RawClient late(app_->port());
  EXPECT_TRUE(!late.connected() || late.AtEnd());
}

TEST_F(AppTest, ChallengesBeforeItReads) {
  config_.username = "user";
  config_.password = config::Secret("secret");
  Start();
  RawClient caller(app_->port());
  caller.Send(http::Post("/callbacks/messaging/inbound", InboundMessageBody()));
  const RawResponse challenge = caller.Read();
  EXPECT_EQ(challenge.status, 401);
  EXPECT_EQ(challenge.headers.at("www-authenticate"), "Basic realm=\"bandwidth\"");
  std::string request = http::Post("/callbacks/messaging/inbound", InboundMessageBody());
  request.insert(request.find("\r\n") + 2, "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n");
  caller.Send(request);
  const Item item = store_.Next();
  EXPECT_EQ(item.plain().event().type(), "message-received");
  store_.Accept(item);
  EXPECT_EQ(caller.Read().status, 200);
}

TEST_F(AppTest, RefusesWhatIsTooLargeOrNoWebhook) {
  Start();
  const std::string path = "/callbacks/messaging/inbound";
  EXPECT_EQ(Ask(http::Post(path, std::string((1u << 20) + 1, ' ')), app_->port()).status, 413);
  EXPECT_EQ(Ask(http::Post(path, std::string(1u << 20, ' ')), app_->port()).status, 400);
  EXPECT_EQ(Ask(http::Get(path), app_->port()).status, 405);
  EXPECT_EQ(Ask(http::Get("/"), app_->port()).status, 404);
}

TEST_F(AppTest, TellsItsHealth) {
  Start();
  EXPECT_EQ(Ask(http::Get("/healthz"), app_->admin_port()).status, 200);
  // An answered webhook proves the stream.
  RawClient client(app_->port());
  client.Send(http::Post("/callbacks/messaging/inbound", InboundMessageBody()));
  store_.Accept(store_.Next());
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(Ask(http::Get("/readyz"), app_->admin_port()).status, 200);
  EXPECT_THAT(Ask(http::Get("/metrics"), app_->admin_port()).body,
              HasSubstr("bw_callback_store_stream_up 1"));
}

TEST_F(AppTest, IsNotReadyAndStillAnswersCallersWithoutAStore) {
  config_.port = 0;
  config_.admin_port = 0;
  config_.event_store_address = "unix:/nonexistent/store";
  config_.store_wait_ms = 100;
  config_.log_level = "off";
  auto app = App::Start(config_);
  ASSERT_TRUE(app.ok());
  EXPECT_EQ(Ask(http::Get("/readyz"), (*app)->admin_port()).status, 503);
  const RawResponse response =
      Ask(http::Post("/callbacks/voice/gather", VoiceBody("gather")), (*app)->port());
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(bxml::Parse(response.body).ok());
  EXPECT_EQ(
      Ask(http::Post("/callbacks/messaging/inbound", InboundMessageBody()), (*app)->port()).status,
      503);
}

TEST(App, RefusesSentencesThatAreNoSpeech) {
  Config config;
  config.port = 0;
  config.waiting_sentence = "";
  EXPECT_EQ(App::Start(config).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bw::callback_service
