#include "tool-service/openapi/schema_translator.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tool-service/core/utf8.h"
#include "tool-service/openapi/schema_repairs.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kMaxDescriptionBytes = 1'000;

// Keywords that mean the same in all dialects and are copied as they are.
constexpr std::array kCopied = {
    "enum",           "const",         "default",       "minimum",          "maximum",
    "multipleOf",     "minLength",     "maxLength",     "minItems",         "maxItems",
    "uniqueItems",    "minProperties", "maxProperties", "exclusiveMinimum", "exclusiveMaximum",
    "contentEncoding"};

// The formats JSON Schema defines, less those that only describe a number's storage.
constexpr std::array<std::string_view, 10> kFormats = {
    "date-time", "date",          "time", "duration", "email",
    "uri",       "uri-reference", "uuid", "ipv4",     "ipv6"};

struct BoundRow {
  const char* exclusive;
  const char* inclusive;
};
constexpr std::array kBounds = {BoundRow{"exclusiveMinimum", "minimum"},
                                BoundRow{"exclusiveMaximum", "maximum"}};

void CopyKeywords(const Json& schema, Json& out) {
  for (const char* keyword : kCopied) {
    if (const Json* value = json::Find(schema, keyword)) out[keyword] = *value;
  }
  if (const auto text = json::GetString(schema, "description"); text && !text->empty()) {
    out["description"] = PlainText(*text, kMaxDescriptionBytes);
  }
  if (const auto format = json::GetString(schema, "format")) {
    if (std::find(kFormats.begin(), kFormats.end(), *format) != kFormats.end()) {
      out["format"] = *format;
    } else if (*format == "byte" || *format == "binary") {
      out["contentEncoding"] = "base64";
    }
  }
  if (const auto pattern = json::GetString(schema, "pattern")) out["pattern"] = *pattern;
}

// 3.0: `exclusiveMinimum: true` beside `minimum: 5`. 3.1: `exclusiveMinimum: 5`.
void ConvertExclusiveBounds(Json& out) {
  for (const BoundRow& row : kBounds) {
    const Json* exclusive = json::Find(out, row.exclusive);
    if (exclusive == nullptr || !exclusive->is_boolean()) continue;
    const bool is_set = exclusive->get<bool>();
    out.erase(row.exclusive);
    if (is_set && out.contains(row.inclusive)) {
      out[row.exclusive] = out[row.inclusive];
      out.erase(row.inclusive);
    }
  }
}

// The type as written, or as the keywords beside it imply.
Json TypeOf(const Json& schema) {
  const Json* type = json::Find(schema, "type");
  if (type != nullptr && (type->is_string() || type->is_array())) return *type;
  if (json::FindObject(schema, "properties") != nullptr) return "object";
  if (schema.contains("items")) return "array";
  return nullptr;
}

bool IsNullType(const Json& schema) { return schema == Json{{"type", "null"}}; }

// Of the allowed values those that a schema of this type can mean.
void KeepValuesOfType(const std::string& type, Json& out) {
  if (json::FindArray(out, "enum") == nullptr) return;
  Json kept = Json::array();
  for (Json& value : out["enum"]) {
    const bool fits = type == "string"    ? value.is_string()
                      : type == "boolean" ? value.is_boolean()
                      : type == "array"   ? value.is_array()
                      : type == "object"  ? value.is_object()
                      : type.empty()      ? !value.is_null()
                                          : value.is_number();
    if (fits) kept.push_back(std::move(value));
  }
  // A list none of whose values is of the type is the document's mistake; it would forbid all.
  out.erase("enum");
  if (!kept.empty()) out["enum"] = std::move(kept);
}

// Strict clients take one type a schema, so several, and null beside one, become alternatives.
// What is said to the reader stays outside of them.
Json OneTypeEach(Json out, bool nullable) {
  std::vector<std::string> types;
  if (const Json* listed = json::FindArray(out, "type")) {
    for (const Json& type : *listed) {
      if (type == "null") {
        nullable = true;
      } else if (type.is_string()) {
        types.push_back(type.get<std::string>());
      }
    }
    out.erase("type");
    if (types.empty() && nullable) out["type"] = "null";
    if (types.size() == 1) out["type"] = types[0];
  } else if (const auto type = json::GetString(out, "type")) {
    types.emplace_back(*type);
  }
  if (json::StringOr(out, "type") == "null" || (types.size() <= 1 && !nullable)) return out;
  Json around = Json::object();
  for (const char* keyword : {"description", "default"}) {
    if (!out.contains(keyword)) continue;
    around[keyword] = std::move(out[keyword]);
    out.erase(keyword);
  }
  // Anything, which null is too.
  if (out.empty() && types.empty()) return around;
  Json& alternatives = around["anyOf"] = Json::array();
  if (types.empty()) types.emplace_back();
  for (const std::string& type : types) {
    Json alternative = out;
    if (!type.empty()) alternative["type"] = type;
    KeepValuesOfType(type, alternative);
    alternatives.push_back(std::move(alternative));
  }
  if (nullable) alternatives.push_back({{"type", "null"}});
  return around;
}

// An object schema that can be poured into another without changing what either allows.
bool IsPlainObject(const Json& schema) {
  return schema.is_object() && (!schema.contains("type") || schema["type"] == "object") &&
         std::all_of(schema.items().begin(), schema.items().end(), [](const auto& item) {
           return item.key() == "type" || item.key() == "properties" || item.key() == "required" ||
                  item.key() == "description";
         });
}

void MergeObject(Json part, Json& out) {
  if (part.contains("type")) out.emplace("type", "object");
  if (part.contains("description")) out.emplace("description", part["description"]);
  if (part.contains("properties")) {
    Json& properties = out.emplace("properties", Json::object()).first.value();
    for (auto& [name, schema] : part["properties"].items()) properties[name] = std::move(schema);
  }
  for (const Json& name : part.value("required", Json::array())) {
    Json& required = out.emplace("required", Json::array()).first.value();
    if (std::find(required.begin(), required.end(), name) == required.end()) {
      required.push_back(name);
    }
  }
}

bool IsNullable(const Json& schema) { return json::GetBool(schema, "nullable").value_or(false); }

bool AllowsNull(const Json& schema) {
  const Json* alternatives = json::FindArray(schema, "anyOf");
  return alternatives != nullptr &&
         std::any_of(alternatives->begin(), alternatives->end(), IsNullType);
}

}  // namespace

SchemaTranslator::SchemaTranslator(const Json& root, std::string where, Warnings& warnings,
                                   Direction direction)
    : root_(root),
      where_(std::move(where)),
      warnings_(warnings),
      left_out_(direction == Direction::kRequest ? "readOnly" : "writeOnly") {}

void SchemaTranslator::Warn(std::string_view what) {
  std::string place;
  for (const std::string& step : place_) place += (place.empty() ? "" : "/") + step;
  // A shared schema is wrong once, whoever refers to it.
  if (!place.starts_with('#')) place = where_ + (place.empty() ? "" : " " + place);
  warnings_.Add(place + ": " + std::string(what));
}

Json SchemaTranslator::Translate(const Json& schema, std::string_view place) {
  place_.clear();
  if (!place.empty()) place_.emplace_back(place);
  return TranslateNode(schema, 0);
}

Json SchemaTranslator::TranslateArgument(const Json& schema, std::string_view place) {
  Json out = Translate(schema, place);
  if (json::FindArray(out, "anyOf") == nullptr) return out;
  Json kept = Json::array();
  for (Json& alternative : out["anyOf"]) {
    if (!IsNullType(alternative)) kept.push_back(std::move(alternative));
  }
  out.erase("anyOf");
  if (kept.size() != 1) {
    out["anyOf"] = std::move(kept);
    return out;
  }
  Json only = std::move(kept[0]);
  only.update(out);
  return only;
}

Json SchemaTranslator::TranslateNode(const Json& schema, int depth) {
  if (schema.is_boolean())
    return schema.get<bool>() ? Json::object() : Json{{"not", Json::object()}};
  if (!schema.is_object()) return Json::object();
  if (depth > kMaxDepth || nodes_ >= kMaxNodes) {
    warnings_.Add(where_ + ": a schema is too large and is published in part");
    return Json::object();
  }
  ++nodes_;
  if (const auto reference = json::GetString(schema, "$ref")) {
    return TranslateReference(schema, std::string(*reference), depth);
  }
  const bool defective =
      std::any_of(SchemaRepairs().begin(), SchemaRepairs().end(),
                  [&](const SchemaRepair& repair) { return repair.found(schema); });
  return TranslateObject(defective ? Repaired(schema) : schema, depth);
}

Json SchemaTranslator::Repaired(const Json& schema) {
  Json repaired = schema;
  for (const SchemaRepair& repair : SchemaRepairs()) {
    if (!repair.found(repaired)) continue;
    Warn(repair.name);
    repair.repair(repaired);
  }
  return repaired;
}

Json SchemaTranslator::TranslateAt(std::string step, const Json& schema, int depth) {
  place_.push_back(std::move(step));
  Json out = TranslateNode(schema, depth);
  place_.pop_back();
  return out;
}

Json SchemaTranslator::TranslateReference(const Json& schema, const std::string& reference,
                                          int depth) {
  const Json* target = FindReference(root_, reference);
  if (target == nullptr) {
    Warn("the reference " + reference + " leads nowhere");
    return Json::object();
  }
  if (std::find(open_references_.begin(), open_references_.end(), reference) !=
      open_references_.end()) {
    Warn("the schema " + reference +
         " contains itself; its inner copies are published as anything");
    return Json::object();
  }
  open_references_.push_back(reference);
  std::vector<std::string> outside = std::exchange(place_, {reference});
  Json out = TranslateNode(*target, depth);
  place_ = std::move(outside);
  open_references_.pop_back();
  if (const auto text = json::GetString(schema, "description"); text && !text->empty()) {
    out["description"] = PlainText(*text, kMaxDescriptionBytes);
  }
  if (IsNullable(schema) && !AllowsNull(out)) return OneTypeEach(std::move(out), true);
  return out;
}

Json SchemaTranslator::TranslateObject(const Json& schema, int depth) {
  Json out = Json::object();
  CopyKeywords(schema, out);
  ConvertExclusiveBounds(out);
  if (Json type = TypeOf(schema); !type.is_null()) out["type"] = std::move(type);
  TranslateProperties(schema, out, depth);
  if (const Json* items = json::Find(schema, "items")) {
    out["items"] = TranslateAt("items", *items, depth + 1);
  }
  TranslateCombinations(schema, out, depth);
  if (AllowsNull(out)) return out;
  return OneTypeEach(std::move(out), IsNullable(schema));
}

bool SchemaTranslator::IsLeftOut(const Json& schema) const {
  return json::GetBool(schema, left_out_).value_or(false);
}

void SchemaTranslator::TranslateProperties(const Json& schema, Json& out, int depth) {
  const Json* properties = json::FindObject(schema, "properties");
  if (properties != nullptr) {
    Json& target = out["properties"] = Json::object();
    for (const auto& [name, property] : properties->items()) {
      const Json* resolved = Resolve(root_, property);
      if (resolved != nullptr && (IsLeftOut(*resolved) || IsLeftOut(property))) continue;
      target[name] = TranslateAt("properties/" + name, property, depth + 1);
    }
  }
  if (const Json* required = json::FindArray(schema, "required")) {
    Json kept = Json::array();
    for (const Json& name : *required) {
      const bool dropped = properties != nullptr && name.is_string() &&
                           properties->contains(name.get_ref<const std::string&>()) &&
                           !out["properties"].contains(name.get_ref<const std::string&>());
      if (name.is_string() && !dropped) kept.push_back(name);
    }
    if (!kept.empty()) out["required"] = std::move(kept);
  }
  if (const Json* others = json::Find(schema, "additionalProperties")) {
    out["additionalProperties"] =
        others->is_boolean() ? *others : TranslateAt("additionalProperties", *others, depth + 1);
  }
}

void SchemaTranslator::TranslateCombinations(const Json& schema, Json& out, int depth) {
  for (const char* keyword : {"anyOf", "oneOf"}) {
    if (const Json* parts = json::FindArray(schema, keyword); parts != nullptr && !parts->empty()) {
      Json& target = out[keyword] = Json::array();
      for (const Json& part : *parts) target.push_back(TranslateAt(keyword, part, depth + 1));
    }
  }
  if (const Json* forbidden = json::FindObject(schema, "not")) {
    out["not"] = TranslateAt("not", *forbidden, depth + 1);
  }
  const Json* parts = json::FindArray(schema, "allOf");
  if (parts == nullptr) return;
  Json kept = Json::array();
  for (const Json& part : *parts) {
    Json translated = TranslateAt("allOf", part, depth + 1);
    if (IsPlainObject(translated) && (!out.contains("type") || out["type"] == "object")) {
      MergeObject(std::move(translated), out);
    } else if (parts->size() == 1 && out.size() <= 1) {
      // `allOf: [one]` is how 3.0 puts a description beside a reference.
      translated.update(out);
      out = std::move(translated);
    } else {
      kept.push_back(std::move(translated));
    }
  }
  if (!kept.empty()) out["allOf"] = std::move(kept);
}

std::string PlainText(std::string_view text, std::size_t max_bytes) {
  std::string plain;
  bool in_tag = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // A tag begins with a letter or a slash; "a < b" is text.
    const bool opens = c == '<' && i + 1 < text.size() &&
                       (text[i + 1] == '/' || (text[i + 1] >= 'a' && text[i + 1] <= 'z') ||
                        (text[i + 1] >= 'A' && text[i + 1] <= 'Z')) &&
                       text.find('>', i) != std::string_view::npos;
    if (opens) in_tag = true;
    if (in_tag) {
      in_tag = c != '>';
      if (!in_tag && !plain.empty() && plain.back() != ' ' && plain.back() != '\n') plain += ' ';
      continue;
    }
    // The blank that stands for a tag swallows those beside it.
    if (c != ' ' || i == 0 || text[i - 1] != '>' || !plain.ends_with(' ')) plain += c;
  }
  const auto last = plain.find_last_not_of(" \t\r\n");
  plain.resize(last == std::string::npos ? 0 : last + 1);
  if (plain.size() <= max_bytes) return plain;
  return std::string(Utf8Prefix(plain, max_bytes)) + "…";
}

}  // namespace bw::tool_service
