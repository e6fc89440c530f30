#include "sandbox/core/e164.h"

#include <algorithm>
#include <array>

#include "common/bxml/text_rules.h"

namespace bw::sandbox {
namespace {

constexpr std::array<std::string_view, 7> kTollFreeCodes = {"800", "833", "844", "855",
                                                            "866", "877", "888"};
constexpr std::size_t kTollFreeBytes = 12;

}  // namespace

std::string ToE164(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::string_view(" -.()").find(c) == std::string_view::npos) digits += c;
  }
  if (bxml::IsE164(digits)) return digits;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return "";
  if (digits.size() == 10) return "+1" + digits;
  return digits.size() == 11 && digits[0] == '1' ? "+" + digits : "";
}

bool IsTollFree(std::string_view number) {
  return number.size() == kTollFreeBytes && number.starts_with("+1") &&
         std::find(kTollFreeCodes.begin(), kTollFreeCodes.end(), number.substr(2, 3)) !=
             kTollFreeCodes.end();
}

}  // namespace bw::sandbox
