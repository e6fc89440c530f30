#include "sandbox/core/url.h"

#include <cstddef>
#include <cstdlib>
#include <vector>

#include "common/bxml/text_rules.h"

namespace bw::sandbox {
namespace {

struct Parts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;  // with its '?'
};

Parts Split(std::string_view url) {
  url = url.substr(0, url.find('#'));
  Parts parts;
  parts.scheme = bxml::UrlScheme(url);
  if (!parts.scheme.empty()) url.remove_prefix(parts.scheme.size() + 1);
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    const std::size_t end = url.find_first_of("/?");
    parts.authority = url.substr(0, end);
    url = end == std::string_view::npos ? std::string_view() : url.substr(end);
  }
  const std::size_t question = url.find('?');
  parts.path = url.substr(0, question);
  if (question != std::string_view::npos) parts.query = url.substr(question);
  return parts;
}

// RFC 3986 §5.2.4, for absolute paths.
std::string RemoveDotSegments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_open = true;  // the path ends in "/", "/." or "/.."
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t next = path.find('/', at + 1);
    const std::string_view segment = path.substr(at + 1, next - at - 1);
    ends_open = segment == "." || segment == ".." || segment.empty();
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != "." && !(segment.empty() && next == std::string_view::npos)) {
      kept.push_back(segment);
    }
    if (next == std::string_view::npos) break;
    at = next;
  }
  std::string result;
  for (const std::string_view segment : kept) {
    result += '/';
    result += segment;
  }
  if (ends_open || result.empty()) result += '/';
  return result;
}

}  // namespace

std::string ResolveUrl(std::string_view base, std::string_view reference) {
  const Parts from = Split(base);
  const Parts to = Split(reference);
  if (!to.scheme.empty()) return std::string(reference.substr(0, reference.find('#')));
  std::string url(from.scheme);
  url += "://";
  if (!to.authority.empty()) {
    url += to.authority;
    return url + RemoveDotSegments(to.path) + std::string(to.query);
  }
  url += from.authority;
  if (to.path.empty()) {
    return url + std::string(from.path) + std::string(to.query.empty() ? from.query : to.query);
  }
  std::string path(to.path);
  if (!to.path.starts_with('/')) {
    const std::size_t slash = from.path.rfind('/');
    path = std::string(slash == std::string_view::npos ? std::string_view("/")
                                                       : from.path.substr(0, slash + 1)) +
           path;
  }
  return url + RemoveDotSegments(path) + std::string(to.query);
}

Status CheckWebhookUrl(std::string_view url) {
  if (!bxml::IsUrl(url) || bxml::UrlScheme(url).empty()) {
    return InvalidArgument("must be an absolute http or https URL of at most 2048 bytes");
  }
  std::string_view host = Split(url).authority;
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) {
    return OkStatus();
  }
  const std::string port(host.substr(colon + 1));
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  const long number = digits ? std::strtol(port.c_str(), nullptr, 10) : 0;
  if (number == 80 || number == 443 || (number >= 1024 && number <= 65'535)) return OkStatus();
  return InvalidArgument("must use port 80, 443 or one from 1024 to 65535");
}

bool IsPlainHttp(std::string_view url) { return url.starts_with("http://"); }

}  // namespace bw::sandbox
