// Insights: records of the simulator's calls, and reports that are made after a while.
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/paging.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kShelf = "insights-reports";
constexpr double kMakingMs = 2000;
constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 10'000;
// A gzip member without content (RFC 1952).
constexpr std::string_view kEmptyGzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20);

constexpr std::array<FieldRule, 3> kReport = {{
    {"category", FieldKind::kText, true, 1, 50},
    {"domain", FieldKind::kText, true, 1, 50},
    {"reportName", FieldKind::kText, true, 1, 100},
}};

Json RecordOf(const Json& call) {
  const bool outbound = json::StringOr(call, "direction") == "outbound";
  const bool answered = call.contains("answerTime") && call["answerTime"].is_string();
  return {{"accountId", json::StringOr(call, "accountId")},
          {"callId", json::StringOr(call, "callId")},
          {"startTime", json::StringOr(call, "startTime")},
          {"endTime", json::StringOr(call, "endTime")},
          {"callingNumber", json::StringOr(call, "from")},
          {"calledNumber", json::StringOr(call, "to")},
          {"callDirection", outbound ? "OUTBOUND" : "INBOUND"},
          {"callType", "INTERSTATE"},
          {"callResult", answered ? "COMPLETE" : "INCOMPLETE"},
          {"sipResponseCode", answered ? 200 : 487}};
}

// Numbers in filters have no plus sign; a list has commas, a prefix ends with an asterisk.
bool FitsNumber(std::string_view filter, std::string_view number) {
  if (filter.empty()) return true;
  if (number.starts_with('+')) number.remove_prefix(1);
  while (!filter.empty()) {
    const std::size_t comma = filter.find(',');
    const std::string_view one = filter.substr(0, comma);
    filter = comma == std::string_view::npos ? "" : filter.substr(comma + 1);
    if (one.ends_with('*') ? number.starts_with(one.substr(0, one.size() - 1)) : number == one) {
      return true;
    }
  }
  return false;
}

Response ListCalls(Context& context) {
  const http::Request& request = context.request;
  const auto limit = request.Query("limit") ? ParseInRange(*request.Query("limit"), 1, kMaxLimit)
                                            : std::optional(kDefaultLimit);
  if (!limit) return ErrorResponse(context.api, 400, "limit must be from 1 to 10000");
  Json calls = Json::array();
  for (const Json& call : context.platform.calls.ListCalls({})) {
    Json record = RecordOf(call);
    if (!FitsNumber(request.Query("callingNumber").value_or(""),
                    json::StringOr(record, "callingNumber")) ||
        !FitsNumber(request.Query("calledNumber").value_or(""),
                    json::StringOr(record, "calledNumber")) ||
        request.Query("callId").value_or(json::StringOr(record, "callId")) !=
            json::StringOr(record, "callId")) {
      continue;
    }
    if (calls.size() < static_cast<std::size_t>(*limit)) calls.push_back(std::move(record));
  }
  const std::size_t total = calls.size();
  return Envelope(200, {{"totalCount", total}, {"calls", std::move(calls)}});
}

Response ReadCall(Context& context) {
  const auto call = context.platform.calls.GetCall(context.path[0]);
  return call.ok() ? Envelope(200, RecordOf(*call)) : NoSuchRecord(context, "callId");
}

Response ListDefinitions(Context&) {
  return Envelope(
      200, {{"reportDefinitions",
             Json::array({{{"category", "USAGE"},
                           {"domain", "MESSAGING"},
                           {"reportName", "MDRs"},
                           {"description", "One line for each message of the days asked for"},
                           {"regions", {"US"}},
                           {"maxMonthsBack", 12}}})}});
}

Json ReportView(const Context& context, const Json& record) {
  const std::int64_t age =
      context.platform.clock.NowMs() - json::GetInt(record, "made_ms").value_or(0);
  const bool ready = age >= context.platform.settings.Scaled(kMakingMs).count();
  Json view = record;
  view.erase("made_ms");
  view["status"] = ready ? "COMPLETED" : "PROCESSING";
  if (ready) view["fileName"] = "report-" + json::StringOr(record, "reportId") + ".gz";
  return view;
}

Response ListReports(Context& context) {
  const auto category = context.request.Query("category");
  if (!category) return ErrorResponse(context.api, 400, "category is required");
  Json reports = Json::array();
  for (const Json* record : context.platform.records.List(kShelf)) {
    const Json* report = json::FindObject(*record, "report");
    if (report != nullptr && json::StringOr(*report, "category") == *category) {
      reports.push_back(ReportView(context, *record));
    }
  }
  const std::size_t total = reports.size();
  return Envelope(200, {{"totalCount", total}, {"reports", std::move(reports)}});
}

Response CreateReport(Context& context) {
  const auto problems = CheckFields(context.body, kReport);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  const std::string id = NewUuid(context.platform.random);
  const std::int64_t now = context.platform.clock.NowMs();
  context.platform.records.Add(kShelf, id,
                               {{"reportId", id},
                                {"requestedAt", FormatIso8601(now)},
                                {"made_ms", now},
                                {"user", "sandbox"},
                                {"report", context.body}});
  return Envelope(
      200, {{"reportId", id}, {"requestedAt", FormatIso8601(now)}, {"status", "PROCESSING"}});
}

Response ReadReport(Context& context) {
  const Json* record = context.platform.records.Find(kShelf, context.path[0]);
  return record == nullptr ? NoSuchRecord(context, "reportId")
                           : Envelope(200, ReportView(context, *record));
}

Response DownloadReport(Context& context) {
  const Json* record = context.platform.records.Find(kShelf, context.path[0]);
  if (record == nullptr) return NoSuchRecord(context, "reportId");
  if (ReportView(context, *record)["status"] != "COMPLETED") {
    return ErrorResponse(context.api, 409, "The report is being made");
  }
  Response response;
  response.headers.Add("Content-Type", "application/gzip");
  response.headers.Add("Content-Disposition", "attachment; filename=\"report.gz\"");
  response.body = kEmptyGzip;
  return response;
}

constexpr auto kApi = Api::kEnvelope;
constexpr auto kNone = BodyKind::kNone;

constexpr std::array<Route, 7> kRoutes = {{
    {"GET", "/api/v1/voice/calls", kApi, kNone, ListCalls},
    {"GET", "/api/v1/voice/calls/{callId}", kApi, kNone, ReadCall},
    {"GET", "/api/v1/reportDefinitions", kApi, kNone, ListDefinitions},
    {"GET", "/api/v1/reports", kApi, kNone, ListReports},
    {"POST", "/api/v1/reports", kApi, BodyKind::kJson, CreateReport},
    {"GET", "/api/v1/reports/{reportId}", kApi, kNone, ReadReport},
    {"GET", "/api/v1/reports/{reportId}/file", kApi, kNone, DownloadReport},
}};

}  // namespace

std::span<const Route> InsightsRoutes() { return kRoutes; }

}  // namespace bw::sandbox
