// The longer texts an agent may read when it needs them (resources).
#pragma once

#include <string>

#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

/// Markdown: the life of a call, the events with their fields, every BXML verb, texts, failures.
std::string AgentReference(const ServerFacts& facts);

/// Markdown: from an empty account to a number that can call and text.
std::string NumberOrderGuide(const ServerFacts& facts);

}  // namespace bw::tool_service
