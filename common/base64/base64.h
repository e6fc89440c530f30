// Base64 (RFC 4648) over abseil's, whose string_view Debian builds apart from the standard's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw {

/// Standard alphabet, padded.
std::string Base64Encode(std::string_view bytes);
/// URL-safe alphabet, not padded.
std::string Base64UrlEncode(std::string_view bytes);

/// Standard alphabet, padding required, nothing else in the text; nullopt otherwise. The unused
/// bits of the last character must be zero, so that every value has exactly one form.
std::optional<std::string> Base64Decode(std::string_view text);
/// URL-safe alphabet without padding, as JSON Web Tokens use it; nullopt otherwise.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace bw
