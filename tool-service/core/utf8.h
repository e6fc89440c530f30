// Cutting text where no character is torn.
#pragma once

#include <cstddef>
#include <string_view>

namespace bw::tool_service {

/// The longest beginning of `text` that has at most `max_bytes` and ends between two characters.
inline std::string_view Utf8Prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  // In UTF-8 no character begins with the bits 10.
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace bw::tool_service
