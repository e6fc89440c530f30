#include "tests/callback-service/webhook_payloads.h"

namespace bw::callback_service {
namespace {

// The members every call event carries, for an answered inbound call.
constexpr std::string_view kCall =
    R"("eventTime":"2026-03-02T10:15:44.000Z","accountId":"9900000",)"
    R"("applicationId":"7d2c3c1e-0000-4000-8000-000000000001","from":"+15550100001",)"
    R"("to":"+15550100002","direction":"inbound","callId":"c-11aa22bb-0000",)"
    R"("callUrl":"https://voice.bandwidth.com/api/v2/accounts/9900000/calls/c-11aa22bb-0000",)"
    R"("startTime":"2026-03-02T10:15:30.000Z")";
constexpr std::string_view kAnswered = R"("answerTime":"2026-03-02T10:15:32.000Z")";
constexpr std::string_view kLeg =
    R"("parentCallId":"c-parent","transferCallerId":"+15550100002","transferTo":"+15550100009")";
constexpr std::string_view kConference =
    R"("eventTime":"2026-03-02T10:15:44.000Z","conferenceId":"conf-5e","name":"standup","tag":null)";
constexpr std::string_view kRecording =
    R"("recordingId":"r-77","mediaUrl":"https://voice.bandwidth.com/r-77/media",)"
    R"("endTime":"2026-03-02T10:15:43.000Z","duration":"PT13.67S","channels":1,"fileFormat":"wav")";
constexpr std::string_view kStream =
    R"("mediaStream":{"id":"s-1","name":"agent","destination":"wss://ws.example.net/a",)"
    R"("startTime":"2026-03-02T10:15:40.000Z","tracks":["inbound"],"type":"WebSocket"})";
constexpr std::string_view kTranscription =
    R"("realTimeTranscription":{"id":"t-1","name":"t","startTime":"2026-03-02T10:15:40.000Z",)"
    R"("tracks":["inbound"],"status":"available"})";

struct Row {
  std::string_view type;
  // Members beside eventType, joined with commas.
  std::vector<std::string_view> members;
};

std::vector<Row> Rows() {
  return {
      {"initiate",
       {kCall,
        R"("stirShaken":{"verstat":"TN-Validation-Passed","attestationIndicator":"A","originatingId":"x"})",
        R"("diversion":{"origTo":"+15550100007","reason":"busy"},"sipHeaders":{"x-key":"v"})"}},
      {"answer",
       {kCall, kAnswered, R"("machineDetectionResult":{"value":"human","duration":"PT1S"})"}},
      {"disconnect",
       {kCall, R"("answerTime":null,"endTime":"2026-03-02T10:16:00.000Z","cause":"busy")",
        R"("sipResponseCode":486,"errorMessage":null,"errorId":null,"tag":null)"}},
      {"gather", {kCall, kAnswered, R"("digits":"42","terminatingDigit":"#","tag":"menu-1")"}},
      {"redirect", {kCall, kAnswered, R"("parentCallId":null)"}},
      {"transferAnswer", {kCall, kAnswered, kLeg}},
      {"transferComplete", {kCall, kAnswered, kLeg, R"("cause":"hangup","errorId":null)"}},
      {"transferDisconnect",
       {R"("eventTime":"2026-03-02T10:15:44.000Z","callId":"c-b-leg","from":"+15550100002")", kLeg,
        R"("to":"+15550100009","endTime":"2026-03-02T10:15:44.000Z","cause":"hangup")"}},
      {"bridgeComplete", {kCall, kAnswered, R"("cause":"busy","errorMessage":"target is busy")"}},
      {"bridgeTargetComplete", {kCall, kAnswered}},
      {"conferenceCreated", {kConference}},
      {"conferenceMemberJoin",
       {kConference, R"("from":"+15550100001","to":"+15550100002","callId":"c-11aa22bb-0000")"}},
      {"conferenceMemberExit",
       {kConference, R"("from":"+15550100001","to":"+15550100002","callId":"c-11aa22bb-0000")"}},
      {"conferenceRedirect", {kConference}},
      {"conferenceCompleted", {kConference}},
      {"conferenceRecordingAvailable", {kConference, kRecording, R"("status":"complete")"}},
      {"recordComplete", {kCall, kAnswered, kRecording}},
      {"recordingComplete", {kCall, kAnswered, kRecording}},
      {"recordingAvailable", {kCall, kAnswered, kRecording, R"("status":"complete")"}},
      {"transcriptionAvailable",
       {kCall, kAnswered, kRecording, R"("transcription":{"id":"t-1","status":"available"})"}},
      {"machineDetectionComplete",
       {kCall, kAnswered,
        R"("machineDetectionResult":{"value":"answering-machine","duration":"PT4.9S"})"}},
      {"dtmf", {kCall, kAnswered, R"("digit":"5")"}},
      {"mediaStreamStarted", {kCall, kAnswered, kStream}},
      {"mediaStreamRejected", {kCall, kAnswered, kStream, R"("cause":"track-limit")"}},
      {"mediaStreamStopped", {kCall, kAnswered, kStream, R"("cause":"closed")"}},
      {"realTimeTranscriptionStarted", {kCall, kAnswered, kTranscription}},
      {"realTimeTranscriptionRejected", {kCall, kAnswered, kTranscription, R"("cause":"error")"}},
      {"realTimeTranscriptionStopped", {kCall, kAnswered, kTranscription}},
      {"realTimeTranscriptionAvailable", {kCall, kAnswered, kTranscription}},
      {"referComplete", {kCall, kAnswered, R"("notifySipResponseCode":503)"}},
      {"DEVICE_CONNECTED", {R"("eventTime":"2026-03-02T10:15:44.000Z","deviceId":"d-1")"}},
      {"DEVICE_DISCONNECTED", {R"("eventTime":"2026-03-02T10:15:44.000Z","deviceId":"d-1")"}},
  };
}

}  // namespace

std::vector<VoiceSample> VoiceSamples() {
  std::vector<VoiceSample> samples;
  for (const Row& row : Rows()) {
    std::string body = R"({"eventType":")" + std::string(row.type) + '"';
    for (const std::string_view member : row.members) {
      body += ',';
      body += member;
    }
    samples.push_back({row.type, body + '}'});
  }
  return samples;
}

std::string VoiceBody(std::string_view type) {
  for (const VoiceSample& sample : VoiceSamples()) {
    if (sample.type == type) return sample.body;
  }
  return "";
}

std::string InboundMessageBody() {
  return R"([{"type":"message-received","time":"2026-03-02T10:20:00.000Z",)"
         R"("description":"Incoming message received","to":"+15550100002","message":{"id":"m-1",)"
         R"("owner":"+15550100002","applicationId":"93de","time":"2026-03-02T10:19:59.000Z",)"
         R"("segmentCount":1,"direction":"in","to":["+15550100002"],"from":"+15550100001",)"
         R"("text":"hi","media":["https://messaging.bandwidth.com/m/pic.jpg"]}}])";
}

std::string FailedMessageBody() {
  return R"([{"type":"message-failed","time":"2026-03-02T10:21:00.000Z",)"
         R"("description":"rejected as spam","to":"+15550100001","errorCode":4470,)"
         R"("message":{"id":"m-2","owner":"+15550100002","applicationId":"93de",)"
         R"("time":"2026-03-02T10:20:59.000Z","segmentCount":1,"direction":"out",)"
         R"("to":["+15550100001"],"from":"+15550100002","text":"","tag":"job-9"}}])";
}

}  // namespace bw::callback_service
