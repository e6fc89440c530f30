// Every operation of our own documents, called by its tool with its example arguments, is answered
// by the sandbox: in one process, without sockets, in simulated time.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sandbox/http/desk.h"
#include "tests/tool-service/example_arguments.h"
#include "tests/tool-service/fakes.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/catalogue_loader.h"
#include "tool-service/openapi/yaml_reader.h"

namespace bw::sandbox {
namespace {

using json::Json;
using tool_service::HttpRequest;
using tool_service::HttpResponse;
using tool_service::OperationInDocument;

// Operations without an imitation, each with its reason.
const std::map<std::string, std::string> kNotImitated = {};

// Operations whose example the sandbox answers with a success that reports errors: the tool shows
// them as such.
const std::set<std::string> kReportsErrors = {"RetrievePortin"};

// What has to be called before the others, in this order: what makes things, and what needs them as
// they are then.
const std::vector<std::string> kFirst = {
    "uploadMedia",
    "CreateSite",
    "CreateSipPeer",
    "CreateSipPeerSmsSettings",
    "CreateSipPeerMmsSettings",
    "CreateSipPeerOriginationSettings",
    "UpdateSipPeerApplicationSettings",
    "CreateApplication",
    "CreateSubscriptions",
    "ReserveTn",
    "GetTnReservation",
    "DeleteTnReservation",
    "CreateOrder",
    "CreateDisconnectOrder",
    "CreateMoveTnsOrder",
    "CreateTnOptionOrder",
    "CreateLidbOrder",
    "CreatePortin",
    "UploadPortinLoaFile",
    "CreatePortinNote",
    "CreateTollFreePortingValidation",
    "CancelTollFreePortingValidation",
    "CreateReportInstance",
    "CreateBillingReport",
    "createReport",
    "createAddress",
    "createComplianceEndUser",
    "createComplianceDocument",
    "createRequirementsPackage",
    "attachRequirementsPackageAsset",
    "requestTollFreeVerification",
    "createWebhookSubscription",
    "createEndpoint",
    "createAsyncBulkLookup",
    "createCall",
};

// Then these: their answers hold ids that others need.
const std::vector<std::string> kBeforeReading = {
    "listCallRecordings",       "listRealTimeTranscriptions", "listConferences",
    "listConferenceRecordings", "transcribeCallRecording",    "ListPortOuts"};

// What ends something, in this order.
const std::vector<std::string> kLast = {"updateCallRecordingState", "updateConferenceMember",
                                        "updateConferenceBxml",     "updateConference",
                                        "updateCallBxml",           "updateCall"};

// An id that an answer gave, and the argument that takes it in paths (or tools) with `where`.
struct IdRow {
  std::string tool;
  /// "Location", an XML element, or a JSON pointer.
  std::string source;
  std::string where;
  std::string argument;
};

const std::vector<IdRow> kIds = {
    {"CreateSite", "Location", "/sites/{", "siteId"},
    {"CreateSipPeer", "Location", "/sippeers/{", "sipPeerId"},
    {"CreateSipPeer", "Location", "/sippeers/{", "sippeerId"},
    {"CreateApplication", "ApplicationId", "/applications/{", "applicationId"},
    {"CreateSubscriptions", "Location", "/subscriptions/{", "subscriptionid"},
    {"ReserveTn", "Location", "/tnreservation/{", "reservationid"},
    {"CreateOrder", "Location", "/orders/{", "orderId"},
    {"CreateDisconnectOrder", "Location", "/disconnects/{", "disconnectId"},
    {"CreateMoveTnsOrder", "Location", "/moveTns/{", "orderId"},
    {"CreateTnOptionOrder", "Location", "/tnoptions/{", "orderId"},
    {"CreateLidbOrder", "Location", "/lidbs/{", "lidbid"},
    {"CreatePortin", "OrderId", "/portins/{", "orderId"},
    {"UploadPortinLoaFile", "filename", "/loas/{", "fileid"},
    {"CreateTollFreePortingValidation", "OrderId", "/tollFreePortingValidations/{", "orderId"},
    {"ListPortOuts", "OrderId", "/portouts/{", "orderId"},
    {"CreateReportInstance", "Location", "/instances/{", "instanceId"},
    {"CreateBillingReport", "Location", "/billingreports/{", "reportId"},
    {"createReport", "/data/reportId", "/v1/reports/{", "reportId"},
    {"createAddress", "/data/address/addressId", "/addresses/{", "addressId"},
    {"createAddress", "/data/address/addressId", "/assets", "assetReferenceId"},
    {"createComplianceEndUser", "/data/endUserId", "/endUsers/{", "endUserId"},
    {"createComplianceDocument", "/data/documentId", "/documents/{", "documentId"},
    {"createRequirementsPackage", "/data/requirementsPackageId", "/requirementsPackages/{",
     "requirementsPackageId"},
    {"attachRequirementsPackageAsset", "/data/assetId", "/assets/{", "assetId"},
    {"createWebhookSubscription", "/id", "/webhooks/subscriptions/{", "id"},
    {"createEndpoint", "/data/endpointId", "/endpoints/{", "endpointId"},
    {"createAsyncBulkLookup", "/data/requestId", "/bulk/{", "requestId"},
    {"createCall", "/callId", "/calls/{", "callId"},
    {"createCall", "/callId", "/members/{", "memberId"},
    {"listCallRecordings", "/0/recordingId", "/calls/{callId}/recordings/{", "recordingId"},
    {"listRealTimeTranscriptions", "/0/transcriptionId", "/transcriptions/{", "transcriptionId"},
    {"listConferences", "/0/id", "/conferences/{", "conferenceId"},
    {"listConferenceRecordings", "/0/recordingId", "/conferences/{conferenceId}/recordings/{",
     "recordingId"},
};

// The tools' way to the desk. Follows a redirection once, as the real one does.
class DeskClient : public tool_service::HttpClient {
 public:
  explicit DeskClient(Desk& desk) : desk_(desk) {}

  std::shared_ptr<tool_service::HttpCall> Send(HttpRequest request, Done done) override {
    last = Exchange(request);
    if (last.status == 307 && request.method == "GET") {
      request.url = std::string(*last.headers.Get("Location"));
      last = Exchange(request);
    }
    HttpResponse response;
    response.status = last.status;
    response.headers = last.headers.all();
    response.body = last.body;
    done(std::move(response));
    return std::make_shared<NoCall>();
  }

  http::Response last;

 private:
  struct NoCall : tool_service::HttpCall {
    void Cancel() override {}
  };

  http::Response Exchange(const HttpRequest& request) {
    Sent sent;
    sent.method = request.method;
    sent.target = request.url.substr(request.url.find('/', request.url.find("//") + 2));
    sent.body = request.body;
    sent.content_type = "";
    sent.authorization = request.authorize ? "token" : "";
    for (const auto& [name, value] : request.headers) {
      if (name == "Content-Type") sent.content_type = value;
      if (name == "Accept") sent.accept = value;
    }
    return desk_.Send(sent);
  }

  Desk& desk_;
};

std::string SpecFolder() {
  const char* folder = std::getenv("BW_SOURCE_DIR");
  return std::string(folder == nullptr ? "." : folder) + "/specs";
}

// The account that the examples are about.
PlatformSeed ExampleAccount() {
  PlatformSeed seed;
  seed.account.messaging_application_id = "93de2206-9669-4e07-948d-329f4b722ee2";
  seed.account.numbers = {"+15550100001", "+15550100002", "+15550100003"};
  return seed;
}

class SandboxOperations : public ::testing::Test {
 protected:
  SandboxOperations() {
    const auto paths = tool_service::ListDocuments(SpecFolder());
    EXPECT_TRUE(paths.ok());
    for (const std::string& path : *paths) ReadDocument(path);
    for (const auto& tool :
         tool_service::LoadTools(*paths, {&client, &defaults, &desk.clock}).tools) {
      tools[tool->definition().name] = tool;
    }
    desk.webhooks.answer = [](const WebhookRequest& request) -> StatusOr<WebhookReply> {
      const auto event = json::Parse(request.body);
      if (!event.ok() || json::StringOr(*event, "eventType") != "answer") return WebhookReply{200};
      return Bxml(
          "<StartRecording/><Pause duration=\"0.1\"/><StopRecording/><StartRecording/>"
          "<StartTranscription name=\"both-sides\" tracks=\"both\"/>"
          "<Conference>standup</Conference><Pause duration=\"600\"/>");
    };
    // The person who is called stays in the conference.
    desk.Send({"POST", "/sandbox/script", R"({"number":"+15550100001","talk_ms":600000})"});
  }

  void ReadDocument(const std::string& path) {
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto root = tool_service::ReadYaml(text);
    ASSERT_TRUE(root.ok()) << path;
    const Json paths = tool_service::WithoutReferences((*root)["paths"], *root);
    for (const auto& [url, item] : paths.items()) {
      for (const auto& [method, operation] : item.items()) {
        if (method == "parameters") continue;
        operations[operation["operationId"]] = {
            path, method, (*root)["servers"][0]["url"].get<std::string>() + url, operation,
            item.value("parameters", Json::array())};
      }
    }
  }

  std::string Source(const std::string& source) const {
    if (source == "Location") return Desk::IdOf(client.last);
    if (source[0] != '/') return Desk::TextIn(client.last, source);
    const Json body = Desk::BodyOf(client.last);
    const Json::json_pointer pointer(source);
    return body.contains(pointer) ? body[pointer].get<std::string>() : "";
  }

  void Call(const std::string& name) {
    if (!called.insert(name).second || kNotImitated.contains(name)) return;
    SCOPED_TRACE(name);
    const auto tool = tools.find(name);
    ASSERT_NE(tool, tools.end());
    const OperationInDocument& entry = operations[name];
    Json arguments = tool_service::ExampleArguments(entry);
    for (const auto& [row, value] : ids) {
      if (entry.path.find(row->where) == std::string::npos) continue;
      if (!arguments.contains(row->argument)) continue;
      const bool number = arguments[row->argument].is_number();
      arguments[row->argument] = number ? Json(std::stoi(value)) : Json(value);
    }
    client.last = {};
    const tool_service::ToolResult result = tool_service::Run(*tool->second, arguments);
    EXPECT_TRUE(client.last.status >= 200 && client.last.status < 300)
        << client.last.status << " " << client.last.body;
    EXPECT_EQ(result.is_error, kReportsErrors.contains(name)) << tool_service::TextOf(result);
    ExpectAsPublished(*tool->second, result);
    for (const IdRow& row : kIds) {
      if (row.tool != name) continue;
      const std::string value = Source(row.source);
      EXPECT_NE(value, "") << row.source << " in " << client.last.body;
      ids[&row] = value;
    }
  }

  // An answer has the shape that the tool publishes, where it publishes one.
  static void ExpectAsPublished(const tool_service::Tool& tool,
                                const tool_service::ToolResult& result) {
    const auto& schema = tool.definition().output_schema;
    if (!schema || result.is_error) return;
    ASSERT_TRUE(result.structured);
    const Status fits = tool_service::ArgumentValidator(*schema).Check(*result.structured);
    EXPECT_TRUE(fits.ok()) << ToString(fits) << json::Dump(*result.structured);
  }

  void CallAll(const std::vector<std::string>& names) {
    for (const std::string& name : names) Call(name);
  }

  // The operations of a method that were not called yet; those of the deepest paths first.
  std::vector<std::string> Rest(const std::set<std::string>& methods) const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : operations) {
      const bool last = std::find(kLast.begin(), kLast.end(), name) != kLast.end();
      if (methods.contains(entry.method) && !last) names.push_back(name);
    }
    std::stable_sort(names.begin(), names.end(), [this](const auto& a, const auto& b) {
      return operations.at(a).path.size() > operations.at(b).path.size();
    });
    return names;
  }

  void RecordTheConference() {
    const auto* conference = desk.platform.calls.archive().FindConference("standup");
    ASSERT_NE(conference, nullptr);
    for (const char* verb : {"<StartRecording/>", "<StopRecording/>"}) {
      const http::Response response =
          desk.SendXml("PUT", "/api/v2/accounts/9900000/conferences/standup/bxml",
                       "<Response>" + std::string(verb) + "</Response>");
      ASSERT_EQ(response.status, 204) << response.body;
    }
  }

  Desk desk{ExampleAccount()};
  DeskClient client{desk};
  tool_service::NoDefaults defaults;
  std::map<std::string, std::shared_ptr<tool_service::OperationTool>> tools;
  std::map<std::string, OperationInDocument> operations;
  std::map<const IdRow*, std::string> ids;
  std::set<std::string> called;
};

TEST_F(SandboxOperations, EveryOperationOfOurDocumentsIsAnswered) {
  ASSERT_GE(operations.size(), 200u);
  CallAll(kFirst);
  desk.Advance(std::chrono::seconds(5));
  RecordTheConference();
  CallAll(kBeforeReading);
  CallAll(Rest({"get"}));
  CallAll(Rest({"post", "put", "patch"}));
  CallAll(kLast);
  CallAll(Rest({"delete"}));
  for (const auto& [name, entry] : operations) EXPECT_TRUE(called.contains(name)) << name;
  for (const auto& [name, reason] : kNotImitated) {
    EXPECT_TRUE(operations.contains(name) && !reason.empty()) << name;
  }
}

}  // namespace
}  // namespace bw::sandbox
