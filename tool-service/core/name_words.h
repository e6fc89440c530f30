// The words that a tool's name is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bw::tool_service {

/// In lower case: "updateVoiceConfiguration" and "update_voice-configuration" are update, voice,
/// configuration. Never empty; an empty name is one empty word.
std::vector<std::string> WordsOfName(std::string_view name);

}  // namespace bw::tool_service
