#include "gateway/core/web_address.h"

#include <algorithm>
#include <cctype>

namespace bw::gateway {
namespace {

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsHostCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' ||
         c == ':';
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

std::optional<std::string> HostOf(std::string_view authority) {
  std::string_view host = authority;
  std::string_view rest;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    rest = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    rest = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (!rest.empty() && (rest[0] != ':' || !IsPort(rest.substr(1)))) return std::nullopt;
  if (host.empty() || !std::all_of(host.begin(), host.end(), IsHostCharacter)) return std::nullopt;
  return Lower(host);
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "::1" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

StatusOr<WebAddress> ParseWebAddress(std::string_view url) {
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return InvalidArgument("a URL has visible ASCII characters only");
  }
  const std::size_t scheme_end = url.find("://");
  WebAddress address;
  if (scheme_end != std::string_view::npos) address.scheme = url.substr(0, scheme_end);
  if (address.scheme != "https" && address.scheme != "http") {
    return InvalidArgument("must begin with https:// (or http:// for this machine)");
  }
  if (url.find_first_of("?#") != std::string_view::npos) {
    return InvalidArgument("must have neither query nor fragment");
  }
  std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  address.authority = rest.substr(0, slash);
  address.path = rest.substr(slash);
  const auto host = HostOf(address.authority);
  if (!host) return InvalidArgument("must name a host, without user or password");
  if (address.scheme == "http" && !IsLoopback(*host)) {
    return InvalidArgument("must begin with https://: http is for this machine only");
  }
  return address;
}

Status CheckFetchUrl(std::string_view url) {
  const std::size_t query = std::min(url.find('?'), url.size());
  const bool visible = std::all_of(url.begin() + static_cast<std::ptrdiff_t>(query), url.end(),
                                   [](char c) { return c > ' ' && c <= '~' && c != '#'; });
  if (!visible) return InvalidArgument("a query has visible ASCII characters only");
  return ParseWebAddress(url.substr(0, query)).status();
}

}  // namespace bw::gateway
