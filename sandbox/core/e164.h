// Telephone numbers as people and programs write them.
#pragma once

#include <string>
#include <string_view>

namespace bw::sandbox {

/// "+15550100002" for "+15550100002", "15550100002", "5550100002" and "(555) 010-0002": blanks,
/// dashes, dots and parentheses do not count, and ten digits are a number of North America. ""
/// when it is no number.
std::string ToE164(std::string_view text);

/// A toll-free number of North America, in E.164 form.
bool IsTollFree(std::string_view number);

}  // namespace bw::sandbox
