// JSON Schema 2020-12 as far as tools publish it, checked keyword by keyword: what stands outside
// of this vocabulary, or has a value of the wrong kind, is no valid tool.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "common/json/json.h"

namespace bw::tool_service {

inline void ExpectValidSchema(const json::Json& schema, const std::string& where, int depth = 0);

namespace schema_check {

using json::Json;
using Check = std::function<void(const Json& value, const std::string& where, int depth)>;

inline bool IsSize(const Json& value) {
  return value.is_number_integer() && value.get<std::int64_t>() >= 0;
}

inline Check Holds(bool (*test)(const Json&)) {
  return [test](const Json& value, const std::string& where, int) {
    EXPECT_TRUE(test(value)) << where << ": " << value;
  };
}

inline void Sub(const Json& value, const std::string& where, int depth) {
  ExpectValidSchema(value, where, depth + 1);
}

inline void List(const Json& value, const std::string& where, int depth) {
  EXPECT_TRUE(value.is_array() && !value.empty()) << where;
  for (const Json& part : value) Sub(part, where, depth);
}

inline void Named(const Json& value, const std::string& where, int depth) {
  EXPECT_TRUE(value.is_object()) << where;
  for (const auto& [name, part] : value.items()) Sub(part, where + "/" + name, depth);
}

inline bool IsType(const Json& value) {
  static const std::set<std::string> kTypes = {"string", "integer", "number", "boolean",
                                               "array",  "object",  "null"};
  return value.is_string() && kTypes.contains(value.get<std::string>());
}

inline bool IsSetOfTexts(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_string(); }) &&
         std::set<Json>(value.begin(), value.end()).size() == value.size();
}

inline bool IsPattern(const Json& value) {
  return value.is_string() && RE2(value.get<std::string>(), RE2::Quiet).ok();
}

inline const std::map<std::string, Check>& Vocabulary() {
  static const Check text = Holds([](const Json& v) { return v.is_string(); });
  static const Check number = Holds([](const Json& v) { return v.is_number(); });
  static const Check flag = Holds([](const Json& v) { return v.is_boolean(); });
  static const Check size = Holds(IsSize);
  static const Check any = Holds([](const Json&) { return true; });
  static const std::map<std::string, Check> vocabulary = {
      {"type", Holds(IsType)},
      {"description", text},
      {"title", text},
      {"format", text},
      {"contentEncoding", text},
      {"pattern", Holds(IsPattern)},
      {"enum", Holds([](const Json& v) { return v.is_array() && !v.empty(); })},
      {"const", any},
      {"default", any},
      {"minimum", number},
      {"maximum", number},
      {"exclusiveMinimum", number},
      {"exclusiveMaximum", number},
      {"multipleOf", Holds([](const Json& v) { return v.is_number() && v.get<double>() > 0; })},
      {"minLength", size},
      {"maxLength", size},
      {"minItems", size},
      {"maxItems", size},
      {"minProperties", size},
      {"maxProperties", size},
      {"uniqueItems", flag},
      {"required", Holds(IsSetOfTexts)},
      {"properties", Named},
      {"items", Sub},
      {"additionalProperties", Sub},
      {"not", Sub},
      {"anyOf", List},
      {"oneOf", List},
      {"allOf", List},
  };
  return vocabulary;
}

}  // namespace schema_check

inline void ExpectValidSchema(const json::Json& schema, const std::string& where, int depth) {
  constexpr int kMaxDepth = 32;
  ASSERT_LE(depth, kMaxDepth) << where;
  if (schema.is_boolean()) return;
  ASSERT_TRUE(schema.is_object()) << where;
  for (const auto& [keyword, value] : schema.items()) {
    const auto found = schema_check::Vocabulary().find(keyword);
    ASSERT_NE(found, schema_check::Vocabulary().end()) << where << ": " << keyword;
    found->second(value, where + "/" + keyword, depth);
  }
}

}  // namespace bw::tool_service
