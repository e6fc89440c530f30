// What phone numbers, SIP URIs and URLs look like on Bandwidth's platform.
#pragma once

#include <string_view>

namespace bw::bxml {

/// "+" and 2 to 15 digits, the first not 0.
bool IsE164(std::string_view text);
/// "sip:user@host" or "sips:user@host", at most 1024 bytes.
bool IsSipUri(std::string_view text);
/// An absolute http or https URL with a host, or a relative one; at most 2048 bytes, no blanks.
bool IsUrl(std::string_view text);
/// The scheme of an absolute URL ("https"), or "" for a relative one.
std::string_view UrlScheme(std::string_view url);

}  // namespace bw::bxml
