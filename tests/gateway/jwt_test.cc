#include "gateway/oauth/jwt.h"

#include <string>

#include <gtest/gtest.h>

#include "common/base64/base64.h"

namespace bw::gateway {
namespace {

constexpr std::int64_t kNowSeconds = 1'772'000'000;
constexpr std::int64_t kNowMs = kNowSeconds * 1'000;

std::string Token(const std::string& header, const std::string& claims,
                  const std::string& signature = "sig") {
  return Base64UrlEncode(header) + "." + Base64UrlEncode(claims) + "." + Base64UrlEncode(signature);
}

AuthReason ReasonOf(const std::string& token) {
  const auto decoded = DecodeJwt(token);
  const auto* reason = std::get_if<AuthReason>(&decoded);
  return reason == nullptr ? AuthReason::kAccepted : *reason;
}

// RFC 7515 appendix A.2 and A.3: what is signed, of the standard's own examples.
TEST(Jwt, ReadsTheStandardsExamples) {
  const std::string payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ";
  for (const auto& [header, algorithm] :
       {std::pair{"eyJhbGciOiJSUzI1NiJ9", SignatureAlgorithm::kRs256},
        std::pair{"eyJhbGciOiJFUzI1NiJ9", SignatureAlgorithm::kEs256}}) {
    const auto decoded = DecodeJwt(std::string(header) + "." + payload + ".AAEC");
    const auto* jwt = std::get_if<Jwt>(&decoded);
    ASSERT_NE(jwt, nullptr);
    EXPECT_EQ(jwt->algorithm, algorithm);
    EXPECT_EQ(jwt->claims["iss"], "joe");
    EXPECT_EQ(jwt->signed_text, std::string(header) + "." + payload);
    EXPECT_EQ(jwt->signature, std::string("\0\1\2", 3));
    EXPECT_EQ(jwt->key_id, std::nullopt);
  }
}

TEST(Jwt, HeadersAreHeldToTheList) {
  const struct {
    const char* header;
    AuthReason reason;
  } kRows[] = {
      {R"({"alg":"RS256","kid":"a","typ":"at+jwt"})", AuthReason::kAccepted},
      {R"({"alg":"ES256","typ":"jwt"})", AuthReason::kAccepted},
      {R"({"alg":"ES256","typ":"application/AT+JWT"})", AuthReason::kAccepted},
      {R"({"alg":"RS256","jku":"https://evil.example.com","jwk":{},"x5u":"x"})",
       AuthReason::kAccepted},
      {R"({"alg":"none"})", AuthReason::kAlgorithm},
      {R"({"alg":"None"})", AuthReason::kAlgorithm},
      {R"({"alg":"HS256"})", AuthReason::kAlgorithm},
      {R"({"alg":"rs256"})", AuthReason::kAlgorithm},
      {R"({"alg":"RS384"})", AuthReason::kAlgorithm},
      {R"({"alg":"PS256"})", AuthReason::kAlgorithm},
      {R"({"alg":"ES384"})", AuthReason::kAlgorithm},
      {R"({"alg":""})", AuthReason::kAlgorithm},
      {R"({})", AuthReason::kMalformed},
      {R"({"alg":["RS256"]})", AuthReason::kMalformed},
      {R"({"alg":"RS256","crit":["b64"],"b64":false})", AuthReason::kMalformed},
      {R"({"alg":"RS256","crit":[]})", AuthReason::kMalformed},
      {R"({"alg":"RS256","typ":"logout+jwt"})", AuthReason::kMalformed},
      {R"({"alg":"RS256","typ":"dpop+jwt"})", AuthReason::kMalformed},
      {R"({"alg":"RS256","typ":5})", AuthReason::kMalformed},
      {R"({"alg":"RS256","kid":5})", AuthReason::kMalformed},
      {R"([1])", AuthReason::kMalformed},
      {R"("RS256")", AuthReason::kMalformed},
      {R"({"alg":"RS256")", AuthReason::kMalformed},
  };
  for (const auto& [header, reason] : kRows) {
    EXPECT_EQ(ReasonOf(Token(header, "{}")), reason) << header;
  }
}

TEST(Jwt, IsThreePartsInBase64Url) {
  const std::string good = Token(R"({"alg":"RS256"})", "{}");
  EXPECT_EQ(ReasonOf(good), AuthReason::kAccepted);
  const std::string header = Base64UrlEncode(R"({"alg":"RS256"})");
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("..."), header,
        header + ".e30", good + ".x", good + "=", " " + good, good + "\n", header + ".e30.a",
        header + ".e30=.AAEC", header + ".W10.AAEC", header + ".e30.AA+C", "." + good}) {
    EXPECT_EQ(ReasonOf(bad), AuthReason::kMalformed) << bad;
  }
}

TEST(Jwt, IsBounded) {
  const auto with_key_id = [](std::size_t bytes) {
    return Token(R"({"alg":"RS256","kid":")" + std::string(bytes, 'k') + "\"}", "{}");
  };
  EXPECT_EQ(ReasonOf(with_key_id(kMaxKeyIdBytes)), AuthReason::kAccepted);
  EXPECT_EQ(ReasonOf(with_key_id(kMaxKeyIdBytes + 1)), AuthReason::kMalformed);
  const std::string start = Token(R"({"alg":"RS256"})", "{}", "");
  const std::string longest = start + std::string((kMaxJwtBytes - start.size()) / 4 * 4, 'A');
  EXPECT_EQ(ReasonOf(longest), AuthReason::kAccepted);
  EXPECT_EQ(ReasonOf(longest + std::string(4, 'A')), AuthReason::kMalformed);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "[";
  EXPECT_EQ(ReasonOf(Token(R"({"alg":"RS256"})", R"({"x":)" + deep)), AuthReason::kMalformed);
}

class ClaimsTest : public ::testing::Test {
 protected:
  ClaimsTest() {
    rules_.issuer = "https://as.example.com";
    rules_.audience = "https://mcp.example.com/mcp";
    claims_ = {{"iss", rules_.issuer},
               {"aud", rules_.audience},
               {"sub", "ann"},
               {"exp", kNowSeconds + 300},
               {"scope", "read write"}};
  }
  ClaimsVerdict Judge() const { return JudgeClaims(claims_, rules_, kNowMs); }
  AuthReason With(const char* claim, json::Json value) const {
    json::Json changed = claims_;
    changed[claim] = std::move(value);
    return JudgeClaims(changed, rules_, kNowMs).result.reason;
  }
  AuthReason Without(const char* claim) const {
    json::Json changed = claims_;
    changed.erase(claim);
    return JudgeClaims(changed, rules_, kNowMs).result.reason;
  }

  TokenRules rules_;
  json::Json claims_;
};

TEST_F(ClaimsTest, NameThePrincipal) {
  const auto verdict = Judge();
  EXPECT_EQ(verdict.result.reason, AuthReason::kAccepted);
  EXPECT_EQ(verdict.result.principal.name, "oauth:ann");
  EXPECT_EQ(verdict.result.principal.tenant, "default");
  EXPECT_EQ(verdict.result.principal.access, Access::kWrite);
  EXPECT_EQ(verdict.good_until_ms, kNowMs + 360'000);
  claims_.erase("sub");
  EXPECT_EQ(Judge().result.reason, AuthReason::kClaims);
  claims_["client_id"] = "robot";
  EXPECT_EQ(Judge().result.principal.name, "oauth-client:robot");
}

TEST_F(ClaimsTest, TheIssuerIsExact) {
  for (const json::Json& issuer :
       {json::Json("https://as.example.com/"), json::Json("https://AS.example.com"),
        json::Json("https://evil.example.com"), json::Json(""), json::Json(5),
        json::Json({"https://as.example.com"})}) {
    EXPECT_EQ(With("iss", issuer), AuthReason::kIssuer) << issuer;
  }
  EXPECT_EQ(Without("iss"), AuthReason::kIssuer);
}

TEST_F(ClaimsTest, TheAudienceHasThisServer) {
  EXPECT_EQ(With("aud", {"https://other.example.com", rules_.audience}), AuthReason::kAccepted);
  for (const json::Json& audience :
       {json::Json("https://mcp.example.com"), json::Json("https://mcp.example.com/mcp/"),
        json::Json::array(), json::Json({"https://other.example.com"}), json::Json(5),
        json::Json({{"https://mcp.example.com/mcp", 1}}), json::Json({5, nullptr})}) {
    EXPECT_EQ(With("aud", audience), AuthReason::kAudience) << audience;
  }
  EXPECT_EQ(Without("aud"), AuthReason::kAudience);
}

TEST_F(ClaimsTest, ClocksMayDifferByAMinute) {
  EXPECT_EQ(With("exp", kNowSeconds - 59), AuthReason::kAccepted);
  EXPECT_EQ(With("exp", kNowSeconds - 60), AuthReason::kExpired);
  EXPECT_EQ(With("exp", kNowSeconds + 0.5), AuthReason::kAccepted);
  EXPECT_EQ(With("exp", 0), AuthReason::kExpired);
  EXPECT_EQ(With("exp", -1e300), AuthReason::kClaims);
  EXPECT_EQ(With("exp", 1e300), AuthReason::kAccepted);
  EXPECT_EQ(With("exp", "later"), AuthReason::kClaims);
  EXPECT_EQ(Without("exp"), AuthReason::kClaims);
  EXPECT_EQ(With("nbf", kNowSeconds + 60), AuthReason::kAccepted);
  EXPECT_EQ(With("nbf", kNowSeconds + 61), AuthReason::kNotYetValid);
  EXPECT_EQ(With("nbf", "now"), AuthReason::kClaims);
  EXPECT_EQ(With("nbf", 1e300), AuthReason::kNotYetValid);
}

TEST_F(ClaimsTest, SubjectsAreNames) {
  EXPECT_EQ(With("sub", ""), AuthReason::kClaims);
  EXPECT_EQ(With("sub", 5), AuthReason::kClaims);
  EXPECT_EQ(With("sub", "a\nb"), AuthReason::kClaims);
  EXPECT_EQ(With("sub", std::string(kMaxSubjectBytes, 's')), AuthReason::kAccepted);
  EXPECT_EQ(With("sub", std::string(kMaxSubjectBytes + 1, 's')), AuthReason::kClaims);
}

TEST_F(ClaimsTest, ScopesComeInSeveralForms) {
  EXPECT_EQ(With("scope", "profile"), AuthReason::kScope);
  EXPECT_EQ(With("scope", ""), AuthReason::kScope);
  EXPECT_EQ(With("scope", 5), AuthReason::kClaims);
  EXPECT_EQ(Without("scope"), AuthReason::kScope);
  claims_.erase("scope");
  EXPECT_EQ(With("scp", "read"), AuthReason::kAccepted);
  EXPECT_EQ(With("scp", {"openid", "admin"}), AuthReason::kAccepted);
  EXPECT_EQ(With("scp", {"read", 5}), AuthReason::kClaims);
  rules_.scopes = Scopes("bw:");
  EXPECT_EQ(With("scp", {"read"}), AuthReason::kScope);
  EXPECT_EQ(With("scp", {"bw:read"}), AuthReason::kAccepted);
}

TEST_F(ClaimsTest, TheTenantMayBeAClaim) {
  rules_.tenant = "acme";
  EXPECT_EQ(Judge().result.principal.tenant, "acme");
  rules_.tenant_claim = "org";
  EXPECT_EQ(Judge().result.reason, AuthReason::kTenant);
  claims_["org"] = "umbrella";
  EXPECT_EQ(Judge().result.principal.tenant, "umbrella");
  EXPECT_EQ(With("org", 5), AuthReason::kTenant);
  EXPECT_EQ(With("org", ""), AuthReason::kTenant);
  EXPECT_EQ(With("org", "a\nb"), AuthReason::kTenant);
  EXPECT_EQ(With("org", std::string(kMaxTenantClaimBytes, 'o')), AuthReason::kAccepted);
  EXPECT_EQ(With("org", std::string(kMaxTenantClaimBytes + 1, 'o')), AuthReason::kTenant);
}

}  // namespace
}  // namespace bw::gateway
