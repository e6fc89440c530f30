// Short OpenAPI documents for tests.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tool-service/openapi/operation_reader.h"

namespace bw::tool_service {

/// A document whose "paths" is `paths` (YAML, indented by two) and whose "components" follows.
inline std::string DocumentText(const std::string& paths, const std::string& components = "") {
  return "openapi: 3.0.3\nservers:\n  - url: https://voice.bandwidth.com/api/v2/\npaths:\n" +
         paths + (components.empty() ? "" : "components:\n" + components);
}

inline StatusOr<LoadedDocument> Load(const std::string& text, const std::string& name = "voice") {
  StatusOr<Document> document = ParseDocument(name, text);
  if (!document.ok()) return document.status();
  return ReadOperations(*document);
}

/// The only operation of a document.
inline Operation LoadOne(const std::string& paths, const std::string& components = "") {
  StatusOr<LoadedDocument> loaded = Load(DocumentText(paths, components));
  EXPECT_TRUE(loaded.ok()) << ToString(loaded.status());
  if (!loaded.ok() || loaded->operations.empty()) return Operation();
  return loaded->operations[0];
}

}  // namespace bw::tool_service
