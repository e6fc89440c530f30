#include "gateway/http/selection.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace bw::gateway {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSelectedNameBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

Status AddTools(std::string_view list, std::vector<std::string>& tools) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (name.empty()) continue;
    if (!IsName(name)) {
      return InvalidArgument("tools: a name has 1 to " + std::to_string(kMaxSelectedNameBytes) +
                             " letters, digits, '_', '-' or '.'");
    }
    if (tools.size() == kMaxSelectedTools) {
      return InvalidArgument("tools: at most " + std::to_string(kMaxSelectedTools) + " names");
    }
    tools.emplace_back(name);
  }
  return OkStatus();
}

}  // namespace

StatusOr<Selection> SelectionOf(const http::Request& request) {
  Selection selection;
  for (const auto& [name, value] : request.query) {
    if (name == "tools") BW_RETURN_IF_ERROR(AddTools(value, selection.tools));
    if (name != "profile" || value.empty()) continue;
    if (!IsName(value)) return InvalidArgument("profile: not the name of a profile");
    selection.profile = value;
  }
  std::sort(selection.tools.begin(), selection.tools.end());
  selection.tools.erase(std::unique(selection.tools.begin(), selection.tools.end()),
                        selection.tools.end());
  return selection;
}

}  // namespace bw::gateway
