// Any arguments, in every place and every style: the request's host, path shape and header lines
// stay what the operation says, and its body is what the content type says. A value of a path
// variable is read by the server as it was given, from its own segment, and changes nothing but
// that segment: not the query, not a header, not the body.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "common/json/json.h"
#include "common/xml/xml.h"
#include "tool-service/openapi/operation_reader.h"
#include "tool-service/openapi/request_builder.h"

namespace {

using bw::json::Json;
using bw::tool_service::HttpRequest;
using bw::tool_service::InputPlan;
using bw::tool_service::Operation;
using bw::tool_service::RequestBody;

// One operation per kind of body, all with the same parameters.
constexpr std::string_view kDocument = R"(
openapi: 3.1.0
servers: [{url: 'https://host.example/api/v2'}]
components:
  schemas:
    members: {type: object, properties: {x: {}, y: {}, z: {type: string, format: binary}}}
paths:
  /a/{p}/b/{q}:
    parameters:
      - {name: p, in: path, schema: {}}
      - {name: q, in: path, explode: true, schema: {}}
      - {name: s, in: query, schema: {}}
      - {name: d, in: query, style: deepObject, schema: {}}
      - {name: l, in: query, style: pipeDelimited, schema: {}}
      - {name: b, in: query, style: spaceDelimited, explode: false, schema: {}}
      - {name: c, in: query, style: form, explode: false, schema: {}}
      - {name: 'n&[k]', in: query, schema: {}}
      - {name: f, in: query, style: deepObject, schema: {type: object, properties: {eq: {}, in: {}}}}
      - {name: X-H, in: header, schema: {}}
      - {name: X-E, in: header, explode: true, schema: {}}
    get: {}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/members'}}}}
    put:
      requestBody: {content: {application/xml: {schema: {
        type: object, xml: {name: R}, properties: {
          x: {xml: {attribute: true}}, y: {type: array, xml: {wrapped: true},
                                           items: {xml: {name: e}}}, z: {}}}}}}
    patch:
      requestBody: {content: {multipart/form-data: {schema: {$ref: '#/components/schemas/members'}}}}
    delete:
      requestBody: {content: {application/x-www-form-urlencoded: {
        schema: {$ref: '#/components/schemas/members'}}}}
  /a/{p}/b/{q}/text:
    put: {requestBody: {content: {application/xml: {}, text/plain: {}}}}
    post: {requestBody: {content: {'*/*': {}}}}
)";

constexpr std::array<std::string_view, 4> kOwnHeaders = {"Accept", "Content-Type", "X-H", "X-E"};

void Require(bool condition) {
  if (!condition) std::abort();
}

struct Planned {
  Operation operation;
  InputPlan plan;
};

const std::vector<Planned>& Operations() {
  static const std::vector<Planned> planned = [] {
    std::vector<Planned> all;
    const auto document = bw::tool_service::ParseDocument("fuzz", kDocument);
    const auto loaded = bw::tool_service::ReadOperations(*document);
    for (const Operation& operation : loaded->operations) {
      all.push_back({operation, bw::tool_service::PlanInput(operation)});
    }
    Require(all.size() == 7);
    return all;
  }();
  return planned;
}

void CheckUrl(std::string_view url, const Operation& operation) {
  constexpr std::string_view kStart = "https://host.example/api/v2/a/";
  Require(url.starts_with(kStart));
  Require(
      std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; }));
  Require(url.find_first_of("#\\@\"<>") == std::string_view::npos);
  Require(std::count(url.begin(), url.end(), '?') <= 1);
  const std::string_view path = url.substr(0, url.find('?'));
  const auto declared = std::count(operation.path.begin(), operation.path.end(), '/');
  Require(std::count(path.begin(), path.end(), '/') == 4 + declared);
  for (const std::string_view climb : {"/./", "/../", "//b", "b//"}) {
    Require(path.find(climb) == std::string_view::npos);
  }
  Require(!path.ends_with("/") && !path.ends_with("/.") && !path.ends_with("/.."));
}

std::vector<std::string_view> Segments(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

bool IsUnreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

// One segment for every server, also for those that decode it first or take dots for folders.
void CheckValue(std::string_view segment, const Json* argument) {
  Require(segment.find_first_not_of('.') != std::string_view::npos);
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      Require(IsUnreserved(segment[i]) || segment[i] == ',');
      continue;
    }
    const std::string_view escape = segment.substr(i, 3);
    Require(escape.size() == 3 && escape != "%2E" && escape != "%2e");
  }
  const auto decoded = bw::http::PercentDecode(segment);
  Require(decoded.has_value());
  Require(argument == nullptr || !argument->is_string() ||
          *decoded == argument->get_ref<const std::string&>());
}

// Read without what wrote it: scheme and authority end at the first slash, the path at the query.
void CheckPath(std::string_view url, const Operation& operation, const Json& arguments) {
  constexpr std::string_view kOrigin = "https://host.example";
  const std::size_t slash = url.find('/', std::string_view("https://").size());
  Require(slash == kOrigin.size() && url.starts_with(kOrigin));
  const std::string_view path = url.substr(slash, url.find('?') - slash);
  const std::string template_path = "/api/v2" + operation.path;
  const auto sent = Segments(path);
  const auto declared = Segments(template_path);
  Require(sent.size() == declared.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (!declared[i].starts_with('{')) {
      Require(sent[i] == declared[i]);
      continue;
    }
    const std::string name(declared[i].substr(1, declared[i].size() - 2));
    CheckValue(sent[i], bw::json::Find(arguments, name));
  }
}

std::string_view QueryOf(std::string_view url) {
  const std::size_t mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark);
}

// The same request with tame values in its path differs from it in the path alone.
void CheckReach(const HttpRequest& request, const Operation& operation, const InputPlan& plan,
                Json arguments) {
  arguments["p"] = "x";
  arguments["q"] = "y";
  const auto tame = bw::tool_service::BuildRequest(operation, plan, arguments);
  Require(tame.ok());
  Require(tame->method == request.method && tame->headers == request.headers &&
          tame->body == request.body && tame->authorize == request.authorize);
  Require(QueryOf(tame->url) == QueryOf(request.url));
}

void CheckHeaders(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    Require(std::none_of(value.begin(), value.end(),
                         [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }));
    Require(std::find(kOwnHeaders.begin(), kOwnHeaders.end(), name) != kOwnHeaders.end());
  }
}

// Every part begins with one header that only this service wrote.
void CheckParts(const std::string& content_type, const std::string& body) {
  const std::string boundary = "--" + content_type.substr(content_type.find('=') + 1);
  Require(body.ends_with(boundary + "--\r\n"));
  const std::string head = boundary + "\r\nContent-Disposition: form-data; name=\"";
  for (std::size_t at = body.find(boundary); at != std::string::npos;
       at = body.find(boundary, at + 1)) {
    Require(body.compare(at, head.size(), head) == 0 || at + boundary.size() + 4 == body.size());
  }
}

void CheckBody(const HttpRequest& request, RequestBody::Kind kind) {
  if (request.body.empty()) return;
  std::string type;
  for (const auto& [name, value] : request.headers) {
    if (name == "Content-Type") type = value;
  }
  Require(!type.empty());
  if (kind == RequestBody::Kind::kJson) Require(Json::accept(request.body));
  if (kind == RequestBody::Kind::kXml) {
    const auto root = bw::xml::Parse(request.body, {.max_bytes = 16u << 20, .max_depth = 64});
    Require(root.ok() && root->name == "R");
  }
  if (kind == RequestBody::Kind::kMultipart) CheckParts(type, request.body);
  if (kind == RequestBody::Kind::kForm) {
    Require(std::all_of(request.body.begin(), request.body.end(),
                        [](unsigned char c) { return c > 0x20 && c < 0x7f; }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = bw::json::Parse(text);
  Json arguments = Json::object();
  if (parsed.ok() && parsed->is_object()) {
    arguments = *parsed;
  } else {
    // Bytes that are no object become the values of every place as they are.
    const std::string front(text.substr(0, size / 2));
    const std::string back(text.substr(size / 2));
    for (const char* name : {"p", "s", "b", "X-H", "x", "body"}) arguments[name] = front;
    for (const char* name : {"q", "c", "f_eq", "n__k_", "X-E", "content_type"})
      arguments[name] = back;
    arguments["d"] = {{front, back}};
    arguments["l"] = {front, back};
    arguments["f_in"] = {front, back};
    arguments["y"] = {front, back};
  }
  for (const auto& [operation, plan] : Operations()) {
    const auto request = bw::tool_service::BuildRequest(operation, plan, arguments);
    if (!request.ok()) continue;
    CheckUrl(request->url, operation);
    CheckPath(request->url, operation, arguments);
    CheckReach(*request, operation, plan, arguments);
    Require(request->method == operation.method);
    CheckHeaders(*request);
    CheckBody(*request, operation.body.kind);
  }
  return 0;
}
