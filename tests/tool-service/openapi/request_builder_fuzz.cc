// Any arguments: the request's host, path shape and header lines stay what the operation says.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "tool-service/openapi/operation_reader.h"
#include "tool-service/openapi/request_builder.h"

namespace {

using bw::json::Json;
using bw::tool_service::Operation;

constexpr std::string_view kDocument = R"(
openapi: 3.1.0
servers: [{url: 'https://host.example/api/v2'}]
paths:
  /a/{p}/b/{q}:
    post:
      parameters:
        - {name: s, in: query}
        - {name: d, in: query, style: deepObject, schema: {type: object}}
        - {name: l, in: query, style: pipeDelimited, schema: {type: array}}
        - {name: X-H, in: header}
      requestBody:
        content: {application/json: {schema: {type: object, properties: {x: {}, y: {}}}}}
)";

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckUrl(std::string_view url) {
  constexpr std::string_view kStart = "https://host.example/api/v2/a/";
  Require(url.starts_with(kStart));
  Require(
      std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; }));
  Require(url.find_first_of("#\\@") == std::string_view::npos);
  const std::string_view path = url.substr(0, url.find('?'));
  Require(std::count(path.begin(), path.end(), '/') == 8);
  for (const std::string_view climb : {"/./", "/../", "//b", "b//"}) {
    Require(path.find(climb) == std::string_view::npos);
  }
  Require(!path.ends_with("/") && !path.ends_with("/.") && !path.ends_with("/.."));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Operation operation = [] {
    const auto document = bw::tool_service::ParseDocument("fuzz", kDocument);
    return bw::tool_service::ReadOperations(*document)->operations[0];
  }();
  static const auto plan = bw::tool_service::PlanInput(operation);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = bw::json::Parse(text);
  // Bytes that are no object become the path's values as they are.
  const Json arguments = parsed.ok() && parsed->is_object()
                             ? *parsed
                             : Json{{"p", std::string(text.substr(0, size / 2))},
                                    {"q", std::string(text.substr(size / 2))}};
  const auto request = bw::tool_service::BuildRequest(operation, plan, arguments);
  if (!request.ok()) return 0;
  CheckUrl(request->url);
  Require(request->method == "POST");
  for (const auto& [name, value] : request->headers) {
    Require(value.find_first_of("\r\n") == std::string::npos);
    Require(name == "Accept" || name == "Content-Type" || name == "X-H");
  }
  return 0;
}
