// How long an API asks to be left alone (RFC 9110 §10.2.3).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bw::tool_service {

/// Longer waits are the caller's decision; what asks for more is read as this.
inline constexpr std::chrono::seconds kMaxRetryAfter(3600);

/// Of the field's value, either in seconds or as a date ("Fri, 31 Dec 1999 23:59:59 GMT"; a past
/// one means now) seen from `now_ms` since the Unix epoch. nullopt for anything else.
std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view value,
                                                         std::int64_t now_ms);

}  // namespace bw::tool_service
