// Whatever Parse accepts must be written, read again and mean the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/bxml/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = bw::bxml::Parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!parsed.ok()) return 0;
  const std::string written = bw::bxml::Serialize(*parsed);
  if (written.size() > bw::bxml::kMaxDocumentBytes) return 0;  // escapes may lengthen it
  const auto again = bw::bxml::Parse(written);
  if (!again.ok() || bw::bxml::Serialize(*again) != written) std::abort();
  return 0;
}
