// Whatever parses must come out of Dump and parse again to the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = bw::json::Parse({reinterpret_cast<const char*>(data), size});
  if (!parsed.ok()) return 0;
  const auto again = bw::json::Parse(bw::json::Dump(*parsed), {.max_bytes = 64u << 20});
  if (!again.ok() || *again != *parsed) std::abort();
  return 0;
}
