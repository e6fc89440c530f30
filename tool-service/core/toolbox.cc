#include "tool-service/core/toolbox.h"

#include <algorithm>
#include <utility>

namespace bw::tool_service {
namespace {

// Tool names hold no control characters, so that no two selections share a key.
std::string KeyOf(const Selection& selection) {
  std::string key = selection.transport == Transport::kStdio ? "stdio" : "http";
  key += '\n' + selection.profile;
  for (const auto* names : {&selection.tools, &selection.exclude_tools}) {
    key += '\n';
    for (const std::string& name : *names) key += name + '\t';
  }
  return key;
}

std::string RevisionOfEntries(const std::string& catalogue,
                              const std::vector<CatalogueEntry>& entries) {
  std::string text = catalogue;
  for (const CatalogueEntry& entry : entries) text += '\n' + entry.tool->definition().name;
  return RevisionOf(text);
}

}  // namespace

Listing::Listing(std::shared_ptr<const Catalogue> catalogue, std::vector<CatalogueEntry> entries)
    : catalogue_(std::move(catalogue)),
      entries_(std::move(entries)),
      revision_(RevisionOfEntries(catalogue_->revision(), entries_)) {}

const CatalogueEntry* Listing::Find(std::string_view name) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), name,
                                      [](const CatalogueEntry& entry, std::string_view wanted) {
                                        return entry.tool->definition().name < wanted;
                                      });
  if (found == entries_.end() || found->tool->definition().name != name) return nullptr;
  return &*found;
}

Toolbox::Toolbox(const Registry& registry, SelectionPolicy policy)
    : registry_(registry), policy_(std::move(policy)) {}

StatusOr<std::shared_ptr<const Listing>> Toolbox::List(const Selection& selection) {
  // The key is built from bounded names only.
  BW_RETURN_IF_ERROR(ValidateSelection(selection));
  return Prepare(selection, KeyOf(selection), &SelectionPolicy::Select);
}

StatusOr<std::shared_ptr<const Listing>> Toolbox::Reach(const Selection& selection) {
  BW_RETURN_IF_ERROR(ValidateSelection(selection));
  return Prepare(selection, "reach\n" + KeyOf(selection), &SelectionPolicy::Reach);
}

StatusOr<std::shared_ptr<const Listing>> Toolbox::Prepare(const Selection& selection,
                                                          std::string key, Choose choose) {
  std::shared_ptr<const Catalogue> catalogue = registry_.Snapshot();
  {
    const std::lock_guard lock(mutex_);
    const auto found = prepared_.find(key);
    if (found != prepared_.end() && found->second->catalogue() == catalogue) return found->second;
  }
  BW_ASSIGN_OR_RETURN(std::vector<CatalogueEntry> entries,
                      (policy_.*choose)(*catalogue, selection));
  auto listing = std::make_shared<const Listing>(std::move(catalogue), std::move(entries));
  const std::lock_guard lock(mutex_);
  if (prepared_.size() >= kMaxPrepared && !prepared_.contains(key)) prepared_.clear();
  prepared_[std::move(key)] = listing;
  return listing;
}

std::shared_ptr<const ToolIndex> Toolbox::IndexOf(
    const std::shared_ptr<const Catalogue>& catalogue) {
  const std::lock_guard lock(indexing_);
  if (index_ == nullptr || index_->catalogue() != catalogue) {
    index_ = std::make_shared<const ToolIndex>(catalogue);
  }
  return index_;
}

std::size_t Toolbox::prepared() const {
  const std::lock_guard lock(mutex_);
  return prepared_.size();
}

}  // namespace bw::tool_service
