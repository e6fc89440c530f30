// Base64 (RFC 4648), strict: canonical padding, no blanks, no stray bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw::gateway {

std::string Base64Encode(std::string_view bytes);
std::optional<std::string> Base64Decode(std::string_view text);

/// The URL-safe alphabet without padding (RFC 4648 §5): only header-safe characters.
std::string Base64UrlEncode(std::string_view bytes);
std::optional<std::string> Base64UrlDecode(std::string_view text);

/// The value of an `Mcp-Name` header: `=?base64?…?=` (markers exactly so) holds encoded UTF-8,
/// anything else is literal. nullopt for bad base64, and for a literal with characters other than
/// blank, tab and visible ASCII. (2026-07-28 basic/transports/streamable-http)
std::optional<std::string> DecodeHeaderValue(std::string_view value);

}  // namespace bw::gateway
