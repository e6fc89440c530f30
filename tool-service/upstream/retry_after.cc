#include "tool-service/upstream/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// RFC 9110 §5.6.7, the one form that may be sent; 0 stands for a digit, a for any letter.
constexpr std::string_view kDateForm = "aaa, 00 aaa 0000 00:00:00 GMT";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool HasDateForm(std::string_view value) {
  if (value.size() != kDateForm.size()) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool fits = kDateForm[i] == '0'   ? IsDigit(value[i])
                      : kDateForm[i] == 'a' ? !IsDigit(value[i])
                                            : value[i] == kDateForm[i];
    if (!fits) return false;
  }
  return true;
}

int NumberAt(std::string_view value, std::size_t at, std::size_t digits) {
  int number = 0;
  std::from_chars(value.data() + at, value.data() + at + digits, number);
  return number;
}

// Milliseconds since the Unix epoch.
std::optional<std::int64_t> ParseDate(std::string_view value) {
  if (!HasDateForm(value)) return std::nullopt;
  const auto* month = std::find(kMonths.begin(), kMonths.end(), value.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(NumberAt(value, 12, 4)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(NumberAt(value, 5, 2)))};
  if (!date.ok()) return std::nullopt;
  const std::chrono::seconds time = std::chrono::hours(NumberAt(value, 17, 2)) +
                                    std::chrono::minutes(NumberAt(value, 20, 2)) +
                                    std::chrono::seconds(NumberAt(value, 23, 2));
  return milliseconds(std::chrono::sys_days(date).time_since_epoch() + time).count();
}

}  // namespace

std::optional<milliseconds> ParseRetryAfter(std::string_view value, std::int64_t now_ms) {
  if (const auto date_ms = ParseDate(value)) {
    return std::clamp(milliseconds(*date_ms - now_ms), milliseconds(0),
                      milliseconds(kMaxRetryAfter));
  }
  std::int64_t seconds = 0;
  const char* const end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, seconds);
  if (value.empty() || result.ec != std::errc() || result.ptr != end || seconds < 0) {
    return std::nullopt;
  }
  return std::min(std::chrono::seconds(seconds), kMaxRetryAfter);
}

}  // namespace bw::tool_service
