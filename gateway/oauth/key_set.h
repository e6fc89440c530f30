// The public keys of an authorization server (a JWK set, RFC 7517 §5).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "gateway/core/token_crypto.h"

namespace bw::gateway {

constexpr std::size_t kMaxKeySetBytes = 256u << 10;
constexpr std::size_t kMaxKeys = 100;

/// Immutable.
class KeySet {
 public:
  using Key = std::shared_ptr<const SignatureKey>;

  /// Keys that are not for our signatures are left out, as the standard wants it. Keys that are in
  /// `previous` (may be null) too stay the same objects. INVALID_ARGUMENT when nothing is left, or
  /// for what is no such set or one beyond a limit.
  static StatusOr<std::shared_ptr<const KeySet>> Parse(std::string_view text,
                                                       const TokenCrypto& crypto,
                                                       const KeySet* previous);

  /// Those that may have signed a token: of that id and algorithm. For a token without an id the
  /// only one of its algorithm, as guessing among several is nobody's business.
  std::vector<Key> Find(const std::optional<std::string>& key_id,
                        SignatureAlgorithm algorithm) const;
  bool Holds(const Key& key) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::optional<std::string> key_id;
    /// The key as it was written.
    std::string text;
    Key key;
  };
  static std::optional<Entry> ReadEntry(const json::Json& jwk, const TokenCrypto& crypto,
                                        const KeySet* previous);

  std::vector<Entry> entries_;
};

using Keys = std::shared_ptr<const KeySet>;

}  // namespace bw::gateway
