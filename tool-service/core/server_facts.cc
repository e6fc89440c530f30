#include "tool-service/core/server_facts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bw::tool_service {
namespace {

// Call ids are letters, digits and dashes; anything else must not change the path's shape.
std::string EncodeSegment(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    const bool plain = (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z') ||
                       (value >= '0' && value <= '9') || value == '-' || value == '_';
    if (plain) {
      encoded += byte;
    } else {
      encoded += {'%', kDigits[value >> 4], kDigits[value & 15]};
    }
  }
  return encoded;
}

// Names that no public server has. (RFC 6761, RFC 6762, RFC 9476 and custom)
constexpr std::array<std::string_view, 6> kLocalEndings = {".localhost", ".local", ".internal",
                                                           ".lan",       ".svc",   ".test"};
// Loopback, private and link-local networks. (RFC 6890)
constexpr std::array<std::string_view, 5> kLocalBeginnings = {"127.", "10.", "192.168.", "169.254.",
                                                              "0."};
constexpr std::array<std::string_view, 6> kLocalIpv6 = {
    "[::1", "[::", "[fe80:", "[fd00:", "[fc00:", "[::ffff:"};

bool IsIpv4(std::string_view host) {
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// 172.16.0.0/12
bool IsIn172(std::string_view host) {
  if (!host.starts_with("172.")) return false;
  const std::string_view second = host.substr(4, host.find('.', 4) - 4);
  return second.size() == 2 &&
         (second[0] == '1' ? second[1] >= '6'
                           : second[0] == '2' || second == "30" || second == "31");
}

}  // namespace

CallbackUrls::CallbackUrls(std::string base) : base_(std::move(base)) {
  while (base_.ends_with('/')) base_.pop_back();
}

std::string CallbackUrls::Continue(std::string_view call_id) const {
  if (call_id.empty()) return Answer();
  return base_ + "/callbacks/voice/continue/" + EncodeSegment(call_id);
}

bool CallbackUrls::is_public() const {
  const std::size_t scheme = base_.find("://");
  const std::string_view rest =
      std::string_view(base_).substr(scheme == std::string::npos ? 0 : scheme + 3);
  const bool bracketed = rest.starts_with('[');
  const std::string_view host = rest.substr(0, rest.find_first_of(bracketed ? "]" : ":/?"));
  if (bracketed) {
    return std::none_of(kLocalIpv6.begin(), kLocalIpv6.end(), [&](std::string_view start) {
      return start.ends_with(':') ? host.starts_with(start) : host == start;
    });
  }
  // A name without a dot is one of this network only, such as that of a container.
  if (host.find('.') == std::string_view::npos) return false;
  const bool is_local_name =
      std::any_of(kLocalEndings.begin(), kLocalEndings.end(),
                  [&](std::string_view ending) { return host.ends_with(ending); });
  const bool is_local_address =
      std::any_of(kLocalBeginnings.begin(), kLocalBeginnings.end(),
                  [&](std::string_view beginning) { return host.starts_with(beginning); });
  return !is_local_name && !(is_local_address && IsIpv4(host)) && !(IsIpv4(host) && IsIn172(host));
}

bool CallbackUrls::IsOurs(std::string_view url) const {
  // "//host" and what some clients read as it would leave our host.
  if (url.starts_with('/')) return !url.starts_with("//") && !url.starts_with("/\\");
  if (!url.starts_with(base_)) return false;
  const std::string_view rest = url.substr(base_.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

}  // namespace bw::tool_service
