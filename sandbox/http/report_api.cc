// Reports about numbers and bills: asked for, made after a while, fetched as a file.
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/order_views.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kReportId = "100020";
constexpr std::string_view kReportName = "Numbers by site";
constexpr std::string_view kInstances = "report-instances";
constexpr std::string_view kBills = "billing-reports";
constexpr double kMakingMs = 2000;
// A zip archive without entries.
constexpr std::string_view kEmptyZip("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);

Response Zip() {
  Response response;
  response.headers.Add("Content-Type", "application/zip");
  response.body = kEmptyZip;
  return response;
}

bool IsReady(const Context& context, const Json& record) {
  const std::int64_t age =
      context.platform.clock.NowMs() - json::GetInt(record, "made_ms").value_or(0);
  return age >= context.platform.settings.Scaled(kMakingMs).count();
}

Response ListReports(Context&) {
  return XmlResponse(
      200,
      xml::Branch(
          "ReportsResponse",
          {xml::Branch("Reports",
                       {xml::Branch("Report",
                                    {xml::Leaf("Id", kReportId), xml::Leaf("Name", kReportName),
                                     xml::Leaf("Description", "All numbers with their site")})})}));
}

Response ReadReport(Context& context) {
  constexpr std::string_view kRoot = "ReportResponse";
  if (context.path[1] != kReportId) return NoSuch("The report", kRoot);
  const std::string& account = context.platform.account.id;
  return XmlResponse(
      200,
      xml::Branch(
          kRoot,
          {xml::Branch(
              "Report",
              {xml::Leaf("Id", kReportId), xml::Leaf("Name", kReportName),
               xml::Branch("Parameters",
                           {xml::Branch(
                               "Parameter",
                               {xml::Leaf("Name", "AccountId"), xml::Leaf("Type", "String"),
                                xml::Leaf("Required", "true"),
                                xml::Leaf("Description", "Account"),
                                xml::Leaf("MultiSelectAllowed", "false"),
                                xml::Branch("Values",
                                            {xml::Branch("Value",
                                                         {xml::Leaf("InternalName", account),
                                                          xml::Leaf("DisplayName",
                                                                    "Sandbox Company")})})})})})}));
}

xml::Element InstanceView(const Context& context, const Json& record) {
  const auto made = xml::Parse(json::StringOr(record, "request"));
  xml::Element view = xml::Branch(
      "Instance", {xml::Leaf("Id", json::StringOr(record, "id")), xml::Leaf("ReportId", kReportId),
                   xml::Leaf("ReportName", kReportName), xml::Leaf("RequestedByUserName", kUser),
                   xml::Leaf("RequestedAt", json::StringOr(record, "made")),
                   xml::Leaf("Status", IsReady(context, record) ? "Ready" : "Processing"),
                   xml::Leaf("ExpiresAt", "2036-04-01")});
  if (made.ok()) {
    view.children.insert(view.children.end(), made->children.begin(), made->children.end());
  }
  return view;
}

Response ListInstances(Context& context) {
  constexpr std::string_view kRoot = "ReportInstancesResponse";
  if (context.path.size() > 1 && context.path[1] != kReportId) return NoSuch("The report", kRoot);
  xml::Element list = xml::Branch("Instances", {});
  for (const Json* record : context.platform.records.List(kInstances)) {
    list.children.push_back(InstanceView(context, *record));
  }
  return XmlResponse(200, xml::Branch(kRoot, {std::move(list)}));
}

Response CreateInstance(Context& context) {
  constexpr std::string_view kRoot = "ReportInstanceResponse";
  if (context.path[1] != kReportId) return NoSuch("The report", kRoot);
  auto body = ReadXml(context, "Instance", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& request = std::get<xml::Element>(body);
  const std::string format = xml::ChildText(request, "OutputFormat");
  if (format != "csv" && format != "pdf") {
    return Refuse({1008, "OutputFormat must be csv or pdf"}, kRoot);
  }
  RecordShelf& records = context.platform.records;
  const std::string id = std::to_string(100'101 + records.List(kInstances).size());
  const std::int64_t now = context.platform.clock.NowMs();
  records.Add(kInstances, id,
              {{"id", id},
               {"made_ms", now},
               {"made", FormatIso8601(now)},
               {"request", xml::Write(request, {.declaration = false})}});
  return CreatedAt(context, id);
}

Response ReadInstance(Context& context) {
  constexpr std::string_view kRoot = "ReportInstanceResponse";
  const Json* record = context.platform.records.Find(kInstances, context.path[2]);
  if (record == nullptr) return NoSuch("The instance", kRoot);
  return XmlResponse(200, xml::Branch(kRoot, {InstanceView(context, *record)}));
}

// The file lies on another host, so to say: it is fetched there without credentials.
Response DownloadInstance(Context& context) {
  constexpr std::string_view kRoot = "ReportInstanceFileResponse";
  const Json* record = context.platform.records.Find(kInstances, context.path[2]);
  if (record == nullptr) return NoSuch("The instance", kRoot);
  if (!IsReady(context, *record)) {
    return Refuse({19'048, "Report generation in progress", 202}, kRoot);
  }
  Response response{307, {}, ""};
  response.headers.Add("Location", context.platform.settings.api_base_url + "/sandbox/files/" +
                                       context.path[2] + ".zip");
  return response;
}

Response FetchFile(Context&) { return Zip(); }

xml::Element BillStatus(const Context& context, const Json& record) {
  return xml::Leaf("ReportStatus", IsReady(context, record) ? "COMPLETED" : "PROCESSING");
}

Response ListBills(Context& context) {
  const auto records = context.platform.records.List(kBills);
  if (records.empty()) return Response{204, {}, ""};
  xml::Element list = xml::Branch("BillingReportList", {});
  for (const Json* record : records) {
    list.children.push_back(xml::Branch(
        "BillingReport",
        {xml::Leaf("BillingReportId", json::StringOr(*record, "id")),
         xml::Leaf("BillingReportKind", json::StringOr(*record, "kind")),
         xml::Leaf("UserId", kUser), BillStatus(context, *record),
         xml::Leaf("CreatedDate", json::StringOr(*record, "made")),
         xml::Branch("DateRange", {xml::Leaf("StartDate", json::StringOr(*record, "start")),
                                   xml::Leaf("EndDate", json::StringOr(*record, "end"))})}));
  }
  return XmlResponse(200, xml::Branch("BillingReportsRetrievalResponse", {std::move(list)}));
}

Response CreateBill(Context& context) {
  constexpr std::string_view kRoot = "BillingReportCreationResponse";
  auto body = ReadXml(context, "BillingReport", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& request = std::get<xml::Element>(body);
  const xml::Element* range = xml::FindChild(request, "DateRange");
  const std::string kind = xml::ChildText(request, "Type");
  if (kind.empty()) return Refuse({1003, "Type is required"}, kRoot);
  if (range == nullptr) return Refuse({1003, "DateRange is required"}, kRoot);
  const std::string id = NewUuid(context.platform.random);
  const std::int64_t now = context.platform.clock.NowMs();
  context.platform.records.Add(kBills, id,
                               {{"id", id},
                                {"kind", kind},
                                {"made_ms", now},
                                {"made", FormatIso8601(now)},
                                {"start", xml::ChildText(*range, "StartDate")},
                                {"end", xml::ChildText(*range, "EndDate")}});
  return CreatedAt(context, id,
                   xml::Branch(kRoot, {xml::Leaf("ReportStatus", "RECEIVED"),
                                       xml::Leaf("Description", "The archive is being made")}));
}

Response ReadBill(Context& context) {
  constexpr std::string_view kRoot = "BillingReportRetrievalResponse";
  const Json* record = context.platform.records.Find(kBills, context.path[1]);
  if (record == nullptr) return NoSuch("The report", kRoot);
  return XmlResponse(200, xml::Branch(kRoot, {BillStatus(context, *record)}));
}

Response DownloadBill(Context& context) {
  constexpr std::string_view kRoot = "BillingReportRetrievalResponse";
  const Json* record = context.platform.records.Find(kBills, context.path[1]);
  if (record == nullptr) return NoSuch("The report", kRoot);
  if (!IsReady(context, *record)) return Refuse({5019, "The archive is pending", 404}, kRoot);
  return Zip();
}

constexpr auto kXml = BodyKind::kXml;
constexpr auto kNone = BodyKind::kNone;
constexpr auto kApi = Api::kNumbers;

constexpr std::array<Route, 12> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/reports", kApi, kNone, ListReports},
    {"GET", "/api/v2/accounts/{accountId}/reports/instances", kApi, kNone, ListInstances},
    {"GET", "/api/v2/accounts/{accountId}/reports/{reportId}", kApi, kNone, ReadReport},
    {"GET", "/api/v2/accounts/{accountId}/reports/{reportId}/instances", kApi, kNone,
     ListInstances},
    {"POST", "/api/v2/accounts/{accountId}/reports/{reportId}/instances", kApi, kXml,
     CreateInstance},
    {"GET", "/api/v2/accounts/{accountId}/reports/{reportId}/instances/{id}", kApi, kNone,
     ReadInstance},
    {"GET", "/api/v2/accounts/{accountId}/reports/{reportId}/instances/{id}/file", kApi, kNone,
     DownloadInstance},
    {"GET", "/sandbox/files/{name}", Api::kControl, kNone, FetchFile},
    {"GET", "/api/v2/accounts/{accountId}/billingreports", kApi, kNone, ListBills},
    {"POST", "/api/v2/accounts/{accountId}/billingreports", kApi, kXml, CreateBill},
    {"GET", "/api/v2/accounts/{accountId}/billingreports/{reportId}", kApi, kNone, ReadBill},
    {"GET", "/api/v2/accounts/{accountId}/billingreports/{reportId}/file", kApi, kNone,
     DownloadBill},
}};

}  // namespace

std::span<const Route> ReportRoutes() { return kRoutes; }

}  // namespace bw::sandbox
