// Why a text was not delivered. (Bandwidth's messaging error codes)
#pragma once

#include <cstdint>
#include <string_view>

namespace bw::tool_service {

struct MessageError {
  std::string_view meaning;
  std::string_view next_step;
};

/// The row of `code`, else that of its thousand: 4xxx was refused, 5xxx failed at a carrier.
/// Neither part is ever empty.
MessageError MessageErrorFor(std::int64_t code);

}  // namespace bw::tool_service
