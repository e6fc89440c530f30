#include "tool-service/openapi/compiled_documents.h"

#include "common/json/json.h"
#include "tool-service/core/registry.h"
#include "tool-service/openapi/operation_codec.h"
#include "tool-service/openapi/operation_repairs.h"
#include "tool-service/openapi/spec_files.h"

namespace bw::tool_service {
namespace {

// Translated schemas nest deeper than the documents they come from.
constexpr int kMaxDepth = 256;

}  // namespace

std::string CompiledDocuments::PathOf(const std::string& name) const {
  return directory_ + "/" + SanitisedName(name) + ".compiled";
}

std::string CompiledDocuments::HeaderOf(const std::string& name, std::string_view text) const {
  return "bw-compiled " + std::to_string(kOperationCodecVersion) + " " + compiler_ + " " +
         RevisionOf(name) + " " + RevisionOf(text) + " " + std::to_string(text.size()) + "\n";
}

std::optional<LoadedDocument> CompiledDocuments::Find(const std::string& name,
                                                      std::string_view text) const {
  const StatusOr<std::string> file = ReadFile(PathOf(name), kMaxFileBytes);
  const std::string header = HeaderOf(name, text);
  if (!file.ok() || !file->starts_with(header)) return std::nullopt;
  const std::string_view rest = std::string_view(*file).substr(header.size());
  const std::size_t line = rest.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  const std::string_view payload = rest.substr(line + 1);
  if (rest.substr(0, line) != RevisionOf(payload)) return std::nullopt;
  StatusOr<json::Json> encoded =
      json::Parse(payload, {.max_bytes = kMaxFileBytes, .max_depth = kMaxDepth});
  if (!encoded.ok()) return std::nullopt;
  StatusOr<LoadedDocument> document = DecodeDocument(*std::move(encoded));
  if (!document.ok()) return std::nullopt;
  return *std::move(document);
}

Status CompiledDocuments::Put(const LoadedDocument& document, std::string_view text) const {
  const std::string payload = json::Dump(EncodeDocument(document));
  return WriteFileAtomically(PathOf(document.name),
                             HeaderOf(document.name, text) + RevisionOf(payload) + "\n" + payload);
}

}  // namespace bw::tool_service
