#include "tool-service/core/server_facts.h"

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

}  // namespace

CallbackUrls::CallbackUrls(std::string base) : base_(std::move(base)) {
  while (base_.ends_with('/')) base_.pop_back();
}

std::string CallbackUrls::Continue(std::string_view call_id) const {
  if (call_id.empty()) return Answer();
  return base_ + "/callbacks/voice/continue/" + EncodeSegment(call_id);
}

bool CallbackUrls::IsOurs(std::string_view url) const {
  // "//host" and what some clients read as it would leave our host.
  if (url.starts_with('/')) return !url.starts_with("//") && !url.starts_with("/\\");
  if (!url.starts_with(base_)) return false;
  const std::string_view rest = url.substr(base_.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

}  // namespace bw::tool_service
