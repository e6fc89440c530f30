// Recordings of calls, their media and what was understood of them.
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/recordings.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::size_t kMaxListed = 1000;

Response NoSuchRecording() {
  return ErrorResponse(Api::kVoice, 404, "The recording was not found");
}

StoredRecording* RecordingIn(Context& context) {
  return context.platform.calls.archive().FindRecording(context.path[1], context.path[2]);
}

bool HasCall(const Context& context) {
  return context.platform.calls.GetCall(context.path[1]).ok();
}

Response NoSuchCall(const Context& context) {
  return ErrorResponse(Api::kVoice, 404,
                       "Call " + context.path[1].substr(0, 64) + " was not found.");
}

Response Reply(int status, const Status& outcome) {
  return outcome.ok() ? Response{status, {}, ""} : ErrorResponse(Api::kVoice, outcome);
}

Response ListOfAccount(Context& context) {
  const http::Request& request = context.request;
  Json list = Json::array();
  for (const StoredRecording* recording : context.platform.calls.archive().CallRecordings()) {
    const auto fits = [&](std::string_view name) {
      const auto wanted = request.Query(name);
      return !wanted || json::StringOr(recording->facts, name) == *wanted;
    };
    const std::string start = json::StringOr(recording->facts, "startTime");
    const bool in_time =
        start >= request.Query("minStartTime").value_or("") &&
        (!request.Query("maxStartTime") || start <= *request.Query("maxStartTime"));
    if (fits("from") && fits("to") && in_time && list.size() < kMaxListed) {
      list.push_back(RecordingJson(*recording));
    }
  }
  return http::JsonResponse(200, json::Dump(list));
}

Response SetState(Context& context) {
  return Reply(200, context.platform.calls.SetRecordingState(context.path[1], context.body));
}

Response List(Context& context) {
  if (!HasCall(context)) return NoSuchCall(context);
  Json list = Json::array();
  for (const auto* recording : context.platform.calls.archive().RecordingsOf(context.path[1])) {
    list.push_back(RecordingJson(*recording));
  }
  return http::JsonResponse(200, json::Dump(list));
}

Response Get(Context& context) {
  const StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr) return NoSuchRecording();
  return http::JsonResponse(200, json::Dump(RecordingJson(*recording)));
}

Response Delete(Context& context) {
  const bool removed =
      context.platform.calls.archive().RemoveRecording(context.path[1], context.path[2]);
  return removed ? Response{204, {}, ""} : NoSuchRecording();
}

Response Download(Context& context) {
  const StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr || !recording->has_media) return NoSuchRecording();
  return SilentAudio(*recording);
}

Response DeleteMedia(Context& context) {
  StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr || !recording->has_media) return NoSuchRecording();
  recording->has_media = false;
  return Response{204, {}, ""};
}

Response GetTranscription(Context& context) {
  const StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr || !recording->transcription) {
    return ErrorResponse(Api::kVoice, 404, "The transcription was not found");
  }
  return http::JsonResponse(200, json::Dump(*recording->transcription));
}

Response Transcribe(Context& context) {
  return Reply(204,
               context.platform.calls.Transcribe(context.path[1], context.path[2], context.body));
}

Response DeleteTranscription(Context& context) {
  StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr || !recording->transcription) {
    return ErrorResponse(Api::kVoice, 404, "The transcription was not found");
  }
  recording->transcription.reset();
  return Response{204, {}, ""};
}

Response ListLive(Context& context) {
  if (!HasCall(context)) return NoSuchCall(context);
  Json list = Json::array();
  for (const auto* live : context.platform.calls.archive().TranscriptionsOf(context.path[1])) {
    list.push_back({{"transcriptionId", live->id},
                    {"transcriptionName", live->name},
                    {"transcriptionUrl", context.platform.settings.api_base_url +
                                             context.request.path + "/" + live->id}});
  }
  return http::JsonResponse(200, json::Dump(list));
}

Response GetLive(Context& context) {
  const LiveTranscription* live =
      context.platform.calls.archive().FindTranscription(context.path[1], context.path[2]);
  if (live == nullptr) return ErrorResponse(Api::kVoice, 404, "The transcription was not found");
  Json tracks = Json::array();
  for (const std::string& track : live->tracks) {
    tracks.push_back({{"detectedLanguage", "en-US"},
                      {"track", track},
                      {"transcript", "I would like to move my appointment."},
                      {"confidence", 0.9}});
  }
  return http::JsonResponse(200, json::Dump({{"accountId", context.platform.account.id},
                                             {"callId", live->call_id},
                                             {"transcriptionId", live->id},
                                             {"tracks", std::move(tracks)}}));
}

// 200, unlike other deletions.
Response DeleteLive(Context& context) {
  const bool removed =
      context.platform.calls.archive().RemoveTranscription(context.path[1], context.path[2]);
  return removed ? Response{200, {}, ""}
                 : ErrorResponse(Api::kVoice, 404, "The transcription was not found");
}

constexpr auto kApi = Api::kVoice;
constexpr auto kJson = BodyKind::kJson;
constexpr auto kNone = BodyKind::kNone;
constexpr std::string_view kMany = "/api/v2/accounts/{accountId}/calls/{callId}/recordings";
constexpr std::string_view kOne = "/api/v2/accounts/{accountId}/calls/{callId}/recordings/{id}";
constexpr std::string_view kMedia =
    "/api/v2/accounts/{accountId}/calls/{callId}/recordings/{id}/media";
constexpr std::string_view kText =
    "/api/v2/accounts/{accountId}/calls/{callId}/recordings/{id}/transcription";
constexpr std::string_view kLive = "/api/v2/accounts/{accountId}/calls/{callId}/transcriptions";
constexpr std::string_view kOneLive =
    "/api/v2/accounts/{accountId}/calls/{callId}/transcriptions/{id}";

constexpr std::array<Route, 13> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/recordings", kApi, kNone, ListOfAccount},
    {"PUT", "/api/v2/accounts/{accountId}/calls/{callId}/recording", kApi, kJson, SetState},
    {"GET", kMany, kApi, kNone, List},
    {"GET", kOne, kApi, kNone, Get},
    {"DELETE", kOne, kApi, kNone, Delete},
    {"GET", kMedia, kApi, kNone, Download},
    {"DELETE", kMedia, kApi, kNone, DeleteMedia},
    {"GET", kText, kApi, kNone, GetTranscription},
    {"POST", kText, kApi, kJson, Transcribe},
    {"DELETE", kText, kApi, kNone, DeleteTranscription},
    {"GET", kLive, kApi, kNone, ListLive},
    {"GET", kOneLive, kApi, kNone, GetLive},
    {"DELETE", kOneLive, kApi, kNone, DeleteLive},
}};

}  // namespace

std::span<const Route> RecordingRoutes() { return kRoutes; }

}  // namespace bw::sandbox
