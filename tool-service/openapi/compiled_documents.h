// The loader's work kept on disk: what it made of each text, so that a large document is parsed
// once and not at every start.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/status/status.h"
#include "tool-service/openapi/operation_reader.h"

namespace bw::tool_service {

/// Thread-safe; several processes may share the folder. One file per document's name.
class CompiledDocuments {
 public:
  static constexpr std::size_t kMaxFileBytes = 64u << 20;

  /// `compiler` names the program that compiles: what another one wrote is not used.
  CompiledDocuments(std::string directory, std::string compiler)
      : directory_(std::move(directory)), compiler_(std::move(compiler)) {}

  /// What was made of exactly this text; nullopt when there is none, or none that is sound.
  std::optional<LoadedDocument> Find(const std::string& name, std::string_view text) const;
  /// UNAVAILABLE when the folder cannot be written to.
  Status Put(const LoadedDocument& document, std::string_view text) const;

 private:
  std::string PathOf(const std::string& name) const;
  /// Everything the file depends on.
  std::string HeaderOf(const std::string& name, std::string_view text) const;

  const std::string directory_;
  const std::string compiler_;
};

}  // namespace bw::tool_service
