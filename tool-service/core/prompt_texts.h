// The words of each prompt.
#pragma once

#include <string>

#include "common/status/status.h"
#include "tool-service/core/prompts.h"

namespace bw::tool_service {

// What the agent is to do, step by step, with the exact arguments of each tool call: a line that
// begins with { is one JSON object, in which <…> stands for what only an earlier step tells.
StatusOr<std::string> WriteMakeCall(const PromptFacts& facts);
/// INVALID_ARGUMENT for both `to` and `call_id`, and for speech that could not be read.
StatusOr<std::string> WriteHoldConversation(const PromptFacts& facts);
StatusOr<std::string> WriteSendText(const PromptFacts& facts);
StatusOr<std::string> WriteSetUpCallbacks(const PromptFacts& facts);

}  // namespace bw::tool_service
