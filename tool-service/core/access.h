// What a caller must be allowed to do for each tool: one rule, so that a tool that is added later
// cannot be forgotten.
#pragma once

#include <string_view>

#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// "read", "write" or "admin", as scopes are called.
std::string_view AccessName(Access access);

/// A tool that only reads needs kRead. One whose name speaks of how the account or this server is
/// set up ("setCredentials", "updateApplication") needs kAdmin, every other kWrite. What leads to
/// other tools (LeadsToTools) needs kRead itself, and passes on what they need.
Access AccessOf(const ToolDefinition& definition);

}  // namespace bw::tool_service
