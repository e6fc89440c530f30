// Whatever a cached file holds, it is refused or it is what the encoder would have written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tool-service/openapi/operation_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto encoded = bw::json::Parse(text);
  if (!encoded.ok()) return 0;
  const auto document = bw::tool_service::DecodeDocument(*encoded);
  if (!document.ok()) return 0;
  if (bw::tool_service::EncodeDocument(*document) != *encoded) std::abort();
  return 0;
}
