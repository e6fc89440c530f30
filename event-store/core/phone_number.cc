#include "event-store/core/phone_number.h"

#include <algorithm>
#include <cctype>

namespace bw::event_store {
namespace {

constexpr std::size_t kNanpDigitsWithCountryCode = 11;
constexpr std::size_t kMaxDigitsInKey = 18;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsNumberPunctuation(char c) {
  return std::string_view("+-(). ").find(c) != std::string_view::npos;
}

}  // namespace

std::string ComparablePhoneNumber(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (IsDigit(c)) {
      digits.push_back(c);
    } else if (!IsNumberPunctuation(c)) {
      std::string lower(text);
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](unsigned char letter) { return std::tolower(letter); });
      return lower;
    }
  }
  if (digits.size() == kNanpDigitsWithCountryCode && digits.front() == '1') digits.erase(0, 1);
  return digits.empty() ? std::string(text) : digits;
}

std::int64_t PhoneNumberKey(std::string_view text) {
  if (text.empty()) return 0;
  const std::string number = ComparablePhoneNumber(text);
  const bool numeric = number.size() <= kMaxDigitsInKey &&
                       std::all_of(number.begin(), number.end(), [](char c) { return IsDigit(c); });
  if (!numeric) {
    return -static_cast<std::int64_t>(StableHash(number) >> 1) - 1;
  }
  std::int64_t key = 1;  // a leading one keeps "0123" apart from "123"
  for (const char digit : number) key = key * 10 + (digit - '0');
  return key;
}

std::uint64_t StableHash(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

}  // namespace bw::event_store
