#include "tool-service/openapi/redaction.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace bw::tool_service {
namespace {

using json::Json;

// Lower case. User names go too: they are of use only together with their password.
constexpr std::array<std::string_view, 9> kSecretNames = {
    "password",      "fallbackpassword", "username",        "fallbackusername", "clientsecret",
    "client_secret", "secret",           "sharedsecretkey", "access_token"};

bool IsSecretName(std::string_view name) {
  return std::any_of(kSecretNames.begin(), kSecretNames.end(), [name](std::string_view secret) {
    return std::equal(name.begin(), name.end(), secret.begin(), secret.end(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  });
}

}  // namespace

bool RedactJson(Json& value) {
  bool redacted = false;
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      if (member.is_structured()) {
        redacted |= RedactJson(member);
      } else if (!member.is_null() && IsSecretName(name)) {
        member = kRedacted;
        redacted = true;
      }
    }
  } else if (value.is_array()) {
    for (Json& element : value) redacted |= element.is_structured() && RedactJson(element);
  }
  return redacted;
}

std::string RedactXml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t open = text.find('<');
    const std::size_t close = open == std::string_view::npos ? open : text.find('>', open);
    if (close == std::string_view::npos) return out.append(text);
    const std::string_view tag = text.substr(open + 1, close - open - 1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    out += text.substr(0, close + 1);
    text.remove_prefix(close + 1);
    if (tag.ends_with('/') || !IsSecretName(name)) continue;
    // Without a closing tag all that follows may be the secret.
    if (!text.starts_with("</")) out += kRedacted;
    text.remove_prefix(std::min(text.find("</"), text.size()));
  }
  return out;
}

}  // namespace bw::tool_service
