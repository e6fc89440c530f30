#include "tool-service/core/redaction.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace bw::tool_service {
namespace {

using json::Json;

// Lower case. User names go too: they are of use only together with their password.
constexpr std::array<std::string_view, 13> kSecretNames = {
    "password",      "fallbackpassword", "username",     "fallbackusername", "clientsecret",
    "client_secret", "secret",           "secretkey",    "sharedsecretkey",  "token",
    "access_token",  "refresh_token",    "clientsecrets"};
// Lower case endings of what holds nothing but secrets: CallbackCreds{UserId, Password} and the
// like.
constexpr std::array<std::string_view, 3> kSecretHolders = {"creds", "credentials",
                                                            "basicauthentication"};

// Whoever holds an endpoint's token can make calls at the account's cost for a day.
constexpr std::array kIssuedSecrets = {IssuedSecret{"createEndpoint", "/data/token"}};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool IsSecretName(std::string_view name) {
  const std::string lower = Lower(name);
  return std::find(kSecretNames.begin(), kSecretNames.end(), lower) != kSecretNames.end();
}

bool IsSecretHolder(std::string_view name) {
  const std::string lower = Lower(name);
  return std::any_of(kSecretHolders.begin(), kSecretHolders.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

// `all`: whatever is in it is secret.
bool Redact(Json& value, bool all) {
  bool redacted = false;
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      const bool is_secret = all || IsSecretName(name);
      if (member.is_structured()) {
        redacted |= Redact(member, is_secret || IsSecretHolder(name));
      } else if (!member.is_null() && is_secret) {
        member = kRedacted;
        redacted = true;
      }
    }
  } else if (value.is_array()) {
    for (Json& element : value) {
      if (element.is_structured()) {
        redacted |= Redact(element, all);
      } else if (all && !element.is_null()) {
        element = kRedacted;
        redacted = true;
      }
    }
  }
  return redacted;
}

}  // namespace

bool RedactJson(Json& value) { return Redact(value, false); }

const IssuedSecret* IssuedSecretOf(std::string_view operation) {
  const auto* row =
      std::find_if(kIssuedSecrets.begin(), kIssuedSecrets.end(),
                   [&](const IssuedSecret& entry) { return entry.operation == operation; });
  return row == kIssuedSecrets.end() ? nullptr : row;
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
