#include "gateway/core/header_value.h"

#include <algorithm>
#include <utility>

#include "common/base64/base64.h"

namespace bw::gateway {
namespace {

bool IsHeaderText(char c) { return c == '\t' || (c >= 0x20 && c <= 0x7e); }

}  // namespace

std::optional<std::string> DecodeHeaderValue(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (value.size() >= kPrefix.size() + kSuffix.size() && value.starts_with(kPrefix) &&
      value.ends_with(kSuffix)) {
    value.remove_prefix(kPrefix.size());
    value.remove_suffix(kSuffix.size());
    return Base64Decode(value);
  }
  if (!std::all_of(value.begin(), value.end(), IsHeaderText)) return std::nullopt;
  return std::string(value);
}

RpcError HeaderMismatch(std::string_view header, std::string_view problem) {
  std::string message = "Header mismatch: ";
  message.append(header).append(" ").append(problem);
  return MakeError(Fault::kHeaderMismatch, std::move(message));
}

}  // namespace bw::gateway
