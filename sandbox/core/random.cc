#include "sandbox/core/random.h"

namespace bw::sandbox {
namespace {

std::string Hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) hex[static_cast<std::size_t>(i)] = kDigits[value & 15];
  return hex;
}

}  // namespace

std::string NewId(Random& random, std::string_view prefix) {
  const std::string hex = Hex(random.Next());
  return std::string(prefix) + "-" + hex.substr(0, 8) + "-" + hex.substr(8);
}

std::string NewUuid(Random& random) {
  const std::uint64_t high = (random.Next() & ~0xF000ull) | 0x4000ull;
  const std::uint64_t low = (random.Next() & ~(3ull << 62)) | (2ull << 62);
  const std::string a = Hex(high);
  const std::string b = Hex(low);
  return a.substr(0, 8) + "-" + a.substr(8, 4) + "-" + a.substr(12) + "-" + b.substr(0, 4) + "-" +
         b.substr(4);
}

}  // namespace bw::sandbox
