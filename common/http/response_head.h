// The bytes of a reply's status line and header fields (RFC 9112 section 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/http/message.h"

namespace bw::http {

/// How the end of a reply's body is told.
enum class BodyFraming {
  kContentLength,  // Response::body is all of it
  kChunked,
  kUntilClose,  // HTTP/1.0 streams
};

struct ResponseHeadOptions {
  BodyFraming framing = BodyFraming::kContentLength;
  bool keep_alive = true;
  /// Keep-alive is not the default of HTTP/1.0 and is then said.
  bool http_1_0 = false;
  std::int64_t now_ms = 0;
};

/// 1xx, 204 and 304 have no body (RFC 9110 section 6.4.1).
bool StatusForbidsBody(int status);

/// The response says "Connection: close" itself.
bool AsksToClose(const Response& response);

/// Status 200-599 and every field sendable: names are tokens, values free of control characters.
bool IsSendable(const Response& response);

/// The head with its final empty line. Content-Length, Transfer-Encoding, Connection and Date of
/// `response` are replaced by what `options` says.
std::string SerializeResponseHead(const Response& response, const ResponseHeadOptions& options);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7)
std::string FormatHttpDate(std::int64_t now_ms);

}  // namespace bw::http
