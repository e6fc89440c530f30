// What an agent is told once, at the start: what is configured, how the usual jobs are done with
// the tools it really has, what they may cost, and how it gets at more of them.
#pragma once

#include <cstddef>
#include <string>

#include "tool-service/core/server_facts.h"
#include "tool-service/core/toolbox.h"

namespace bw::tool_service {

/// About 2 000 tokens of English, at four bytes each; what BuildInstructions writes stays below it
/// for any catalogue. A recipe that does not fit any more is left out.
inline constexpr std::size_t kMaxInstructionBytes = 8'000;
/// Tools named in one sentence; the others are counted.
inline constexpr std::size_t kMaxNamedTools = 8;

/// What one client can call.
struct ToolsAtHand {
  /// What it is shown (Toolbox::List).
  const Listing& listed;
  /// What callTool leads it to (Toolbox::Reach).
  const Listing& reached;
};

std::string BuildInstructions(const ServerFacts& facts, const ToolsAtHand& tools);

}  // namespace bw::tool_service
