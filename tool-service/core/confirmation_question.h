// What a person is asked before something costly or destructive is done in their name.
#pragma once

#include <cstddef>
#include <string>

#include "common/json/json.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// The question names at most so many arguments, of lists so many elements, and of each value so
/// many bytes; the rest is only counted.
inline constexpr std::size_t kMaxAskedArguments = 12;
inline constexpr std::size_t kMaxAskedElements = 5;
inline constexpr std::size_t kMaxAskedValueBytes = 120;

/// "It costs money. It cannot be undone."; empty for a tool without traits.
std::string ConsequencesOf(const ToolTraits& traits);

/// What will happen, in which account, to what, and what that means. `arguments` are complete.
/// Secrets are left out; line breaks and control characters in values become blanks, so that an
/// argument cannot look like a line of ours.
std::string ConfirmationQuestion(const ToolDefinition& tool, const json::Json& arguments);

}  // namespace bw::tool_service
