// An OpenAPI document to its operations.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tool-service/openapi/document.h"
#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

struct LoadedDocument {
  std::string name;
  /// In the order of paths, then methods; ids unique.
  std::vector<Operation> operations;
  Warnings warnings;
};

constexpr std::size_t kMaxOperations = 1'000;
constexpr std::size_t kMaxParameters = 100;
/// Schemas of one document, inlined ones counted each time: what the largest real document needs
/// several times over.
constexpr std::size_t kMaxSchemas = 100'000;

/// Reads every operation; one that cannot be used (no server, a malformed path) is left out and
/// warned about. INVALID_ARGUMENT when none can be used or there are too many schemas; the message
/// says why.
StatusOr<LoadedDocument> ReadOperations(const Document& document);

/// ReadDocument, then ReadOperations.
StatusOr<LoadedDocument> LoadDocument(const std::string& path);

}  // namespace bw::tool_service
