// An OpenAPI document as it was read, before anything is made of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::tool_service {

/// What was wrong in a document and could be lived with; for the log at start.
class Warnings {
 public:
  static constexpr std::size_t kMaxKept = 100;

  Warnings() = default;
  Warnings(std::vector<std::string> kept, std::size_t total)
      : kept_(std::move(kept)), total_(total) {}

  /// Says where and what; one that is kept already is not counted again.
  void Add(std::string warning);
  const std::vector<std::string>& kept() const { return kept_; }
  std::size_t total() const { return total_; }

 private:
  std::vector<std::string> kept_;
  std::size_t total_ = 0;
};

struct Document {
  /// The file's name without folder and extension: "voice".
  std::string name;
  json::Json root;
};

constexpr std::size_t kMaxDocumentBytes = 8u << 20;

/// Parses JSON (a text that begins with a brace) or YAML and checks that it is an OpenAPI 3
/// document with paths. INVALID_ARGUMENT says what is wrong and, where it can, at which line.
StatusOr<Document> ParseDocument(std::string name, std::string_view text);

/// Reads the file at `path`. NOT_FOUND, or INVALID_ARGUMENT as above; the message begins with the
/// path.
StatusOr<Document> ReadDocument(const std::string& path);

/// Follows `reference` ("#/components/schemas/call") within `root`, through further references.
/// nullptr when it leads nowhere, leaves the document or goes in circles.
const json::Json* FindReference(const json::Json& root, std::string_view reference);

/// `node` itself, or what its $ref leads to; nullptr when that leads nowhere.
const json::Json* Resolve(const json::Json& root, const json::Json& node);

}  // namespace bw::tool_service
