#include "callback-service/core/voice_webhook.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/callback-service/webhook_payloads.h"

namespace bw::callback_service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kEventTime = 1'772'446'544'000;   // 2026-03-02T10:15:44Z
constexpr std::int64_t kStartTime = 1'772'446'530'000;   // 2026-03-02T10:15:30Z
constexpr std::int64_t kAnswerTime = 1'772'446'532'000;  // 2026-03-02T10:15:32Z

VoiceEvent MustParse(std::string_view body, std::string_view hop = "") {
  StatusOr<VoiceEvent> event = ParseVoiceWebhook(body, hop);
  EXPECT_TRUE(event.ok()) << ToString(event.status()) << " " << body;
  return event.ok() ? *event : VoiceEvent{};
}

TEST(VoiceWebhook, KnowsASampleOfEveryType) {
  const std::vector<VoiceSample> samples = VoiceSamples();
  ASSERT_EQ(samples.size(), VoiceEventTypes().size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].type, VoiceEventTypes()[i].name);
  }
}

TEST(VoiceWebhook, ReadsEveryType) {
  for (const VoiceSample& sample : VoiceSamples()) {
    SCOPED_TRACE(sample.type);
    const VoiceEvent voice = MustParse(sample.body);
    EXPECT_EQ(voice.event.channel, Channel::kVoice);
    EXPECT_EQ(voice.event.type, sample.type);
    EXPECT_EQ(voice.event.event_time_ms, kEventTime);
    EXPECT_EQ(voice.event.payload_json, sample.body);
    ASSERT_NE(voice.type, nullptr);
    EXPECT_EQ(voice.type->name, sample.type);
    EXPECT_LE(voice.event.identity.size(), kMaxIdentityBytes);
  }
}

TEST(VoiceWebhook, ReadsTheMembersOfACall) {
  const VoiceEvent voice = MustParse(VoiceBody("gather"));
  EXPECT_EQ(voice.event.call_id, "c-11aa22bb-0000");
  EXPECT_EQ(voice.event.from, "+15550100001");
  EXPECT_THAT(voice.event.to, ElementsAre("+15550100002"));
  EXPECT_EQ(voice.event.direction, Direction::kInbound);
  EXPECT_EQ(voice.event.application_id, "7d2c3c1e-0000-4000-8000-000000000001");
  EXPECT_EQ(voice.event.tag, "menu-1");
  EXPECT_EQ(voice.update.state, "answered");
  EXPECT_EQ(voice.update.start_time_ms, kStartTime);
  EXPECT_EQ(voice.update.answer_time_ms, kAnswerTime);
  EXPECT_FALSE(voice.is_unanswered_inbound);
}

struct StateRow {
  std::string_view type;
  std::string_view state;
};

class CallStateTest : public testing::TestWithParam<StateRow> {};

TEST_P(CallStateTest, IsToldByTheEvent) {
  EXPECT_EQ(MustParse(VoiceBody(GetParam().type)).update.state, GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(
    Types, CallStateTest,
    testing::Values(StateRow{"initiate", "initiated"}, StateRow{"answer", "answered"},
                    StateRow{"disconnect", "disconnected"}, StateRow{"redirect", "answered"},
                    StateRow{"transferAnswer", "answered"},
                    StateRow{"transferDisconnect", "disconnected"},
                    StateRow{"transferComplete", "answered"},
                    StateRow{"bridgeComplete", "answered"},
                    // After the hang-up these still come; they must not revive the call.
                    StateRow{"recordingAvailable", ""}, StateRow{"transcriptionAvailable", ""},
                    StateRow{"conferenceMemberJoin", ""}, StateRow{"dtmf", ""}));

TEST(VoiceWebhook, ReadsTheEndOfACall) {
  const VoiceEvent voice = MustParse(VoiceBody("disconnect"));
  EXPECT_EQ(voice.update.end_time_ms, 1'772'446'560'000);
  EXPECT_EQ(voice.update.disconnect_cause, "busy");
  EXPECT_EQ(voice.update.error_message, "");
  EXPECT_EQ(voice.update.answer_time_ms, 0);
}

TEST(VoiceWebhook, TakesTheTimesOfARecordingForNoTimesOfTheCall) {
  const VoiceEvent voice = MustParse(VoiceBody("recordingAvailable"));
  EXPECT_EQ(voice.update.end_time_ms, 0);
  EXPECT_EQ(voice.update.start_time_ms, 0);
}

TEST(VoiceWebhook, TellsAnUnansweredInboundCall) {
  EXPECT_TRUE(MustParse(VoiceBody("initiate")).is_unanswered_inbound);
  EXPECT_TRUE(MustParse(R"({"eventType":"redirect","callId":"c","direction":"inbound"})")
                  .is_unanswered_inbound);
  EXPECT_TRUE(
      MustParse(R"({"eventType":"redirect","callId":"c","direction":"inbound","answerTime":null})")
          .is_unanswered_inbound);
  EXPECT_FALSE(MustParse(VoiceBody("redirect")).is_unanswered_inbound);
  EXPECT_FALSE(MustParse(R"({"eventType":"redirect","callId":"c","direction":"outbound"})")
                   .is_unanswered_inbound);
  EXPECT_FALSE(MustParse(R"({"eventType":"redirect","callId":"c"})").is_unanswered_inbound);
}

TEST(VoiceWebhook, IsTolerantWhereThePlatformIsLoose) {
  const VoiceEvent nulls = MustParse(
      R"({"eventType":"gather","callId":"c","from":null,"to":null,"direction":null,"eventTime":null,)"
      R"("startTime":null,"answerTime":"soon","tag":null,"applicationId":7,"unknown":{"a":[1]}})");
  EXPECT_EQ(nulls.event.call_id, "c");
  EXPECT_EQ(nulls.event.from, "");
  EXPECT_THAT(nulls.event.to, IsEmpty());
  EXPECT_EQ(nulls.event.event_time_ms, 0);
  EXPECT_EQ(nulls.event.direction, Direction::kUnknown);
  EXPECT_EQ(nulls.update.answer_time_ms, 0);
  EXPECT_EQ(nulls.event.application_id, "");

  const VoiceEvent fresh = MustParse(R"({"eventType":"holograph","callId":"c","x":1})");
  EXPECT_EQ(fresh.type, nullptr);
  EXPECT_EQ(fresh.event.type, "holograph");

  const VoiceEvent sip = MustParse(R"({"eventType":"initiate","callId":"c","from":"Anonymous",)"
                                   R"("to":"sip:desk@pbx.example.net"})");
  EXPECT_EQ(sip.event.from, "Anonymous");
}

struct BadRow {
  std::string body;
  std::string_view problem;
};

class BadVoiceWebhookTest : public testing::TestWithParam<BadRow> {};

TEST_P(BadVoiceWebhookTest, IsRefusedByName) {
  const StatusOr<VoiceEvent> event = ParseVoiceWebhook(GetParam().body);
  ASSERT_FALSE(event.ok());
  EXPECT_EQ(event.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Message(event.status())), HasSubstr(std::string(GetParam().problem)));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BadVoiceWebhookTest,
    testing::Values(BadRow{"", "not JSON"}, BadRow{"{\"eventType\":\"answer\"", "not JSON"},
                    BadRow{"[{\"eventType\":\"answer\"}]", "one JSON object"},
                    BadRow{"\"answer\"", "one JSON object"}, BadRow{"null", "one JSON object"},
                    BadRow{"{}", "eventType is missing"},
                    BadRow{R"({"eventType":null})", "eventType is missing"},
                    BadRow{R"({"eventType":5})", "eventType must be a string"},
                    BadRow{R"({"eventType":"answer","callId":{}})", "callId must be a string"},
                    BadRow{"{\"eventType\":\"an\xff\"}", "not JSON"},
                    BadRow{std::string(100, '['), "nests deeper"}));

std::string WithMember(std::string_view name, std::size_t bytes) {
  return R"({"eventType":"answer","callId":"c",")" + std::string(name) + R"(":")" +
         std::string(bytes, 'x') + "\"}";
}

TEST(VoiceWebhookLimits, HoldAtTheLimitAndOnePastIt) {
  const std::string id(kMaxIdBytes, 'c');
  EXPECT_TRUE(ParseVoiceWebhook(R"({"eventType":"answer","callId":")" + id + "\"}").ok());
  EXPECT_FALSE(ParseVoiceWebhook(R"({"eventType":"answer","callId":")" + id + "c\"}").ok());
  const std::string type(kMaxTypeBytes, 't');
  EXPECT_TRUE(ParseVoiceWebhook(R"({"eventType":")" + type + "\"}").ok());
  EXPECT_FALSE(ParseVoiceWebhook(R"({"eventType":")" + type + "t\"}").ok());
  const std::size_t frame = WithMember("pad", 0).size();
  EXPECT_TRUE(ParseVoiceWebhook(WithMember("pad", kMaxPayloadBytes - frame)).ok());
  EXPECT_FALSE(ParseVoiceWebhook(WithMember("pad", kMaxPayloadBytes - frame + 1)).ok());
}

TEST(VoiceWebhookLimits, CutWhatThePayloadKeepsWhole) {
  EXPECT_EQ(MustParse(WithMember("from", kMaxIdBytes)).event.from.size(), kMaxIdBytes);
  EXPECT_EQ(MustParse(WithMember("from", kMaxIdBytes + 1)).event.from.size(), kMaxIdBytes);
  const VoiceEvent voice = MustParse(WithMember("tag", kMaxTagBytes + 5));
  EXPECT_EQ(voice.event.tag.size(), kMaxTagBytes);
  EXPECT_GT(voice.event.payload_json.size(), kMaxTagBytes + 5);
  // "é" is two bytes: a cut inside it would not be UTF-8.
  std::string from(kMaxIdBytes - 1, 'a');
  EXPECT_EQ(MustParse(R"({"eventType":"answer","from":")" + from + "\xc3\xa9\"}").event.from, from);
}

TEST(VoiceIdentity, IsTheSameForARepetitionAndDiffersOtherwise) {
  std::set<std::string> identities;
  for (const VoiceSample& sample : VoiceSamples()) {
    const std::string identity = MustParse(sample.body).event.identity;
    EXPECT_EQ(MustParse(sample.body).event.identity, identity);
    EXPECT_TRUE(identities.insert(identity).second) << sample.type;
  }
}

std::string Identity(const std::string& members, std::string_view hop = "") {
  return MustParse("{\"eventType\":\"dtmf\",\"callId\":\"c\"," + members + "}", hop).event.identity;
}

TEST(VoiceIdentity, DependsOnWhatTellsTwoEventsApart) {
  const std::string time = R"("eventTime":"2026-03-02T10:15:44.000Z")";
  EXPECT_EQ(Identity(time + R"(,"digit":"1")"), Identity(time + R"(,"digit":"1","later":true)"));
  EXPECT_NE(Identity(time + R"(,"digit":"1")"), Identity(time + R"(,"digit":"2")"));
  EXPECT_NE(Identity(time + R"(,"recordingId":"r1")"), Identity(time + R"(,"recordingId":"r2")"));
  EXPECT_NE(Identity(time + R"(,"mediaStream":{"id":"1"})"),
            Identity(time + R"(,"mediaStream":{"id":"2"})"));
  EXPECT_NE(Identity(time, "1"), Identity(time, "2"));
  // No time: only the whole payload tells.
  EXPECT_NE(Identity(R"("digit":"1","a":1)"), Identity(R"("digit":"1","a":2)"));
}

TEST(VoiceIdentity, CannotBeMovedBetweenMembers) {
  const auto identity = [](const std::string& call, const std::string& type) {
    return MustParse(R"({"eventTime":"t","eventType":")" + type + R"(","callId":")" + call + "\"}")
        .event.identity;
  };
  EXPECT_NE(identity("a|b", "c"), identity("a", "b|c"));
  EXPECT_LE(identity(std::string(kMaxIdBytes, '|'), std::string(kMaxTypeBytes, '|')).size(),
            kMaxIdentityBytes);
}

TEST(VoiceQuery, GivesTheSameEventAsAPost) {
  const QueryParameters query{{"eventType", "gather"},
                              {"eventTime", "2026-03-02T10:15:44.000Z"},
                              {"callId", "c-1"},
                              {"from", "+15550100001"},
                              {"to", "+15550100002"},
                              {"direction", "inbound"},
                              {"answerTime", "2026-03-02T10:15:32.000Z"},
                              {"digits", "0042"},
                              {"stirShaken", R"({"verstat":"No-TN-Validation"})"}};
  const StatusOr<VoiceEvent> voice = ParseVoiceQuery(query);
  ASSERT_TRUE(voice.ok());
  EXPECT_EQ(voice->event.type, "gather");
  EXPECT_EQ(voice->event.call_id, "c-1");
  EXPECT_EQ(voice->update.state, "answered");
  const StatusOr<json::Json> payload = json::Parse(voice->event.payload_json);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ((*payload)["digits"], "0042");
  EXPECT_EQ((*payload)["stirShaken"]["verstat"], "No-TN-Validation");
  EXPECT_EQ(MustParse(voice->event.payload_json).event.identity, voice->event.identity);
}

TEST(VoiceQuery, SurvivesHostileParameters) {
  EXPECT_FALSE(ParseVoiceQuery({}).ok());
  const StatusOr<VoiceEvent> bytes =
      ParseVoiceQuery({{"eventType", "answer"}, {"callId", "c\xff\xfe"}, {"\xff", "{broken"}});
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->event.call_id, "c\xef\xbf\xbd\xef\xbf\xbd");
  QueryParameters many(kMaxQueryParameters - 1, {"a", "b"});
  many.push_back({"eventType", "answer"});
  EXPECT_TRUE(ParseVoiceQuery(many).ok());
  many.push_back({"a", "b"});
  EXPECT_FALSE(ParseVoiceQuery(many).ok());
}

}  // namespace
}  // namespace bw::callback_service
