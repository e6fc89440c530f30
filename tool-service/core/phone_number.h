// The form in which Bandwidth takes phone numbers.
#pragma once

#include <string_view>

namespace bw::tool_service {

/// "+" and 2 to 15 digits of which the first is not 0. (ITU-T E.164)
bool IsE164(std::string_view number);

}  // namespace bw::tool_service
