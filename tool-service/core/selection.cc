#include "tool-service/core/selection.h"

#include <algorithm>
#include <utility>

#include "tool-service/core/nearest_name.h"

namespace bw::tool_service {
namespace {

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool AnyLists(const std::vector<const Profile*>& profiles, const CatalogueEntry& entry) {
  return std::any_of(profiles.begin(), profiles.end(),
                     [&](const Profile* profile) { return Lists(*profile, entry); });
}

Status ValidateNames(std::string_view field, const std::vector<std::string>& names) {
  if (names.size() > kMaxSelectionNames) {
    return InvalidArgument("selection." + std::string(field) + " has " +
                           std::to_string(names.size()) + " names; at most " +
                           std::to_string(kMaxSelectionNames) + " are allowed");
  }
  for (const std::string& name : names) {
    if (name.empty() || name.size() > kMaxToolNameBytes) {
      return InvalidArgument("selection." + std::string(field) +
                             " holds a name that is empty or longer than " +
                             std::to_string(kMaxToolNameBytes) + " bytes");
    }
  }
  return OkStatus();
}

}  // namespace

Status ValidateSelection(const Selection& selection) {
  if (selection.profile.size() > kMaxProfileBytes) {
    return InvalidArgument("selection.profile is longer than " + std::to_string(kMaxProfileBytes) +
                           " bytes");
  }
  if (auto profiles = ParseProfiles(selection.profile); !profiles.ok()) {
    return Annotate(profiles.status(), "selection.profile");
  }
  BW_RETURN_IF_ERROR(ValidateNames("tools", selection.tools));
  return ValidateNames("exclude_tools", selection.exclude_tools);
}

SelectionPolicy::SelectionPolicy(Selection configured, bool local)
    : configured_(std::move(configured)), local_(local) {
  if (auto profiles = ParseProfiles(configured_.profile); profiles.ok()) profiles_ = *profiles;
  if (profiles_.empty()) profiles_ = {FindProfile(kDefaultProfile)};
}

bool SelectionPolicy::IsOffered(const CatalogueEntry& entry, Transport transport) const {
  return !entry.local_only || local_ || transport == Transport::kStdio;
}

bool SelectionPolicy::Enables(const CatalogueEntry& entry) const {
  const std::string& name = entry.tool->definition().name;
  if (Contains(configured_.exclude_tools, name)) return false;
  if (LeadsToTools(name)) return true;
  if (!configured_.tools.empty()) return Contains(configured_.tools, name);
  return std::any_of(profiles_.begin(), profiles_.end(), [&](const Profile* profile) {
    return profile->reaches_everything || Lists(*profile, entry);
  });
}

bool SelectionPolicy::ListsUnasked(const CatalogueEntry& entry) const {
  if (!configured_.tools.empty()) {
    return Contains(configured_.tools, entry.tool->definition().name);
  }
  return AnyLists(profiles_, entry);
}

StatusOr<std::vector<CatalogueEntry>> SelectionPolicy::Select(const Catalogue& catalogue,
                                                              const Selection& requested) const {
  BW_RETURN_IF_ERROR(ValidateSelection(requested));
  BW_ASSIGN_OR_RETURN(const ProfileList wanted, ParseProfiles(requested.profile));
  const bool asks = !wanted.empty() || !requested.tools.empty();
  std::vector<CatalogueEntry> selected;
  for (const CatalogueEntry& entry : catalogue.entries()) {
    const std::string& name = entry.tool->definition().name;
    if (!IsOffered(entry, requested.transport) || !Enables(entry)) continue;
    if (!asks && !ListsUnasked(entry)) continue;
    if (!wanted.empty() && !AnyLists(wanted, entry)) continue;
    if (!requested.tools.empty() && !Contains(requested.tools, name)) continue;
    if (!Contains(requested.exclude_tools, name)) selected.push_back(entry);
  }
  return selected;
}

StatusOr<std::vector<CatalogueEntry>> SelectionPolicy::Reach(const Catalogue& catalogue,
                                                             const Selection& requested) const {
  BW_RETURN_IF_ERROR(ValidateSelection(requested));
  std::vector<CatalogueEntry> reached;
  for (const CatalogueEntry& entry : catalogue.entries()) {
    const std::string& name = entry.tool->definition().name;
    if (LeadsToTools(name) || Contains(requested.exclude_tools, name)) continue;
    if (IsOffered(entry, requested.transport) && Enables(entry)) reached.push_back(entry);
  }
  return reached;
}

std::vector<UnknownName> SelectionPolicy::UnknownNames(const Catalogue& catalogue) const {
  std::vector<std::string_view> known;
  for (const CatalogueEntry& entry : catalogue.entries()) {
    known.push_back(entry.tool->definition().name);
  }
  std::vector<UnknownName> unknown;
  for (const auto* names : {&configured_.tools, &configured_.exclude_tools}) {
    for (const std::string& name : *names) {
      if (catalogue.Find(name) != nullptr) continue;
      const bool look = unknown.size() < kMaxSuggestions;
      unknown.push_back({name, std::string(look ? NearestName(name, known) : "")});
    }
  }
  return unknown;
}

std::string SelectionPolicy::Fingerprint() const {
  std::string text = configured_.profile + (local_ ? "\nlocal" : "\n");
  for (const auto* names : {&configured_.tools, &configured_.exclude_tools}) {
    text += '\n';
    for (const std::string& name : *names) text += name + '\t';
  }
  return RevisionOf(text);
}

}  // namespace bw::tool_service
