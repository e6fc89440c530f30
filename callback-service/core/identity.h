// The identity by which a webhook that the platform sends twice is recognised.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace bw::callback_service {

/// 32 hexadecimal digits that differ for different texts. Against accidents, not against an
/// attacker: who may send webhooks at all is decided by their credentials.
std::string Fingerprint(std::string_view text);

/// `kind` and `parts`, joined so that different parts never give the same identity; replaced by a
/// fingerprint where they would not fit kMaxIdentityBytes.
std::string MakeIdentity(std::string_view kind, std::initializer_list<std::string_view> parts);

}  // namespace bw::callback_service
