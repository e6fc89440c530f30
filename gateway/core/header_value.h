// Values of the headers that repeat parts of a request's body.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/core/protocol.h"

namespace bw::gateway {

/// The value of an `Mcp-Name` or `Mcp-Param-…` header: `=?base64?…?=` (markers exactly so) holds
/// encoded UTF-8, anything else is literal. nullopt for bad base64, and for a literal with
/// characters other than blank, tab and visible ASCII. (2026-07-28
/// basic/transports/streamable-http)
std::optional<std::string> DecodeHeaderValue(std::string_view value);

/// The error for a header that does not say what the body says.
RpcError HeaderMismatch(std::string_view header, std::string_view problem);

}  // namespace bw::gateway
