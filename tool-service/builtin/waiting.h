// The argument wait_seconds, the same for every tool that can wait for an event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/json/json.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

json::Json WaitSecondsSchema(std::string_view description);

/// The wait that `arguments` ask for, cut so that the answer leaves before the caller's deadline.
std::uint32_t WaitMs(const json::Json& arguments, const CallContext& context, const Clock& clock);

/// Tells a caller who wants to know that the tool is waiting.
void ReportWaiting(const CallContext& context, std::string message);

}  // namespace bw::tool_service
