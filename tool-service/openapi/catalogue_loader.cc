#include "tool-service/openapi/catalogue_loader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tool-service/core/registry.h"
#include "tool-service/openapi/document.h"
#include "tool-service/openapi/spec_files.h"

namespace bw::tool_service {
namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".yaml", ".yml", ".json"};

std::string FingerprintOf(const std::string& text) {
  return RevisionOf(text) + " " + std::to_string(text.size());
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

std::vector<SourceText> ReadDocuments(const std::vector<std::string>& paths) {
  std::vector<SourceText> documents;
  for (const std::string& path : paths) {
    documents.push_back(
        {std::filesystem::path(path).stem().string(), path, ReadFile(path, kMaxDocumentBytes)});
  }
  return documents;
}

DocumentCatalogue::DocumentCatalogue(const OperationToolPorts& ports,
                                     const OperationToolOptions& options,
                                     std::vector<std::string> reserved,
                                     const CompiledDocuments* compiled)
    : ports_(ports), options_(options), reserved_(std::move(reserved)), compiled_(compiled) {}

StatusOr<LoadedDocument> DocumentCatalogue::Compile(const SourceText& document,
                                                    LoadedTools& outcome) const {
  if (compiled_ != nullptr) {
    if (auto found = compiled_->Find(document.name, *document.text)) {
      ++outcome.from_cache;
      return *std::move(found);
    }
  }
  BW_ASSIGN_OR_RETURN(const Document parsed, ParseDocument(document.name, *document.text));
  BW_ASSIGN_OR_RETURN(LoadedDocument loaded, ReadOperations(parsed));
  if (compiled_ != nullptr) {
    if (Status kept = compiled_->Put(loaded, *document.text); !kept.ok()) {
      outcome.not_kept = std::move(kept);
    }
  }
  return loaded;
}

Status DocumentCatalogue::Refresh(const SourceText& document, Loaded& entry,
                                  LoadedTools& outcome) const {
  BW_RETURN_IF_ERROR(document.text.status());
  std::string fingerprint = FingerprintOf(*document.text);
  if (fingerprint == entry.fingerprint) return OkStatus();
  StatusOr<LoadedDocument> loaded = Compile(document, outcome);
  if (!loaded.ok()) return Annotate(loaded.status(), document.where);
  entry = Loaded{std::move(fingerprint), document.where, {}, std::move(loaded->operations), {}};
  for (const std::string& warning : loaded->warnings.kept()) {
    entry.warnings.push_back(document.where + ": " + warning);
  }
  if (const std::size_t more = loaded->warnings.total() - loaded->warnings.kept().size();
      loaded->warnings.total() > loaded->warnings.kept().size()) {
    entry.warnings.push_back(document.where + ": and " + std::to_string(more) + " more");
  }
  return OkStatus();
}

void DocumentCatalogue::MakeTools(ToolNames& names, Loaded& entry, LoadedTools& outcome) const {
  const auto take = [&](const Operation& operation) {
    std::string name = names.Take(operation);
    if (name != operation.id) {
      outcome.renamed.push_back(entry.where + ": " + operation.method + " " + operation.path +
                                ": the name " + operation.id + " is taken; the tool is " + name);
    }
    return name;
  };
  for (auto& tool : entry.tools) {
    std::string name = take(tool->operation());
    if (name == tool->definition().name) continue;
    tool = OperationTool::Make(tool->operation(), std::move(name), ports_, options_);
  }
  for (Operation& operation : entry.fresh) {
    std::string name = take(operation);
    entry.tools.push_back(
        OperationTool::Make(std::move(operation), std::move(name), ports_, options_));
  }
  entry.fresh.clear();
}

LoadedTools DocumentCatalogue::Load(std::vector<SourceText> documents) {
  std::stable_sort(documents.begin(), documents.end(),
                   [](const SourceText& left, const SourceText& right) {
                     return PrecedenceOf(left.name) < PrecedenceOf(right.name);
                   });
  LoadedTools outcome;
  ToolNames names(reserved_);
  std::map<std::string, Loaded> before = std::exchange(loaded_, {});
  for (const SourceText& document : documents) {
    if (loaded_.contains(document.name) || loaded_.size() >= kMaxDocuments) {
      outcome.errors.push_back(
          InvalidArgument(document.where + ": " +
                          (loaded_.contains(document.name) ? "another document has the same name"
                                                           : "there are too many documents")));
      continue;
    }
    Loaded entry;
    if (auto known = before.find(document.name); known != before.end()) {
      entry = std::move(known->second);
    }
    if (Status status = Refresh(document, entry, outcome); !status.ok()) {
      outcome.errors.push_back(std::move(status));
    }
    // Not even an older version of it works.
    if (entry.fingerprint.empty()) continue;
    MakeTools(names, entry, outcome);
    outcome.tools.insert(outcome.tools.end(), entry.tools.begin(), entry.tools.end());
    outcome.warnings.insert(outcome.warnings.end(), entry.warnings.begin(), entry.warnings.end());
    outcome.documents.push_back(document.name);
    loaded_.emplace(document.name, std::move(entry));
  }
  return outcome;
}

LoadedTools LoadTools(const std::vector<std::string>& paths, const OperationToolPorts& ports,
                      const OperationToolOptions& options) {
  return DocumentCatalogue(ports, options, {}, nullptr).Load(ReadDocuments(paths));
}

}  // namespace bw::tool_service
