// The Authenticator over the access tokens of one authorization server.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/core/authenticator.h"
#include "gateway/oauth/jwt.h"
#include "gateway/oauth/key_source.h"
#include "gateway/oauth/verified_tokens.h"

namespace bw::gateway {

/// Thread-safe. Destruction answers whoever waits for keys.
class OauthAuthenticator : public Authenticator {
 public:
  struct Dependencies {
    std::unique_ptr<http_client::HttpClient> client;
    const Clock& clock;
    Scheduler& scheduler;
    const TokenCrypto& crypto;
    std::function<void(const StatusOr<std::size_t>&)> report;
  };
  static constexpr std::size_t kMaxVerifiedTokens = 10'000;

  OauthAuthenticator(TokenRules rules, KeySource::Options keys, Dependencies dependencies);
  ~OauthAuthenticator() override;

  std::optional<AuthResult> Recognize(std::string_view token) override;
  /// Waits for new keys if the token's is not among those at hand.
  void Verify(std::string_view token, Done done) override;
  /// Null before the first.
  Keys keys() const { return keys_->keys(); }
  std::size_t verified_tokens() const { return verified_.size(); }

 private:
  // A token that is right but for its signature.
  struct Candidate {
    TokenDigest digest;
    Jwt jwt;
    ClaimsVerdict verdict;
  };
  // nullopt when `keys` (may be null) has no key of its id.
  std::optional<AuthResult> CheckSignature(const Candidate& candidate, const Keys& keys);

  const TokenRules rules_;
  const Clock& clock_;
  const TokenCrypto& crypto_;
  VerifiedTokens verified_{kMaxVerifiedTokens};
  std::shared_ptr<KeySource> keys_;
};

}  // namespace bw::gateway
