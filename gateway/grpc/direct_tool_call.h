// CallTool of the tool service without gRPC in between, where one process holds both: most of what
// a short call costs through an in-process channel is threads waking each other.
#pragma once

#include <chrono>
#include <functional>

#include "common/status/status.h"

namespace bw::tool_service::v1 {
class CallToolRequest;
class CallToolResponse;
}  // namespace bw::tool_service::v1

namespace bw::gateway {

/// Runs a call that may take `time_left`. `message` runs for each message of the answer, never two
/// at once and none after `done`, which runs exactly once, on any thread, perhaps before the
/// function returns. The result, called from any thread and any number of times, cancels the call;
/// `done` still runs.
using DirectToolCall = std::function<std::function<void()>(
    const tool_service::v1::CallToolRequest& request, std::chrono::milliseconds time_left,
    std::function<void(tool_service::v1::CallToolResponse&)> message,
    std::function<void(const Status&)> done)>;

}  // namespace bw::gateway
