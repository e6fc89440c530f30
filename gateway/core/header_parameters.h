// Parameters of tools that HTTP clients repeat in headers, so that whatever stands in between can
// route by them. (2026-07-28 basic/transports/streamable-http, Custom Headers from Tool Parameters)
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"
#include "gateway/core/protocol.h"

namespace bw::gateway {

struct HeaderParameter {
  /// "Mcp-Param-Region"
  std::string header;
  /// Member by member, from the arguments to the value.
  std::vector<std::string> path;
};

/// Header names and values as received, outer blanks trimmed.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// Whether a header of this name may repeat a parameter.
bool IsParameterHeader(std::string_view name);

/// What the input schema's properties, at any depth, say with x-mcp-header. INVALID_ARGUMENT names
/// the property for which it is not allowed: its type is neither string, integer nor boolean, or
/// the header's name is no token or not unique.
StatusOr<std::vector<HeaderParameter>> ReadHeaderParameters(const json::Json& input_schema);

/// HeaderMismatch when a header is missing, malformed or differs from the arguments (null: none
/// were given). Absent and null arguments must have no header; integers are compared as numbers.
std::optional<RpcError> CheckHeaderParameters(const std::vector<HeaderParameter>& parameters,
                                              const HeaderFields& fields,
                                              const json::Json* arguments);

}  // namespace bw::gateway
