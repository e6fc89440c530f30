#include "tool-service/openapi/schema_repairs.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::array kCombinations = {"allOf", "anyOf", "oneOf"};
constexpr std::array kNumericBounds = {"minimum", "maximum", "exclusiveMinimum",
                                       "exclusiveMaximum"};

bool HasStringAlternative(const Json& schema) {
  return std::any_of(kCombinations.begin(), kCombinations.end(), [&](const char* keyword) {
    const Json* parts = json::FindArray(schema, keyword);
    return parts != nullptr && std::any_of(parts->begin(), parts->end(),
                                           [](const Json& part) { return part.is_string(); });
  });
}

// `- $ref:'#/…'` without the blank is a string to YAML; some also miss the opening quote.
Json ReferenceFromString(const std::string& text) {
  const auto begin = text.find("#/");
  if (!text.starts_with("$ref") || begin == std::string::npos) return Json::object();
  const auto end = text.find_first_of("' \"", begin);
  return Json{{"$ref", text.substr(begin, end == std::string::npos ? end : end - begin)}};
}

void ParseStringAlternatives(Json& schema) {
  for (const char* keyword : kCombinations) {
    if (json::FindArray(schema, keyword) == nullptr) continue;
    for (Json& part : schema[keyword]) {
      if (part.is_string()) part = ReferenceFromString(part.get<std::string>());
    }
  }
}

// allOf written one level too deep, as if it were a property; a property's schema is never an
// array.
bool HasAllOfAmongProperties(const Json& schema) {
  const Json* properties = json::FindObject(schema, "properties");
  return properties != nullptr && json::FindArray(*properties, "allOf") != nullptr;
}

void HoistAllOf(Json& schema) {
  Json parts = std::move(schema["properties"]["allOf"]);
  schema["properties"].erase("allOf");
  Json& target = schema["allOf"];
  if (!target.is_array()) target = Json::array();
  for (Json& part : parts) target.push_back(std::move(part));
}

bool HasBoundsOfAnotherType(const Json& schema) {
  const auto type = json::GetString(schema, "type");
  return type && (*type == "array" || *type == "string") &&
         std::any_of(kNumericBounds.begin(), kNumericBounds.end(),
                     [&](const char* keyword) { return schema.contains(keyword); });
}

// On an array they were meant for its length. On a string their meaning cannot be told.
void MoveBoundsOfAnotherType(Json& schema) {
  if (schema["type"] == "array") {
    if (schema.contains("minimum")) schema.emplace("minItems", schema["minimum"]);
    if (schema.contains("maximum")) schema.emplace("maxItems", schema["maximum"]);
  }
  for (const char* keyword : kNumericBounds) schema.erase(keyword);
}

bool RequiresUndeclared(const Json& schema) {
  const Json* required = json::FindArray(schema, "required");
  const Json* properties = json::FindObject(schema, "properties");
  if (required == nullptr || properties == nullptr) return false;
  return std::any_of(required->begin(), required->end(), [&](const Json& name) {
    return !name.is_string() || !properties->contains(name.get_ref<const std::string&>());
  });
}

// What is required beside allOf may be declared in one of its parts.
bool RequiresUndeclaredAnywhere(const Json& schema) {
  return !schema.contains("allOf") && RequiresUndeclared(schema);
}

void RequireOnlyDeclared(Json& schema) {
  Json kept = Json::array();
  for (const Json& name : schema["required"]) {
    if (name.is_string() && schema["properties"].contains(name.get_ref<const std::string&>())) {
      kept.push_back(name);
    }
  }
  schema["required"] = std::move(kept);
}

// `required: true` on a property is the older dialects' way.
bool HasMisplacedRequired(const Json& schema) {
  const Json* required = json::Find(schema, "required");
  return required != nullptr && !required->is_array();
}

void DropRequired(Json& schema) { schema.erase("required"); }

constexpr std::array kRepairs = {
    SchemaRepair{"a reference is written as a string", HasStringAlternative,
                 ParseStringAlternatives},
    SchemaRepair{"allOf stands among the properties", HasAllOfAmongProperties, HoistAllOf},
    SchemaRepair{"numeric bounds on another type", HasBoundsOfAnotherType, MoveBoundsOfAnotherType},
    SchemaRepair{"required is not a list", HasMisplacedRequired, DropRequired},
    SchemaRepair{"an undeclared property is required", RequiresUndeclaredAnywhere,
                 RequireOnlyDeclared},
};

}  // namespace

std::span<const SchemaRepair> SchemaRepairs() { return kRepairs; }

}  // namespace bw::tool_service
