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
  /// Changes when the answer to the same selection changes.
  const std::string& revision() const { return revision_; }

 private:
  friend class Toolbox;
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

  /// Never null. INVALID_ARGUMENT as ValidateSelection.
  StatusOr<std::shared_ptr<const Listing>> List(const Selection& selection);
  const SelectionPolicy& policy() const { return policy_; }
  std::size_t prepared() const;

 private:
  const Registry& registry_;
  const SelectionPolicy policy_;
  mutable std::mutex mutex_;  // guards prepared_
  std::map<std::string, std::shared_ptr<const Listing>, std::less<>> prepared_;
};

}  // namespace bw::tool_service
