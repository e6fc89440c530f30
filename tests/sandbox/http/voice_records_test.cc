// Recordings, transcriptions and conferences over the API, from calls that were really held.
#include <memory>
#include <string>

#include "tests/sandbox/http/desk.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VoiceRecords : public ::testing::Test, protected Desk {
 protected:
  // A call that was answered with `verbs`.
  std::string Answered(const std::string& verbs) {
    webhooks.answer = [verbs](const WebhookRequest& request) -> StatusOr<WebhookReply> {
      const auto event = json::Parse(request.body);
      const bool answer = event.ok() && json::StringOr(*event, "eventType") == "answer";
      return answer ? Bxml(verbs) : WebhookReply{200};
    };
    Send({"POST", "/sandbox/script", R"({"number":"+15550123456","talk_ms":600000})"});
    const Json body = {{"from", "+15550100001"},
                       {"to", "+15550123456"},
                       {"applicationId", platform.account.applications[0].id},
                       {"answerUrl", "https://app.example.net/a"}};
    const http::Response made = Send({"POST", kAccount + "/calls", json::Dump(body)});
    EXPECT_EQ(made.status, 201) << made.body;
    Advance(std::chrono::seconds(5));
    return json::StringOr(BodyOf(made), "callId");
  }

  static inline const std::string kAccount = "/api/v2/accounts/9900000";
};

TEST_F(VoiceRecords, ARecordingIsListedHeardTranscribedAndDeleted) {
  const std::string call =
      Answered("<StartRecording/><Pause duration=\"1\"/><StopRecording/><Pause duration=\"600\"/>");
  const std::string many = kAccount + "/calls/" + call + "/recordings";
  const Json list = BodyOf(Get(many));
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0]["from"], "+15550100001");
  EXPECT_THAT(BodyOf(Get(kAccount + "/recordings?to=%2B15550123456")), SizeIs(1));
  EXPECT_THAT(BodyOf(Get(kAccount + "/recordings?to=%2B15550999999")), IsEmpty());
  const std::string one = many + "/" + list[0]["recordingId"].get<std::string>();
  const http::Response media = Get(one + "/media");
  EXPECT_EQ(media.headers.Get("Content-Type"), "audio/vnd.wave");
  EXPECT_TRUE(media.body.starts_with("RIFF"));
  EXPECT_EQ(Get(one + "/transcription").status, 404);
  EXPECT_EQ(
      Send({"POST", one + "/transcription", R"({"callbackUrl":"https://a.example/t"})"}).status,
      204);
  EXPECT_THAT(Get(one + "/transcription").body, HasSubstr("call me back"));
  EXPECT_EQ(webhooks.sent.back().url, "https://a.example/t");
  EXPECT_EQ(Send({"DELETE", one + "/transcription"}).status, 204);
  EXPECT_EQ(Send({"DELETE", one + "/media"}).status, 204);
  EXPECT_EQ(Get(one + "/media").status, 404);
  EXPECT_EQ(Send({"DELETE", one}).status, 204);
  EXPECT_EQ(Get(one).status, 404);
}

TEST_F(VoiceRecords, ARecordingIsPausedWhileItRuns) {
  const std::string call = Answered("<StartRecording/><Pause duration=\"600\"/>");
  const std::string target = kAccount + "/calls/" + call + "/recording";
  EXPECT_EQ(Send({"PUT", target, R"({"state":"paused"})"}).status, 200);
  EXPECT_EQ(Send({"PUT", target, R"({"state":"stopped"})"}).status, 400);
  const std::string silent = Answered("<Pause duration=\"600\"/>");
  EXPECT_EQ(
      Send({"PUT", kAccount + "/calls/" + silent + "/recording", R"({"state":"paused"})"}).status,
      404);
}

TEST_F(VoiceRecords, ALiveTranscriptionHasItsTracks) {
  const std::string call = Answered(
      "<StartTranscription name=\"both-sides\" tracks=\"both\"/><Pause duration=\"600\"/>");
  const std::string many = kAccount + "/calls/" + call + "/transcriptions";
  const Json list = BodyOf(Get(many));
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0]["transcriptionName"], "both-sides");
  const std::string one = many + "/" + list[0]["transcriptionId"].get<std::string>();
  EXPECT_THAT(BodyOf(Get(one))["tracks"], SizeIs(2));
  EXPECT_EQ(Send({"DELETE", one}).status, 200);
  EXPECT_EQ(Get(one).status, 404);
}

TEST_F(VoiceRecords, MembersOfAConferenceGoOnWhenItEnds) {
  const std::string call = Answered("<Conference>standup</Conference><Pause duration=\"600\"/>");
  const std::string one = kAccount + "/conferences/standup";
  EXPECT_EQ(BodyOf(Get(one))["activeMembers"][0]["callId"], call);
  const std::string member = one + "/members/" + call;
  EXPECT_EQ(Send({"PUT", member, R"({"mute":true})"}).status, 204);
  EXPECT_EQ(BodyOf(Get(member))["mute"], true);
  EXPECT_EQ(Get(one + "/members/c-none").status, 404);
  EXPECT_EQ(Send({"POST", one, R"({"status":"active"})"}).status, 400);
  EXPECT_EQ(Send({"POST", one, R"({"redirectUrl":"https://a.example/c"})"}).status, 204);
  EXPECT_EQ(webhooks.sent.back().url, "https://a.example/c");
  EXPECT_EQ(Send({"POST", one, R"({"status":"completed"})"}).status, 204);
  EXPECT_TRUE(BodyOf(Get(one))["completedTime"].is_string());
  EXPECT_EQ(BodyOf(Get(kAccount + "/calls/" + call))["state"], "answered");
  EXPECT_EQ(Send({"POST", one, R"({"status":"completed"})"}).status, 404);
  EXPECT_EQ(Get(kAccount + "/conferences/nobody").status, 404);
}

TEST_F(VoiceRecords, AWholeConferenceIsRecordedUntilItEnds) {
  Answered("<Conference>standup</Conference>");
  const std::string one = kAccount + "/conferences/standup";
  EXPECT_EQ(SendXml("PUT", one + "/bxml", "<Response><Nope/></Response>").status, 400);
  EXPECT_EQ(SendXml("PUT", one + "/bxml", "<Response><StartRecording/></Response>").status, 204);
  Advance(std::chrono::seconds(2));
  EXPECT_THAT(BodyOf(Get(one + "/recordings")), IsEmpty());
  EXPECT_EQ(Send({"POST", one, R"({"status":"completed"})"}).status, 204);
  const Json list = BodyOf(Get(one + "/recordings"));
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0]["duration"], "PT2S");
  EXPECT_EQ(Get(one + "/recordings/" + list[0]["recordingId"].get<std::string>() + "/media").status,
            200);
}

}  // namespace
}  // namespace bw::sandbox
