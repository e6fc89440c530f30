#include "tool-service/openapi/operation_tool.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"
#include "tests/tool-service/openapi/test_documents.h"
#include "tests/tool-service/upstream/fake_http_client.h"

namespace bw::tool_service {
namespace {

using json::Json;
using std::chrono::seconds;

const char kPaths[] = R"(
  /accounts/{accountId}/calls:
    post:
      operationId: createCall
      summary: Place a call
      description: Rings a number.
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [to], properties: {
          to: {type: string}, from: {type: string}, tag: {type: string, maxLength: 3}}}}}
      responses: {'201': {content: {application/json: {}}}}
)";

// Fills in accountId for everybody, and nothing else.
class AccountDefault : public DefaultArguments {
 public:
  bool Covers(std::string_view, std::string_view argument) const override {
    return argument == "accountId";
  }
  void Fill(std::string_view, const Json& input_schema, Json arguments, const CallContext&,
            Done done) override {
    EXPECT_TRUE(input_schema["properties"].contains("accountId"));
    if (!problem.ok()) {
      done(problem);
      return;
    }
    if (available && !arguments.contains("accountId")) arguments["accountId"] = "9900000";
    done(std::move(arguments));
  }
  bool available = true;
  Status problem;
};

class OperationToolTest : public ::testing::Test {
 protected:
  std::shared_ptr<OperationTool> Make(const char* paths = kPaths,
                                      const OperationToolOptions& options = {}) {
    return OperationTool::Make(LoadOne(paths), LoadOne(paths).id,
                               {.http_client = &http_, .defaults = &defaults_, .clock = &clock_},
                               options);
  }

  ToolResult Call(OperationTool& tool, const std::string& arguments, CallContext context = {}) {
    ToolResult result;
    int count = 0;
    tool.Call(Json::parse(arguments), std::move(context), [&](StatusOr<ToolOutcome> got) {
      ++count;
      ASSERT_TRUE(got.ok());
      result = ResultOf(got);
    });
    EXPECT_EQ(count, 1);
    return result;
  }

  FakeHttpClient http_;
  FakeClock clock_;
  AccountDefault defaults_;
};

TEST_F(OperationToolTest, DescribesItself) {
  const auto tool = Make();
  const ToolDefinition& definition = tool->definition();
  EXPECT_EQ(definition.name, "createCall");
  EXPECT_EQ(definition.title, "Place a call");
  EXPECT_EQ(definition.description, "Rings a number.");
  EXPECT_EQ(definition.input_schema["required"], Json::parse(R"(["to"])"));
  EXPECT_TRUE(definition.input_schema["properties"].contains("accountId"));
  EXPECT_FALSE(definition.annotations.read_only);
  EXPECT_TRUE(definition.annotations.destructive);
}

TEST_F(OperationToolTest, AnnotationsFollowTheMethod) {
  const auto get = Make("  /x: {get: {}}\n")->definition().annotations;
  EXPECT_TRUE(get.read_only && get.idempotent && !get.destructive && get.open_world);
  const auto put = Make("  /x: {put: {}}\n")->definition().annotations;
  EXPECT_TRUE(!put.read_only && put.idempotent && put.destructive);
  const auto remove = Make("  /x: {delete: {}}\n")->definition().annotations;
  EXPECT_TRUE(!remove.read_only && remove.idempotent && remove.destructive);
}

TEST_F(OperationToolTest, FillsInSendsAndReads) {
  http_.script = {Answer(201, R"({"callId":"c-1"})", {{"Content-Type", "application/json"}})};
  CallContext context;
  context.tenant = "acme";
  context.traceparent = "00-a-b-01";
  context.deadline = clock_.Steady() + seconds(5);
  const ToolResult result = Call(*Make(), R"({"to":"+1","tag":null})", context);
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["callId"], "c-1");
  ASSERT_EQ(http_.requests.size(), 1u);
  const HttpRequest& request = http_.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://voice.bandwidth.com/api/v2/accounts/9900000/calls");
  EXPECT_EQ(request.body, R"({"to":"+1"})");
  EXPECT_EQ(request.tenant, "acme");
  EXPECT_EQ(request.timeout, seconds(5));
  EXPECT_EQ(HeaderOf(request, "traceparent"), "00-a-b-01");
  EXPECT_TRUE(request.authorize);
}

TEST_F(OperationToolTest, AnArgumentBeatsTheDefault) {
  http_.script = {Answer(201)};
  Call(*Make(), R"({"accountId":"7","to":"+1"})");
  EXPECT_NE(http_.requests[0].url.find("/accounts/7/"), std::string::npos);
}

TEST_F(OperationToolTest, NothingIsSentWhenArgumentsDoNotFit) {
  const auto tool = Make();
  for (const char* arguments :
       {R"({})", R"({"to":1})", R"({"to":"+1","tag":"long"})", R"({"to":"+1","unknown":1})",
        R"([])", R"("x")", R"({"to":"+1","accountId":".."})"}) {
    const ToolResult result = Call(*tool, arguments);
    EXPECT_TRUE(result.is_error) << arguments;
  }
  EXPECT_TRUE(http_.requests.empty());
  EXPECT_NE(Call(*tool, R"({"to":"+1","tag":"long"})")
                .content[0]
                .text.find("tag: has 4 characters; at most 3 are allowed"),
            std::string::npos);
}

TEST_F(OperationToolTest, WhatCannotBeFilledInIsReported) {
  defaults_.available = false;
  EXPECT_NE(Call(*Make(), R"({"to":"+1"})").content[0].text.find("accountId: is required"),
            std::string::npos);
  defaults_.problem = FailedPrecondition("Set BW_CLIENT_ID.");
  const ToolResult result = Call(*Make(), R"({"to":"+1"})");
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ(result.content[0].text, "Set BW_CLIENT_ID.");
}

TEST_F(OperationToolTest, WithoutDefaultsEverythingIsRequired) {
  const auto tool =
      OperationTool::Make(LoadOne(kPaths), "createCall", {.http_client = &http_, .clock = &clock_});
  EXPECT_EQ(tool->definition().input_schema["required"], Json::parse(R"(["accountId","to"])"));
}

TEST_F(OperationToolTest, RefusalsAndFailuresAreErrorResults) {
  http_.script = {Answer(404, "{}"), Unavailable("reset"), FailedPrecondition("no credentials")};
  const auto tool = Make();
  EXPECT_TRUE(Call(*tool, R"({"to":"+1"})").is_error);
  const ToolResult reset = Call(*tool, R"({"to":"+1"})");
  EXPECT_TRUE(reset.is_error);
  EXPECT_NE(reset.content[0].text.find("whether it took effect"), std::string::npos);
  const ToolResult credentials = Call(*tool, R"({"to":"+1"})");
  EXPECT_NE(credentials.content[0].text.find("no credentials"), std::string::npos);
  EXPECT_EQ(credentials.content[0].text.find("took effect"), std::string::npos);
}

TEST_F(OperationToolTest, TellsWhenNobodyKnowsWhetherItTookEffect) {
  const auto tool = Make();
  for (const auto& [answer, is_unknown] :
       std::vector<std::pair<StatusOr<HttpResponse>, bool>>{{Answer(500, "{}"), true},
                                                            {Answer(504), true},
                                                            {Answer(503), false},
                                                            {Answer(400, "{}"), false},
                                                            {Answer(201, "{}"), false},
                                                            {DeadlineExceeded("slow"), true},
                                                            {FailedPrecondition("none"), false}}) {
    http_.script = {answer};
    EXPECT_EQ(Call(*tool, R"({"to":"+1"})").effect_unknown, is_unknown);
  }
  EXPECT_FALSE(Call(*tool, R"({"to":7})").effect_unknown) << "nothing was sent";
}

TEST_F(OperationToolTest, APassedDeadlineSendsNothing) {
  CallContext context;
  context.deadline = clock_.Steady();
  EXPECT_TRUE(Call(*Make(), R"({"to":"+1"})", context).is_error);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(OperationToolTest, SetbacksBecomeWarningsForWhoWantsThem) {
  auto tool = Make();
  std::vector<LogMessage> logged;
  CallContext context;
  tool->Call(Json::parse(R"({"to":"+1"})"), context, [](StatusOr<ToolOutcome>) {});
  EXPECT_FALSE(http_.requests.back().on_setback);
  context.log = [&](const LogMessage& message) { logged.push_back(message); };
  tool->Call(Json::parse(R"({"to":"+1"})"), context, [](StatusOr<ToolOutcome>) {});
  ASSERT_TRUE(http_.requests.back().on_setback);
  http_.requests.back().on_setback({"retrying after 429", 429, std::chrono::milliseconds(250)});
  http_.requests.back().on_setback({"retrying because the API was not reached"});
  ASSERT_EQ(logged.size(), 2u);
  EXPECT_EQ(logged[0].level, LogLevel::kWarning);
  EXPECT_EQ(logged[0].logger, "upstream");
  EXPECT_EQ(logged[0].data,
            (Json{{"message", "retrying after 429"}, {"status", 429}, {"pause_ms", 250}}));
  EXPECT_EQ(logged[1].data, (Json{{"message", "retrying because the API was not reached"}}));
}

TEST_F(OperationToolTest, TheCallersCancellationReachesTheRequest) {
  std::function<void()> cancel;
  CallContext context;
  context.on_cancel = [&](std::function<void()> registered) { cancel = std::move(registered); };
  int count = 0;
  auto tool = Make();
  tool->Call(Json::parse(R"({"to":"+1"})"), context, [&](StatusOr<ToolOutcome> outcome) {
    ++count;
    EXPECT_TRUE(outcome.ok() && ResultOf(outcome).is_error);
  });
  tool.reset();  // the call keeps what it needs
  ASSERT_TRUE(cancel);
  cancel();
  EXPECT_TRUE(http_.FirstWaitingIsCancelled());
  http_.Complete(Cancelled("by the caller"));
  EXPECT_EQ(count, 1);
}

const char kUpload[] = R"(
  /accounts/{accountId}/loas:
    post:
      requestBody:
        required: true
        content:
          application/pdf: {schema: {type: string, format: binary}}
          image/png: {schema: {type: string, format: binary}}
)";
const char kDownload[] = R"(
  /accounts/{accountId}/media/{id}: {get: {responses: {'200': {content: {audio/mpeg: {}}}}}}
)";

class LocalFilesTest : public OperationToolTest {
 protected:
  LocalFilesTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "bw-test-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    stdio_.transport = Transport::kStdio;
  }
  ~LocalFilesTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  CallContext stdio_;
};

TEST_F(LocalFilesTest, AFileIsSentInPlaceOfItsBytes) {
  const std::string path = folder_ + "/loa.pdf";
  std::ofstream(path) << "%PDF-1.4";
  const auto tool = Make(kUpload);
  EXPECT_EQ(tool->definition().input_schema["required"], Json::parse(R"(["content_type"])"));
  http_.script = {Answer(201)};
  const ToolResult result =
      Call(*tool, Json{{"body_path", path}, {"content_type", "application/pdf"}}.dump(), stdio_);
  EXPECT_FALSE(result.is_error) << result.content[0].text;
  ASSERT_EQ(http_.requests.size(), 1u);
  EXPECT_EQ(http_.requests[0].body, "%PDF-1.4");
  EXPECT_EQ(HeaderOf(http_.requests[0], "Content-Type"), "application/pdf");
}

TEST_F(LocalFilesTest, NothingIsSentWithoutAUsableFile) {
  const auto tool = Make(kUpload);
  for (const std::string& arguments :
       {Json{{"body_path", folder_ + "/none"}}.dump(), Json{{"body_path", "/etc/../etc"}}.dump(),
        Json{{"body_path", folder_ + "/x"}, {"body", "aGk="}}.dump(), std::string("{}")}) {
    Json complete = Json::parse(arguments);
    complete["content_type"] = "image/png";
    EXPECT_TRUE(Call(*tool, complete.dump(), stdio_).is_error) << arguments;
  }
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(LocalFilesTest, OverHttpNoFileCanBeNamed) {
  std::ofstream(folder_ + "/f") << "x";
  const ToolResult upload = Call(
      *Make(kUpload), Json{{"body_path", folder_ + "/f"}, {"content_type", "image/png"}}.dump());
  EXPECT_TRUE(upload.is_error);
  EXPECT_NE(upload.content[0].text.find("body in base64"), std::string::npos);
  EXPECT_TRUE(
      Call(*Make(kDownload), Json{{"id", "1"}, {"save_to", folder_ + "/g"}}.dump()).is_error);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(LocalFilesTest, AnAnswerIsSaved) {
  const std::string path = folder_ + "/recording.mp3";
  http_.script = {Answer(200, "ID3\xff", {{"Content-Type", "audio/mpeg"}})};
  const ToolResult result =
      Call(*Make(kDownload), Json{{"id", "1"}, {"save_to", path}}.dump(), stdio_);
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ(*result.structured,
            (Json{{"path", path}, {"bytes", 4}, {"contentType", "audio/mpeg"}}));
  std::string saved;
  std::getline(std::ifstream(path), saved);
  EXPECT_EQ(saved, "ID3\xff");
  EXPECT_EQ(http_.requests[0].url.find("save_to"), std::string::npos);
}

TEST_F(LocalFilesTest, ARefusalIsNotSavedAndAFailureToSaveIsTold) {
  const std::string path = folder_ + "/f";
  http_.script = {Answer(404, "gone", {{"Content-Type", "audio/mpeg"}}),
                  Answer(200, "x", {{"Content-Type", "audio/mpeg"}})};
  EXPECT_TRUE(Call(*Make(kDownload), Json{{"id", "1"}, {"save_to", path}}.dump(), stdio_).is_error);
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "mine";
  const ToolResult result =
      Call(*Make(kDownload), Json{{"id", "1"}, {"save_to", path}}.dump(), stdio_);
  EXPECT_TRUE(result.is_error);
  EXPECT_NE(result.content[0].text.find("save_to: a file of that name"), std::string::npos);
}

constexpr char kEndpoint[] = R"(
  /accounts/{accountId}/endpoints:
    post:
      operationId: createEndpoint
      responses: {'201': {description: d, content: {application/json: {}}}}
)";
constexpr char kIssued[] = R"({"data":{"endpointId":"e-1","token":"t0k3n"},"token":"other"})";

HttpHeaders JsonType() { return {{"Content-Type", "application/json"}}; }

TEST_F(LocalFilesTest, AnIssuedTokenIsSavedAndStaysHidden) {
  const std::string path = folder_ + "/token";
  http_.script = {Answer(201, kIssued, JsonType())};
  const ToolResult result = Call(*Make(kEndpoint), Json{{"save_token_to", path}}.dump(), stdio_);
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ((*result.structured)["data"]["token"], "[redacted]");
  EXPECT_EQ(result.content[0].text.find("t0k3n"), std::string::npos);
  EXPECT_EQ(result.content[1].text, "The token was saved to " + path + ".");
  std::string saved;
  std::getline(std::ifstream(path), saved);
  EXPECT_EQ(saved, "t0k3n");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(http_.requests[0].body.find("save_token_to"), std::string::npos);
}

TEST_F(LocalFilesTest, NoEndpointIsMadeForATokenThatCannotBeSaved) {
  std::ofstream(folder_ + "/mine") << "x";
  for (const std::string& path :
       {folder_ + "/mine", folder_ + "/none/token", folder_ + "/.token", std::string("token")}) {
    const ToolResult result = Call(*Make(kEndpoint), Json{{"save_token_to", path}}.dump(), stdio_);
    EXPECT_TRUE(result.is_error) << path;
    EXPECT_NE(result.content[0].text.find("save_token_to: "), std::string::npos) << path;
  }
  EXPECT_TRUE(Call(*Make(kEndpoint), Json{{"save_token_to", folder_ + "/t"}}.dump()).is_error);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(LocalFilesTest, AnAnswerWithoutATokenSaysWhatToDo) {
  const std::string path = folder_ + "/token";
  http_.script = {Answer(201, R"({"data":{}})", JsonType()), Answer(403, "{}", JsonType())};
  ToolResult result = Call(*Make(kEndpoint), Json{{"save_token_to", path}}.dump(), stdio_);
  EXPECT_TRUE(result.is_error);
  EXPECT_FALSE(result.structured.has_value());
  EXPECT_NE(result.content[1].text.find("the answer holds no token"), std::string::npos);
  // Nothing was made: only the refusal is told.
  result = Call(*Make(kEndpoint), Json{{"save_token_to", path}}.dump(), stdio_);
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ(result.content.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LocalFilesTest, TokensAreShownOnlyWhereTheOperatorWantsIt) {
  http_.script = {Answer(201, kIssued, JsonType()), Answer(201, kIssued, JsonType())};
  ToolResult result = Call(*Make(kEndpoint), "{}");
  EXPECT_EQ((*result.structured)["data"]["token"], "[redacted]");
  OperationToolOptions options;
  options.show_issued_secrets = true;
  result = Call(*Make(kEndpoint, options), "{}");
  EXPECT_EQ(*result.structured, Json::parse(R"({"data":{"endpointId":"e-1","token":"t0k3n"},
                                                "token":"[redacted]"})"));
  EXPECT_NE(result.content[0].text.find("t0k3n"), std::string::npos);
}

}  // namespace
}  // namespace bw::tool_service
