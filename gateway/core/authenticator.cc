#include "gateway/core/authenticator.h"

#include <utility>

namespace bw::gateway {
namespace {

constexpr AuthReasonRow kReasons[] = {
    {AuthReason::kAccepted, "accepted", AuthClass::kAccepted, ""},
    {AuthReason::kUnknown, "unknown", AuthClass::kInvalid, "The token is not known here"},
    {AuthReason::kMalformed, "malformed", AuthClass::kInvalid,
     "The token is neither known here nor a well-formed JSON Web Token"},
    {AuthReason::kAlgorithm, "algorithm", AuthClass::kInvalid,
     "The token is not signed with RS256 or ES256"},
    {AuthReason::kKey, "key", AuthClass::kInvalid,
     "The token is signed with a key that its issuer does not publish"},
    {AuthReason::kSignature, "signature", AuthClass::kInvalid,
     "The signature of the token is wrong"},
    {AuthReason::kExpired, "expired", AuthClass::kInvalid, "The token expired"},
    {AuthReason::kNotYetValid, "not_yet_valid", AuthClass::kInvalid, "The token is not valid yet"},
    {AuthReason::kIssuer, "issuer", AuthClass::kInvalid, "The token is of another issuer"},
    {AuthReason::kAudience, "audience", AuthClass::kInvalid,
     "The token was not issued for this resource"},
    {AuthReason::kClaims, "claims", AuthClass::kInvalid,
     "A claim of the token is missing or not of its type"},
    {AuthReason::kTenant, "tenant", AuthClass::kInvalid, "The token names no tenant"},
    {AuthReason::kScope, "scope", AuthClass::kForbidden,
     "The token has none of the scopes of this resource"},
    {AuthReason::kKeysUnavailable, "keys_unavailable", AuthClass::kUndecided,
     "The keys of the authorization server cannot be had"},
    {AuthReason::kBusy, "busy", AuthClass::kUndecided,
     "Too many requests wait for the keys of the authorization server"},
};

}  // namespace

std::span<const AuthReasonRow> AuthReasonTable() { return kReasons; }

const AuthReasonRow& RowOf(AuthReason reason) { return kReasons[static_cast<int>(reason)]; }

std::optional<AuthResult> Authenticators::Recognize(std::string_view token) {
  for (const auto& member : members_) {
    if (auto result = member->Recognize(token)) return result;
  }
  return std::nullopt;
}

void Authenticators::Verify(std::string_view token, Done done) {
  members_.back()->Verify(token, std::move(done));
}

}  // namespace bw::gateway
