// The levels of log messages to a client, by their names on the wire (RFC 5424).
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace bw::gateway {

/// From the least severe to the most.
constexpr std::array<std::string_view, 8> kLogLevels = {"debug", "info",     "notice", "warning",
                                                        "error", "critical", "alert",  "emergency"};

/// What legacy clients get that never said which level they want.
constexpr std::string_view kDefaultLogLevel = "info";

/// Grows with the severity; nullopt for names that are no level.
inline std::optional<int> LogSeverity(std::string_view level) {
  const auto found = std::find(kLogLevels.begin(), kLogLevels.end(), level);
  if (found == kLogLevels.end()) return std::nullopt;
  return static_cast<int>(found - kLogLevels.begin());
}

}  // namespace bw::gateway
