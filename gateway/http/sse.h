// Server-Sent Events (HTML standard, server-sent events) as MCP writes them.
#pragma once

#include <string>
#include <string_view>

namespace bw::gateway {

/// One event, of the name `message` unless it has another. A line break in `data` becomes a further
/// data line, so that a reader gets the same text back and no data can end the event early.
std::string SseEvent(std::string_view data, std::string_view name = "message");
/// A comment that keeps idle connections open.
constexpr std::string_view kSseKeepAlive = ":\n\n";

}  // namespace bw::gateway
