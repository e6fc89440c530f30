#include "callback-service/core/notification.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"

namespace bw::callback_service {
namespace {

TEST(Notification, ReadsATollFreeVerification) {
  const std::string body =
      R"({"accountId":"9900000","phoneNumber":"+18005551234","status":"VERIFIED",)"
      R"("internalTicketNumber":"11-22"})";
  const StatusOr<Event> event = ParseNotification(body);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->channel, Channel::kNotification);
  EXPECT_EQ(event->type, kTollFreeVerification);
  EXPECT_THAT(event->to, testing::ElementsAre("+18005551234"));
  EXPECT_EQ(event->payload_json, body);
}

TEST(Notification, TurnsAnOrdersXmlIntoJson) {
  const StatusOr<Event> event = ParseNotification(
      " \n<?xml version=\"1.0\"?><Notification><Status>COMPLETE</Status><OrderId>o-1</OrderId>"
      "<CompletedTelephoneNumbers><TelephoneNumber>5550100001</TelephoneNumber>"
      "<TelephoneNumber>5550100002</TelephoneNumber></CompletedTelephoneNumbers>"
      "<LastModifiedDate>2026-03-02T10:20:00.000Z</LastModifiedDate><Note/></Notification>");
  ASSERT_TRUE(event.ok()) << ToString(event.status());
  EXPECT_EQ(event->type, kOrderNotification);
  EXPECT_EQ(event->event_time_ms, 1'772'446'800'000);
  const StatusOr<json::Json> payload = json::Parse(event->payload_json);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ((*payload)["Status"], "COMPLETE");
  EXPECT_EQ((*payload)["CompletedTelephoneNumbers"]["TelephoneNumber"][1], "5550100002");
  EXPECT_EQ((*payload)["Note"], "");
}

TEST(Notification, NamesItsTypeWhereItHasOne) {
  EXPECT_EQ(ParseNotification(R"({"eventType":"DEVICE_CONNECTED"})")->type, "DEVICE_CONNECTED");
  EXPECT_EQ(ParseNotification(R"({"a":1})")->type, kOtherNotification);
}

TEST(Notification, IsIdentifiedByItsPayload) {
  EXPECT_EQ(ParseNotification(R"({"a":1})")->identity, ParseNotification(R"({"a":1})")->identity);
  EXPECT_NE(ParseNotification(R"({"a":1})")->identity, ParseNotification(R"({"a":2})")->identity);
}

TEST(Notification, RefusesWhatItIsNot) {
  for (const char* body :
       {"", " ", "[]", "5", "{", "<Other/>", "<Notification>", "<!DOCTYPE a><a/>"}) {
    EXPECT_EQ(ParseNotification(body).status().code(), StatusCode::kInvalidArgument) << body;
  }
}

TEST(Notification, HoldsItsLimit) {
  const auto padded = [](std::size_t bytes) {
    return R"({"a":")" + std::string(bytes, 'x') + "\"}";
  };
  const std::size_t frame = padded(0).size();
  EXPECT_TRUE(ParseNotification(padded(kMaxPayloadBytes - frame)).ok());
  EXPECT_FALSE(ParseNotification(padded(kMaxPayloadBytes - frame + 1)).ok());
}

}  // namespace
}  // namespace bw::callback_service
