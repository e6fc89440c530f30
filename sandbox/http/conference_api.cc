// Conferences, their members and recordings.
#include <algorithm>
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/paging.h"
#include "sandbox/http/recordings.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::int64_t kMaxPageSize = 1000;

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json View(const ConferenceRecord& conference) {
  return {{"id", conference.id},
          {"name", conference.name},
          {"createdTime", FormatIso8601(conference.created_ms)},
          {"completedTime",
           conference.completed_ms ? Json(FormatIso8601(*conference.completed_ms)) : Json()},
          {"conferenceEventUrl", TextOrNull(conference.event_url)},
          {"conferenceEventMethod", "POST"},
          {"tag", TextOrNull(conference.tag)},
          {"activeMembers", conference.members}};
}

Response NoSuchConference(const Context& context) {
  return ErrorResponse(Api::kVoice, 404,
                       "Conference " + context.path[1].substr(0, 64) + " was not found.");
}

ConferenceRecord* ConferenceIn(Context& context) {
  return context.platform.calls.archive().FindConference(context.path[1]);
}

Response Reply(const Status& outcome) {
  return outcome.ok() ? Response{204, {}, ""} : ErrorResponse(Api::kVoice, outcome);
}

Response List(Context& context) {
  const http::Request& request = context.request;
  const auto size = request.Query("pageSize")
                        ? ParseInRange(*request.Query("pageSize"), 1, kMaxPageSize)
                        : std::optional(kMaxPageSize);
  if (!size) return ErrorResponse(Api::kVoice, 400, "pageSize must be from 1 to 1000");
  Json list = Json::array();
  for (const ConferenceRecord& conference : context.platform.calls.archive().conferences()) {
    const bool named = request.Query("name").value_or(conference.name) == conference.name;
    if (named && list.size() < static_cast<std::size_t>(*size)) list.push_back(View(conference));
  }
  return http::JsonResponse(200, json::Dump(list));
}

Response Get(Context& context) {
  const ConferenceRecord* conference = ConferenceIn(context);
  if (conference == nullptr) return NoSuchConference(context);
  return http::JsonResponse(200, json::Dump(View(*conference)));
}

Response Update(Context& context) {
  return Reply(context.platform.calls.UpdateConference(context.path[1], context.body));
}

Response PutBxml(Context& context) {
  return Reply(context.platform.calls.ReplaceConferenceBxml(context.path[1], context.request.body));
}

Response GetMember(Context& context) {
  ConferenceRecord* conference = ConferenceIn(context);
  if (conference == nullptr) return NoSuchConference(context);
  const Json* member = MemberOf(*conference, context.path[2]);
  if (member == nullptr) return ErrorResponse(Api::kVoice, 404, "The member was not found");
  return http::JsonResponse(200, json::Dump(*member));
}

Response UpdateMember(Context& context) {
  return Reply(context.platform.calls.UpdateMember(context.path[1], context.path[2], context.body));
}

Json RecordingView(const Context& context, const StoredRecording& recording) {
  Json view = RecordingJson(recording);
  view["accountId"] = context.platform.account.id;
  view["mediaUrl"] = context.platform.settings.api_base_url + "/api/v2/accounts/" +
                     context.platform.account.id + "/conferences/" + recording.owner_id +
                     "/recordings/" + recording.id + "/media";
  return view;
}

Response ListRecordings(Context& context) {
  const ConferenceRecord* conference = ConferenceIn(context);
  if (conference == nullptr) return NoSuchConference(context);
  Json list = Json::array();
  for (const auto* recording : context.platform.calls.archive().RecordingsOf(conference->id)) {
    list.push_back(RecordingView(context, *recording));
  }
  return http::JsonResponse(200, json::Dump(list));
}

const StoredRecording* RecordingIn(Context& context) {
  const ConferenceRecord* conference = ConferenceIn(context);
  return conference == nullptr
             ? nullptr
             : context.platform.calls.archive().FindRecording(conference->id, context.path[2]);
}

Response GetRecording(Context& context) {
  const StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr) return ErrorResponse(Api::kVoice, 404, "The recording was not found");
  return http::JsonResponse(200, json::Dump(RecordingView(context, *recording)));
}

Response DownloadRecording(Context& context) {
  const StoredRecording* recording = RecordingIn(context);
  if (recording == nullptr) return ErrorResponse(Api::kVoice, 404, "The recording was not found");
  return SilentAudio(*recording);
}

constexpr auto kApi = Api::kVoice;
constexpr auto kJson = BodyKind::kJson;
constexpr auto kNone = BodyKind::kNone;
constexpr std::string_view kOne = "/api/v2/accounts/{accountId}/conferences/{id}";
constexpr std::string_view kMember =
    "/api/v2/accounts/{accountId}/conferences/{id}/members/{callId}";
constexpr std::string_view kRecordings = "/api/v2/accounts/{accountId}/conferences/{id}/recordings";
constexpr std::string_view kRecording =
    "/api/v2/accounts/{accountId}/conferences/{id}/recordings/{recordingId}";
constexpr std::string_view kMedia =
    "/api/v2/accounts/{accountId}/conferences/{id}/recordings/{recordingId}/media";

constexpr std::array<Route, 9> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/conferences", kApi, kNone, List},
    {"GET", kOne, kApi, kNone, Get},
    {"POST", kOne, kApi, kJson, Update},
    {"PUT", "/api/v2/accounts/{accountId}/conferences/{id}/bxml", kApi, BodyKind::kXml, PutBxml},
    {"GET", kMember, kApi, kNone, GetMember},
    {"PUT", kMember, kApi, kJson, UpdateMember},
    {"GET", kRecordings, kApi, kNone, ListRecordings},
    {"GET", kRecording, kApi, kNone, GetRecording},
    {"GET", kMedia, kApi, kNone, DownloadRecording},
}};

}  // namespace

std::span<const Route> ConferenceRoutes() { return kRoutes; }

}  // namespace bw::sandbox
