// OpenAPI documents to tools: what the service does once at start.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tool-service/openapi/operation_reader.h"
#include "tool-service/openapi/operation_tool.h"

namespace bw::tool_service {

struct LoadedTools {
  /// In the order of documents, then of operations; names unique.
  std::vector<std::shared_ptr<OperationTool>> tools;
  /// What was wrong in documents and could be lived with: "voice: GET /…: …".
  std::vector<std::string> warnings;
  /// One per document that could not be used, naming file and location; the others work.
  std::vector<Status> errors;
};

/// The .yaml, .yml and .json files of `directory`, by name; NOT_FOUND when it cannot be read.
StatusOr<std::vector<std::string>> ListDocuments(const std::string& directory);

/// Loads each file. An operation whose id an earlier document has already is named
/// "<document>_<id>".
LoadedTools LoadTools(const std::vector<std::string>& paths, const OperationToolPorts& ports,
                      const OperationToolOptions& options = {});

}  // namespace bw::tool_service
