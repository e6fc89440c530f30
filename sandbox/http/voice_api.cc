// The voice API: calls and statistics.
#include <algorithm>
#include <array>
#include <string>

#include "common/clock/clock.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/paging.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::int64_t kMaxPageSize = 10'000;
constexpr std::int64_t kDefaultPageSize = 1000;
constexpr std::int64_t kMaxPageToken = 1'000'000;

Response Reply(const StatusOr<Json>& body) {
  return body.ok() ? http::JsonResponse(200, json::Dump(*body))
                   : ErrorResponse(Api::kVoice, body.status());
}

Response Reply(int status_if_ok, const Status& outcome) {
  return outcome.ok() ? Response{status_if_ok, {}, ""} : ErrorResponse(Api::kVoice, outcome);
}

Response CreateCall(Context& context) {
  const auto created = context.platform.calls.CreateCall(context.body);
  if (!created.ok()) return ErrorResponse(Api::kVoice, created.status());
  Response response = http::JsonResponse(201, json::Dump(*created));
  response.headers.Add("Location", json::StringOr(*created, "callUrl"));
  return response;
}

Response GetCall(Context& context) {
  return Reply(context.platform.calls.GetCall(context.path[1]));
}

Response UpdateCall(Context& context) {
  return Reply(200, context.platform.calls.UpdateCall(context.path[1], context.body));
}

Response ReplaceBxml(Context& context) {
  return Reply(204, context.platform.calls.ReplaceBxml(context.path[1], context.request.body));
}

Response Statistics(Context& context) { return Reply(context.platform.calls.Statistics()); }

StatusOr<CallFilter> FilterOf(const http::Request& request) {
  CallFilter filter;
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const auto value = request.Query(name);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  };
  filter.to = text("to");
  filter.from = text("from");
  filter.disconnect_cause = text("disconnectCause");
  for (const auto& [name, member] : {std::pair{"minStartTime", &CallFilter::min_start_ms},
                                     std::pair{"maxStartTime", &CallFilter::max_start_ms}}) {
    const auto time = request.Query(name);
    if (!time) continue;
    auto parsed = ParseIso8601(*time);
    if (!parsed.ok()) return Annotate(parsed.status(), name);
    filter.*member = *parsed;
  }
  return filter;
}

// The target with its pageToken replaced.
std::string NextPageUrl(const Context& context, std::int64_t token) {
  std::string url = context.platform.settings.api_base_url + context.request.path + "?";
  for (const auto& [name, value] : context.request.query) {
    if (name != "pageToken") {
      url += http::PercentEncode(name) + "=" + http::PercentEncode(value) + "&";
    }
  }
  return url + "pageToken=" + std::to_string(token);
}

Response ListCalls(Context& context) {
  const http::Request& request = context.request;
  const auto filter = FilterOf(request);
  if (!filter.ok()) return ErrorResponse(Api::kVoice, filter.status());
  const auto size = request.Query("pageSize")
                        ? ParseInRange(*request.Query("pageSize"), 1, kMaxPageSize)
                        : std::optional(kDefaultPageSize);
  const auto offset = request.Query("pageToken")
                          ? ParseInRange(*request.Query("pageToken"), 0, kMaxPageToken)
                          : std::optional(std::int64_t{0});
  if (!size) return ErrorResponse(Api::kVoice, 400, "pageSize must be from 1 to 10000");
  if (!offset) return ErrorResponse(Api::kVoice, 400, "pageToken is not valid");
  const std::vector<Json> all = context.platform.calls.ListCalls(*filter);
  const auto total = static_cast<std::int64_t>(all.size());
  Json page = Json::array();
  for (std::int64_t i = *offset; i < std::min(total, *offset + *size); ++i) {
    page.push_back(all[static_cast<std::size_t>(i)]);
  }
  Response response = http::JsonResponse(200, json::Dump(page));
  if (*offset + *size < total) {
    response.headers.Add("Link", "<" + NextPageUrl(context, *offset + *size) + ">; rel=\"next\"");
  }
  return response;
}

constexpr std::array<Route, 6> kRoutes = {{
    {"POST", "/api/v2/accounts/{accountId}/calls", Api::kVoice, BodyKind::kJson, CreateCall},
    {"GET", "/api/v2/accounts/{accountId}/calls", Api::kVoice, BodyKind::kNone, ListCalls},
    {"GET", "/api/v2/accounts/{accountId}/calls/{callId}", Api::kVoice, BodyKind::kNone, GetCall},
    {"POST", "/api/v2/accounts/{accountId}/calls/{callId}", Api::kVoice, BodyKind::kJson,
     UpdateCall},
    {"PUT", "/api/v2/accounts/{accountId}/calls/{callId}/bxml", Api::kVoice, BodyKind::kXml,
     ReplaceBxml},
    {"GET", "/api/v2/accounts/{accountId}/statistics", Api::kVoice, BodyKind::kNone, Statistics},
}};

}  // namespace

std::span<const Route> VoiceRoutes() { return kRoutes; }

}  // namespace bw::sandbox
