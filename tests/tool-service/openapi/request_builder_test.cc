#include "tool-service/openapi/request_builder.h"

#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "tests/tool-service/openapi/test_documents.h"

namespace bw::tool_service {
namespace {

using json::Json;

StatusOr<HttpRequest> Build(const std::string& paths, const std::string& arguments) {
  const Operation operation = LoadOne(paths);
  return BuildRequest(operation, PlanInput(operation), Json::parse(arguments));
}

std::string UrlOf(const std::string& paths, const std::string& arguments) {
  const auto request = Build(paths, arguments);
  return request.ok() ? request->url : ToString(request.status());
}

std::string Header(const HttpRequest& request, std::string_view name) {
  for (const auto& [candidate, value] : request.headers) {
    if (candidate == name) return value;
  }
  return "(none)";
}

const char kBase[] = "https://voice.bandwidth.com/api/v2";
const char kPath[] = "  /a/{id}/b: {get: {}}\n";

TEST(BuildRequest, PathValuesAreEncodedToOneSegment) {
  const std::pair<const char*, const char*> cases[] = {{"+15550100001", "%2B15550100001"},
                                                       {"a/b", "a%2Fb"},
                                                       {"../x", "..%2Fx"},
                                                       {"%2e%2e", "%252e%252e"},
                                                       {"a?b#c", "a%3Fb%23c"},
                                                       {"a\r\nb", "a%0D%0Ab"},
                                                       {"é", "%C3%A9"},
                                                       {"a;b@c:d", "a%3Bb%40c%3Ad"}};
  for (const auto& [value, encoded] : cases) {
    EXPECT_EQ(UrlOf(kPath, Json{{"id", value}}.dump()),
              std::string(kBase) + "/a/" + encoded + "/b");
  }
  EXPECT_EQ(UrlOf(kPath, R"({"id":42})"), std::string(kBase) + "/a/42/b");
}

TEST(BuildRequest, EmptyAndDotSegmentsAreRefused) {
  for (const char* value : {"", ".", "..", "..."}) {
    const auto request = Build(kPath, Json{{"id", value}}.dump());
    ASSERT_EQ(request.status().code(), StatusCode::kInvalidArgument) << value;
    EXPECT_TRUE(Message(request.status()).starts_with("id: "));
  }
}

TEST(BuildRequest, MissingArgumentsAreNamed) {
  const auto request = Build(kPath, "{}");
  EXPECT_EQ(Message(request.status()), "id: is required");
}

TEST(BuildRequest, QueryValues) {
  const char paths[] = R"(
  /a:
    get:
      parameters:
        - {name: s, in: query, schema: {type: string}}
        - {name: many, in: query, schema: {type: array, items: {}}}
        - {name: comma, in: query, explode: false, schema: {type: array, items: {}}}
        - {name: pipe, in: query, style: pipeDelimited, schema: {type: array, items: {}}}
        - {name: space, in: query, style: spaceDelimited, schema: {type: array, items: {}}}
        - {name: deep, in: query, style: deepObject, schema: {type: object}}
        - {name: 'x&y', in: query, schema: {type: string}}
)";
  const std::string base = std::string(kBase) + "/a";
  EXPECT_EQ(UrlOf(paths, "{}"), base);
  EXPECT_EQ(UrlOf(paths, R"({"s":"a b&c=d+e"})"), base + "?s=a%20b%26c%3Dd%2Be");
  EXPECT_EQ(UrlOf(paths, R"({"s":true})"), base + "?s=true");
  EXPECT_EQ(UrlOf(paths, R"({"s":1.5})"), base + "?s=1.5");
  EXPECT_EQ(UrlOf(paths, R"({"s":null})"), base);
  EXPECT_EQ(UrlOf(paths, R"({"many":["a,b",2]})"), base + "?many=a%2Cb&many=2");
  EXPECT_EQ(UrlOf(paths, R"({"many":[]})"), base);
  EXPECT_EQ(UrlOf(paths, R"({"comma":["a",2]})"), base + "?comma=a,2");
  EXPECT_EQ(UrlOf(paths, R"({"pipe":["a","b"]})"), base + "?pipe=a%7Cb");
  EXPECT_EQ(UrlOf(paths, R"({"space":["a","b"]})"), base + "?space=a%20b");
  EXPECT_EQ(UrlOf(paths, R"({"deep":{"eq":"x","a]b":["1","2"]}})"),
            base + "?deep%5Ba%5Db%5D=1,2&deep%5Beq%5D=x");
  EXPECT_EQ(UrlOf(paths, R"({"x_y":"1"})"), base + "?x%26y=1");
}

TEST(BuildRequest, HeadersCannotBeSplit) {
  const char paths[] =
      "  /a:\n    get:\n      parameters: [{name: Continuation-Token, in: header, schema: {type: "
      "string}}]\n";
  const auto good = Build(paths, R"({"Continuation-Token":"abc"})");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(Header(*good, "Continuation-Token"), "abc");
  for (const char* value : {"a\r\nX: y", "a\nb", "\x01"}) {
    const auto bad = Build(paths, Json{{"Continuation-Token", value}}.dump());
    EXPECT_EQ(bad.status().code(), StatusCode::kInvalidArgument);
  }
}

const char kPost[] = R"(
  /a:
    post:
      requestBody:
        content: {application/json: {schema: {type: object, properties: {to: {}, n: {}}}}}
)";

TEST(BuildRequest, JsonBodies) {
  const auto request = Build(kPost, R"({"to":["+1"],"n":null})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->body, R"({"n":null,"to":["+1"]})");
  EXPECT_EQ(Header(*request, "Content-Type"), "application/json");
  const auto none = Build(kPost, "{}");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->body, "");
  EXPECT_EQ(Header(*none, "Content-Type"), "(none)");
}

TEST(BuildRequest, ARequiredEmptyBodyIsAnEmptyObject) {
  const auto request = Build(R"(
  /a:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {to: {}}}}}
)",
                             "{}");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->body, "{}");
}

TEST(BuildRequest, XmlGoesOutAsItIs) {
  const auto request = Build(
      "  /a:\n    put:\n      requestBody:\n        required: true\n        content: "
      "{application/xml: {}}\n",
      R"({"body":"<Response><Hangup/></Response>"})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->body, "<Response><Hangup/></Response>");
  EXPECT_EQ(Header(*request, "Content-Type"), "application/xml");
}

const char kOrder[] = R"(
  /orders:
    post:
      requestBody:
        required: true
        content:
          application/xml:
            schema:
              type: object
              xml: {name: Order, x-order: [Name, Numbers]}
              required: [Name]
              properties:
                Numbers:
                  type: array
                  xml: {wrapped: true}
                  items: {type: string, xml: {name: TelephoneNumber}}
                Name: {type: string}
)";

TEST(BuildRequest, XmlIsWrittenFromArguments) {
  const auto request = Build(kOrder, R"({"Numbers":["+15550100002"],"Name":"a & b"})");
  ASSERT_TRUE(request.ok()) << ToString(request.status());
  EXPECT_EQ(Header(*request, "Content-Type"), "application/xml");
  EXPECT_EQ(request->body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
            "<Order><Name>a &amp; b</Name><Numbers><TelephoneNumber>+15550100002"
            "</TelephoneNumber></Numbers></Order>");
  EXPECT_EQ(Message(Build(kOrder, R"({"Name":"a\u0001"})").status()),
            "Name: holds characters that XML cannot hold");
  EXPECT_EQ(Message(Build(kOrder, "{}").status()), "Name: is required");
}

TEST(BuildRequest, FilesOfAFormSayWhatTheyAre) {
  struct Case {
    std::string bytes;
    const char* name;
    const char* type;
  };
  for (const Case& row : {Case{"%PDF-1.4", "file.pdf", "application/pdf"},
                          Case{"\x89PNG\r\n", "file.png", "image/png"},
                          Case{"\xff\xd8\xff\xe0", "file.jpg", "image/jpeg"},
                          Case{"\xd0\xcf\x11\xe0", "file.doc", "application/msword"},
                          Case{"PK\x03\x04", "file.docx", "wordprocessingml.document"},
                          Case{"text", "file", "application/octet-stream"}}) {
    const auto request = Build(R"(
  /a:
    post:
      requestBody:
        content: {multipart/form-data: {schema: {type: object, properties: {
          file: {type: string, format: binary}}}}}
)",
                               Json{{"file", Base64Encode(row.bytes)}}.dump());
    ASSERT_TRUE(request.ok());
    EXPECT_NE(request->body.find("filename=\"" + std::string(row.name) + "\"\r\n"),
              std::string::npos)
        << row.name;
    EXPECT_NE(request->body.find(std::string(row.type) + "\r\n\r\n" + row.bytes), std::string::npos)
        << row.type;
  }
}

const char kUpload[] =
    "  /a:\n    put:\n      requestBody:\n        required: true\n        content: {'*/*': {}}\n";

TEST(BuildRequest, BinaryBodies) {
  const auto request = Build(kUpload, R"({"body":"AAEC/w==","content_type":"image/png"})");
  ASSERT_TRUE(request.ok()) << ToString(request.status());
  EXPECT_EQ(request->body, std::string("\x00\x01\x02\xff", 4));
  EXPECT_EQ(Header(*request, "Content-Type"), "image/png");
  const auto untyped = Build(kUpload, R"({"body":"AA=="})");
  ASSERT_TRUE(untyped.ok());
  EXPECT_EQ(Header(*untyped, "Content-Type"), "application/octet-stream");
  EXPECT_EQ(Message(Build(kUpload, R"({"body":"%%"})").status()), "body: must be base64");
  for (const char* type : {"nonsense", "a/b\r\nX: y"}) {
    EXPECT_FALSE(Build(kUpload, Json{{"body", "AA=="}, {"content_type", type}}.dump()).ok());
  }
}

TEST(BuildRequest, MultipartAndForms) {
  const auto parts = Build(R"(
  /a:
    post:
      requestBody:
        required: true
        content: {multipart/form-data: {schema: {type: object, properties: {
          file: {type: string, format: binary}, note: {type: string}, more: {type: object}}}}}
)",
                           R"({"file":"YWJj","note":"bw-part-boundary","more":{"a":1}})");
  ASSERT_TRUE(parts.ok()) << ToString(parts.status());
  EXPECT_EQ(Header(*parts, "Content-Type"), "multipart/form-data; boundary=bw-part-boundary-0");
  EXPECT_EQ(parts->body,
            "--bw-part-boundary-0\r\nContent-Disposition: form-data; name=\"file\"; "
            "filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\nabc\r\n"
            "--bw-part-boundary-0\r\nContent-Disposition: form-data; name=\"more\"\r\n"
            "Content-Type: application/json\r\n\r\n{\"a\":1}\r\n"
            "--bw-part-boundary-0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n"
            "bw-part-boundary\r\n--bw-part-boundary-0--\r\n");
  const auto form = Build(R"(
  /a:
    post:
      requestBody:
        required: true
        content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {}, b: {}}}}}
)",
                          R"({"a":"x&y","b":[1,2]})");
  ASSERT_TRUE(form.ok());
  EXPECT_EQ(form->body, "a=x%26y&b=1&b=2");
}

TEST(BuildRequest, AcceptsWhatTheOperationAnswers) {
  const auto accept = [](const std::string& content) {
    return Header(
        *Build("  /a:\n    get:\n      responses: {'200': {content: " + content + "}}\n", "{}"),
        "Accept");
  };
  EXPECT_EQ(accept("{application/xml: {}, application/json: {}}"), "application/json");
  EXPECT_EQ(accept("{application/xml: {}}"), "application/xml");
  EXPECT_EQ(accept("{audio/mpeg: {}, audio/wav: {}}"), "*/*");
  EXPECT_EQ(accept("{application/gzip: {}}"), "application/gzip");
  EXPECT_EQ(accept("{application/zip: {}, application/xml: {}}"), "*/*");
  EXPECT_EQ(accept("{}"), "*/*");
}

TEST(BuildRequest, UrlLengthAtTheLimitAndOnePast) {
  const char paths[] =
      "  /a:\n    get:\n      parameters: [{name: q, in: query, schema: {type: string}}]\n";
  const std::size_t used = UrlOf(paths, R"({"q":""})").size();
  EXPECT_TRUE(Build(paths, Json{{"q", std::string((8u << 10) - used, 'a')}}.dump()).ok());
  EXPECT_FALSE(Build(paths, Json{{"q", std::string((8u << 10) - used + 1, 'a')}}.dump()).ok());
}

}  // namespace
}  // namespace bw::tool_service
