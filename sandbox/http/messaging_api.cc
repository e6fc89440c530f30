// The messaging API: messages and media.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include "common/clock/clock.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/paging.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 1000;
constexpr std::int64_t kMaxOffset = 10'000;
constexpr std::size_t kMediaPage = 1000;

Response CreateMessage(Context& context) {
  auto outcome = context.platform.messages.CreateMessage(context.body);
  if (const auto* refusal = std::get_if<MessageRefusal>(&outcome)) {
    if (refusal->problems.empty()) return ErrorResponse(Api::kMessaging, refusal->status);
    return ErrorResponse(Api::kMessaging, 400, "Your request could not be accepted.",
                         refusal->problems);
  }
  return http::JsonResponse(202, json::Dump(std::get<Json>(outcome)));
}

struct TextFilter {
  std::string_view query;
  std::optional<std::string> MessageFilter::*member;
};
constexpr std::array<TextFilter, 6> kTextFilters = {{
    {"messageId", &MessageFilter::message_id},
    {"sourceTn", &MessageFilter::source},
    {"destinationTn", &MessageFilter::destination},
    {"messageStatus", &MessageFilter::status},
    {"messageDirection", &MessageFilter::direction},
    {"messageType", &MessageFilter::type},
}};

struct TimeFilter {
  std::string_view query;
  std::optional<std::int64_t> MessageFilter::*member;
};
constexpr std::array<TimeFilter, 2> kTimeFilters = {
    {{"fromDateTime", &MessageFilter::from_ms}, {"toDateTime", &MessageFilter::to_ms}}};

StatusOr<MessageFilter> FilterOf(const http::Request& request) {
  MessageFilter filter;
  int filters = 0;
  for (const auto& [name, member] : kTextFilters) {
    const auto value = request.Query(name);
    if (!value) continue;
    filter.*member = std::string(*value);
    ++filters;
  }
  for (const auto& [name, member] : kTimeFilters) {
    const auto value = request.Query(name);
    if (!value) continue;
    auto time = ParseIso8601(*value);
    if (!time.ok()) return Annotate(time.status(), name);
    filter.*member = *time;
    ++filters;
  }
  if (const auto code = request.Query("errorCode")) {
    filter.error_code = ParseInRange(*code, 0, 9999);
    if (!filter.error_code) return InvalidArgument("errorCode must be a number");
    ++filters;
  }
  if (filters == 0) return InvalidArgument("at least one search parameter is required");
  return filter;
}

Response ListMessages(Context& context) {
  const http::Request& request = context.request;
  const auto filter = FilterOf(request);
  if (!filter.ok()) return ErrorResponse(Api::kMessaging, filter.status());
  const auto limit = request.Query("limit") ? ParseInRange(*request.Query("limit"), 1, kMaxLimit)
                                            : std::optional(kDefaultLimit);
  const auto offset = request.Query("pageToken")
                          ? ParseInRange(*request.Query("pageToken"), 0, kMaxOffset)
                          : std::optional(std::int64_t{0});
  if (!limit) return ErrorResponse(Api::kMessaging, 400, "limit must be from 1 to 1000");
  if (!offset) return ErrorResponse(Api::kMessaging, 400, "pageToken is not valid");
  std::vector<Json> all = context.platform.messages.List(*filter);
  if (request.Query("sort").value_or("").ends_with(":asc")) std::reverse(all.begin(), all.end());
  const auto total = static_cast<std::int64_t>(all.size());
  Json page = Json::array();
  for (std::int64_t i = *offset; i < std::min(total, *offset + *limit); ++i) {
    page.push_back(std::move(all[static_cast<std::size_t>(i)]));
  }
  Json info = Json::object();
  if (*offset + *limit < total) info["nextPageToken"] = std::to_string(*offset + *limit);
  if (*offset > 0)
    info["prevPageToken"] = std::to_string(std::max<std::int64_t>(0, *offset - *limit));
  return http::JsonResponse(
      200, json::Dump({{"totalCount", total}, {"pageInfo", info}, {"messages", std::move(page)}}));
}

Response PutMedia(Context& context) {
  MediaFile file;
  file.name = context.path[1];
  file.content_type =
      context.request.headers.Get("Content-Type").value_or("application/octet-stream");
  file.bytes = context.request.body;
  const Status stored = context.platform.media.Put(std::move(file));
  if (stored.ok()) return Response{204, {}, ""};
  const bool too_large = stored.code() == StatusCode::kResourceExhausted;
  return ErrorResponse(Api::kMessaging, too_large ? 413 : 400, Message(stored));
}

Response GetMedia(Context& context) {
  const auto file = context.platform.media.Get(context.path[1]);
  if (!file.ok()) return ErrorResponse(Api::kMessaging, file.status());
  Response response;
  response.headers.Add("Content-Type", (*file)->content_type);
  response.body = (*file)->bytes;
  return response;
}

Response DeleteMedia(Context& context) {
  const Status deleted = context.platform.media.Delete(context.path[1]);
  return deleted.ok() ? Response{204, {}, ""} : ErrorResponse(Api::kMessaging, deleted);
}

Response ListMedia(Context& context) {
  const auto token = context.request.headers.Get("Continuation-Token");
  const auto offset = token ? ParseInRange(*token, 0, kMaxOffset) : std::optional(std::int64_t{0});
  if (!offset) return ErrorResponse(Api::kMessaging, 400, "Continuation-Token is not valid");
  const auto& files = context.platform.media.List();
  Json page = Json::array();
  auto i = static_cast<std::size_t>(*offset);
  for (; i < files.size() && page.size() < kMediaPage; ++i) {
    page.push_back({{"content", context.platform.settings.api_base_url + "/api/v2/users/" +
                                    context.platform.account.id + "/media/" + files[i].name},
                    {"contentLength", files[i].bytes.size()},
                    {"mediaName", files[i].name}});
  }
  Response response = http::JsonResponse(200, json::Dump(page));
  if (i < files.size()) response.headers.Add("Continuation-Token", std::to_string(i));
  return response;
}

constexpr std::array<Route, 6> kRoutes = {{
    {"POST", "/api/v2/users/{accountId}/messages", Api::kMessaging, BodyKind::kJson, CreateMessage},
    {"GET", "/api/v2/users/{accountId}/messages", Api::kMessaging, BodyKind::kNone, ListMessages},
    {"GET", "/api/v2/users/{accountId}/media", Api::kMessaging, BodyKind::kNone, ListMedia},
    {"PUT", "/api/v2/users/{accountId}/media/{mediaId*}", Api::kMessaging, BodyKind::kBytes,
     PutMedia},
    {"GET", "/api/v2/users/{accountId}/media/{mediaId*}", Api::kMessaging, BodyKind::kNone,
     GetMedia},
    {"DELETE", "/api/v2/users/{accountId}/media/{mediaId*}", Api::kMessaging, BodyKind::kNone,
     DeleteMedia},
}};

}  // namespace

std::span<const Route> MessagingRoutes() { return kRoutes; }

}  // namespace bw::sandbox
