#include <array>

#include "tests/conformance/fixture_tools.h"

namespace bw::conformance {
namespace {

namespace v1 = bw::tool_service::v1;
using Request = v1::CallToolRequest;

Answer SimpleText(const Request&, Catalogue&) {
  return TextAnswer("This is a simple text response for testing.");
}
Answer Image(const Request&, Catalogue&) { return ContentAnswer({ImageBlock()}); }
Answer Audio(const Request&, Catalogue&) { return ContentAnswer({AudioBlock()}); }
Answer EmbeddedResource(const Request&, Catalogue&) {
  return ContentAnswer({ResourceBlock("test://embedded-resource", "text/plain",
                                      "This is an embedded resource content.")});
}
Answer MixedContent(const Request&, Catalogue&) {
  return ContentAnswer({TextBlock("Multiple content types test:"), ImageBlock(),
                        ResourceBlock("test://mixed-content-resource", "application/json",
                                      R"({"test":"data","value":123})")});
}
Answer Failing(const Request&, Catalogue&) {
  return ErrorAnswer("This tool intentionally returns an error for testing");
}
Answer PlainSuccess(const Request&, Catalogue&) { return TextAnswer("Nothing needed asking."); }
Answer Region(const Request& request, Catalogue&) {
  const json::Json arguments = ParseObject(request.arguments_json());
  return TextAnswer("Region: " + json::StringOr(arguments, "region"));
}

// Every keyword the suite looks for: a dialect, an anchored definition and a reference to it,
// composition, a condition, and a closed object.
constexpr const char* kAddressSchema = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {
    "address": {
      "$anchor": "addressDef",
      "type": "object",
      "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
    }
  },
  "properties": {
    "name": {"type": "string"},
    "address": {"$ref": "#/$defs/address"},
    "contactMethod": {"type": "string", "enum": ["phone", "email"]},
    "phone": {"type": "string"},
    "email": {"type": "string"}
  },
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]},
  "else": {"required": ["email"]},
  "additionalProperties": false
})";

constexpr const char* kRegionSchema = R"({
  "type": "object",
  "properties": {
    "region": {"type": "string", "description": "Where to run", "x-mcp-header": "Region"}
  }
})";

constexpr std::array<Tool, 9> kTools{{
    {"test_simple_text", "Answers with one text", kNoArguments, SimpleText},
    {"test_image_content", "Answers with a picture", kNoArguments, Image},
    {"test_audio_content", "Answers with a sound", kNoArguments, Audio},
    {"test_embedded_resource", "Answers with a resource", kNoArguments, EmbeddedResource},
    {"test_multiple_content_types", "Answers with text, picture and resource", kNoArguments,
     MixedContent},
    {"test_error_handling", "Runs and fails", kNoArguments, Failing},
    {"test_streaming_elicitation", "May ask, but does not", kNoArguments, PlainSuccess},
    {"json_schema_2020_12_tool", "Has a schema with the keywords of JSON Schema 2020-12",
     kAddressSchema, PlainSuccess},
    {"test_x_mcp_header", "Has an argument that is sent as a header too", kRegionSchema, Region},
}};

}  // namespace

std::span<const Tool> ContentTools() { return kTools; }

}  // namespace bw::conformance
