// Where a Location leads (RFC 3986 §5.2), read by the parser that will also connect there: two
// readers of one URL would be a way around every check.
#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::http_client {

struct Origin {
  /// "http" or "https".
  std::string scheme;
  /// Lower case; an IPv6 address has its brackets.
  std::string host;
  std::string port;
  bool operator==(const Origin&) const = default;
};

struct ResolvedUrl {
  /// Absolute, without a fragment; spaces and bytes beyond ASCII are percent-encoded.
  std::string url;
  Origin origin;
};

/// `reference` as seen from `base`, which is an absolute URL; an absolute reference stands for
/// itself. INVALID_ARGUMENT for what is no http(s) URL or has a user in it.
StatusOr<ResolvedUrl> ResolveUrl(std::string_view base, std::string_view reference);

}  // namespace bw::http_client
