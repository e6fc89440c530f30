// Secrets that an API echoes must not reach the agent.
#pragma once

#include <string>
#include <string_view>

#include "common/json/json.h"

namespace bw::tool_service {

/// What stands in place of a secret.
constexpr std::string_view kRedacted = "[redacted]";

/// Replaces the values of members that hold credentials (createCall's password and user name among
/// them), at any depth. True when there were any.
bool RedactJson(json::Json& value);

/// The same for the text of XML elements of such names, attributes untouched.
std::string RedactXml(std::string_view text);

}  // namespace bw::tool_service
