// Parts of absolute http and https URLs (RFC 3986), as far as access rules need them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::gateway {

/// A host name without port or brackets, lower case; nullopt when `authority` is malformed.
std::optional<std::string> HostOf(std::string_view authority);
/// Whether an address or name to listen on, or to reach, is this machine only.
bool IsLoopback(std::string_view host);

struct WebAddress {
  /// "https" or "http".
  std::string scheme;
  /// "mcp.example.com:8443", as written.
  std::string authority;
  /// "" or begins with '/'.
  std::string path;

  std::string origin() const { return scheme + "://" + authority; }
};

/// Of an absolute URL without user, query and fragment: where tokens and keys come from. http is
/// taken for this machine only. INVALID_ARGUMENT otherwise, saying what is wrong.
StatusOr<WebAddress> ParseWebAddress(std::string_view url);

/// The same for something that is only fetched, which may have a query.
Status CheckFetchUrl(std::string_view url);

}  // namespace bw::gateway
