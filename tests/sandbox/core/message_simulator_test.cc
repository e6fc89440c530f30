#include "sandbox/core/message_simulator.h"

#include <string>
#include <string_view>

#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MessageTest : public SimulationTest {
 protected:
  Json MessageBody() const {
    return {{"from", account.numbers[0].number},
            {"to", {kPerson}},
            {"applicationId", account.applications[1].id},
            {"text", "hello"}};
  }
  std::string Refusal(const Json& body) {
    auto outcome = messages.CreateMessage(body);
    auto* refusal = std::get_if<MessageRefusal>(&outcome);
    return refusal == nullptr ? "accepted" : ToString(refusal->status);
  }
};

TEST_F(MessageTest, AcceptsDeliversAndTells) {
  auto outcome = messages.CreateMessage(MessageBody());
  const Json* accepted = std::get_if<Json>(&outcome);
  ASSERT_NE(accepted, nullptr);
  EXPECT_EQ((*accepted)["direction"], "out");
  EXPECT_EQ((*accepted)["segmentCount"], 1);
  EXPECT_EQ((*accepted)["text"], "hello");
  Advance(1000);
  ASSERT_THAT(Events(), ElementsAre("message-delivered"));
  EXPECT_EQ(webhooks.sent[0].url, "http://127.0.0.1:8081/callbacks/messaging/status");
  EXPECT_EQ(webhooks.sent[0].content_type, "application/json; charset=utf-8");
  EXPECT_EQ(webhooks.sent[0].user_agent, "BandwidthAPI/v2");
  EXPECT_EQ(webhooks.sent[0].timeout.count(), 10'000);
  const Json event = Last("message-delivered")[0];
  EXPECT_EQ(event["to"], kPerson);
  EXPECT_EQ(event["message"]["id"], (*accepted)["id"]);
  EXPECT_EQ(event["message"]["text"], "");
  EXPECT_EQ(messages.Observe()[0]["status"], "DELIVERED");
  EXPECT_EQ(messages.Observe()[0]["text"], "hello");
}

TEST_F(MessageTest, GroupMessagesTellForEachRecipientAndOfSending) {
  Json body = MessageBody();
  body["to"] = {kPerson, "+15550222222"};
  EXPECT_EQ(Refusal(body), "accepted");
  Advance(1000);
  EXPECT_THAT(Events(), ElementsAre("message-sending", "message-sending", "message-delivered",
                                    "message-delivered"));
}

TEST_F(MessageTest, FailuresAndRepliesAreScripted) {
  SetScript("+15550222222", {.fail_code = 4470});
  SetScript(kPerson, {.reply_text = "Yes please"});
  Json body = MessageBody();
  body["to"] = "+15550222222";
  EXPECT_EQ(Refusal(body), "accepted");
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  Advance(5000);
  EXPECT_THAT(Events(), ElementsAre("message-failed", "message-delivered", "message-received"));
  EXPECT_EQ(Last("message-failed")[0]["errorCode"], 4470);
  const Json reply = Last("message-received")[0];
  EXPECT_EQ(reply["message"]["text"], "Yes please");
  EXPECT_EQ(reply["message"]["from"], kPerson);
  EXPECT_EQ(reply["to"], account.numbers[0].number);
  EXPECT_EQ(reply["message"]["direction"], "in");
  EXPECT_EQ(webhooks.sent.back().url, "http://127.0.0.1:8081/callbacks/messaging/inbound");
}

TEST_F(MessageTest, WebhooksAreSentAgainUntilSomebodyTakesThem) {
  int refusals = 3;
  webhooks.answer = [&](const WebhookRequest&) -> StatusOr<WebhookReply> {
    if (refusals-- > 0) return WebhookReply{503};
    return WebhookReply{204};
  };
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  Advance(600);
  EXPECT_EQ(webhooks.sent.size(), 1u);
  Advance(1000);
  EXPECT_EQ(webhooks.sent.size(), 2u);
  Advance(60'000);
  EXPECT_EQ(webhooks.sent.size(), 4u);
  EXPECT_EQ(messages.Observe()[0]["webhooks"].size(), 4u);
  EXPECT_EQ(messages.Observe()[0]["webhooks"][3]["status"], 204);
}

TEST_F(MessageTest, AWebhookNobodyTakesIsGivenUpAfterADay) {
  webhooks.answer = [](const WebhookRequest&) -> StatusOr<WebhookReply> {
    return Unavailable("refused");
  };
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  Advance(30 * 3600 * 1000);
  EXPECT_EQ(webhooks.sent.size(), static_cast<std::size_t>(MessageSimulator::kMaxAttempts));
  EXPECT_EQ(messages.Observe()[0]["webhooks"].size(), 50u);
}

TEST_F(MessageTest, AVeryLargeAnswerIsFinal) {
  webhooks.answer = [](const WebhookRequest&) -> StatusOr<WebhookReply> {
    return ResourceExhausted("large");
  };
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  Advance(100'000);
  EXPECT_EQ(webhooks.sent.size(), 1u);
}

TEST_F(MessageTest, RefusesWhatThePlatformRefuses) {
  struct Row {
    std::string member;
    Json value;
    std::string message;
  };
  Json eleven = Json::array();
  for (int i = 0; i < 11; ++i) eleven.push_back("+1555022222" + std::to_string(i % 10));
  const std::vector<Row> table = {
      {"to", nullptr, "to is required"},
      {"to", Json::array(), "to must have 1 to 10 entries"},
      {"to", eleven, "to must have 1 to 10 entries"},
      {"to", Json::array({"123"}), "to must hold E.164"},
      {"from", nullptr, "from is required"},
      {"from", "+15550999999", "from must be a phone number of this account"},
      {"applicationId", nullptr, "applicationId is required"},
      {"applicationId", account.applications[0].id, "not a messaging application"},
      {"text", nullptr, "text is required when there is no media"},
      {"text", std::string(2049, 'a'), "text must have 0 to 2048 characters"},
      {"media", Json::array({"relative"}), "media must hold absolute URLs"},
      {"tag", std::string(1025, 't'), "tag must have 0 to 1024 characters"},
      {"priority", "urgent", "priority must be default or high"},
      {"expiration", "tomorrow", "expiration must be an ISO 8601"},
  };
  for (const Row& row : table) {
    Json body = MessageBody();
    body[row.member] = row.value;
    EXPECT_THAT(Refusal(body), HasSubstr(row.message)) << row.member;
  }
  EXPECT_THAT(Refusal(Json(1)), HasSubstr("must be a JSON object"));
  Json limits = MessageBody();
  limits["text"] = std::string(2048, 'a');
  eleven.erase(10);
  limits["to"] = eleven;
  EXPECT_EQ(Refusal(limits), "accepted");
}

TEST_F(MessageTest, TheQueueHasALimit) {
  settings.max_messages_queued = 2;
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  EXPECT_THAT(Refusal(MessageBody()), HasSubstr("RESOURCE_EXHAUSTED"));
  Advance(1000);
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
}

TEST_F(MessageTest, KeepsALimitedNumber) {
  settings.max_messages_kept = 2;
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(
        messages
            .TextIn(
                {{"from", kPerson}, {"to", account.numbers[0].number}, {"text", std::to_string(i)}})
            .ok());
  }
  ASSERT_EQ(messages.Observe().size(), 2u);
  EXPECT_EQ(messages.Observe()[0]["text"], "2");
}

TEST_F(MessageTest, ListsByFilter) {
  EXPECT_EQ(Refusal(MessageBody()), "accepted");
  EXPECT_TRUE(messages.TextIn({{"from", kPerson}, {"to", account.numbers[0].number}}).ok());
  Advance(1000);
  EXPECT_EQ(messages.List({}).size(), 2u);
  EXPECT_EQ(messages.List({.direction = "INBOUND"}).size(), 1u);
  EXPECT_EQ(messages.List({.source = kPerson}).size(), 1u);
  EXPECT_EQ(messages.List({.status = "DELIVERED"})[0]["messageDirection"], "OUTBOUND");
  EXPECT_FALSE(messages.List({})[0].contains("text"));
  EXPECT_THAT(ToString(messages.TextIn({{"from", kPerson}, {"to", "+15550999999"}}).status()),
              HasSubstr("must be a phone number of this account"));
}

TEST(SegmentsTest, CountsByAlphabet) {
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_EQ(CountSegments(""), 1);
  EXPECT_EQ(CountSegments(std::string(160, 'a')), 1);
  EXPECT_EQ(CountSegments(std::string(161, 'a')), 2);
  EXPECT_EQ(CountSegments(std::string(306, 'a')), 2);
  EXPECT_EQ(CountSegments(std::string(307, 'a')), 3);
  EXPECT_EQ(CountSegments(std::string(158, 'a') + euro), 1);  // takes two places
  EXPECT_EQ(CountSegments(std::string(159, 'a') + euro), 2);
  EXPECT_EQ(CountSegments(std::string(69, 'a') + "\xC5\x9F"), 1);  // ş is not in GSM-7
  EXPECT_EQ(CountSegments(std::string(70, 'a') + "\xC5\x9F"), 2);
  EXPECT_EQ(CountSegments(std::string(68, 'a') + "\xF0\x9F\x98\x80"), 1);
  EXPECT_EQ(CountSegments(std::string(69, 'a') + "\xF0\x9F\x98\x80"), 2);
}

}  // namespace
}  // namespace bw::sandbox
