#include "callback-service/core/messaging_webhook.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/callback-service/webhook_payloads.h"

namespace bw::callback_service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

MessagingWebhook MustParse(const std::string& body) {
  StatusOr<MessagingWebhook> webhook = ParseMessagingWebhook(body);
  EXPECT_TRUE(webhook.ok()) << ToString(webhook.status());
  return webhook.ok() ? *webhook : MessagingWebhook{};
}

TEST(MessagingWebhook, ReadsAnInboundMessage) {
  const MessagingWebhook webhook = MustParse(InboundMessageBody());
  ASSERT_THAT(webhook.events, SizeIs(1));
  const Event& event = webhook.events[0];
  EXPECT_EQ(event.channel, Channel::kMessaging);
  EXPECT_EQ(event.type, "message-received");
  EXPECT_EQ(event.message_id, "m-1");
  EXPECT_EQ(event.from, "+15550100001");
  EXPECT_THAT(event.to, ElementsAre("+15550100002"));
  EXPECT_EQ(event.direction, Direction::kInbound);
  EXPECT_EQ(event.event_time_ms, 1'772'446'800'000);
  EXPECT_EQ(event.application_id, "93de");
  const StatusOr<json::Json> payload = json::Parse(event.payload_json);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ((*payload)["message"]["text"], "hi");
}

TEST(MessagingWebhook, ReadsAReport) {
  const MessagingWebhook webhook = MustParse(FailedMessageBody());
  ASSERT_THAT(webhook.events, SizeIs(1));
  EXPECT_EQ(webhook.events[0].type, "message-failed");
  EXPECT_EQ(webhook.events[0].direction, Direction::kOutbound);
  EXPECT_EQ(webhook.events[0].tag, "job-9");
}

TEST(MessagingWebhook, ReadsOneObjectAndAnArrayAlike) {
  const std::string array = InboundMessageBody();
  const std::string object = array.substr(1, array.size() - 2);
  EXPECT_EQ(MustParse(object).events[0].identity, MustParse(array).events[0].identity);
  EXPECT_THAT(MustParse("[]").events, SizeIs(0));
}

TEST(MessagingWebhook, KnowsBothSidesOfAGroupMessage) {
  const MessagingWebhook webhook = MustParse(
      R"({"type":"message-delivered","to":"+3","message":{"id":"m","to":["+1","+2",7,"+1"]}})");
  EXPECT_THAT(webhook.events[0].to, ElementsAre("+1", "+2", "+3"));
  EXPECT_THAT(MustParse(R"({"type":"t","message":{"to":"+1"}})").events[0].to, ElementsAre("+1"));
}

TEST(MessagingWebhook, IdentifiesByMessageTypeAndRecipient) {
  const auto identity = [](const std::string& type, const std::string& to, const std::string& id) {
    return MustParse(R"({"type":")" + type + R"(","to":")" + to + R"(","message":{"id":")" + id +
                     "\"}}")
        .events[0]
        .identity;
  };
  EXPECT_EQ(identity("a", "+1", "m"), identity("a", "+1", "m"));
  EXPECT_NE(identity("a", "+1", "m"), identity("b", "+1", "m"));
  EXPECT_NE(identity("a", "+1", "m"), identity("a", "+2", "m"));
  EXPECT_NE(identity("a", "+1", "m"), identity("a", "+1", "n"));
  EXPECT_NE(MustParse(R"({"type":"a","x":1})").events[0].identity,
            MustParse(R"({"type":"a","x":2})").events[0].identity);
}

TEST(MessagingWebhook, KeepsTheGoodOnesOfAMixedArray) {
  const MessagingWebhook webhook =
      MustParse(R"([{"type":"message-sent","message":{"id":"m"}},5,{"message":{}},{"type":7}])");
  EXPECT_THAT(webhook.events, SizeIs(1));
  EXPECT_EQ(webhook.malformed, 3u);
  EXPECT_THAT(std::string(Message(webhook.first_problem)), HasSubstr("event 2"));
}

TEST(MessagingWebhook, ToleratesNulls) {
  const MessagingWebhook webhook = MustParse(
      R"([{"type":"message-read","time":null,"to":null,"message":null,"eventTime":"x"}])");
  ASSERT_THAT(webhook.events, SizeIs(1));
  EXPECT_EQ(webhook.events[0].message_id, "");
}

TEST(MessagingWebhook, RefusesWhatHoldsNoEvent) {
  for (const char* body : {"", "{", "5", "\"x\"", "null", "{}", "[5]", R"([{"type":""}])",
                           R"({"type":"a","message":{"id":7}})"}) {
    EXPECT_EQ(ParseMessagingWebhook(body).status().code(), StatusCode::kInvalidArgument) << body;
  }
}

std::string Events(std::size_t count) {
  std::string body = "[";
  for (std::size_t i = 0; i < count; ++i) {
    body += (i == 0 ? "" : ",");
    body += R"({"type":"message-sent","message":{"id":")" + std::to_string(i) + "\"}}";
  }
  return body + "]";
}

TEST(MessagingWebhookLimits, HoldAtTheLimitAndOnePastIt) {
  EXPECT_THAT(MustParse(Events(kMaxEventsPerWebhook)).events, SizeIs(kMaxEventsPerWebhook));
  EXPECT_FALSE(ParseMessagingWebhook(Events(kMaxEventsPerWebhook + 1)).ok());

  std::string to;
  for (std::size_t i = 0; i <= kMaxRecipients; ++i) {
    to += (i == 0 ? "\"+" : ",\"+") + std::to_string(i) + "\"";
  }
  EXPECT_THAT(MustParse(R"({"type":"t","message":{"to":[)" + to + "]}}").events[0].to,
              SizeIs(kMaxRecipients));

  const auto padded = [](std::size_t bytes) {
    return R"({"pad":")" + std::string(bytes, 'x') + R"(","type":"t"})";
  };
  const std::size_t frame = padded(0).size();
  EXPECT_TRUE(ParseMessagingWebhook(padded(kMaxPayloadBytes - frame)).ok());
  EXPECT_FALSE(ParseMessagingWebhook(padded(kMaxPayloadBytes - frame + 1)).ok());
}

}  // namespace
}  // namespace bw::callback_service
