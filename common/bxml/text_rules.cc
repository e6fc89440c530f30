#include "common/bxml/text_rules.h"

#include <algorithm>
#include <cstddef>

#include "common/bxml/vocabulary.h"

namespace bw::bxml {
namespace {

bool HasBlankOrControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

}  // namespace

bool IsE164(std::string_view text) {
  return text.size() >= 3 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool IsSipUri(std::string_view text) {
  if (!text.starts_with("sip:") && !text.starts_with("sips:")) return false;
  const std::size_t at = text.find('@');
  return text.size() <= 1024 && at != std::string_view::npos && at > text.find(':') + 1 &&
         at + 1 < text.size() && !HasBlankOrControl(text);
}

std::string_view UrlScheme(std::string_view url) {
  const std::size_t colon = url.find(':');
  const std::size_t end = url.find_first_of("/?#");
  return colon == std::string_view::npos || end < colon ? std::string_view() : url.substr(0, colon);
}

bool IsUrl(std::string_view text) {
  if (text.empty() || static_cast<double>(text.size()) > kMaxUrlBytes || HasBlankOrControl(text)) {
    return false;
  }
  const std::string_view scheme = UrlScheme(text);
  if (scheme.empty()) return true;
  if (scheme != "http" && scheme != "https") return false;
  const std::string_view rest = text.substr(scheme.size() + 1);
  return rest.starts_with("//") && rest.size() > 2 && rest[2] != '/';
}

}  // namespace bw::bxml
