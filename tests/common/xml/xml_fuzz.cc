// Whatever is accepted must survive writing and reading again unchanged.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/xml/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bw::xml::ParseLimits limits{.max_bytes = 1u << 16, .keep_blank_text = true};
  const auto parsed = bw::xml::Parse(text, limits);
  if (!parsed.ok()) return 0;
  const std::string written = bw::xml::Write(*parsed);
  const auto again = bw::xml::Parse(written, {.max_bytes = 1u << 20, .keep_blank_text = true});
  // Neighbouring texts (around a comment) join into one, so the written forms are compared.
  if (!again.ok() || bw::xml::Write(*again) != written) std::abort();
  return 0;
}
