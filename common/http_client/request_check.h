// What is refused before a byte is sent: anything that could end a header field early and begin
// another.
#pragma once

#include "common/http_client/http_client.h"

namespace bw::http_client {

inline constexpr std::size_t kMaxUrlBytes = 16u << 10;

/// INVALID_ARGUMENT naming the method, URL or header field; values are never quoted, they may be
/// secrets.
Status CheckRequest(const Request& request);

}  // namespace bw::http_client
