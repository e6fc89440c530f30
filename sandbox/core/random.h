// Randomness, passed in, and the ids made from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bw::sandbox {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t Next() = 0;
};

/// "c-1f2e3d4c-5b6a7988": `prefix`, a dash and 16 hexadecimal digits.
std::string NewId(Random& random, std::string_view prefix);

/// A version 4 UUID (RFC 4122).
std::string NewUuid(Random& random);

}  // namespace bw::sandbox
