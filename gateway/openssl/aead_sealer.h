// The Sealer over AES-256-GCM with keys derived from configured secrets.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "gateway/core/sealer.h"

namespace bw::gateway {

/// Sealed form, base64url: 4 bytes naming the key, 12 of nonce, the cipher text, 16 of tag; the
/// purpose is authenticated with it. Thread-safe.
class AeadSealer : public Sealer {
 public:
  static constexpr std::size_t kMinSecretBytes = 16;
  static constexpr std::size_t kMaxSecrets = 8;

  /// The first secret seals, every one opens: to rotate, put the new one first and drop the old one
  /// when what it sealed has aged. None: a random key that dies with the process.
  /// INVALID_ARGUMENT for short or too many secrets.
  static StatusOr<std::unique_ptr<AeadSealer>> Create(std::span<const std::string> secrets);

  std::string Seal(std::string_view purpose, std::string_view text) override;
  std::optional<std::string> Open(std::string_view purpose, std::string_view sealed) override;
  /// SHA-256, base64url.
  std::string Digest(std::string_view text) const override;

 private:
  struct Key {
    std::array<unsigned char, 4> id;
    std::array<unsigned char, 32> bytes;
  };
  explicit AeadSealer(std::vector<Key> keys) : keys_(std::move(keys)) {}
  static StatusOr<Key> DeriveKey(std::string_view secret);

  const std::vector<Key> keys_;
};

}  // namespace bw::gateway
