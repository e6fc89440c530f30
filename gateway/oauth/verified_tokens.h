// Tokens whose signature was found right, so that it is checked once and not for every request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "gateway/core/authenticator.h"
#include "gateway/core/token_crypto.h"
#include "gateway/oauth/key_set.h"

namespace bw::gateway {

/// Thread-safe.
class VerifiedTokens {
 public:
  /// Beyond `max_tokens` the oldest goes.
  explicit VerifiedTokens(std::size_t max_tokens) : max_tokens_(max_tokens) {}

  std::optional<AuthResult> Find(const TokenDigest& token, std::int64_t now_ms);
  /// Kept until `good_until_ms`, if `key` is one of the keys in use.
  void Add(const TokenDigest& token, AuthResult result, std::int64_t good_until_ms,
           const KeySet::Key& key);
  /// From now on `keys` (null: none) are in use; tokens of others are forgotten.
  void UseKeys(Keys keys);
  std::size_t size() const;

 private:
  struct Entry {
    TokenDigest token;
    AuthResult result;
    std::int64_t good_until_ms;
    KeySet::Key key;
  };
  using Entries = std::list<Entry>;
  // A digest is as good as random.
  struct FirstBytes {
    std::size_t operator()(const TokenDigest& token) const {
      std::size_t bytes;
      std::memcpy(&bytes, token.data(), sizeof(bytes));
      return bytes;
    }
  };

  const std::size_t max_tokens_;
  mutable std::mutex mutex_;  // guards all below
  Keys keys_;
  /// The oldest first.
  Entries entries_;
  std::unordered_map<TokenDigest, Entries::iterator, FirstBytes> by_token_;
};

}  // namespace bw::gateway
