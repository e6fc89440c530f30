#include "gateway/oauth/jwt.h"

#include <algorithm>
#include <utility>

#include "common/base64/base64.h"
#include "common/http/message.h"

namespace bw::gateway {
namespace {

constexpr json::ParseLimits kPartLimits{.max_bytes = kMaxJwtBytes, .max_depth = 16};
// RFC 9068 §2.1 wants the first; many servers say the second, or nothing. What else there is
// (logout tokens, proofs of possession) is not for access.
constexpr std::string_view kTypes[] = {"at+jwt", "JWT", "application/at+jwt"};
constexpr std::string_view kAlgorithms[] = {"RS256", "ES256"};
// Beyond the year 5000; keeps sums in milliseconds far from overflow.
constexpr double kMaxSeconds = 1e11;

bool IsText(std::string_view text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<json::Json> DecodeObject(std::string_view part) {
  const auto text = Base64UrlDecode(part);
  if (!text) return std::nullopt;
  auto parsed = json::Parse(*text, kPartLimits);
  if (!parsed.ok() || !parsed->is_object()) return std::nullopt;
  return *std::move(parsed);
}

// Takes what concerns us from the header; nullopt when all is well.
std::optional<AuthReason> ReadHeader(const json::Json& header, Jwt& jwt) {
  const auto algorithm = json::GetString(header, "alg");
  if (!algorithm) return AuthReason::kMalformed;
  const auto* const known = std::find(std::begin(kAlgorithms), std::end(kAlgorithms), *algorithm);
  if (known == std::end(kAlgorithms)) return AuthReason::kAlgorithm;
  jwt.algorithm = static_cast<SignatureAlgorithm>(known - std::begin(kAlgorithms));
  if (header.contains("crit")) return AuthReason::kMalformed;
  if (const json::Json* type = json::Find(header, "typ")) {
    const bool fits =
        type->is_string() && std::any_of(std::begin(kTypes), std::end(kTypes), [&](auto name) {
          return http::EqualsIgnoringCase(type->get_ref<const std::string&>(), name);
        });
    if (!fits) return AuthReason::kMalformed;
  }
  if (const json::Json* key_id = json::Find(header, "kid")) {
    if (!key_id->is_string()) return AuthReason::kMalformed;
    jwt.key_id = key_id->get<std::string>();
    if (jwt.key_id->size() > kMaxKeyIdBytes) return AuthReason::kMalformed;
  }
  return std::nullopt;
}

// A NumericDate (RFC 7519 §2) in milliseconds; nullopt when it is none.
std::optional<std::int64_t> GetDate(const json::Json& claims, const char* name) {
  const auto seconds = json::GetNumber(claims, name);
  if (!seconds || !(*seconds >= -kMaxSeconds)) return std::nullopt;
  return static_cast<std::int64_t>(std::min(*seconds, kMaxSeconds) * 1000);
}

// RFC 7519 §4.1.3: one string or several.
bool NamesAudience(const json::Json& claims, const std::string& audience) {
  const json::Json* named = json::Find(claims, "aud");
  if (named == nullptr) return false;
  if (named->is_string()) return named->get_ref<const std::string&>() == audience;
  if (!named->is_array()) return false;
  return std::any_of(named->begin(), named->end(), [&](const json::Json& one) {
    return one.is_string() && one.get_ref<const std::string&>() == audience;
  });
}

// `scope` of RFC 9068 §2.2.3, or the `scp` of servers older than it; separated by blanks, or an
// array. nullopt when neither has its type.
std::optional<std::string> GetScopes(const json::Json& claims) {
  const json::Json* scopes = json::Find(claims, "scope");
  if (scopes == nullptr) scopes = json::Find(claims, "scp");
  if (scopes == nullptr) return "";
  if (scopes->is_string()) return scopes->get<std::string>();
  if (!scopes->is_array()) return std::nullopt;
  std::string joined;
  for (const json::Json& scope : *scopes) {
    if (!scope.is_string()) return std::nullopt;
    joined += scope.get_ref<const std::string&>() + ' ';
  }
  return joined;
}

AuthReason JudgeTime(const json::Json& claims, const TokenRules& rules, std::int64_t now_ms,
                     std::int64_t& good_until_ms) {
  const auto expires = GetDate(claims, "exp");
  if (!expires) return AuthReason::kClaims;
  good_until_ms = *expires + rules.leeway.count();
  if (now_ms >= good_until_ms) return AuthReason::kExpired;
  if (!claims.contains("nbf")) return AuthReason::kAccepted;
  const auto begins = GetDate(claims, "nbf");
  if (!begins) return AuthReason::kClaims;
  return now_ms + rules.leeway.count() < *begins ? AuthReason::kNotYetValid : AuthReason::kAccepted;
}

// A user, a program and a configured token of one name are three principals, whoever chose the
// names (RFC 9068 §5 warns of the first two).
constexpr std::string_view kUserPrefix = "oauth:";
constexpr std::string_view kProgramPrefix = "oauth-client:";

AuthReason ReadPrincipal(const json::Json& claims, const TokenRules& rules, Principal& principal) {
  // Tokens for programs may have no subject (RFC 9068 §5).
  const bool is_user = claims.contains("sub");
  const auto subject = json::GetString(claims, is_user ? "sub" : "client_id");
  if (!subject || !IsText(*subject, kMaxSubjectBytes)) return AuthReason::kClaims;
  principal.name = std::string(is_user ? kUserPrefix : kProgramPrefix).append(*subject);
  principal.tenant = rules.tenant;
  if (!rules.tenant_claim.empty()) {
    const auto tenant = json::GetString(claims, rules.tenant_claim);
    if (!tenant || !IsText(*tenant, kMaxTenantClaimBytes)) return AuthReason::kTenant;
    principal.tenant = *tenant;
  }
  const auto scopes = GetScopes(claims);
  if (!scopes) return AuthReason::kClaims;
  const auto access = rules.scopes.AccessOf(*scopes);
  if (!access) return AuthReason::kScope;
  principal.access = *access;
  return AuthReason::kAccepted;
}

}  // namespace

std::variant<Jwt, AuthReason> DecodeJwt(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  const bool three_parts = first != std::string_view::npos && first < last &&
                           token.find('.', first + 1) == last && token.size() <= kMaxJwtBytes;
  if (!three_parts) return AuthReason::kMalformed;
  const auto header = DecodeObject(token.substr(0, first));
  if (!header) return AuthReason::kMalformed;
  Jwt jwt;
  if (const auto problem = ReadHeader(*header, jwt)) return *problem;
  auto claims = DecodeObject(token.substr(first + 1, last - first - 1));
  auto signature = Base64UrlDecode(token.substr(last + 1));
  if (!claims || !signature) return AuthReason::kMalformed;
  jwt.claims = *std::move(claims);
  jwt.signature = *std::move(signature);
  jwt.signed_text = token.substr(0, last);
  return jwt;
}

ClaimsVerdict JudgeClaims(const json::Json& claims, const TokenRules& rules, std::int64_t now_ms) {
  ClaimsVerdict verdict;
  AuthReason& reason = verdict.result.reason;
  reason = AuthReason::kIssuer;
  if (json::GetString(claims, "iss") != rules.issuer) return verdict;
  reason = AuthReason::kAudience;
  if (!NamesAudience(claims, rules.audience)) return verdict;
  reason = JudgeTime(claims, rules, now_ms, verdict.good_until_ms);
  if (reason != AuthReason::kAccepted) return verdict;
  reason = ReadPrincipal(claims, rules, verdict.result.principal);
  return verdict;
}

}  // namespace bw::gateway
