#include "gateway/core/scopes.h"

#include <algorithm>

namespace bw::gateway {
namespace {

constexpr std::string_view kNames[] = {"read", "write", "admin"};

}  // namespace

std::string_view AccessName(Access access) { return kNames[static_cast<int>(access)]; }

std::optional<Access> FindAccess(std::string_view name) {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Access>(found - std::begin(kNames));
}

bool IsScopeToken(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string Scopes::NameOf(Access access) const {
  return prefix_ + std::string(AccessName(access));
}

std::string Scopes::Everyday() const {
  return NameOf(Access::kRead) + ' ' + NameOf(Access::kWrite);
}

std::optional<Access> Scopes::AccessOf(std::string_view granted) const {
  std::optional<Access> most;
  while (!granted.empty()) {
    const std::size_t end = std::min(granted.find(' '), granted.size());
    std::string_view scope = granted.substr(0, end);
    granted.remove_prefix(std::min(end + 1, granted.size()));
    if (!scope.starts_with(prefix_)) continue;
    scope.remove_prefix(prefix_.size());
    const auto access = FindAccess(scope);
    if (access && (!most || *access > *most)) most = access;
  }
  return most;
}

}  // namespace bw::gateway
