// The names of tools that come from documents: stable, unique whatever the case of letters,
// [A-Za-z0-9_-]{1,64}.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

/// Earlier documents have the first choice of names: voice, messaging, multi-factor-auth,
/// phone-number-lookup, then all others in the order in which they are given. This is a document's
/// place in that order.
std::size_t PrecedenceOf(std::string_view document);

class ToolNames {
 public:
  /// `reserved`: names of hand-written tools, which come before every document.
  explicit ToolNames(const std::vector<std::string>& reserved);

  /// The operation's id; "<document>_<id>" when a hand-written tool or an earlier document has that
  /// name in any case, or when the id is known to be another one's of Bandwidth's documents (even
  /// while that one is not loaded, so that a name never changes its meaning); then with _2, _3, …
  std::string Take(const Operation& operation);

 private:
  bool Claim(std::string_view name);

  /// In lower case.
  std::set<std::string> taken_;
};

}  // namespace bw::tool_service
