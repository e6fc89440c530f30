// The whole service over its in-process channel, without an event store and without credentials.
#include "tool-service/app.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "bw/tool_service/v1/tool_service.grpc.pb.h"
#include "common/metrics/metrics.h"
#include "tests/common/http_client/tls_server.h"
#include "tests/support/child_process.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/core/tool_traits.h"

namespace bw::tool_service {
namespace {

namespace proto = ::bw::tool_service::v1;
using testing::HasSubstr;

Config Quiet() {
  Config config;
  config.listen = "";
  config.event_store_address = "unix:/nonexistent/event-store";
  config.bundled_spec_dir = std::string(std::getenv("BW_SOURCE_DIR")) + "/specs";
  config.admin_port = 0;
  config.log_level = "off";
  return config;
}

std::vector<std::string> Golden(const std::string& name) {
  std::ifstream file(std::string(std::getenv("BW_SOURCE_DIR")) + "/tests/tool-service/golden/" +
                     name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class AppTest : public testing::Test {
 protected:
  void Start(const Config& config) {
    auto started = App::Start(config, {nullptr, &*registry});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    app = *std::move(started);
    stub = proto::ToolService::NewStub(app->InProcessChannel());
  }
  std::vector<std::string> ToolNames() {
    proto::ListToolsRequest request;
    request.set_tenant("default");
    proto::ListToolsResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(stub->ListTools(&context, request, &response).ok());
    std::vector<std::string> names;
    for (const auto& tool : response.tools()) names.push_back(tool.name());
    return names;
  }
  proto::ToolResult Call(const std::string& name, const std::string& arguments) {
    proto::CallToolRequest request;
    request.set_tenant("default");
    request.set_name(name);
    request.set_arguments_json(arguments);
    grpc::ClientContext context;
    auto reader = stub->CallTool(&context, request);
    proto::CallToolResponse message;
    while (reader->Read(&message)) {
    }
    EXPECT_TRUE(reader->Finish().ok());
    return message.result();
  }

  std::optional<metrics::Registry> registry{std::in_place};
  std::unique_ptr<App> app;
  std::unique_ptr<proto::ToolService::Stub> stub;
};

TEST_F(AppTest, AllToolsAreTheGoldenOnes) {
  Config config = Quiet();
  config.profile = "full";
  config.local = true;
  Start(config);
  EXPECT_EQ(ToolNames(), Golden("tool_names.txt"));
}

TEST_F(AppTest, WhatEachToolNeedsIsTheGoldenList) {
  Config config = Quiet();
  config.profile = "full";
  config.local = true;
  Start(config);
  proto::ListToolsRequest request;
  request.set_tenant("default");
  proto::ListToolsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->ListTools(&context, request, &response).ok());
  const std::map<proto::Access, std::string> names = {
      {proto::ACCESS_READ, "read"}, {proto::ACCESS_WRITE, "write"}, {proto::ACCESS_ADMIN, "admin"}};
  std::vector<std::string> access;
  for (const auto& tool : response.tools()) {
    access.push_back(tool.name() + " " + names.at(tool.access()));
  }
  EXPECT_EQ(access, Golden("tool_access.txt"));
}

// The operation's id where a tool was named after its document too.
std::string WithoutPrefix(const std::string& name) {
  return name.substr(name.find_last_of('_') + 1);
}

TEST_F(AppTest, EveryToolThatChangesSomethingIsDecidedAboutAndNoRowIsLeftOver) {
  Config config = Quiet();
  config.profile = "full";
  config.local = true;
  Start(config);
  proto::ListToolsRequest request;
  request.set_tenant("default");
  proto::ListToolsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->ListTools(&context, request, &response).ok());
  std::set<std::string> names;
  for (const auto& tool : response.tools()) {
    const std::string name = WithoutPrefix(tool.name());
    names.insert(name);
    if (tool.annotations().read_only()) {
      EXPECT_EQ(TraitsOf(name), ToolTraits()) << name;
      continue;
    }
    EXPECT_TRUE(HasTraitsRow(name)) << name << " changes something and has no row";
    const ToolTraits traits = TraitsOf(name);
    EXPECT_TRUE(tool.annotations().destructive() || !(traits.costly || traits.destructive))
        << name << " is not as harmless as its annotations say";
  }
  for (std::size_t i = 0; i < TraitsRowCount(); ++i) {
    EXPECT_TRUE(names.contains(std::string(TraitsRowName(i)))) << TraitsRowName(i);
  }
}

TEST_F(AppTest, WhatIsCreatedOnceTakesAKeyAndThePolicySaysWhoAsks) {
  Config config = Quiet();
  config.profile = "full";
  config.confirm = "costly";
  Start(config);
  proto::ListToolsRequest request;
  request.set_tenant("default");
  proto::ListToolsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->ListTools(&context, request, &response).ok());
  std::set<std::string> takes_key;
  for (const auto& tool : response.tools()) {
    if (tool.input_schema_json().find("idempotency_key") != std::string::npos) {
      takes_key.insert(tool.name());
    }
  }
  EXPECT_EQ(takes_key,
            (std::set<std::string>{"CreateDisconnectOrder", "CreateLidbOrder", "CreateMoveTnsOrder",
                                   "CreateOrder", "CreatePortin", "CreateTnOptionOrder",
                                   "createCall", "createMessage", "createMultiChannelMessage"}));
  const std::string lookup = R"({"accountId":"9","phoneNumbers":["+15550100001"]})";
  const proto::ToolResult refused = Call("createSyncLookup", lookup);
  EXPECT_THAT(refused.content(0).text().text(), HasSubstr("does not declare elicitation"));
  const std::string metrics = registry->Expose();
  EXPECT_THAT(metrics, HasSubstr("bw_tool_service_confirmations_total{result=\"impossible\"} 1"));
}

TEST_F(AppTest, NoSchemaListsSeveralTypesWhichStrictClientsRefuse) {
  Config config = Quiet();
  config.profile = "full";
  config.local = true;
  Start(config);
  proto::ListToolsRequest request;
  request.set_tenant("default");
  proto::ListToolsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->ListTools(&context, request, &response).ok());
  ASSERT_GT(response.tools_size(), 0);
  for (const auto& tool : response.tools()) {
    EXPECT_THAT(tool.input_schema_json(), Not(HasSubstr("\"type\":["))) << tool.name();
    EXPECT_THAT(tool.output_schema_json(), Not(HasSubstr("\"type\":["))) << tool.name();
  }
}

TEST_F(AppTest, EveryPromptIsListedByDefault) {
  Start(Quiet());
  proto::ListPromptsRequest request;
  request.set_tenant("default");
  proto::ListPromptsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->ListPrompts(&context, request, &response).ok());
  EXPECT_EQ(response.prompts_size(), 4);
}

// What prompts tell the agent to pass to which tool: "createCall with" and then one JSON object.
struct ToldCall {
  std::string tool;
  json::Json arguments;
};

std::vector<ToldCall> ToldCalls(const std::string& text) {
  std::vector<ToldCall> calls;
  std::istringstream lines(text);
  std::string before;
  for (std::string line; std::getline(lines, line); before = line) {
    if (!line.starts_with('{')) continue;
    std::istringstream words(before);
    std::vector<std::string> said((std::istream_iterator<std::string>(words)), {});
    EXPECT_GE(said.size(), 2u) << line;
    if (said.size() < 2) continue;
    calls.push_back({said[said.size() - 2], json::Json::parse(line, nullptr, false)});
  }
  return calls;
}

TEST_F(AppTest, WhatPromptsTellToPassFitsTheTools) {
  Config config = Quiet();
  config.number = "+15550100002";
  config.voice_application_id = "voice-app";
  config.messaging_application_id = "message-app";
  Start(config);
  proto::ListToolsRequest list;
  list.set_tenant("default");
  proto::ListToolsResponse tools;
  grpc::ClientContext list_context;
  ASSERT_TRUE(stub->ListTools(&list_context, list, &tools).ok());
  std::map<std::string, json::Json> schemas;
  for (const auto& tool : tools.tools()) {
    schemas[tool.name()] = json::Json::parse(tool.input_schema_json());
  }
  using Arguments = std::map<std::string, std::string>;
  const std::vector<std::pair<std::string, Arguments>> prompts = {
      {"make_call", {{"to", "+15550100001"}, {"message", "Hello."}, {"locale", "en_UK"}}},
      {"hold_conversation", {{"goal", "g"}, {"to", "+15550100001"}}},
      {"hold_conversation", {{"goal", "g"}, {"listen", "speech"}}},
      {"hold_conversation", {{"goal", "g"}, {"call_id", "c-1"}}},
      {"send_text", {{"to", "+15550100001"}, {"text", "Hello."}}},
      {"set_up_callbacks", {{"account_id", "9900000"}}}};
  for (const auto& [name, arguments] : prompts) {
    proto::GetPromptRequest request;
    request.set_tenant("default");
    request.set_name(name);
    request.mutable_arguments()->insert(arguments.begin(), arguments.end());
    proto::GetPromptResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(stub->GetPrompt(&context, request, &response).ok()) << name;
    const auto calls = ToldCalls(response.messages(0).content().text().text());
    EXPECT_GE(calls.size(), 2u) << name;
    for (const ToldCall& call : calls) {
      ASSERT_TRUE(schemas.contains(call.tool)) << name << ": " << call.tool;
      const Status fits = ArgumentValidator(schemas[call.tool]).Check(call.arguments);
      EXPECT_TRUE(fits.ok()) << name << ", " << call.tool << ": " << ToString(fits);
    }
  }
}

// Secrets are the variables that no flag can set; --help lists them.
std::vector<std::string> SecretVariables() {
  const auto help = LoadConfig(config::Environment(), std::vector<std::string>{"--help"});
  EXPECT_TRUE(help.ok() && help->text_to_print);
  std::istringstream lines(
      help->text_to_print->substr(help->text_to_print->find("Environment only")));
  std::vector<std::string> variables;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  BW_")) variables.push_back(line.substr(2));
  }
  return variables;
}

TEST_F(AppTest, NothingThatIsReadShowsASecret) {
  const std::string marker = "do-not-show";
  const std::vector<std::string> secrets = SecretVariables();
  EXPECT_THAT(secrets, testing::UnorderedElementsAre("BW_CLIENT_SECRET", "BW_PASSWORD",
                                                     "BW_CALLBACK_PASSWORD"));
  config::Environment environment;
  for (const std::string& secret : secrets) environment.Set(secret, marker + secret);
  environment.Set("BW_CLIENT_ID", marker + "-client");
  environment.Set("BW_USERNAME", marker + "-legacy-user");
  environment.Set("BW_CALLBACK_USERNAME", marker + "-user");
  environment.Set("BW_MCP_BASE_URL", "https://calls.example.com");
  const auto loaded = LoadConfig(environment, {});
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.status());
  Config config = Quiet();
  config.client_id = loaded->config.client_id;
  config.client_secret = loaded->config.client_secret;
  config.username = loaded->config.username;
  config.password = loaded->config.password;
  config.callback_username = loaded->config.callback_username;
  config.callback_password = loaded->config.callback_password;
  config.base_url = loaded->config.base_url;
  Start(config);
  std::string read;
  for (const char* uri :
       {"resource://config", "resource://mcp_agent_reference", "resource://number_order_guide"}) {
    proto::ReadResourceRequest request;
    request.set_tenant("default");
    request.set_uri(uri);
    proto::ReadResourceResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(stub->ReadResource(&context, request, &response).ok()) << uri;
    read += response.contents(0).text();
  }
  proto::GetPromptRequest prompt;
  prompt.set_tenant("default");
  prompt.set_name("set_up_callbacks");
  proto::GetPromptResponse written;
  proto::GetInstructionsRequest instructions;
  instructions.set_tenant("default");
  proto::GetInstructionsResponse told;
  grpc::ClientContext prompt_context;
  grpc::ClientContext instructions_context;
  ASSERT_TRUE(stub->GetPrompt(&prompt_context, prompt, &written).ok());
  ASSERT_TRUE(stub->GetInstructions(&instructions_context, instructions, &told).ok());
  read += written.messages(0).content().text().text() + told.text();
  EXPECT_THAT(read, HasSubstr("\"credentials_set\": true"));
  EXPECT_THAT(read, HasSubstr("\"callback_credentials_set\": true"));
  EXPECT_THAT(read, HasSubstr("https://calls.example.com"));
  EXPECT_THAT(read, testing::Not(HasSubstr(marker)));
}

TEST_F(AppTest, DrainingDoesNotWaitForThoseWhoWatch) {
  Start(Quiet());
  grpc::ClientContext context;
  proto::WatchCatalogueRequest request;
  request.set_tenant("default");
  auto reader = stub->WatchCatalogue(&context, request);
  proto::WatchCatalogueResponse response;
  ASSERT_TRUE(reader->Read(&response));
  // Would be over by the test's own limit if the watch had to be cancelled.
  app->Drain(std::chrono::hours(1));
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AppTest, ApisAreTrustedAsTheSettingsSay) {
  const test::TlsIdentity identity("IP:127.0.0.1");
  const test::TlsServer server(identity, test::TlsServer::Protocol::kHttp1);
  Config config = Quiet();
  config.client_id = "id";
  config.client_secret = config::Secret("s3cr3t");
  config.api_url = config.voice_url = server.Url("");
  const std::string arguments = R"({"accountId":"9900000"})";
  Start(config);
  const std::string distrusted = Call("listCalls", arguments).content(0).text().text();
  EXPECT_THAT(distrusted, HasSubstr("UNAVAILABLE"));
  EXPECT_THAT(distrusted, HasSubstr("certificate"));
  EXPECT_EQ(server.requests(), 0);

  app.reset();
  registry.emplace();
  config.ca_file = identity.certificate_file();
  Start(config);
  // It echoes, which is no token; but it was asked.
  EXPECT_THAT(Call("listCalls", arguments).content(0).text().text(), HasSubstr("no access_token"));
  EXPECT_GE(server.requests(), 1);
}

TEST_F(AppTest, CountsWhatTheWayToTheApisRefuses) {
  Config config = Quiet();
  config.client_id = "id";
  config.client_secret = config::Secret("s3cr3t");
  // Nobody listens on the discard port.
  config.api_url = config.voice_url = "http://127.0.0.1:9";
  config.breaker_failures = 1;
  config.fetch_token = false;
  Start(config);
  EXPECT_THAT(registry->Expose(), HasSubstr("bw_tool_service_breakers_open 0"));
  const std::string arguments = R"({"accountId":"9900000"})";
  Call("listCalls", arguments);
  EXPECT_THAT(Call("listCalls", arguments).content(0).text().text(),
              HasSubstr("the API at 127.0.0.1:9 has been failing for "));
  const std::string metrics = registry->Expose();
  for (const char* line :
       {"bw_tool_service_breakers_open 1", "bw_tool_service_breakers_opened_total 1",
        "bw_tool_service_upstream_refused_total{reason=\"redirect\"} 0",
        "bw_tool_service_upstream_redirects_total 0"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_THAT(metrics,
              Not(HasSubstr("bw_tool_service_upstream_refused_total{reason=\"breaker\"} 0")));
}

TEST_F(AppTest, WithoutCredentialsToolsAreListedAndCallsSayWhatToSet) {
  Start(Quiet());
  EXPECT_THAT(ToolNames(), testing::Contains("createMessage"));
  const proto::ToolResult result =
      Call("createMessage",
           R"({"to":["+15550100001"],"from":"+15550100002","applicationId":"a","text":"hi"})");
  EXPECT_TRUE(result.is_error());
  EXPECT_THAT(result.content(0).text().text(), HasSubstr("BW_CLIENT_ID"));
}

TEST_F(AppTest, WithoutDocumentsTheRestWorks) {
  Config config = Quiet();
  config.bundled_spec_dir = "/nonexistent/specs";
  Start(config);
  EXPECT_THAT(ToolNames(), testing::Contains("generateBXML"));
  EXPECT_THAT(ToolNames(), testing::Not(testing::Contains("createCall")));
  EXPECT_FALSE(Call("generateBXML", R"({"verbs":[{"verb":"Hangup"}]})").is_error());
  EXPECT_THAT(registry->Expose(), HasSubstr("bw_tool_service_documents_failed 1"));
}

TEST_F(AppTest, ABrokenDocumentDisablesItsToolsOnly) {
  const testing_support::TemporaryFolder folder;
  std::ofstream(folder.path() + "/broken.yaml") << "openapi: [";
  std::ofstream(folder.path() + "/good.yaml")
      << "openapi: 3.1.0\ninfo: {title: g, version: '1'}\nservers: [{url: 'https://x.example'}]\n"
         "paths:\n  /a:\n    get:\n      operationId: getA\n      summary: A\n"
         "      responses: {'200': {description: ok}}\n";
  Config config = Quiet();
  config.bundled_spec_dir = folder.path();
  config.profile = "full";
  Start(config);
  EXPECT_THAT(ToolNames(), testing::Contains("getA"));
  EXPECT_THAT(registry->Expose(), HasSubstr("bw_tool_service_documents_failed 1"));
}

TEST_F(AppTest, AChangedDocumentBecomesAToolWithoutARestartAndIsAnnounced) {
  const testing_support::TemporaryFolder folder;
  const auto write = [&](const std::string& id) {
    // Renamed into place, as a half-written document would be refused for one look.
    std::ofstream(folder.path() + "/next")
        << "openapi: 3.1.0\nservers: [{url: 'https://x.example'}]\n"
           "paths: {/a: {get: {operationId: "
        << id << "}}}\n";
    std::filesystem::rename(folder.path() + "/next", folder.path() + "/mine.yaml");
  };
  write("getA");
  Config config = Quiet();
  config.profile = "full";
  config.spec_dir = folder.path();
  config.spec_refresh_seconds = 1;
  Start(config);
  EXPECT_THAT(ToolNames(), testing::Contains("getA"));
  EXPECT_THAT(ToolNames(), testing::Contains("createCall"));
  grpc::ClientContext context;
  proto::WatchCatalogueRequest request;
  request.set_tenant("default");
  auto reader = stub->WatchCatalogue(&context, request);
  proto::WatchCatalogueResponse response;
  ASSERT_TRUE(reader->Read(&response));
  write("getB");
  // The next message, not a moment in time, says that it was looked at.
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_THAT(ToolNames(), testing::Contains("getB"));
  EXPECT_THAT(ToolNames(), testing::Not(testing::Contains("getA")));
  EXPECT_THAT(registry->Expose(),
              HasSubstr("bw_tool_service_catalogue_refreshes_total{result=\"changed\"} 1"));
  context.TryCancel();
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(AppTest, WithoutTheEventStoreItIsNotReadyAndToolsSaySo) {
  Start(Quiet());
  EXPECT_EQ(app->Ready().code(), StatusCode::kUnavailable);
  const proto::ToolResult result = Call("getCall", R"({"call_id":"c-1"})");
  EXPECT_TRUE(result.is_error());
  EXPECT_THAT(result.content(0).text().text(), HasSubstr("event store cannot be reached"));
}

TEST_F(AppTest, DrainsTwice) {
  Start(Quiet());
  app->Drain(std::chrono::milliseconds(100));
  app->Drain(std::chrono::milliseconds(100));
}

}  // namespace
}  // namespace bw::tool_service
