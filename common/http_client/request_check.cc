#include "common/http_client/request_check.h"

#include <algorithm>
#include <array>
#include <string>

namespace bw::http_client {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64u << 10;
constexpr std::size_t kMaxMethodBytes = 32;

// RFC 9110 §5.6.2: the characters of methods and field names.
constexpr std::array<bool, 256> kTokenCharacters = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c :
       {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool IsToken(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return kTokenCharacters[c]; });
}

// Tabs and everything printable; bytes above ASCII pass as they are (RFC 9110 obs-text).
bool IsFieldValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Status CheckRequest(const Request& request) {
  if (!IsToken(request.method) || request.method.size() > kMaxMethodBytes) {
    return InvalidArgument("the request's method is not an HTTP token");
  }
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) {
    return InvalidArgument("the request's URL must begin with http:// or https://");
  }
  if (request.url.size() > kMaxUrlBytes || !IsVisibleAscii(request.url)) {
    return InvalidArgument("the request's URL must be percent-encoded and have at most " +
                           std::to_string(kMaxUrlBytes) + " bytes");
  }
  std::size_t header_bytes = 0;
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name)) return InvalidArgument("a request header's name is not an HTTP token");
    if (!IsFieldValue(value)) {
      return InvalidArgument("the value of request header " + name + " has control characters");
    }
    header_bytes += name.size() + value.size() + 4;
  }
  if (header_bytes > kMaxHeaderBytes) {
    return InvalidArgument("the request's headers have more than " +
                           std::to_string(kMaxHeaderBytes) + " bytes");
  }
  return OkStatus();
}

}  // namespace bw::http_client
