#include "gateway/http/selection.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace bw::gateway {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSelectedNameBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

struct NameList {
  std::string_view parameter;
  std::size_t max_names;
};
constexpr NameList kTools = {"tools", kMaxSelectedTools};
constexpr NameList kProfiles = {"profile", kMaxSelectedProfiles};

// Adds the entries of a comma-separated list to those of the parameter's other occurrences.
Status AddNames(const NameList& rule, std::string_view list, std::vector<std::string>& names) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (name.empty()) continue;
    if (!IsName(name)) {
      return InvalidArgument(std::string(rule.parameter) + ": a name has 1 to " +
                             std::to_string(kMaxSelectedNameBytes) +
                             " letters, digits, '_', '-' or '.'");
    }
    if (names.size() == rule.max_names) {
      return InvalidArgument(std::string(rule.parameter) + ": at most " +
                             std::to_string(rule.max_names) + " names");
    }
    names.emplace_back(name);
  }
  return OkStatus();
}

void SortUnique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

StatusOr<Selection> SelectionOf(const http::Request& request) {
  Selection selection;
  std::vector<std::string> profiles;
  for (const auto& [name, value] : request.query) {
    if (name == kTools.parameter) BW_RETURN_IF_ERROR(AddNames(kTools, value, selection.tools));
    if (name == kProfiles.parameter) BW_RETURN_IF_ERROR(AddNames(kProfiles, value, profiles));
  }
  SortUnique(selection.tools);
  SortUnique(profiles);
  for (const std::string& profile : profiles) {
    selection.profile += (selection.profile.empty() ? "" : ",") + profile;
  }
  return selection;
}

}  // namespace bw::gateway
