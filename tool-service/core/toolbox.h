// The tools as one client sees them, prepared once per selection and catalogue.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/selection.h"
#include "tool-service/core/tool_index.h"

namespace bw::tool_service {

/// Immutable.
class Listing {
 public:
  Listing(std::shared_ptr<const Catalogue> catalogue, std::vector<CatalogueEntry> entries);

  /// By name.
  const std::vector<CatalogueEntry>& entries() const { return entries_; }
  /// The entry of that name if it is part of the listing, else nullptr; lives as long as the
  /// listing.
  const CatalogueEntry* Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  /// What it was taken from.
  const std::shared_ptr<const Catalogue>& catalogue() const { return catalogue_; }
  /// Changes when the answer to the same selection changes.
  const std::string& revision() const { return revision_; }

 private:
  std::shared_ptr<const Catalogue> catalogue_;
  std::vector<CatalogueEntry> entries_;
  std::string revision_;
};

/// Thread-safe.
class Toolbox {
 public:
  /// Different selections that are kept prepared; one more drops the others.
  static constexpr std::size_t kMaxPrepared = 64;

  /// `registry` outlives the toolbox.
  Toolbox(const Registry& registry, SelectionPolicy policy);

  /// What that client sees. Never null. INVALID_ARGUMENT as ValidateSelection.
  StatusOr<std::shared_ptr<const Listing>> List(const Selection& selection);
  /// What the search tools lead that client to (SelectionPolicy::Reach). The same rules.
  StatusOr<std::shared_ptr<const Listing>> Reach(const Selection& selection);
  /// Of a catalogue that a listing was taken from; made when it is first asked for, and kept until
  /// that of another catalogue is. Never null.
  std::shared_ptr<const ToolIndex> IndexOf(const std::shared_ptr<const Catalogue>& catalogue);
  const SelectionPolicy& policy() const { return policy_; }
  std::size_t prepared() const;

 private:
  using Choose = StatusOr<std::vector<CatalogueEntry>> (SelectionPolicy::*)(const Catalogue&,
                                                                            const Selection&) const;

  StatusOr<std::shared_ptr<const Listing>> Prepare(const Selection& selection, std::string key,
                                                   Choose choose);

  const Registry& registry_;
  const SelectionPolicy policy_;
  // Held while an index is made, so that it is made once.
  std::mutex indexing_;  // guards index_
  std::shared_ptr<const ToolIndex> index_;
  mutable std::mutex mutex_;  // guards prepared_
  std::map<std::string, std::shared_ptr<const Listing>, std::less<>> prepared_;
};

}  // namespace bw::tool_service
