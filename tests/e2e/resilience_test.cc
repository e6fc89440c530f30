// What a caller and the platform meet when a part of us is gone.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "common/bxml/document.h"
#include "common/http_client/http_client.h"
#include "tests/e2e/conversation.h"
#include "tests/e2e/mcp_client.h"
#include "tests/e2e/stack.h"

namespace bw::e2e {
namespace {

using json::Json;
using testing::IsEmpty;

http_client::Request Webhook(const std::string& url, const Json& body) {
  http_client::Request request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json::Dump(body);
  return request;
}

Json GatherEvent() {
  return {{"eventType", "gather"},
          {"eventTime", "2026-03-02T10:15:44.000Z"},
          {"accountId", "9900000"},
          {"applicationId", "app"},
          {"from", "+15550100001"},
          {"to", "+15550100002"},
          {"direction", "inbound"},
          {"callId", "c-outage"},
          {"callUrl", "https://voice.example.com/calls/c-outage"},
          {"startTime", "2026-03-02T10:15:30.000Z"},
          {"digits", "1"},
          {"terminatingDigit", ""}};
}

Json InboundText() {
  return Json::array({{{"type", "message-received"},
                       {"time", "2026-03-02T10:20:00.000Z"},
                       {"description", "Incoming message received"},
                       {"to", "+15550100002"},
                       {"message",
                        {{"id", "m-outage"},
                         {"owner", "+15550100002"},
                         {"applicationId", "app"},
                         {"time", "2026-03-02T10:19:59.000Z"},
                         {"segmentCount", 1},
                         {"direction", "in"},
                         {"to", {"+15550100002"}},
                         {"from", "+15550100001"},
                         {"text", "hi"}}}}});
}

class ResilienceTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Stack::Start({.form = Form::kServices, .hold_ms = 3'000});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    stack_ = *std::move(started);
    http_ = http_client::MakeHttpClient();
  }

  StatusOr<http_client::Response> Post(const std::string& path, const Json& body) {
    return http_client::SendAndWait(*http_, Webhook(stack_->callback_url() + path, body));
  }

  std::unique_ptr<Stack> stack_;
  std::unique_ptr<http_client::HttpClient> http_;
};

TEST_F(ResilienceTest, WithoutTheStoreACallerHearsADocumentAndATextIsResent) {
  stack_->process("event-store").Signal(SIGKILL);
  ASSERT_TRUE(stack_->process("event-store").WaitForExit(std::chrono::seconds(10)).ok());

  const auto voice = Post("/callbacks/voice/gather", GatherEvent());
  ASSERT_TRUE(voice.ok()) << ToString(voice.status());
  EXPECT_EQ(voice->status, 200);
  const auto document = bxml::Parse(voice->body);
  ASSERT_TRUE(document.ok()) << voice->body;
  EXPECT_GT(document->verbs.size(), 1u) << "a bare Redirect would spin: " << voice->body;

  const auto text = Post("/callbacks/messaging/inbound", InboundText());
  ASSERT_TRUE(text.ok()) << ToString(text.status());
  EXPECT_EQ(text->status, 503);

  ASSERT_TRUE(stack_->Restart("event-store").ok());
  // The platform sends the text again; once the store is back it is taken, and kept once.
  McpClient agent(stack_->mcp_url(), "");
  Json found;
  for (int attempt = 0; attempt < 100 && found.empty(); ++attempt) {
    const auto again = Post("/callbacks/messaging/inbound", InboundText());
    ASSERT_TRUE(again.ok());
    if (again->status != 200) continue;
    const auto page =
        agent.CallTool("getInboundMessages", {{"from", "+15550100001"}, {"wait_seconds", 5}});
    ASSERT_TRUE(page.ok()) << ToString(page.status());
    if (!page->is_error) found = page->structured["events"];
  }
  EXPECT_EQ(found.size(), 1u) << found.dump();
}

TEST_F(ResilienceTest, EveryServiceMayDieBetweenTwoConversations) {
  for (const char* name : {"gateway", "tool-service", "callback-service", "event-store"}) {
    SCOPED_TRACE(name);
    stack_->process(name).Signal(SIGKILL);
    ASSERT_TRUE(stack_->process(name).WaitForExit(std::chrono::seconds(10)).ok());
    const Status restarted = stack_->Restart(name);
    ASSERT_TRUE(restarted.ok()) << ToString(restarted);
    // The others find it again by themselves; until then a tool call may fail, and says why.
    Report report;
    for (int attempt = 0; attempt < 20; ++attempt) {
      report = HoldConversation(stack_->endpoints());
      if (report.problems.empty()) break;
    }
    EXPECT_THAT(report.problems, IsEmpty());
  }
}

TEST_F(ResilienceTest, StoppingAnswersHeldWebhooksWithADocument) {
  std::promise<StatusOr<http_client::Response>> answered;
  const auto request = Webhook(stack_->callback_url() + "/callbacks/voice/gather", GatherEvent());
  http_->Send(request, [&](auto response) { answered.set_value(std::move(response)); });
  // Once it is recorded it is held: nothing is queued for this call.
  McpClient agent(stack_->mcp_url(), "");
  const auto recorded =
      agent.CallTool("getCallbackEvents", {{"call_id", "c-outage"}, {"wait_seconds", 20}});
  ASSERT_TRUE(recorded.ok() && recorded->structured["events"].size() == 1u);
  stack_->process("callback-service").Signal(SIGTERM);
  const auto response = answered.get_future().get();
  ASSERT_TRUE(response.ok()) << ToString(response.status());
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(bxml::Parse(response->body).ok()) << response->body;
  const auto code = stack_->process("callback-service").WaitForExit(std::chrono::seconds(30));
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(*code, 0);
}

}  // namespace
}  // namespace bw::e2e
