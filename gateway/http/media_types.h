// The Content-Type and Accept rules of streamable HTTP.
#pragma once

#include <string_view>

#include "common/http/message.h"

namespace bw::gateway {

/// Whether the body is declared as JSON.
bool IsJsonContent(const http::Headers& headers);

/// What a client reads (RFC 9110 §12.5.1); a request without Accept reads everything.
struct Accepts {
  bool json = false;
  bool event_stream = false;
};
Accepts AcceptsOf(const http::Headers& headers);

}  // namespace bw::gateway
