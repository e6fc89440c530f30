// Header values: what decodes from base64 encodes to the same text again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/base64/base64.h"
#include "gateway/core/header_value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto decoded = bw::gateway::DecodeHeaderValue(value);
  if (decoded && *decoded != value) {
    if (value != "=?base64?" + bw::Base64Encode(*decoded) + "?=") std::abort();
  }
  const std::string wrapped = "=?base64?" + bw::Base64Encode(value) + "?=";
  if (bw::gateway::DecodeHeaderValue(wrapped) != value) std::abort();
  return 0;
}
