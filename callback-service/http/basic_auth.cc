#include "callback-service/http/basic_auth.h"

#include <cctype>
#include <cstddef>

#include "common/base64/base64.h"

namespace bw::callback_service {
namespace {

constexpr std::string_view kScheme = "basic";

bool HasScheme(std::string_view authorization) {
  if (authorization.size() <= kScheme.size()) return false;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(authorization[i])) != kScheme[i]) return false;
  }
  return authorization[kScheme.size()] == ' ';
}

std::string_view WithoutPadding(std::string_view token) {
  while (!token.empty() && token.back() == '=') token.remove_suffix(1);
  return token;
}

// The credentials after the scheme, without outer blanks and padding.
std::string_view TokenOf(std::string_view authorization) {
  std::string_view token = authorization.substr(kScheme.size());
  while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
  while (!token.empty() && token.back() == ' ') token.remove_suffix(1);
  return WithoutPadding(token);
}

}  // namespace

BasicAuth::BasicAuth(std::string_view username, std::string_view password) {
  if (username.empty() && password.empty()) return;
  const std::string encoded = Base64Encode(std::string(username) + ':' + std::string(password));
  expected_ = WithoutPadding(encoded);
}

AuthResult BasicAuth::Check(std::optional<std::string_view> authorization) const {
  if (!is_enabled()) return AuthResult::kAccepted;
  if (!authorization) return AuthResult::kMissing;
  if (!HasScheme(*authorization)) return AuthResult::kWrong;
  return EqualsInConstantTime(TokenOf(*authorization), expected_) ? AuthResult::kAccepted
                                                                  : AuthResult::kWrong;
}

bool EqualsInConstantTime(std::string_view given, std::string_view expected) {
  // Volatile keeps the compiler from leaving the loop at the first difference.
  volatile unsigned char difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const char other = given.empty() ? '\0' : given[i % given.size()];
    difference = static_cast<unsigned char>(difference | (expected[i] ^ other));
  }
  return difference == 0;
}

}  // namespace bw::callback_service
