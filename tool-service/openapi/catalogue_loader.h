// OpenAPI documents to tools: what the service does at start, and again for what changed since.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tool-service/openapi/compiled_documents.h"
#include "tool-service/openapi/operation_reader.h"
#include "tool-service/openapi/operation_tool.h"
#include "tool-service/openapi/tool_names.h"

namespace bw::tool_service {

/// A document before it is parsed.
struct SourceText {
  /// "voice"
  std::string name;
  /// The file's path or the URL, for messages.
  std::string where;
  /// Or why it could not be had.
  StatusOr<std::string> text;
};

struct LoadedTools {
  /// In the order of documents (PrecedenceOf, then as given), then of operations; names unique.
  std::vector<std::shared_ptr<OperationTool>> tools;
  /// What was wrong in documents and could be lived with: "specs/voice.yaml: GET /…: …".
  std::vector<std::string> warnings;
  /// Tools whose operation's id was taken: "specs/insights.yaml: GET /…: …".
  std::vector<std::string> renamed;
  /// Why the cache could not keep the last one; OK when it kept all.
  Status not_kept;
  /// One per document that could not be used, naming file and location; the others work.
  std::vector<Status> errors;
  /// Names of the documents that tools came from.
  std::vector<std::string> documents;
  /// Of them, those whose work was found in the cache.
  std::size_t from_cache = 0;
};

/// The .yaml, .yml and .json files of `directory`, by name; NOT_FOUND when it cannot be read.
StatusOr<std::vector<std::string>> ListDocuments(const std::string& directory);

/// Their texts; a file that cannot be read carries its error.
std::vector<SourceText> ReadDocuments(const std::vector<std::string>& paths);

/// The documents that are loaded now. Not thread-safe.
class DocumentCatalogue {
 public:
  static constexpr std::size_t kMaxDocuments = 256;

  /// `reserved`: names of hand-written tools (ToolNames). `compiled` may be null and outlives the
  /// catalogue.
  DocumentCatalogue(const OperationToolPorts& ports, const OperationToolOptions& options,
                    std::vector<std::string> reserved, const CompiledDocuments* compiled);

  /// Makes `documents` all that is loaded. What did not change keeps its tools; what fails now but
  /// worked before keeps the tools it had, and is among the errors all the same.
  LoadedTools Load(std::vector<SourceText> documents);

 private:
  struct Loaded {
    std::string fingerprint;
    std::string where;
    /// Their names are given anew by each Load.
    std::vector<std::shared_ptr<OperationTool>> tools;
    /// Operations that have no tool yet.
    std::vector<Operation> fresh;
    std::vector<std::string> warnings;
  };

  StatusOr<LoadedDocument> Compile(const SourceText& document, LoadedTools& outcome) const;
  /// The error, when `document` cannot be used.
  Status Refresh(const SourceText& document, Loaded& entry, LoadedTools& outcome) const;
  void MakeTools(ToolNames& names, Loaded& entry, LoadedTools& outcome) const;

  const OperationToolPorts ports_;
  const OperationToolOptions options_;
  const std::vector<std::string> reserved_;
  const CompiledDocuments* const compiled_;
  std::map<std::string, Loaded> loaded_;
};

/// Loads each file once, without hand-written tools and without a cache.
LoadedTools LoadTools(const std::vector<std::string>& paths, const OperationToolPorts& ports,
                      const OperationToolOptions& options = {});

}  // namespace bw::tool_service
