#include "gateway/core/request_identity.h"

#include <algorithm>
#include <cstdio>

namespace bw::gateway {
namespace {

std::string Hex(std::uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof(text), "%llx", static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

RequestIds::RequestIds(const Clock& clock)
    : prefix_(Hex(static_cast<std::uint64_t>(clock.NowMs())) + "-") {}

std::string RequestIds::Next() {
  return prefix_ + std::to_string(next_.fetch_add(1, std::memory_order_relaxed));
}

bool IsTraceparent(std::string_view text) {
  constexpr std::string_view kPattern = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
  return text.size() == kPattern.size() &&
         std::equal(text.begin(), text.end(), kPattern.begin(), [](char c, char expected) {
           if (expected != 'x') return c == expected;
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string TraceparentOf(std::string_view header, const json::Json& params) {
  if (IsTraceparent(header)) return std::string(header);
  const json::Json* meta = MetaOf(params);
  if (meta == nullptr) return {};
  const auto value = json::GetString(*meta, "traceparent");
  return value && IsTraceparent(*value) ? std::string(*value) : std::string();
}

}  // namespace bw::gateway
