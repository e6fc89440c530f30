#include "tool-service/core/call_uri.h"

namespace bw::tool_service {
namespace {

constexpr std::string_view kPrefix = "bandwidth://calls/";
static_assert(kCallUriTemplate.substr(0, kPrefix.size()) == kPrefix);

// pchar of RFC 3986 without escapes.
bool IsPlain(char c) {
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that the escape at the beginning of `text` stands for.
std::optional<char> Unescape(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const int high = DigitOf(text[1]);
  const int low = DigitOf(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

}  // namespace

std::optional<std::string> CallIdOf(std::string_view uri) {
  if (!uri.starts_with(kPrefix)) return std::nullopt;
  std::string call_id;
  for (std::string_view rest = uri.substr(kPrefix.size()); !rest.empty();) {
    const bool plain = IsPlain(rest.front());
    const std::optional<char> byte = plain ? rest.front() : Unescape(rest);
    if (!byte || *byte <= ' ' || *byte > '~') return std::nullopt;
    call_id += *byte;
    if (call_id.size() > kMaxCallIdBytes) return std::nullopt;
    rest.remove_prefix(plain ? 1 : 3);
  }
  if (call_id.empty()) return std::nullopt;
  return call_id;
}

}  // namespace bw::tool_service
