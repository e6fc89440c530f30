#include "tool-service/openapi/catalogue_loader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "tool-service/openapi/operation_repairs.h"

namespace bw::tool_service {
namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".yaml", ".yml", ".json"};

std::string UniqueName(const Operation& operation, std::set<std::string>& taken) {
  std::string name = operation.id;
  if (!taken.insert(name).second) {
    const std::string prefixed = SanitisedName(operation.document + "_" + operation.id);
    name = prefixed;
    for (int i = 2; !taken.insert(name).second; ++i) {
      const std::string suffix = "_" + std::to_string(i);
      name = prefixed.substr(0, 64 - suffix.size()) + suffix;
    }
  }
  return name;
}

}  // namespace

StatusOr<std::vector<std::string>> ListDocuments(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string extension = entry->path().extension().string();
    if (std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end()) {
      paths.push_back(entry->path().string());
    }
  }
  if (error) return NotFound(directory + ": the directory cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

LoadedTools LoadTools(const std::vector<std::string>& paths, const OperationToolPorts& ports,
                      const OperationToolOptions& options) {
  LoadedTools loaded;
  std::set<std::string> taken;
  for (const std::string& path : paths) {
    StatusOr<LoadedDocument> document = LoadDocument(path);
    if (!document.ok()) {
      loaded.errors.push_back(document.status());
      continue;
    }
    for (const std::string& warning : document->warnings.kept()) {
      loaded.warnings.push_back(document->name + ": " + warning);
    }
    for (Operation& operation : document->operations) {
      std::string name = UniqueName(operation, taken);
      loaded.tools.push_back(
          OperationTool::Make(std::move(operation), std::move(name), ports, options));
    }
  }
  return loaded;
}

}  // namespace bw::tool_service
