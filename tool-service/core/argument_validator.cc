#include "tool-service/core/argument_validator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <re2/re2.h>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxPatternBytes = 1000;
constexpr std::int64_t kMaxPatternMemory = 1 << 20;
// Names come from the caller.
constexpr std::size_t kMaxPathBytes = 200;
// Longer lists of allowed values are cut in messages.
constexpr std::size_t kMaxListed = 20;

bool IsInteger(const Json& value) {
  if (value.is_number_integer()) return true;
  return value.is_number_float() && std::floor(value.get<double>()) == value.get<double>();
}

struct TypeRow {
  std::string_view name;
  bool (*matches)(const Json&);
  std::string_view with_article;
};

constexpr std::array kTypes = {
    TypeRow{"string", [](const Json& v) { return v.is_string(); }, "a string"},
    TypeRow{"integer", IsInteger, "an integer"},
    TypeRow{"number", [](const Json& v) { return v.is_number(); }, "a number"},
    TypeRow{"boolean", [](const Json& v) { return v.is_boolean(); }, "true or false"},
    TypeRow{"array", [](const Json& v) { return v.is_array(); }, "an array"},
    TypeRow{"object", [](const Json& v) { return v.is_object(); }, "an object"},
    TypeRow{"null", [](const Json& v) { return v.is_null(); }, "null"},
};

const TypeRow* FindType(std::string_view name) {
  const auto* row = std::find_if(kTypes.begin(), kTypes.end(),
                                 [name](const TypeRow& type) { return type.name == name; });
  return row == kTypes.end() ? nullptr : row;
}

std::string_view TypeOf(const Json& value) {
  for (const TypeRow& row : kTypes) {
    if (row.name != "integer" && row.matches(value)) return row.with_article;
  }
  return "something else";
}

// Bytes that are not the middle of a UTF-8 sequence.
std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

std::string ListOf(const Json& values) {
  std::string list;
  for (std::size_t i = 0; i < values.size() && i < kMaxListed; ++i) {
    if (i > 0) list += ", ";
    list += json::Dump(values[i]);
  }
  if (values.size() > kMaxListed) list += ", …";
  return list;
}

std::string NamesOf(const Json& object) {
  if (object.empty()) return "nothing";
  std::string list;
  for (const auto& [name, value] : object.items()) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

std::string NumberText(const Json& number) { return json::Dump(number); }

}  // namespace

// The compiled patterns of one schema, by their text; null where RE2 refused.
class ArgumentValidator::Patterns {
 public:
  void Collect(const Json& schema, int depth = 0) {
    if (depth > kMaxDepth) return;
    if (schema.is_object()) {
      if (const auto pattern = json::GetString(schema, "pattern")) Add(std::string(*pattern));
    } else if (!schema.is_array()) {
      return;
    }
    for (const Json& child : schema) Collect(child, depth + 1);
  }

  const RE2* Find(std::string_view text) const {
    const auto found = compiled_.find(text);
    return found == compiled_.end() ? nullptr : found->second.get();
  }

 private:
  void Add(std::string text) {
    if (text.size() > kMaxPatternBytes || compiled_.contains(text)) return;
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(kMaxPatternMemory);
    auto pattern = std::make_unique<RE2>(text, options);
    if (!pattern->ok()) pattern.reset();
    compiled_.emplace(std::move(text), std::move(pattern));
  }

  std::map<std::string, std::unique_ptr<RE2>, std::less<>> compiled_;
};

namespace {

template <typename Patterns>
class Checker {
 public:
  Checker(const Patterns& patterns, int max_problems)
      : patterns_(patterns), max_problems_(max_problems) {}

  void Check(const Json& value, const Json& schema, const std::string& path, int depth = 0) {
    if (schema.is_boolean() && !schema.template get<bool>()) Report(path, "is not allowed");
    if (!schema.is_object() || depth > kMaxDepth || full()) return;
    if (!CheckType(value, schema, path) || !CheckAllowed(value, schema, path)) return;
    if (value.is_string()) CheckString(value, schema, path);
    if (value.is_number()) CheckNumber(value, schema, path);
    if (value.is_array()) CheckArray(value, schema, path, depth);
    if (value.is_object()) CheckObject(value, schema, path, depth);
    CheckCombined(value, schema, path, depth);
  }

  const std::vector<std::string>& problems() const { return problems_; }

 private:
  bool full() const { return static_cast<int>(problems_.size()) >= max_problems_; }

  void Report(const std::string& path, std::string what) {
    if (full()) return;
    const std::string where = path.empty() ? "arguments" : path.substr(0, kMaxPathBytes);
    problems_.push_back(where + ": " + std::move(what));
  }

  bool CheckType(const Json& value, const Json& schema, const std::string& path) {
    const Json* type = json::Find(schema, "type");
    if (type == nullptr) return true;
    std::string allowed;
    for (const Json& name : type->is_array() ? *type : Json::array({*type})) {
      const TypeRow* row =
          name.is_string() ? FindType(name.template get_ref<const std::string&>()) : nullptr;
      if (row == nullptr || row->matches(value)) return true;
      if (!allowed.empty()) allowed += " or ";
      allowed += row->with_article;
    }
    Report(path, "must be " + allowed + ", not " + std::string(TypeOf(value)));
    return false;
  }

  bool CheckAllowed(const Json& value, const Json& schema, const std::string& path) {
    if (const Json* allowed = json::FindArray(schema, "enum");
        allowed != nullptr &&
        std::find(allowed->begin(), allowed->end(), value) == allowed->end()) {
      Report(path, "must be one of " + ListOf(*allowed));
      return false;
    }
    if (const Json* only = json::Find(schema, "const"); only != nullptr && *only != value) {
      Report(path, "must be " + json::Dump(*only));
      return false;
    }
    return true;
  }

  void CheckSize(std::size_t size, const Json& schema, const std::string& path, const char* minimum,
                 const char* maximum, const std::string& unit) {
    const auto least = json::GetNumber(schema, minimum);
    const auto most = json::GetNumber(schema, maximum);
    const std::string has = "has " + std::to_string(size) + unit;
    if (least && static_cast<double>(size) < *least) {
      Report(path, has + "; at least " + NumberText(schema[minimum]) + " are needed");
    }
    if (most && static_cast<double>(size) > *most) {
      Report(path, has + "; at most " + NumberText(schema[maximum]) + " are allowed");
    }
  }

  void CheckString(const Json& value, const Json& schema, const std::string& path) {
    const std::string& text = value.template get_ref<const std::string&>();
    if (schema.contains("minLength") || schema.contains("maxLength")) {
      CheckSize(CountCharacters(text), schema, path, "minLength", "maxLength", " characters");
    }
    const auto pattern = json::GetString(schema, "pattern");
    if (!pattern) return;
    const RE2* compiled = patterns_.Find(*pattern);
    if (compiled != nullptr && !RE2::PartialMatch(text, *compiled)) {
      Report(path, "must match the pattern " + std::string(*pattern));
    }
  }

  void CheckNumber(const Json& value, const Json& schema, const std::string& path) {
    struct Bound {
      const char* keyword;
      bool (*broken)(double value, double bound);
      const char* words;
    };
    static constexpr std::array kBounds = {
        Bound{"minimum", [](double v, double b) { return v < b; }, "must be at least "},
        Bound{"maximum", [](double v, double b) { return v > b; }, "must be at most "},
        Bound{"exclusiveMinimum", [](double v, double b) { return v <= b; }, "must be more than "},
        Bound{"exclusiveMaximum", [](double v, double b) { return v >= b; }, "must be less than "},
    };
    for (const Bound& bound : kBounds) {
      const auto limit = json::GetNumber(schema, bound.keyword);
      if (limit && bound.broken(value.template get<double>(), *limit)) {
        Report(path, bound.words + NumberText(schema[bound.keyword]));
      }
    }
  }

  void CheckArray(const Json& value, const Json& schema, const std::string& path, int depth) {
    CheckSize(value.size(), schema, path, "minItems", "maxItems", " entries");
    if (json::GetBool(schema, "uniqueItems").value_or(false) &&
        std::set<Json>(value.begin(), value.end()).size() != value.size()) {
      Report(path, "must not hold the same entry twice");
    }
    const Json* items = json::Find(schema, "items");
    if (items == nullptr) return;
    for (std::size_t i = 0; i < value.size() && !full(); ++i) {
      Check(value[i], *items, path + "[" + std::to_string(i) + "]", depth + 1);
    }
  }

  void CheckObject(const Json& value, const Json& schema, const std::string& path, int depth) {
    static const Json kNone = Json::object();
    CheckSize(value.size(), schema, path, "minProperties", "maxProperties", " members");
    const Json* declared = json::FindObject(schema, "properties");
    const Json& properties = declared == nullptr ? kNone : *declared;
    const std::string prefix = path.empty() ? "" : path + ".";
    if (const Json* required = json::FindArray(schema, "required")) {
      for (const Json& name : *required) {
        if (name.is_string() && !value.contains(name.template get_ref<const std::string&>())) {
          Report(prefix + name.template get<std::string>(), "is required");
        }
      }
    }
    const Json* others = json::Find(schema, "additionalProperties");
    for (const auto& [name, member] : value.items()) {
      if (full()) return;
      if (const auto found = properties.find(name); found != properties.end()) {
        Check(member, *found, prefix + name, depth + 1);
      } else if (others != nullptr && others->is_boolean() && !others->template get<bool>()) {
        Report(prefix + name, "is not known here; allowed are " + NamesOf(properties));
      } else if (others != nullptr) {
        Check(member, *others, prefix + name, depth + 1);
      }
    }
  }

  void CheckCombined(const Json& value, const Json& schema, const std::string& path, int depth) {
    if (const Json* all = json::FindArray(schema, "allOf")) {
      for (const Json& part : *all) Check(value, part, path, depth + 1);
    }
    for (const char* keyword : {"anyOf", "oneOf"}) {
      if (const Json* alternatives = json::FindArray(schema, keyword)) {
        CheckAlternatives(value, *alternatives, path, depth);
      }
    }
    if (const Json* forbidden = json::Find(schema, "not")) {
      Checker inner(patterns_, 1);
      inner.Check(value, *forbidden, path, depth + 1);
      if (inner.problems().empty()) Report(path, "has a form that is excluded");
    }
  }

  // One must fit; otherwise the problems of the nearest are reported.
  void CheckAlternatives(const Json& value, const Json& alternatives, const std::string& path,
                         int depth) {
    static const Json kNull = {{"type", "null"}};
    std::vector<std::string> nearest;
    std::size_t forms = 0;
    for (const Json& alternative : alternatives) {
      // "…or null" is no help to who meant a value.
      if (!value.is_null() && alternative == kNull) continue;
      ++forms;
      Checker inner(patterns_, max_problems_);
      inner.Check(value, alternative, path, depth + 1);
      if (inner.problems().empty()) return;
      if (nearest.empty() || inner.problems().size() < nearest.size()) nearest = inner.problems();
    }
    if (nearest.empty()) return;
    if (forms > 1) {
      Report(path, "fits none of its " + std::to_string(forms) +
                       " allowed forms; what the nearest lacks follows");
    }
    for (std::string& problem : nearest) {
      if (!full()) problems_.push_back(std::move(problem));
    }
  }

  const Patterns& patterns_;
  const int max_problems_;
  std::vector<std::string> problems_;
};

bool AllowsNull(const Json& schema) {
  if (const Json* alternatives = json::FindArray(schema, "anyOf")) {
    return std::any_of(alternatives->begin(), alternatives->end(), AllowsNull);
  }
  const Json* type = json::Find(schema, "type");
  return type == nullptr || *type == "null";
}

}  // namespace

ArgumentValidator::ArgumentValidator(const Json& schema)
    : schema_(&schema), patterns_(std::make_unique<Patterns>()) {
  patterns_->Collect(schema);
}

ArgumentValidator::~ArgumentValidator() = default;
ArgumentValidator::ArgumentValidator(ArgumentValidator&&) noexcept = default;
ArgumentValidator& ArgumentValidator::operator=(ArgumentValidator&&) noexcept = default;

Status ArgumentValidator::Check(const Json& arguments) const {
  Checker checker(*patterns_, kMaxProblems);
  checker.Check(arguments, *schema_, "");
  if (checker.problems().empty()) return OkStatus();
  std::string message;
  for (const std::string& problem : checker.problems()) {
    if (!message.empty()) message += '\n';
    message += problem;
  }
  return InvalidArgument(message);
}

void DropNulls(const Json& schema, Json& arguments) {
  const Json* properties = json::FindObject(schema, "properties");
  if (properties == nullptr) return;
  for (auto argument = arguments.begin(); argument != arguments.end();) {
    const Json* property = json::Find(*properties, argument.key());
    const bool drop = argument->is_null() && property != nullptr && !AllowsNull(*property);
    argument = drop ? arguments.erase(argument) : std::next(argument);
  }
}

}  // namespace bw::tool_service
