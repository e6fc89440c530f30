// Base64 (RFC 4648): the plain alphabet for Basic credentials, the URL alphabet for token parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bw::sandbox {

/// Decodes the plain alphabet, padding optional; nullopt on anything else.
std::optional<std::string> DecodeBase64(std::string_view text);

/// The plain alphabet, padded.
std::string EncodeBase64(std::string_view bytes);

/// The URL alphabet, without padding.
std::string EncodeBase64Url(std::string_view bytes);

}  // namespace bw::sandbox
