// Which resources show an event.
#pragma once

#include <string>
#include <vector>

#include "gateway/core/event_feed.h"

namespace bw::gateway {

/// The URIs of what changed with `event`, as the tool service lists them.
std::vector<std::string> UrisOf(const FeedEvent& event);

}  // namespace bw::gateway
