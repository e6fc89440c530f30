// The OAuth scopes of this server and what they allow: read, write and admin, each with those
// before it, under a prefix where the authorization server needs one to tell resources apart.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/core/tool_provider.h"

namespace bw::gateway {

/// "read", "write" or "admin".
std::string_view AccessName(Access access);
std::optional<Access> FindAccess(std::string_view name);
/// Whether `text` may be part of a scope's name (RFC 6749 §3.3).
bool IsScopeToken(std::string_view text);

class Scopes {
 public:
  explicit Scopes(std::string prefix = {}) : prefix_(std::move(prefix)) {}

  std::string NameOf(Access access) const;
  /// What clients should ask for: enough for the everyday tools, separated by blanks. Tools above
  /// it name theirs when they are called.
  std::string Everyday() const;
  /// The most that any scope in `granted` allows; nullopt when none is of this server. Scopes are
  /// separated by blanks.
  std::optional<Access> AccessOf(std::string_view granted) const;

 private:
  std::string prefix_;
};

}  // namespace bw::gateway
