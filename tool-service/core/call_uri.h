// bandwidth://calls/{call_id}, as clients expand it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bw::tool_service {

inline constexpr std::string_view kCallUriTemplate = "bandwidth://calls/{call_id}";
/// The event store's limit.
inline constexpr std::size_t kMaxCallIdBytes = 256;

/// The call id in `uri`, percent-decoded once: RFC 6570 expansion encodes all but unreserved
/// characters, clients that paste the id in do not. nullopt for anything else: another resource, a
/// path below the call, a query, a malformed escape, an id that is empty, too long or not printable
/// ASCII.
std::optional<std::string> CallIdOf(std::string_view uri);

}  // namespace bw::tool_service
