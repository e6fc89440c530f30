// Whatever is posted, a part that is found lies inside the body and holds no delimiter. The first
// line is the Content-Type.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sandbox/core/form_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view type = input.substr(0, line);
  const std::string_view body = input.substr(std::min(line + 1, input.size()));
  const auto part = bw::sandbox::FindFormPart(type, body, "file");
  if (!part) return 0;
  const bool inside = part->headers.data() >= body.data() &&
                      part->content.data() + part->content.size() <= body.data() + body.size();
  const bool named = part->headers.find("name=\"file\"") != std::string_view::npos;
  if (!inside || !named || part->headers.find("\r\n\r\n") != std::string_view::npos) std::abort();
  return 0;
}
