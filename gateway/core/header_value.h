// Values of the headers that repeat parts of a request's body.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw::gateway {

/// The value of an `Mcp-Name` header: `=?base64?…?=` (markers exactly so) holds encoded UTF-8,
/// anything else is literal. nullopt for bad base64, and for a literal with characters other than
/// blank, tab and visible ASCII. (2026-07-28 basic/transports/streamable-http)
std::optional<std::string> DecodeHeaderValue(std::string_view value);

}  // namespace bw::gateway
