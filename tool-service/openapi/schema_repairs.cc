#include "tool-service/openapi/schema_repairs.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <re2/re2.h>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::array kCombinations = {"allOf", "anyOf", "oneOf"};
constexpr std::size_t kMaxPatternBytes = 500;
// RE2's own syntax, which the ECMAScript dialect of JSON Schema does not know.
constexpr std::array<std::string_view, 4> kForeignPatterns = {"(?P", "\\A", "\\z", "\\Z"};
// Of one value or list of values; they are copied to every operation that refers to them.
constexpr std::size_t kMaxValueWeight = 2'000;
constexpr std::size_t kBytesPerWeight = 16;
constexpr std::size_t kMaxPropertyNameBytes = 256;
constexpr std::array kValues = {"enum", "const", "default"};
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

// Values and the bytes of their texts; counting ends past the limit.
std::size_t WeightOf(const Json& value, std::size_t limit) {
  std::size_t weight = 1;
  if (value.is_string()) weight += value.get_ref<const std::string&>().size() / kBytesPerWeight;
  if (!value.is_structured()) return weight;
  for (const auto& [key, member] : value.items()) {
    weight += value.is_object() ? key.size() / kBytesPerWeight : 0;
    if (weight > limit) return weight;
    weight += WeightOf(member, limit - weight);
  }
  return weight;
}

bool IsTooHeavy(const Json& schema, const char* keyword) {
  const Json* value = json::Find(schema, keyword);
  return value != nullptr && WeightOf(*value, kMaxValueWeight) > kMaxValueWeight;
}

bool HasHeavyValue(const Json& schema) {
  return std::any_of(kValues.begin(), kValues.end(),
                     [&](const char* keyword) { return IsTooHeavy(schema, keyword); });
}

void DropHeavyValues(Json& schema) {
  for (const char* keyword : kValues) {
    if (IsTooHeavy(schema, keyword)) schema.erase(keyword);
  }
}

bool HasLongPropertyName(const Json& schema) {
  const Json* properties = json::FindObject(schema, "properties");
  return properties != nullptr &&
         std::any_of(
             properties->items().begin(), properties->items().end(),
             [](const auto& property) { return property.key().size() > kMaxPropertyNameBytes; });
}

void DropLongPropertyNames(Json& schema) {
  Json& properties = schema["properties"];
  for (auto property = properties.begin(); property != properties.end();) {
    const bool is_long = property.key().size() > kMaxPropertyNameBytes;
    property = is_long ? properties.erase(property) : std::next(property);
  }
}

bool HasUnusablePattern(const Json& schema) {
  const Json* pattern = json::Find(schema, "pattern");
  if (pattern == nullptr) return false;
  if (!pattern->is_string()) return true;
  const std::string& text = pattern->get_ref<const std::string&>();
  if (text.size() > kMaxPatternBytes) return true;
  for (const std::string_view foreign : kForeignPatterns) {
    if (text.find(foreign) != std::string::npos) return true;
  }
  return !RE2(text, RE2::Quiet).ok();
}

void DropPattern(Json& schema) { schema.erase("pattern"); }

bool IsOfType(const Json& value, std::string_view type) {
  return type == "string"    ? value.is_string()
         : type == "boolean" ? value.is_boolean()
         : type == "array"   ? value.is_array()
         : type == "object"  ? value.is_object()
         : type == "integer" ? value.is_number_integer()
         : type == "number"  ? value.is_number()
                             : true;
}

bool IsNeverNull(const Json& schema) {
  const auto type = json::GetString(schema, "type");
  return type && *type != "null" && !json::GetBool(schema, "nullable").value_or(false);
}

bool HasForeignDefault(const Json& schema) {
  const Json* value = json::Find(schema, "default");
  const auto type = json::GetString(schema, "type");
  if (value == nullptr || !type || IsOfType(*value, *type)) return false;
  return !value->is_null() || IsNeverNull(schema);
}

void DropDefault(Json& schema) { schema.erase("default"); }

bool EnumeratesNullInVain(const Json& schema) {
  const Json* values = json::FindArray(schema, "enum");
  return values != nullptr && values->size() > 1 && IsNeverNull(schema) &&
         std::find(values->begin(), values->end(), nullptr) != values->end();
}

void DropNullValue(Json& schema) {
  Json kept = Json::array();
  for (Json& value : schema["enum"]) {
    if (!value.is_null()) kept.push_back(std::move(value));
  }
  schema["enum"] = std::move(kept);
}

constexpr std::array kRepairs = {
    SchemaRepair{"a reference is written as a string", HasStringAlternative,
                 ParseStringAlternatives},
    SchemaRepair{"allOf stands among the properties", HasAllOfAmongProperties, HoistAllOf},
    SchemaRepair{"numeric bounds on another type", HasBoundsOfAnotherType, MoveBoundsOfAnotherType},
    SchemaRepair{"a value or a list of values is too large and is left out", HasHeavyValue,
                 DropHeavyValues},
    SchemaRepair{"a property's name is too long; the property is left out", HasLongPropertyName,
                 DropLongPropertyNames},
    SchemaRepair{"a pattern cannot be used and is left out", HasUnusablePattern, DropPattern},
    SchemaRepair{"a default is of another type and is left out", HasForeignDefault, DropDefault},
    SchemaRepair{"null is among the values of a type that is never null", EnumeratesNullInVain,
                 DropNullValue},
    SchemaRepair{"required is not a list", HasMisplacedRequired, DropRequired},
    SchemaRepair{"an undeclared property is required", RequiresUndeclaredAnywhere,
                 RequireOnlyDeclared},
};

}  // namespace

std::span<const SchemaRepair> SchemaRepairs() { return kRepairs; }

}  // namespace bw::tool_service
