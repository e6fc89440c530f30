// What is wrong, or merely unusual, in Bandwidth's published documents: one row each, with the
// smallest document that shows it, what is warned about and what becomes of it.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/openapi/expect_usable.h"
#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kWhere[] = "specs/numbers.yaml";

class Result {
 public:
  explicit Result(const std::vector<std::pair<std::string, std::string>>& documents) {
    std::vector<SourceText> texts;
    for (const auto& [name, text] : documents) {
      texts.push_back({name, "specs/" + name + ".yaml", text});
    }
    loaded_ = DocumentCatalogue({}, {}, {}, nullptr).Load(std::move(texts));
  }
  explicit Result(const std::string& text) : Result({{"numbers", text}}) {}

  // Warnings, and errors too: whoever reads the log sees both.
  std::vector<std::string> Complaints() const {
    std::vector<std::string> all = loaded_.warnings;
    all.insert(all.end(), loaded_.renamed.begin(), loaded_.renamed.end());
    for (const Status& error : loaded_.errors) all.emplace_back(Message(error));
    return all;
  }
  const OperationTool& Tool(const std::string& name) const {
    for (const auto& tool : loaded_.tools) {
      if (tool->definition().name == name) return *tool;
    }
    ADD_FAILURE() << "there is no tool " << name;
    static const auto none = OperationTool::Make({}, "none", {});
    return *none;
  }
  const Operation& Read(const std::string& name) const { return Tool(name).operation(); }
  // The schema of one argument; null when there is none of that name.
  Json Argument(const std::string& tool, const std::string& name) const {
    return Tool(tool).definition().input_schema["properties"].value(name, Json());
  }
  bool Requires(const std::string& tool, const std::string& name) const {
    const Json required = Tool(tool).definition().input_schema.value("required", Json::array());
    return std::find(required.begin(), required.end(), name) != required.end();
  }
  const LoadedTools& loaded() const { return loaded_; }

 private:
  LoadedTools loaded_;
};

struct Defect {
  int row = 0;
  std::string document;
  // The whole complaint behind the file's name; empty: nothing is lost, so nothing is said.
  std::string complaint;
  void (*check)(const Result& result) = nullptr;
};

std::string Body(const std::string& content) {
  return "  /x:\n    post:\n      operationId: send\n      requestBody:\n        content:\n"
         "          " +
         content + "\n";
}

std::vector<Defect> MisplacedReferences() {
  return {
      {1, DocumentText(Body("application/json: {schema: {$ref: '#/components/schemas/Patch'}}"), R"(
  schemas:
    Text: {type: object, properties: {Value: {type: string}}}
    Patch:
      type: object
      properties:
        City:
          allOf:
            - $ref:#/components/schemas/Text'
        Zip:
          allOf:
            - $ref:'#/components/schemas/Text'
)"),
       "#/components/schemas/Patch/properties/Zip: a reference is written as a string",
       [](const Result& result) {
         for (const char* name : {"City", "Zip"}) {
           EXPECT_TRUE(result.Argument("send", name)["properties"].contains("Value")) << name;
         }
       }},
      {2,
       DocumentText(Body("application/json: {schema: {$ref: '#/components/schemas/Answer'}}"),
                    R"(
  schemas:
    Base: {type: object, properties: {id: {type: string}}}
    Answer:
      type: object
      properties:
        order:
          type: object
          properties:
            allOf: [{$ref: '#/components/schemas/Base'}]
)"),
       "#/components/schemas/Answer/properties/order: allOf stands among the properties",
       [](const Result& result) {
         const Json order = result.Argument("send", "order");
         EXPECT_TRUE(order["properties"].contains("id"));
         EXPECT_FALSE(order["properties"].contains("allOf"));
       }},
      {3, DocumentText(R"(
  /x:
    delete:
      operationId: remove
      responses: {204: {content: {description: Gone}}}
)"),
       "DELETE /x answer 204: a content type without a slash is ignored",
       [](const Result& result) { EXPECT_THAT(result.Read("remove").answer_types, IsEmpty()); }},
      {4, DocumentText(Body("application/json: {schema: {$ref: '#/components/schemas/Tpas'}}"), R"(
  schemas:
    Tpas: {type: array, items: {$ref: '#/components/schemas/Tpa'}}
)"),
       "#/components/schemas/Tpas/items: the reference #/components/schemas/Tpa leads nowhere",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "body")["items"], Json::object());
       }},
  };
}

std::vector<Defect> Schemas() {
  return {
      {10,
       DocumentText(Body("application/json: {schema: {type: object, required: [a, lost], "
                         "properties: {a: {type: string}}}}")),
       "POST /x body: an undeclared property is required",
       [](const Result& result) {
         EXPECT_EQ(result.Read("send").body.schema["required"], Json::array({"a"}));
       }},
      {15,
       DocumentText(Body("application/json: {schema: {oneOf: [{type: object, properties: "
                         "{a: {type: string}}}, {type: object}]}}")),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "body")["oneOf"].size(), 2u);
       }},
      {17,
       DocumentText(Body("application/json: {schema: {type: object, properties: {a: {$ref: "
                         "'#/components/schemas/A', description: new, example: 5}}}}"),
                    "  schemas: {A: {type: string, description: old}}\n"),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "a"),
                   Json::parse(R"({"type":"string","description":"new"})"));
       }},
      {29, DocumentText(Body("application/json: {schema: {$ref: '#/components/schemas/Node'}}"), R"(
  schemas:
    Node:
      type: object
      discriminator: {propertyName: kind}
      properties: {next: {$ref: '#/components/schemas/Node'}}
)"),
       "#/components/schemas/Node/properties/next: the schema #/components/schemas/Node contains "
       "itself; its inner copies are published as anything",
       [](const Result& result) { EXPECT_EQ(result.Argument("send", "next"), Json::object()); }},
      {33,
       DocumentText(Body("application/json: {schema: {type: object, properties: {digits: "
                         "{type: integer, minimum: 2, maximum: 8, description: 4 to 8}}}}")),
       "",
       [](const Result& result) { EXPECT_EQ(result.Argument("send", "digits")["minimum"], 2); }},
  };
}

std::vector<Defect> Parameters() {
  return {
      {7, DocumentText("  /a/{campaignId}: {get: {operationId: read}}\n"),
       "GET /a/{campaignId} parameter campaignId: in the path, but not declared",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("read", "campaignId")["type"], "string");
         EXPECT_TRUE(result.Requires("read", "campaignId"));
       }},
      {8, DocumentText(R"(
  /x:
    get:
      operationId: list
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: page, in: query, schema: {type: integer, maximum: 1000}}
        - {name: page, in: query, schema: {type: string}}
)"),
       "GET /x parameter page: declared twice; the second is taken for size",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("list", "page")["type"], "integer");
         EXPECT_EQ(result.Argument("list", "size")["maximum"], 1000);
         EXPECT_THAT(result.Complaints(), Contains(HasSubstr("the first is kept")));
       }},
      {9, DocumentText(R"(
  /codes/{shortCode}:
    get:
      operationId: read
      parameters:
        - {name: shortCode, in: path, required: true}
        - {name: shortCode, in: query}
)"),
       "GET /codes/{shortCode} parameter shortCode: has no schema; taken for text",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("read", "shortCode")["type"], "string");
         EXPECT_EQ(result.Argument("read", "query_shortCode")["type"], "string");
       }},
      {21, DocumentText(R"(
  /x/{id}:
    get:
      operationId: list
      parameters:
        - {name: id, in: path, required: true, schema: {type: object, properties: {a: {}}}}
        - {name: cursor, in: query, schema: {type: object}}
        - {name: when, in: query, style: deepObject, schema: {type: object, properties: {gt: {type: string}}}}
        - {name: kind, in: query, schema: {allOf: [{type: string, enum: [a]}]}}
)"),
       "GET /x/{id} parameter cursor: an object where only text can be; taken for text",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("list", "id")["type"], "string");
         EXPECT_EQ(result.Argument("list", "cursor")["type"], "string");
         EXPECT_EQ(result.Argument("list", "kind")["enum"], Json::array({"a"}));
         EXPECT_THAT(result.Complaints(), Contains(HasSubstr("parameter id: an object")));
         EXPECT_EQ(result.Argument("list", "when_gt")["type"], "string");
       }},
  };
}

std::vector<Defect> UnusualParameters() {
  return {
      {22, DocumentText(R"(
  /x:
    get:
      operationId: list
      parameters: [{name: ids, in: query, schema: {type: array, items: {type: string}}}]
)"),
       "", [](const Result& result) { EXPECT_TRUE(result.Read("list").parameters[0].explode); }},
      {23, DocumentText(R"(
  /x:
    put:
      operationId: upload
      parameters:
        - {name: Content-Type, in: header, schema: {type: string}}
        - {name: Cache-Control, in: header, schema: {type: string}}
      requestBody: {content: {text/plain: {}}}
)"),
       "",
       [](const Result& result) {
         EXPECT_TRUE(result.Argument("upload", "Content-Type").is_null());
         EXPECT_FALSE(result.Argument("upload", "Cache-Control").is_null());
         EXPECT_THAT(result.Read("upload").body.content_types, ElementsAre("text/plain"));
       }},
      {30, DocumentText(R"(
  /x:
    get:
      operationId: list
      description: Lists.<br>All <b>of</b> them.
      parameters: [{name: accountId, in: query, schema: {type: string}}]
    post: {operationId: add}
)"),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Tool("list").definition().description, "Lists. All of them.");
         EXPECT_EQ(result.Argument("list", "accountId")["description"], "Account id");
         EXPECT_EQ(result.Tool("add").definition().description, "POST /x");
       }},
  };
}

std::vector<Defect> Bodies() {
  return {
      {11,
       DocumentText(Body("application/json: {schema: {type: object, required: [to], "
                         "properties: {to: {type: string}}}}")),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "to")["type"], "string");
         EXPECT_FALSE(result.Requires("send", "to"));
       }},
      {12,
       DocumentText(Body("application/xml: {schema: {type: object, properties: {A: {type: "
                         "string}}}}")),
       "",
       [](const Result& result) {
         EXPECT_TRUE(result.Read("send").has_body);
         EXPECT_THAT(result.Read("send").body.content_types, ElementsAre("application/xml"));
       }},
      {13, DocumentText(Body("'*/*': {schema: {type: string, format: binary}}")), "",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "body")["contentEncoding"], "base64");
         EXPECT_EQ(result.Argument("send", "content_type")["type"], "string");
         EXPECT_FALSE(result.Argument("send", "content_type").contains("enum"));
       }},
      {14,
       DocumentText(Body("application/json-patch+json: {schema: {type: array, items: {type: "
                         "object}}}")),
       "",
       [](const Result& result) { EXPECT_EQ(result.Argument("send", "body")["type"], "array"); }},
      {24,
       DocumentText(Body("{image/png: {schema: {type: string, format: binary}}, "
                         "application/json: {schema: {type: string, format: binary}}}")),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "content_type")["enum"],
                   Json::array({"application/json", "image/png"}));
         EXPECT_EQ(result.Argument("send", "body")["contentEncoding"], "base64");
       }},
      {25, DocumentText(Body("application/xml: {schema: {type: string}}")), "",
       [](const Result& result) {
         EXPECT_EQ(result.Read("send").body.kind, RequestBody::Kind::kText);
         EXPECT_EQ(result.Argument("send", "body")["type"], "string");
       }},
      {27,
       DocumentText(Body("multipart/form-data: {schema: {type: object, properties: {file: "
                         "{type: string, format: binary}, note: {type: string}}}}")),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Read("send").body.kind, RequestBody::Kind::kMultipart);
         EXPECT_EQ(result.Argument("send", "file")["contentEncoding"], "base64");
         EXPECT_EQ(result.Argument("send", "note")["type"], "string");
       }},
      {32, DocumentText(R"(
  /lookup:
    post:
      operationId: createSyncLookup
      requestBody: {content: {application/json: {schema: {type: object}}}}
  /any:
    post:
      operationId: any
      requestBody: {content: {application/json: {schema: {type: array, items: {}}}}}
)"),
       "POST /lookup body: the schema is lost; what the API needs is put in its place",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("createSyncLookup", "phoneNumbers")["type"], "array");
         EXPECT_TRUE(result.Requires("createSyncLookup", "phoneNumbers"));
         EXPECT_EQ(result.Argument("any", "body")["items"], Json::object());
       }},
  };
}

std::vector<Defect> Answers() {
  return {
      {16, DocumentText(R"(
  /x:
    get:
      operationId: download
      responses:
        303: {headers: {Location: {schema: {type: string}}}, content: {text/html: {}}}
        200: {content: {application/json: {}}}
)"),
       "",
       [](const Result& result) {
         EXPECT_THAT(result.Read("download").answer_types, ElementsAre("application/json"));
       }},
      {26, DocumentText(R"(
  /x:
    get:
      operationId: download
      responses:
        200: {content: {audio/mpeg: {}, application/octet-stream: {}, application/gzip: {}}}
        204: {description: empty}
)"),
       "",
       [](const Result& result) {
         EXPECT_THAT(result.Read("download").answer_types,
                     ElementsAre("application/gzip", "application/octet-stream", "audio/mpeg"));
       }},
      {28, DocumentText(R"(
  /x:
    post:
      operationId: subscribe
      callbacks:
        event:
          your_url.com/webhookService: {post: {operationId: subscribe}}
          '{$request.body#/url}': {post: {operationId: told}}
)"),
       "", [](const Result& result) { EXPECT_EQ(result.loaded().tools.size(), 1u); }},
      {31,
       "security: [{Basic: []}]\n" + DocumentText("  /x: {get: {operationId: open, security: "
                                                  "[]}, post: {operationId: closed}}\n"),
       "",
       [](const Result& result) {
         EXPECT_FALSE(result.Read("open").authorize);
         EXPECT_TRUE(result.Read("closed").authorize);
       }},
      {37, DocumentText("  /x: {get: {operationId: old, deprecated: true, summary: S}}\n"), "",
       [](const Result& result) {
         EXPECT_TRUE(result.Tool("old").definition().description.starts_with("Deprecated. "));
       }},
  };
}

std::vector<Defect> Dialects() {
  return {
      {18, "openapi: 3.0.3\npaths: {/x: {get: {operationId: a}}}\n",
       "GET /x: servers: none is declared",
       [](const Result&) {
         const Result beside({{"empty", ""}, {"stub", "openapi: 3.0.3\npaths: {}\n"}, {"good", R"(
openapi: 3.0.3
servers: [{url: 'https://root.example/', variables: {}}]
paths:
  /a: {get: {operationId: a}}
  /b: {servers: [{url: 'https://path.example'}], get: {operationId: b}}
)"}});
         EXPECT_THAT(beside.Complaints(),
                     ElementsAre("specs/empty.yaml: the document is empty or not an object",
                                 "specs/stub.yaml: paths: the document has none"));
         EXPECT_EQ(beside.Read("a").server, "https://root.example");
         EXPECT_EQ(beside.Read("b").server, "https://path.example");
       }},
      {19, DocumentText(R"(
  /x:
    post:
      operationId: send
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                a: &text {type: string, enum: [on, no, 0123, +15550100001, 2024-01-01]}
                b: *text
      responses: {200: {content: {text/plain: {}}}, default: {}}
)"),
       "",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "b")["enum"],
                   Json::array({"on", "no", "0123", "+15550100001", "2024-01-01"}));
         EXPECT_THAT(result.Read("send").answer_types, ElementsAre("text/plain"));
       }},
      {20, R"(
openapi: 3.1.0
servers: [{url: 'https://h.example'}]
paths:
  /x:
    post:
      operationId: send
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                list: {type: array, items: {type: string}, minimum: 1, maximum: 9}
                tag: {type: string, maximum: 1024}
                old: {type: string, nullable: true}
                new: {type: [string, 'null']}
)",
       "POST /x body/properties/tag: numeric bounds on another type",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "list")["maxItems"], 9);
         EXPECT_EQ(result.Argument("send", "tag"), Json::parse(R"({"type":"string"})"));
         EXPECT_EQ(result.Argument("send", "old"), result.Argument("send", "new"));
         EXPECT_EQ(result.Argument("send", "old")["anyOf"].size(), 2u);
       }},
  };
}

std::vector<Defect> PatternsAndValues() {
  return {
      {35,
       DocumentText(Body("application/json: {schema: {type: object, properties: {a: {type: "
                         "string, pattern: '(?<=x)y'}, b: {type: string, pattern: '^[ -~]{1,2}$'}"
                         "}}}")),
       "POST /x body/properties/a: a pattern cannot be used and is left out",
       [](const Result& result) {
         EXPECT_FALSE(result.Argument("send", "a").contains("pattern"));
         EXPECT_TRUE(result.Argument("send", "b").contains("pattern"));
       }},
      {36,
       DocumentText(Body("application/json: {schema: {type: object, properties: {a: {type: "
                         "string, format: url, example: 5, enum: [x, null]}, b: {type: integer, "
                         "default: many}, c: {type: string, format: byte}}}}")),
       "POST /x body/properties/a: null is among the values of a type that is never null",
       [](const Result& result) {
         EXPECT_EQ(result.Argument("send", "a"), Json::parse(R"({"type":"string","enum":["x"]})"));
         EXPECT_EQ(result.Argument("send", "b"), Json::parse(R"({"type":"integer"})"));
         EXPECT_EQ(result.Argument("send", "c")["contentEncoding"], "base64");
         EXPECT_THAT(result.Complaints(), Contains(HasSubstr("properties/b: a default is of")));
       }},
  };
}

// As many operations as the numbers document has, each with a schema that doubles at each level.
std::string Bloated() {
  std::string paths;
  for (int i = 0; i < 354; ++i) {
    paths += "  /p" + std::to_string(i) +
             ": {post: {requestBody: {content: {application/json: {schema: {$ref: "
             "'#/components/schemas/s0'}}}}}}\n";
  }
  std::string schemas = "  schemas:\n    s20: {type: string}\n";
  for (int i = 0; i < 20; ++i) {
    const std::string next = "{$ref: '#/components/schemas/s" + std::to_string(i + 1) + "'}";
    schemas += "    s" + std::to_string(i) + ": {type: object, properties: {a: " + next +
               ", b: " + next + "}}\n";
  }
  return DocumentText(paths, schemas);
}

std::vector<Defect> NamesAndSize() {
  return {
      {5, DocumentText("  /a: {get: {operationId: read}}\n  /b: {get: {operationId: read}}\n"),
       "GET /b: the operationId read is taken; renamed read_2",
       [](const Result& result) { EXPECT_EQ(result.Read("read_2").path, "/b"); }},
      {6, DocumentText("  /a: {get: {operationId: Retrieve tn port-out}}\n"),
       "GET /a: an operationId with unusual characters",
       [](const Result& result) { EXPECT_EQ(result.Read("Retrieve_tn_port-out").path, "/a"); }},
      {34, DocumentText("  /a: {get: {operationId: listCalls}}\n"),
       "GET /a: the name listCalls is taken; the tool is numbers_listCalls",
       [](const Result& result) {
         // Voice's is listCalls whatever stands before it.
         const Result both({{"insights", DocumentText("  /i: {get: {operationId: listCalls}}\n")},
                            {"voice", DocumentText("  /v: {get: {operationId: listCalls}}\n")}});
         EXPECT_EQ(both.Read("listCalls").path, "/v");
         EXPECT_EQ(both.Read("insights_listCalls").path, "/i");
       }},
      {38, Bloated(),
       "the document's schemas, each counted wherever it is referred to, are more than 100000",
       [](const Result& result) { EXPECT_THAT(result.loaded().tools, IsEmpty()); }},
  };
}

std::vector<Defect> AllDefects() {
  std::vector<Defect> all;
  for (const auto& part : {MisplacedReferences(), Schemas(), Parameters(), UnusualParameters(),
                           Bodies(), Answers(), Dialects(), PatternsAndValues(), NamesAndSize()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(),
            [](const Defect& left, const Defect& right) { return left.row < right.row; });
  return all;
}

TEST(Defects, NoRowOfTheTableIsMissing) {
  std::vector<int> expected;
  for (int row = 1; row <= 38; ++row) expected.push_back(row);
  std::vector<int> rows;
  for (const Defect& defect : AllDefects()) rows.push_back(defect.row);
  EXPECT_EQ(rows, expected);
}

class DefectTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Row, DefectTest, testing::Range(1, 39));

TEST_P(DefectTest, IsLivedWithAndNamed) {
  const std::vector<Defect> all = AllDefects();
  const Defect& defect = all.at(static_cast<std::size_t>(GetParam() - 1));
  const Result result(defect.document);
  if (defect.complaint.empty()) {
    // A missing operationId or the like would hide behind what the row is about.
    EXPECT_THAT(result.Complaints(), IsEmpty());
  } else {
    EXPECT_THAT(result.Complaints(), Contains(std::string(kWhere) + ": " + defect.complaint));
  }
  for (const auto& tool : result.loaded().tools) ExpectUsable(tool->definition());
  defect.check(result);
}

}  // namespace
}  // namespace bw::tool_service
