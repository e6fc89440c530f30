// Any bytes: as XML they become JSON, and as JSON they become XML, that survive the way back.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tool-service/openapi/xml_adapter.h"

namespace {

using bw::json::Json;
using bw::tool_service::JsonFromXml;
using bw::tool_service::XmlFromJson;

constexpr std::string_view kSchema = R"({
  "type":"object","xml":{"name":"R","x-order":["b","a"]},
  "properties":{
    "i":{"type":"integer"},"b":{"type":"boolean"},"n":{"type":["number","string"]},
    "at":{"xml":{"attribute":true}},"t":{"xml":{"x-text":true}},
    "o":{"type":"object","properties":{"i":{"type":"integer"}}},
    "w":{"type":"array","xml":{"wrapped":true,"name":"Ws"},
         "items":{"type":"integer","xml":{"name":"W"}}},
    "l":{"type":"array","items":{"type":"object","xml":{"name":"L"},
                                 "properties":{"i":{"type":"integer"}}}}}})";

void Require(bool condition) {
  if (!condition) std::abort();
}

// Written and read again, through text as an API would get it.
Json ThereAndBack(const bw::xml::Element& element, const Json& schema) {
  const auto parsed = bw::xml::Parse(bw::xml::Write(element), {.max_depth = 64});
  Require(parsed.ok());
  return JsonFromXml(*parsed, schema);
}

void CheckWritten(const Json& value, const Json& schema) {
  const auto written = XmlFromJson(value, schema);
  if (!written.ok()) return;
  const Json once = ThereAndBack(*written, schema);
  Require(once.is_object());
  const auto again = XmlFromJson(once, schema);
  Require(again.ok() && ThereAndBack(*again, schema) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Json schema = *bw::json::Parse(kSchema);
  static const Json nothing = Json::object();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Json* declared : {&schema, &nothing}) {
    if (const auto root = bw::xml::Parse(text); root.ok()) {
      const Json value = JsonFromXml(*root, *declared);
      Require(value.is_object());
      CheckWritten(value, *declared);
    }
    if (const auto value = bw::json::Parse(text); value.ok()) CheckWritten(*value, *declared);
  }
  return 0;
}
