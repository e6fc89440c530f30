// OpenAPI 3.0 and 3.1 schemas to JSON Schema 2020-12 as tools publish it: references inlined,
// dialects evened out, one type a schema, nothing but what a client's validator and an agent need.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "tool-service/openapi/document.h"

namespace bw::tool_service {

/// One per operation: the budget of nodes is for all that one operation publishes.
class SchemaTranslator {
 public:
  /// Nesting beyond which a schema becomes "anything".
  static constexpr int kMaxDepth = 20;
  /// Schemas of one operation, inlined ones counted each time.
  static constexpr std::size_t kMaxNodes = 2'000;

  /// Members that only the other side writes are left out: readOnly of what is sent, writeOnly of
  /// what is answered.
  enum class Direction { kRequest, kAnswer };

  /// Both must outlive the translator. `where` begins every warning.
  SchemaTranslator(const json::Json& root, std::string where, Warnings& warnings,
                   Direction direction = Direction::kRequest);

  /// Schemas translated so far.
  std::size_t nodes() const { return nodes_; }

  /// Never fails: what cannot be expressed (circles, dangling references, too much) becomes {} or
  /// an object without declared properties, and is warned about.
  /// `place` is where the schema stands in the operation, for warnings: "parameter page".
  json::Json Translate(const json::Json& schema, std::string_view place = "");
  /// The same for what is left out rather than sent as null: null is no alternative.
  json::Json TranslateArgument(const json::Json& schema, std::string_view place = "");

 private:
  json::Json TranslateNode(const json::Json& schema, int depth);
  json::Json TranslateReference(const json::Json& schema, const std::string& reference, int depth);
  json::Json TranslateObject(const json::Json& schema, int depth);
  void TranslateProperties(const json::Json& schema, json::Json& out, int depth);
  void TranslateCombinations(const json::Json& schema, json::Json& out, int depth);
  json::Json TranslateAt(std::string step, const json::Json& schema, int depth);
  bool IsLeftOut(const json::Json& schema) const;
  json::Json Repaired(const json::Json& schema);
  void Warn(std::string_view what);

  const json::Json& root_;
  const std::string where_;
  Warnings& warnings_;
  /// Set on members that are left out.
  const char* const left_out_;
  /// Steps from the operation, or from the schema that is being inlined, to the current schema.
  std::vector<std::string> place_;
  /// The references being inlined, to notice circles.
  std::vector<std::string> open_references_;
  std::size_t nodes_ = 0;
};

/// Plain text of at most `max_bytes` from a description that may hold HTML; cut at a character.
std::string PlainText(std::string_view text, std::size_t max_bytes);

}  // namespace bw::tool_service
