// Reads JSON Web Tokens (RFC 7519 in the compact form of RFC 7515) and judges their claims as
// access tokens of this server (RFC 9068; 2026-07-28 basic/authorization). Values in, values out:
// keys and signatures are somebody else's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/json/json.h"
#include "gateway/core/authenticator.h"
#include "gateway/core/scopes.h"
#include "gateway/core/token_crypto.h"

namespace bw::gateway {

constexpr std::size_t kMaxJwtBytes = 8192;
/// Of the subject, which becomes the principal, and of the tenant.
constexpr std::size_t kMaxSubjectBytes = 256;
constexpr std::size_t kMaxTenantClaimBytes = 64;
constexpr std::size_t kMaxKeyIdBytes = 256;

struct Jwt {
  SignatureAlgorithm algorithm = SignatureAlgorithm::kRs256;
  std::optional<std::string> key_id;
  json::Json claims;
  /// What is signed, and the signature.
  std::string signed_text;
  std::string signature;
};

/// kMalformed or kAlgorithm for what is no such token. Headers that bring keys along are not looked
/// at; unknown critical ones (RFC 7515 §4.1.11) are refused.
std::variant<Jwt, AuthReason> DecodeJwt(std::string_view token);

struct TokenRules {
  std::string issuer;
  std::string audience;
  /// Empty: all are of `tenant`.
  std::string tenant_claim;
  std::string tenant = "default";
  Scopes scopes;
  /// How far clocks may differ.
  std::chrono::milliseconds leeway{60'000};
};

struct ClaimsVerdict {
  /// kAccepted and kScope hold for a token whose signature is right.
  AuthResult result;
  /// Leeway included.
  std::int64_t good_until_ms = 0;
};

/// The principal is "oauth:" and the token's sub or, for a token without one, "oauth-client:" and
/// its client_id.
ClaimsVerdict JudgeClaims(const json::Json& claims, const TokenRules& rules, std::int64_t now_ms);

}  // namespace bw::gateway
