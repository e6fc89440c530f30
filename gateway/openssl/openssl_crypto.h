// The TokenCrypto over OpenSSL.
#pragma once

#include "gateway/core/token_crypto.h"

namespace bw::gateway {

/// RSA keys of this size verify RS256 (RFC 7518 §3.3 demands the least; the most bounds the work).
constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;

/// Thread-safe: it has no state. Takes RSA keys and keys on the curve P-256; what a JWK says of
/// their use is for others to heed.
class OpensslCrypto : public TokenCrypto {
 public:
  TokenDigest Digest(std::string_view text) const override;
  StatusOr<std::shared_ptr<const SignatureKey>> ReadKey(const json::Json& jwk) const override;
};

}  // namespace bw::gateway
