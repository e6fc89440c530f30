#include "callback-service/core/identity.h"

#include <array>
#include <cstdint>

#include "callback-service/core/event.h"

namespace bw::callback_service {
namespace {

constexpr char kSeparator = '|';

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over eight bytes of state, from any start.
std::uint64_t Fnv1a(std::string_view text, std::uint64_t state) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (const char c : text) {
    state ^= static_cast<unsigned char>(c);
    state *= kPrime;
  }
  return state;
}

void AppendHex(std::string& out, std::uint64_t value) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 15];
}

}  // namespace

std::string Fingerprint(std::string_view text) {
  constexpr std::uint64_t kFirstStart = 0xcbf29ce484222325;
  constexpr std::uint64_t kSecondStart = 0x84222325cbf29ce4;
  std::string digits;
  AppendHex(digits, Fnv1a(text, kFirstStart));
  AppendHex(digits, Fnv1a(text, kSecondStart + text.size()));
  return digits;
}

std::string MakeIdentity(std::string_view kind, std::initializer_list<std::string_view> parts) {
  std::string identity(kind);
  for (const std::string_view part : parts) {
    identity += kSeparator;
    for (const char c : part) {
      if (c == kSeparator || c == '\\') identity += '\\';
      identity += c;
    }
  }
  if (identity.size() <= kMaxIdentityBytes) return identity;
  return std::string(kind) + kSeparator + '#' + Fingerprint(identity);
}

}  // namespace bw::callback_service
