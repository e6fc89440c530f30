#include "tool-service/openapi/operation_reader.h"

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/openapi/operation_repairs.h"

namespace bw::tool_service {
namespace {

TEST(ReadOperations, ReadsAnOperation) {
  const Operation operation = LoadOne(R"(
  /accounts/{accountId}/calls:
    parameters:
      - {name: accountId, in: path, required: true, schema: {type: string}, description: Whose}
    post:
      operationId: createCall
      summary: Place a call
      description: Rings.<br>Costs money.
      requestBody:
        required: true
        content:
          application/json; charset=utf-8:
            schema: {$ref: '#/components/schemas/call'}
      responses:
        '201': {description: ok, content: {application/json: {schema: {}}}}
        '400': {description: no, content: {application/problem+json: {}}}
)",
                                      R"(
  schemas:
    call: {type: object, required: [to], properties: {to: {type: string}}}
)");
  EXPECT_EQ(operation.id, "createCall");
  EXPECT_EQ(operation.document, "voice");
  EXPECT_EQ(operation.method, "POST");
  EXPECT_EQ(operation.server, "https://voice.bandwidth.com/api/v2");
  EXPECT_EQ(operation.path, "/accounts/{accountId}/calls");
  EXPECT_EQ(operation.summary, "Place a call");
  EXPECT_EQ(operation.description, "Rings. Costs money.");
  ASSERT_EQ(operation.parameters.size(), 1u);
  EXPECT_EQ(operation.parameters[0].place, Parameter::Place::kPath);
  EXPECT_EQ(operation.parameters[0].description, "Whose");
  ASSERT_TRUE(operation.has_body);
  EXPECT_EQ(operation.body.kind, RequestBody::Kind::kJson);
  EXPECT_TRUE(operation.body.required);
  EXPECT_EQ(operation.body.content_types, std::vector<std::string>{"application/json"});
  EXPECT_EQ(operation.answer_types, std::vector<std::string>{"application/json"});
  EXPECT_TRUE(operation.authorize);
}

TEST(ReadOperations, OwnParametersWinOverThePaths) {
  const Operation operation =
      LoadOne(R"(
  /x/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: q, in: query, schema: {type: string}}
    get:
      parameters:
        - {name: q, in: query, schema: {type: integer}}
        - $ref: '#/components/parameters/h'
        - {name: Content-Type, in: header, schema: {type: string}}
        - {name: session, in: cookie, schema: {type: string}}
)",
              "  parameters:\n    h: {name: X-H, in: header, schema: {}}\n");
  ASSERT_EQ(operation.parameters.size(), 3u);
  EXPECT_EQ(operation.parameters[0].name, "q");
  EXPECT_EQ(operation.parameters[0].schema["type"], "integer");
  EXPECT_EQ(operation.parameters[1].name, "X-H");
  EXPECT_EQ(operation.parameters[2].name, "id");
}

TEST(ReadOperations, StylesAndTheirDefaults) {
  const Operation operation = LoadOne(R"(
  /x:
    get:
      parameters:
        - {name: a, in: query, schema: {type: array, items: {}}}
        - {name: b, in: query, style: pipeDelimited, schema: {type: array, items: {}}}
        - {name: c, in: query, style: deepObject, schema: {type: object}}
        - {name: d, in: query, explode: false, schema: {type: array, items: {}}}
        - {name: e, in: header, schema: {type: array, items: {}}}
        - {name: f, in: query, content: {application/json: {schema: {type: boolean}}}}
)");
  ASSERT_EQ(operation.parameters.size(), 6u);
  EXPECT_TRUE(operation.parameters[0].explode);
  EXPECT_EQ(operation.parameters[1].style, Parameter::Style::kPipeDelimited);
  EXPECT_FALSE(operation.parameters[1].explode);
  EXPECT_EQ(operation.parameters[2].style, Parameter::Style::kDeepObject);
  EXPECT_FALSE(operation.parameters[3].explode);
  EXPECT_FALSE(operation.parameters[4].explode);
  EXPECT_EQ(operation.parameters[5].schema["type"], "boolean");
}

RequestBody BodyOf(const std::string& content) {
  return LoadOne("  /x:\n    post:\n      requestBody:\n        content: " + content + "\n").body;
}

TEST(ReadOperations, KindsOfBodies) {
  using Kind = RequestBody::Kind;
  EXPECT_EQ(BodyOf("{application/xml: {schema: {type: object}}}").kind, Kind::kText);
  EXPECT_EQ(BodyOf("{application/xml: {}, application/json: {}}").kind, Kind::kJson);
  EXPECT_EQ(BodyOf("{application/json-patch+json: {schema: {type: array}}}").kind, Kind::kJson);
  EXPECT_EQ(BodyOf("{'*/*': {}}").kind, Kind::kBinary);
  EXPECT_EQ(BodyOf("{multipart/form-data: {}}").kind, Kind::kMultipart);
  EXPECT_EQ(BodyOf("{application/x-www-form-urlencoded: {}}").kind, Kind::kForm);
  const RequestBody media = BodyOf(
      "{image/png: {schema: {type: string, format: binary}}, "
      "application/json: {schema: {type: string, format: binary}}}");
  EXPECT_EQ(media.kind, Kind::kBinary);
  EXPECT_EQ(media.content_types, (std::vector<std::string>{"application/json", "image/png"}));
}

TEST(ReadOperations, MediaKeysThatAreNoMediaTypesAreIgnored) {
  const Operation operation = LoadOne(R"(
  /x:
    delete:
      requestBody: {content: {description: text}}
      responses: {204: {content: {description: Gone}}}
)");
  EXPECT_FALSE(operation.has_body);
  EXPECT_TRUE(operation.answer_types.empty());
}

TEST(ReadOperations, TheNearestServerDecides) {
  const std::string text = R"(openapi: 3.1.0
servers: [{url: 'https://root.example'}]
paths:
  /a: {get: {}}
  /b: {servers: [{url: 'https://path.example/'}], get: {}, post: {servers: [{url: 'https://op.example'}]}}
  /c: {servers: [{url: 'https://{env}.example/{v}', variables: {env: {default: test}, v: {default: v2}}}], get: {}}
)";
  const auto loaded = Load(text);
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->operations.size(), 4u);
  EXPECT_EQ(loaded->operations[0].server, "https://root.example");
  EXPECT_EQ(loaded->operations[1].server, "https://path.example");
  EXPECT_EQ(loaded->operations[2].server, "https://op.example");
  EXPECT_EQ(loaded->operations[3].server, "https://test.example/v2");
}

TEST(ReadOperations, WithoutAUsableServerTheDocumentIsRefused) {
  for (const char* servers :
       {"", "servers: []\n", "servers: [{url: /relative}]\n", "servers: [{url: 'https://u@h'}]\n",
        "servers: [{url: 'https://h?q'}]\n", "servers: [{url: 'https://{x'}]\n"}) {
    const auto loaded =
        Load(std::string("openapi: 3.0.3\n") + servers + "paths: {/x: {get: {}}}\n");
    ASSERT_EQ(loaded.status().code(), StatusCode::kInvalidArgument) << servers;
    EXPECT_NE(Message(loaded.status()).find("GET /x: servers:"), std::string_view::npos);
  }
}

TEST(ReadOperations, BadPathsAreLeftOut) {
  for (const char* path : {"x", "/a b", "/a?b", "/{a", "/a}", "/{{a}}", "/{}", "/a#b", "/é"}) {
    const auto loaded =
        Load(DocumentText("  '" + std::string(path) + "': {get: {}}\n  /good: {get: {}}\n"));
    ASSERT_TRUE(loaded.ok());
    EXPECT_EQ(loaded->operations.size(), 1u) << path;
    EXPECT_EQ(loaded->warnings.total(), 2u);  // this one, and the good one without a name
  }
}

TEST(ReadOperations, RepairsAreAppliedAndWarnedAbout) {
  const auto loaded = Load(DocumentText(R"(
  /a/{x}/{y}:
    get:
      operationId: Retrieve tn port-out
      parameters:
        - {name: y, in: path}
        - {name: page, in: query, schema: {type: integer}}
        - {name: page, in: query, schema: {type: integer}}
        - {name: stray, in: path, required: true, schema: {type: string}}
    put: {operationId: same}
    post: {operationId: same}
)"));
  ASSERT_TRUE(loaded.ok());
  const Operation& get = loaded->operations[0];
  EXPECT_EQ(get.id, "Retrieve_tn_port-out");
  ASSERT_EQ(get.parameters.size(), 4u);
  EXPECT_EQ(get.parameters[0].name, "y");
  EXPECT_TRUE(get.parameters[0].required);
  EXPECT_EQ(get.parameters[0].schema["type"], "string");
  EXPECT_EQ(get.parameters[1].name, "page");
  EXPECT_EQ(get.parameters[2].name, "size");
  EXPECT_EQ(get.parameters[3].name, "x");
  EXPECT_EQ(get.description, "GET /a/{x}/{y}");
  EXPECT_EQ(loaded->operations[1].id, "same");
  EXPECT_EQ(loaded->operations[2].id, "same_2");
  EXPECT_GE(loaded->warnings.total(), 6u);
}

TEST(ReadOperations, EmptySecurityMeansNoCredentials) {
  const std::string with_root = "security: [{Basic: []}]\n" + DocumentText(R"(
  /a: {get: {security: []}}
  /b: {get: {security: [{}]}}
  /c: {get: {security: [{}, {OAuth2: []}]}}
  /d: {get: {}}
)");
  const auto loaded = Load(with_root);
  ASSERT_TRUE(loaded.ok());
  std::vector<bool> authorize;
  for (const Operation& operation : loaded->operations) authorize.push_back(operation.authorize);
  EXPECT_EQ(authorize, (std::vector<bool>{false, false, true, true}));
}

TEST(ReadOperations, CallbacksAreNoOperations) {
  const auto loaded = Load(DocumentText(R"(
  /a:
    post:
      operationId: subscribe
      callbacks: {event: {'{$request.body#/url}': {post: {operationId: subscribe}}}}
)"));
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->operations.size(), 1u);
  EXPECT_EQ(loaded->operations[0].id, "subscribe");
}

TEST(ReadOperations, OperationsAtTheLimitAndOnePast) {
  std::string paths;
  for (std::size_t i = 0; i < kMaxOperations; ++i)
    paths += "  /p" + std::to_string(i) + ": {get: {operationId: o" + std::to_string(i) + "}}\n";
  auto loaded = Load(DocumentText(paths));
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->operations.size(), kMaxOperations);
  EXPECT_EQ(loaded->warnings.total(), 0u);
  loaded = Load(DocumentText(paths + "  /q: {get: {operationId: q}}\n"));
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->operations.size(), kMaxOperations);
  EXPECT_EQ(loaded->warnings.total(), 1u);
}

TEST(SanitisedName, KeepsLettersDigitsDashesAndUnderscores) {
  EXPECT_EQ(SanitisedName("a b--c__d/é"), "a_b--c__d");
  EXPECT_EQ(SanitisedName("  "), "operation");
  EXPECT_EQ(SanitisedName(std::string(65, 'a')), std::string(64, 'a'));
}

}  // namespace
}  // namespace bw::tool_service
