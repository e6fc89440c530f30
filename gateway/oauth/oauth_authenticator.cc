#include "gateway/oauth/oauth_authenticator.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace bw::gateway {

OauthAuthenticator::OauthAuthenticator(TokenRules rules, KeySource::Options keys,
                                       Dependencies dependencies)
    : rules_(std::move(rules)),
      clock_(dependencies.clock),
      crypto_(dependencies.crypto),
      keys_(KeySource::Start(
          std::move(keys),
          {std::move(dependencies.client), dependencies.clock, dependencies.scheduler,
           dependencies.crypto, [this](const Keys& in_use) { verified_.UseKeys(in_use); },
           std::move(dependencies.report)})) {}

OauthAuthenticator::~OauthAuthenticator() { keys_->Stop(); }

std::optional<AuthResult> OauthAuthenticator::Recognize(std::string_view token) {
  return verified_.Find(crypto_.Digest(token), clock_.NowMs());
}

std::optional<AuthResult> OauthAuthenticator::CheckSignature(const Candidate& candidate,
                                                             const Keys& keys) {
  if (keys == nullptr) return std::nullopt;
  const auto possible = keys->Find(candidate.jwt.key_id, candidate.jwt.algorithm);
  if (possible.empty()) return std::nullopt;
  for (const KeySet::Key& key : possible) {
    if (!key->Verifies(candidate.jwt.signed_text, candidate.jwt.signature)) continue;
    verified_.Add(candidate.digest, candidate.verdict.result, candidate.verdict.good_until_ms, key);
    return candidate.verdict.result;
  }
  return AuthResult{AuthReason::kSignature};
}

void OauthAuthenticator::Verify(std::string_view token, Done done) {
  auto decoded = DecodeJwt(token);
  if (const auto* problem = std::get_if<AuthReason>(&decoded)) return done({*problem});
  // Claims first: what is expired or meant for others costs neither a signature nor a fetch.
  auto candidate = std::make_shared<Candidate>();
  candidate->jwt = std::get<Jwt>(std::move(decoded));
  candidate->verdict = JudgeClaims(candidate->jwt.claims, rules_, clock_.NowMs());
  const AuthReason reason = candidate->verdict.result.reason;
  if (RowOf(reason).meaning == AuthClass::kInvalid) return done({reason});
  candidate->digest = crypto_.Digest(token);
  const Keys keys = keys_->keys();
  if (auto result = CheckSignature(*candidate, keys)) return done(*std::move(result));
  keys_->AwaitNewer(keys, [this, candidate, done = std::move(done)](StatusOr<Keys> newer) {
    if (!newer.ok()) {
      const bool busy = newer.status().code() == StatusCode::kResourceExhausted;
      return done({busy ? AuthReason::kBusy : AuthReason::kKeysUnavailable});
    }
    done(CheckSignature(*candidate, *newer).value_or(AuthResult{AuthReason::kKey}));
  });
}

}  // namespace bw::gateway
