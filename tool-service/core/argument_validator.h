// Checks a call's arguments before anything is sent, and says what to change in words an agent can
// act on. Covers the part of JSON Schema 2020-12 that our tools publish.
#pragma once

#include <memory>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::tool_service {

/// Immutable once built, so thread-safe.
///
/// Keywords: type, enum, const, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength,
/// maxLength (in characters), pattern, minItems, maxItems, uniqueItems, items, minProperties,
/// maxProperties, properties, required, additionalProperties, allOf, anyOf, oneOf and not. All
/// others are ignored. oneOf is treated as anyOf: alternatives that overlap must not make us refuse
/// what the API would take. A pattern that RE2 cannot compile is not checked.
class ArgumentValidator {
 public:
  /// At most this many problems are reported at once.
  static constexpr int kMaxProblems = 8;

  /// `schema` must outlive the validator and not change.
  explicit ArgumentValidator(const json::Json& schema);
  ~ArgumentValidator();
  ArgumentValidator(ArgumentValidator&&) noexcept;
  ArgumentValidator& operator=(ArgumentValidator&&) noexcept;

  /// INVALID_ARGUMENT, one problem a line: "options.limit: must be at most 100". Values are not
  /// quoted.
  Status Check(const json::Json& arguments) const;

 private:
  class Patterns;
  const json::Json* schema_;
  std::unique_ptr<Patterns> patterns_;
};

/// Takes out the members of `arguments` that are null where the schema's property allows no null:
/// agents write null for what they leave out.
void DropNulls(const json::Json& schema, json::Json& arguments);

}  // namespace bw::tool_service
