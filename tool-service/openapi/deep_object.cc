#include "tool-service/openapi/deep_object.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kMaxMembers = 16;
constexpr std::array kCombinations = {"anyOf", "oneOf", "allOf", "not"};

struct OperatorRow {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array kOperators = {
    OperatorRow{"eq", "equal to this"},
    OperatorRow{"ne", "not equal to this"},
    OperatorRow{"startsWith", "beginning with this"},
    OperatorRow{"endsWith", "ending with this"},
    OperatorRow{"contains", "containing this"},
    OperatorRow{"in", "one of these"},
    OperatorRow{"gt", "greater than this"},
    OperatorRow{"gte", "this or greater"},
    OperatorRow{"lt", "less than this"},
    OperatorRow{"lte", "this or less"},
};

std::string MeaningOf(const std::string& name) {
  const auto* row = std::find_if(kOperators.begin(), kOperators.end(),
                                 [&](const OperatorRow& entry) { return entry.name == name; });
  return row == kOperators.end() ? "its " + name : std::string(row->meaning);
}

// A value that is written as one text, or a list of such values.
bool IsPlain(const Json& schema, bool may_be_list) {
  if (schema.contains("properties") || schema.contains("additionalProperties")) return false;
  for (const char* keyword : kCombinations) {
    const Json* parts = json::FindArray(schema, keyword);
    if (parts != nullptr && !std::all_of(parts->begin(), parts->end(), [&](const Json& part) {
          return IsPlain(part, may_be_list);
        })) {
      return false;
    }
  }
  const std::string type = json::StringOr(schema, "type");
  if (type != "array") return type != "object";
  return may_be_list && IsPlain(schema.value("items", Json::object()), false);
}

bool HasKnownMembers(const Json& schema) {
  const Json* properties = json::FindObject(schema, "properties");
  if (properties == nullptr || properties->empty() || properties->size() > kMaxMembers) {
    return false;
  }
  const bool combines = std::any_of(kCombinations.begin(), kCombinations.end(),
                                    [&](const char* keyword) { return schema.contains(keyword); });
  const bool is_open =
      schema.contains("additionalProperties") && schema["additionalProperties"] != Json(false);
  return !combines && !is_open &&
         std::all_of(properties->begin(), properties->end(),
                     [](const Json& member) { return IsPlain(member, true); });
}

// The first member carries the parameter's own words, the others only point to it.
std::string DescriptionOf(const Parameter& whole, const std::string& member, const Json& schema,
                          bool is_first) {
  const std::string own = json::StringOr(schema, "description");
  std::string about = whole.description;
  while (about.ends_with('.')) about.pop_back();
  if (!is_first || about.empty()) about = whole.name;
  return about + ": " + (own.empty() ? MeaningOf(member) : own);
}

}  // namespace

std::vector<FlatFilter> FlatFilters(const Parameter& parameter) {
  const bool is_filter = parameter.place == Parameter::Place::kQuery &&
                         parameter.style == Parameter::Style::kDeepObject;
  if (!is_filter || !HasKnownMembers(parameter.schema)) return {};
  const Json& properties = parameter.schema["properties"];
  Json required = parameter.schema.value("required", Json::array());
  // What must be given and has one member is that member.
  if (parameter.required && properties.size() == 1) {
    required = Json::array({properties.items().begin().key()});
  }
  // An object that must be given needs one of its members, one that need not may still need some
  // once it is given: neither can be said of flat arguments.
  if (parameter.required == required.empty()) return {};
  std::vector<FlatFilter> filters;
  for (const auto& [member, schema] : properties.items()) {
    FlatFilter& filter = filters.emplace_back();
    filter.argument = parameter.name + "_" + member;
    filter.parameter.name = parameter.name + "[" + member + "]";
    filter.parameter.place = Parameter::Place::kQuery;
    // Lists are written a,b as they are inside of the object.
    filter.parameter.explode = false;
    filter.parameter.required =
        std::find(required.begin(), required.end(), member) != required.end();
    filter.parameter.description = DescriptionOf(parameter, member, schema, filters.size() == 1);
    filter.parameter.schema = schema;
  }
  return filters;
}

}  // namespace bw::tool_service
