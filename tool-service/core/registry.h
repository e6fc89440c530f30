// The tools that are loaded, in one order, as a snapshot that callers keep while it is replaced.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool-service/core/tool.h"

namespace bw::tool_service {

struct CatalogueEntry {
  std::shared_ptr<Tool> tool;
  /// Only for clients on this machine: it touches local files or the service's credentials.
  bool local_only = false;
  /// Given by the catalogue (core/access.h).
  Access access = Access::kWrite;
  /// The OpenAPI document it was made from ("voice"); empty for a hand-written tool.
  std::string document = {};
};

/// Immutable; sorted by tool name, names unique.
class Catalogue {
 public:
  static constexpr std::size_t kMaxTools = 4096;

  /// Keeps the first tool of each name and at most kMaxTools; the names of all others are appended
  /// to `refused`.
  Catalogue(std::vector<CatalogueEntry> entries, std::vector<std::string>& refused);

  const std::vector<CatalogueEntry>& entries() const { return entries_; }
  /// nullptr when there is none of that name.
  const CatalogueEntry* Find(std::string_view name) const;
  /// Hash of everything a client can see; equal catalogues have equal revisions in any process.
  const std::string& revision() const { return revision_; }

 private:
  std::vector<CatalogueEntry> entries_;
  std::string revision_;
};

/// Thread-safe.
class Registry {
 public:
  Registry();
  /// The catalogue of this moment; never null.
  std::shared_ptr<const Catalogue> Snapshot() const;
  /// Puts `entries` in place of all that is loaded and returns the names that were refused.
  std::vector<std::string> Replace(std::vector<CatalogueEntry> entries);
  /// `listener` runs after each Replace, on its thread and without a lock. To be set before others
  /// use the registry.
  void OnReplace(std::function<void()> listener) { listener_ = std::move(listener); }

 private:
  mutable std::mutex mutex_;  // guards catalogue_
  std::shared_ptr<const Catalogue> catalogue_;
  std::function<void()> listener_;
};

/// 16 hexadecimal digits; FNV-1a, for change detection only.
std::string RevisionOf(std::string_view text);
/// The revision and the length of what the arguments are as text: equal arguments have equal ones.
std::string DigestOf(const json::Json& arguments);

}  // namespace bw::tool_service
