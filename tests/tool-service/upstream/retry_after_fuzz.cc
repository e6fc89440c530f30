// Whatever an API sends, the pause it asks for is none, or between now and an hour.
#include <cstdint>
#include <cstdlib>

#include "tool-service/upstream/retry_after.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto pause = bw::tool_service::ParseRetryAfter(value, 1'772'446'530'500);
  if (pause && (pause->count() < 0 || *pause > bw::tool_service::kMaxRetryAfter)) std::abort();
  return 0;
}
