// `?profile=` and `?tools=` of the endpoint's URL.
#pragma once

#include <cstddef>

#include "common/http/message.h"
#include "common/status/status.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

constexpr std::size_t kMaxSelectedTools = 256;
constexpr std::size_t kMaxSelectedProfiles = 16;
constexpr std::size_t kMaxSelectedNameBytes = 128;

/// What the client's URL selects; both are comma-separated lists and may be repeated. Sorted and
/// without duplicates, so that equal selections share one catalogue. INVALID_ARGUMENT names the
/// parameter.
StatusOr<Selection> SelectionOf(const http::Request& request);

}  // namespace bw::gateway
