// What lets the pages of allowed origins call from a browser (Fetch standard, CORS protocol).
#pragma once

#include <string>

#include "common/http/message.h"

namespace bw::gateway {

/// Adds what a web page of `origin` needs to read the response; nothing when it is empty.
void AddCorsHeaders(http::Response& response, const std::string& origin);

/// Adds the answer to a preflight whose origin is allowed; nothing for requests that are none.
void AddPreflightHeaders(http::Response& response, const http::Headers& request);

}  // namespace bw::gateway
