// What an agent is told once, at the start: what is configured and how the usual jobs are done with
// the tools it really has.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

/// About 2 000 tokens of English; what BuildInstructions writes stays below it.
inline constexpr std::size_t kMaxInstructionBytes = 8'000;

/// `has_tool` tells whether the client may call the tool of that name.
std::string BuildInstructions(const ServerFacts& facts,
                              const std::function<bool(std::string_view)>& has_tool);

}  // namespace bw::tool_service
