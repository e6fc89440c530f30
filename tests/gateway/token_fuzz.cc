// What an authorization server or a stranger sends: tokens, key sets, metadata. The first byte
// picks which; every input ends in a value that keeps its promises or in an error.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/oauth/jwt.h"
#include "gateway/oauth/key_set.h"
#include "gateway/oauth/key_source.h"
#include "gateway/openssl/openssl_crypto.h"
#include "gateway/openssl/static_tokens.h"

namespace {

using bw::gateway::AuthClass;
using bw::gateway::AuthReason;
using bw::gateway::Jwt;

constexpr std::int64_t kNowMs = 1'772'000'000'000;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckClaims(const bw::json::Json& claims) {
  bw::gateway::TokenRules rules;
  rules.issuer = "i";
  rules.audience = "a";
  rules.tenant_claim = "t";
  const auto verdict = bw::gateway::JudgeClaims(claims, rules, kNowMs);
  const auto& principal = verdict.result.principal;
  if (verdict.result.reason != AuthReason::kAccepted) return;
  Require(verdict.good_until_ms > kNowMs);
  Require(!principal.name.empty() && principal.name.find('\n') == std::string::npos);
  Require(!principal.tenant.empty() && principal.tenant.find('\n') == std::string::npos);
}

void CheckToken(std::string_view token) {
  const auto decoded = bw::gateway::DecodeJwt(token);
  const auto* jwt = std::get_if<Jwt>(&decoded);
  if (jwt == nullptr) {
    Require(bw::gateway::RowOf(std::get<AuthReason>(decoded)).meaning == AuthClass::kInvalid);
    return;
  }
  Require(jwt->claims.is_object() && token.starts_with(jwt->signed_text));
  CheckClaims(jwt->claims);
}

void CheckKeys(std::string_view text) {
  const bw::gateway::OpensslCrypto crypto;
  const auto set = bw::gateway::KeySet::Parse(text, crypto, nullptr);
  if (!set.ok()) return;
  Require((*set)->size() > 0);
  for (const auto algorithm :
       {bw::gateway::SignatureAlgorithm::kRs256, bw::gateway::SignatureAlgorithm::kEs256}) {
    for (const auto& key : (*set)->Find(std::nullopt, algorithm)) {
      Require(!key->Verifies("text", std::string(64, 'x')));
    }
  }
  const auto again = bw::gateway::KeySet::Parse(text, crypto, set->get());
  Require(again.ok() && (*again)->size() == (*set)->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      CheckToken(text);
      break;
    case 1:
      CheckKeys(text);
      break;
    case 2:
      if (const auto claims = bw::json::Parse(text); claims.ok()) CheckClaims(*claims);
      break;
    case 3:
      static_cast<void>(bw::gateway::KeysUrlOf(text, "i"));
      break;
    default:
      static_cast<void>(bw::gateway::ParseTokens(text));
  }
  return 0;
}
