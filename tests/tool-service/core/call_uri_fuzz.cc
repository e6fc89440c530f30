// Any bytes as a URI: whatever is taken for a call id could be one, and is not decoded twice.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tool-service/core/call_uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view uri(reinterpret_cast<const char*>(data), size);
  const auto call_id = bw::tool_service::CallIdOf(uri);
  if (!call_id) return 0;
  if (call_id->empty() || call_id->size() > bw::tool_service::kMaxCallIdBytes) std::abort();
  for (const char c : *call_id) {
    if (c <= ' ' || c > '~') std::abort();
  }
  const std::size_t escapes = (uri.size() - uri.rfind("calls/") - 6 - call_id->size()) / 2;
  std::size_t percents = 0;
  for (const char c : uri) percents += c == '%' ? 1 : 0;
  if (percents != escapes) std::abort();
  return 0;
}
