// The port to the cryptography that tokens need: hashes and signatures, nothing secret.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::gateway {

/// SHA-256.
using TokenDigest = std::array<unsigned char, 32>;

/// What this server takes of RFC 7518 §3.1: no symmetric ones, and never "none".
enum class SignatureAlgorithm { kRs256, kEs256 };

/// A public key. Thread-safe.
class SignatureKey {
 public:
  virtual ~SignatureKey() = default;
  /// The only one it is used for, which the key's type decides and no token.
  virtual SignatureAlgorithm algorithm() const = 0;
  /// `signature` in the form of RFC 7518 §3.3 and §3.4.
  virtual bool Verifies(std::string_view text, std::string_view signature) const = 0;
};

/// Thread-safe.
class TokenCrypto {
 public:
  virtual ~TokenCrypto() = default;
  virtual TokenDigest Digest(std::string_view text) const = 0;
  /// From one JSON Web Key (RFC 7517). INVALID_ARGUMENT for keys that RS256 and ES256 cannot use,
  /// are too weak, or are not keys at all.
  virtual StatusOr<std::shared_ptr<const SignatureKey>> ReadKey(const json::Json& jwk) const = 0;
};

}  // namespace bw::gateway
