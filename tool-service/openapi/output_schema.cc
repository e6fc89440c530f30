#include "tool-service/openapi/output_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/answer_reader.h"
#include "tool-service/openapi/document.h"
#include "tool-service/openapi/schema_translator.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr int kMaxDepth = 10;
constexpr std::size_t kMaxExamples = 8;
// Values of one example, texts counted by their bytes; the same example may stand in a thousand
// operations.
constexpr std::size_t kMaxExampleWeight = 20'000;
// Each round shortens one list; more are never needed for what a document describes.
constexpr int kMaxRounds = 32;
constexpr std::array kCombinations = {"anyOf", "oneOf", "allOf", "not"};

bool IsJsonType(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type == "application/json" || type.ends_with("+json");
}

// The media type object of the one successful answer, if it is JSON and nothing else.
const Json* OnlyJsonAnswer(const Json& root, const Json& operation) {
  const Json* responses = json::FindObject(operation, "responses");
  if (responses == nullptr) return nullptr;
  const Json* only = nullptr;
  for (const auto& [status, entry] : responses->items()) {
    if (!status.starts_with('2')) continue;
    if (only != nullptr) return nullptr;
    only = Resolve(root, entry);
    if (only == nullptr) return nullptr;
  }
  const Json* content = only == nullptr ? nullptr : json::FindObject(*only, "content");
  if (content == nullptr || content->size() != 1) return nullptr;
  return IsJsonType(content->items().begin().key()) ? &*content->begin() : nullptr;
}

std::vector<const Json*> ExamplesOf(const Json& root, const Json& media) {
  std::vector<const Json*> found;
  if (const Json* example = json::Find(media, "example")) found.push_back(example);
  if (const Json* named = json::FindObject(media, "examples")) {
    for (const Json& entry : *named) {
      const Json* example = Resolve(root, entry);
      const Json* value = example == nullptr ? nullptr : json::Find(*example, "value");
      if (value != nullptr && found.size() < kMaxExamples) found.push_back(value);
    }
  }
  return found;
}

// False once `budget` is used up.
bool IsWithin(const Json& value, std::size_t& budget) {
  std::size_t weight = 1;
  if (value.is_string()) weight += value.get_ref<const std::string&>().size();
  if (weight > budget) return false;
  budget -= weight;
  return !value.is_structured() || std::all_of(value.begin(), value.end(), [&](const Json& member) {
    return IsWithin(member, budget);
  });
}

bool ComesBackAsItIs(const Json& example) {
  std::size_t budget = kMaxExampleWeight;
  if (!IsWithin(example, budget)) return false;
  HttpResponse answer;
  answer.status = 200;
  answer.headers = {{"Content-Type", "application/json"}};
  answer.body = json::Dump(example);
  const ToolResult result = ReadAnswer(answer, "");
  return !result.is_error && result.structured == example;
}

bool ExamplesProve(const Json& schema, const std::vector<const Json*>& examples) {
  const ArgumentValidator validator(schema);
  return !examples.empty() &&
         std::all_of(examples.begin(), examples.end(), [&](const Json* example) {
           return ComesBackAsItIs(*example) && validator.Check(*example).ok();
         });
}

std::optional<Json> Loosened(const Json& schema, int depth);

// The alternatives of something that may also be null; nullopt when one of them says nothing.
std::optional<Json> LoosenedAlternatives(const Json& alternatives, int depth) {
  Json loose = Json::array();
  for (const Json& alternative : alternatives) {
    auto one = Loosened(alternative, depth);
    if (!one) return std::nullopt;
    loose.push_back(*std::move(one));
  }
  return loose;
}

// Types, members and descriptions; nullopt for what may be anything. That is not published: a
// member that is not named may be there as well, and clients take an empty schema for a mistake.
std::optional<Json> Loosened(const Json& schema, int depth) {
  if (depth > kMaxDepth) return std::nullopt;
  Json loose = Json::object();
  if (const Json* text = json::Find(schema, "description")) loose["description"] = *text;
  const std::string type = json::StringOr(schema, "type");
  if (type.empty()) {
    const Json* alternatives = json::FindArray(schema, "anyOf");
    if (alternatives == nullptr) return std::nullopt;
    auto any_of = LoosenedAlternatives(*alternatives, depth + 1);
    if (!any_of) return std::nullopt;
    loose["anyOf"] = *std::move(any_of);
    return loose;
  }
  loose["type"] = type;
  if (const Json* properties = json::FindObject(schema, "properties")) {
    Json& target = loose["properties"] = Json::object();
    for (const auto& [name, property] : properties->items()) {
      if (auto member = Loosened(property, depth + 1)) target[name] = *std::move(member);
    }
  }
  for (const char* keyword : {"items", "additionalProperties"}) {
    const Json* inner = json::FindObject(schema, keyword);
    if (inner == nullptr) continue;
    if (auto value = Loosened(*inner, depth + 1)) loose[keyword] = *std::move(value);
  }
  return loose;
}

bool IsOfType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "number") return value.is_number();
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
  }
  return type.empty() || value.is_null();
}

// nullopt: it does not fit at all.
std::optional<Json> Fitting(const Json& schema, Json value) {
  if (const Json* alternatives = json::FindArray(schema, "anyOf")) {
    for (const Json& alternative : *alternatives) {
      if (auto fitting = Fitting(alternative, value)) return fitting;
    }
    return std::nullopt;
  }
  if (!IsOfType(value, json::StringOr(schema, "type"))) return std::nullopt;
  if (value.is_array()) {
    const Json* items = json::FindObject(schema, "items");
    if (items == nullptr) return value;
    Json kept = Json::array();
    for (Json& entry : value) {
      if (auto fitting = Fitting(*items, std::move(entry))) kept.push_back(*std::move(fitting));
    }
    return kept;
  }
  if (!value.is_object()) return value;
  const Json* properties = json::FindObject(schema, "properties");
  const Json* others = json::FindObject(schema, "additionalProperties");
  for (auto member = value.begin(); member != value.end();) {
    const Json* declared = properties == nullptr ? nullptr : json::Find(*properties, member.key());
    if (declared == nullptr) declared = others;
    std::optional<Json> fitting =
        declared == nullptr ? std::move(*member) : Fitting(*declared, std::move(*member));
    if (fitting) *member = *std::move(fitting);
    member = fitting ? std::next(member) : value.erase(member);
  }
  return value;
}

// The list with the most entries, or null.
Json* LongestList(Json& value) {
  Json* longest = value.is_array() && !value.empty() ? &value : nullptr;
  if (!value.is_structured()) return nullptr;
  for (Json& member : value) {
    Json* inner = LongestList(member);
    if (inner != nullptr && (longest == nullptr || inner->size() > longest->size())) {
      longest = inner;
    }
  }
  return longest;
}

}  // namespace

OutputSchema OutputSchemaOf(const Json& root, const std::string& method, const Json& operation) {
  OutputSchema output;
  const Json* media = method == "GET" ? OnlyJsonAnswer(root, operation) : nullptr;
  const Json* declared = media == nullptr ? nullptr : json::FindObject(*media, "schema");
  if (declared == nullptr) return output;
  const std::vector<const Json*> examples = ExamplesOf(root, *media);
  if (examples.empty()) return output;
  // What has to be complained about is not to be trusted; requests complain for themselves.
  Warnings complaints;
  SchemaTranslator translator(root, method, complaints, SchemaTranslator::Direction::kAnswer);
  const Json strict = translator.Translate(*declared);
  output.nodes = translator.nodes();
  const bool is_combined =
      std::any_of(kCombinations.begin(), kCombinations.end(),
                  [&](const char* keyword) { return strict.contains(keyword); });
  if (complaints.total() > 0 || is_combined || json::StringOr(strict, "type") != "object" ||
      json::FindObject(strict, "properties") == nullptr || !ExamplesProve(strict, examples)) {
    return output;
  }
  auto loose = Loosened(strict, 0);
  if (loose && !(*loose)["properties"].empty() &&
      json::Dump(*loose).size() <= kMaxOutputSchemaBytes) {
    output.schema = *std::move(loose);
  }
  return output;
}

Json Conforming(const Json& schema, Json value) {
  return Fitting(schema, std::move(value)).value_or(Json::object());
}

Json Shortened(Json value, std::size_t max_bytes) {
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::size_t bytes = json::Dump(value).size();
    if (bytes <= max_bytes) return value;
    Json* list = LongestList(value);
    if (list == nullptr) break;
    const std::size_t kept =
        std::min(list->size() - 1,
                 static_cast<std::size_t>(static_cast<double>(list->size()) * max_bytes / bytes));
    list->erase(list->begin() + static_cast<Json::difference_type>(kept), list->end());
  }
  return Json::object();
}

}  // namespace bw::tool_service
