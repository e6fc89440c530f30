// What every published tool must fulfil, whatever document it came from.
#pragma once

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/expect_schema.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

inline void ExpectUsable(const ToolDefinition& definition) {
  EXPECT_FALSE(definition.name.empty());
  EXPECT_LE(definition.name.size(), 64u);
  EXPECT_FALSE(definition.title.empty()) << definition.name;
  EXPECT_FALSE(definition.description.empty()) << definition.name;
  const json::Json& schema = definition.input_schema;
  EXPECT_EQ(schema["type"], "object") << definition.name;
  EXPECT_TRUE(schema["properties"].is_object()) << definition.name;
  for (const char* keyword : {"oneOf", "anyOf", "allOf", "$ref"}) {
    EXPECT_FALSE(schema.contains(keyword)) << definition.name;
  }
  ExpectValidSchema(schema, definition.name);
  const std::string text = json::Dump(schema);
  EXPECT_EQ(text.find("\"$ref\""), std::string::npos) << definition.name;
  // Strict clients take one type each.
  EXPECT_EQ(text.find("\"type\":["), std::string::npos) << definition.name;
  if (!definition.output_schema) return;
  EXPECT_EQ((*definition.output_schema)["type"], "object") << definition.name;
  ExpectValidSchema(*definition.output_schema, definition.name);
}

}  // namespace bw::tool_service
