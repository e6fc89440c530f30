// Pages over lists that the sandbox holds in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bw::sandbox {

/// `text` as a whole number within the range; nullopt otherwise.
inline std::optional<std::int64_t> ParseInRange(std::string_view text, std::int64_t minimum,
                                                std::int64_t maximum) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (value < minimum || value > maximum) return std::nullopt;
  return value;
}

}  // namespace bw::sandbox
