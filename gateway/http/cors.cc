#include "gateway/http/cors.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace bw::gateway {
namespace {

constexpr const char* kMethods = "GET, POST, DELETE, OPTIONS";
constexpr const char* kHeaders =
    "content-type, accept, authorization, mcp-protocol-version, mcp-method, mcp-name, "
    "mcp-session-id, last-event-id, traceparent, tracestate";
constexpr const char* kExposedHeaders = "Mcp-Session-Id, WWW-Authenticate, Retry-After";
// What browsers keep at most: Chromium two hours.
constexpr const char* kMaxAgeSeconds = "7200";
// Headers that carry a tool's argument; which ones exist, the tools say. (2026-07-28
// basic/transports)
constexpr std::string_view kParameterPrefix = "mcp-param-";
constexpr std::size_t kMaxParameterHeaders = 32;
constexpr std::size_t kMaxHeaderNameBytes = 128;

bool IsParameterHeader(std::string_view name) {
  return name.size() > kParameterPrefix.size() && name.size() <= kMaxHeaderNameBytes &&
         http::EqualsIgnoringCase(name.substr(0, kParameterPrefix.size()), kParameterPrefix) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
         });
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// A wildcard would not do for requests with credentials, so the names asked for come back.
std::string AllowedHeaders(std::string_view asked) {
  std::string allowed = kHeaders;
  std::size_t added = 0;
  while (!asked.empty() && added < kMaxParameterHeaders) {
    const std::size_t comma = std::min(asked.find(','), asked.size());
    const std::string_view name = Trim(asked.substr(0, comma));
    asked.remove_prefix(std::min(comma + 1, asked.size()));
    if (!IsParameterHeader(name)) continue;
    allowed += ", ";
    allowed += name;
    ++added;
  }
  return allowed;
}

}  // namespace

void AddCorsHeaders(http::Response& response, const std::string& origin) {
  if (origin.empty()) return;
  response.headers.Add("Access-Control-Allow-Origin", origin);
  response.headers.Add("Access-Control-Expose-Headers", kExposedHeaders);
  response.headers.Add("Vary", "Origin");
}

void AddPreflightHeaders(http::Response& response, const http::Headers& request) {
  const std::string origin(request.Get("Origin").value_or(""));
  if (origin.empty()) return;
  AddCorsHeaders(response, origin);
  response.headers.Add("Vary", "Access-Control-Request-Headers");
  response.headers.Add("Access-Control-Allow-Methods", kMethods);
  response.headers.Add("Access-Control-Allow-Headers",
                       AllowedHeaders(request.Get("Access-Control-Request-Headers").value_or("")));
  response.headers.Add("Access-Control-Max-Age", kMaxAgeSeconds);
}

}  // namespace bw::gateway
