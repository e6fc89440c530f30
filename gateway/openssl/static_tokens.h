// Tokens that the configuration knows by their hashes, each with its principal.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "gateway/core/authenticator.h"
#include "gateway/core/token_crypto.h"

namespace bw::gateway {

constexpr std::size_t kMaxStaticTokens = 1'000;
constexpr std::size_t kMaxTokensFileBytes = 1u << 20;
constexpr std::size_t kMaxPrincipalBytes = 256;
constexpr std::size_t kMaxTenantBytes = 64;

struct StaticToken {
  TokenDigest sha256;
  Principal principal;
};

/// Reads a tokens file:
///   [{"sha256": "<64 hex digits>", "principal": "ann", "tenant": "default",
///     "scopes": ["read", "write"]}]
/// INVALID_ARGUMENT lists every problem, one a line, by index and field.
StatusOr<std::vector<StaticToken>> ParseTokens(std::string_view json_text);

/// Thread-safe: immutable. Knows all of its tokens, so it recognises and never verifies.
class StaticTokens : public Authenticator {
 public:
  explicit StaticTokens(std::vector<StaticToken> tokens) : tokens_(std::move(tokens)) {}
  /// One token, given as it is.
  StaticTokens(std::string_view token, Principal principal);

  std::optional<AuthResult> Recognize(std::string_view token) override;
  void Verify(std::string_view token, Done done) override;

 private:
  const std::vector<StaticToken> tokens_;
};

}  // namespace bw::gateway
