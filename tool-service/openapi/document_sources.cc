#include "tool-service/openapi/document_sources.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tool-service/openapi/live_documents.h"

namespace bw::tool_service {
namespace {

void Replace(std::string_view name, std::vector<SourceText>& documents) {
  std::erase_if(documents, [&](const SourceText& document) { return document.name == name; });
}

void Append(std::vector<SourceText> more, std::vector<SourceText>& documents) {
  std::move(more.begin(), more.end(), std::back_inserter(documents));
}

std::vector<SourceText> ReadFolder(const std::string& folder, std::vector<Status>& errors) {
  const auto paths = ListDocuments(folder);
  if (paths.ok()) return ReadDocuments(*paths);
  errors.push_back(paths.status());
  return {};
}

bool IsSameFolder(const SourceFolders& folders) {
  std::error_code error;
  return std::filesystem::equivalent(folders.bundled, folders.own, error);
}

}  // namespace

CollectedDocuments CollectDocuments(const SourceFolders& folders, std::vector<SourceText> live) {
  CollectedDocuments collected;
  collected.documents = ReadFolder(folders.bundled, collected.errors);
  for (const LiveRow& row : LiveTable()) {
    const bool is_live = std::any_of(live.begin(), live.end(), [&](const SourceText& document) {
      return document.name == row.name;
    });
    if (!is_live) continue;
    Replace(row.name, collected.documents);
    for (const std::string_view name : row.replaces) Replace(name, collected.documents);
  }
  Append(std::move(live), collected.documents);
  if (folders.own.empty() || IsSameFolder(folders)) return collected;
  std::vector<SourceText> own = ReadFolder(folders.own, collected.errors);
  for (const SourceText& document : own) Replace(document.name, collected.documents);
  Append(std::move(own), collected.documents);
  return collected;
}

}  // namespace bw::tool_service
