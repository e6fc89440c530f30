// The rules behind access, as values: scopes, addresses, challenges, limits.
#include <string>

#include <gtest/gtest.h>

#include "gateway/core/authenticator.h"
#include "gateway/core/failure_throttle.h"
#include "gateway/core/principal_limits.h"
#include "gateway/core/scopes.h"
#include "gateway/core/web_address.h"
#include "gateway/http/access_refusal.h"
#include "gateway/http/challenges.h"
#include "gateway/http/oauth_resource.h"

namespace bw::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Scopes, TheHighestDecides) {
  const Scopes plain;
  EXPECT_EQ(plain.AccessOf("read"), Access::kRead);
  EXPECT_EQ(plain.AccessOf("admin read"), Access::kAdmin);
  EXPECT_EQ(plain.AccessOf("openid  write profile"), Access::kWrite);
  for (const char* none : {"", " ", "Read", "readwrite", "bw:read", "writer"}) {
    EXPECT_EQ(plain.AccessOf(none), std::nullopt) << none;
  }
  const Scopes prefixed("bw:");
  EXPECT_EQ(prefixed.AccessOf("bw:write read"), Access::kWrite);
  EXPECT_EQ(prefixed.AccessOf("write admin"), std::nullopt);
  EXPECT_EQ(prefixed.NameOf(Access::kAdmin), "bw:admin");
  EXPECT_EQ(prefixed.Everyday(), "bw:read bw:write");
}

TEST(Scopes, TokensHaveNoBlanksAndQuotes) {
  EXPECT_TRUE(IsScopeToken("https://mcp.example.com/"));
  for (const char* bad : {"a b", "a\"b", "a\\b", "a\n", "\x80"}) EXPECT_FALSE(IsScopeToken(bad));
}

TEST(WebAddress, KnowsWhichAddressesStayOnThisMachine) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "192.168.0.1", "127.example.com", "localhost.example",
                           "", "example.com"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(WebAddress, IsHttpsOrLocal) {
  const auto address = ParseWebAddress("https://Mcp.example.com:8443/a/b");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->origin(), "https://Mcp.example.com:8443");
  EXPECT_EQ(address->path, "/a/b");
  EXPECT_EQ(ParseWebAddress("http://[::1]:80")->path, "");
  EXPECT_TRUE(ParseWebAddress("http://127.0.0.1:9/x").ok());
  for (const char* bad :
       {"", "mcp.example.com", "http://mcp.example.com", "ftp://localhost", "https://",
        "https://u:p@example.com", "https://example.com/?x", "https://example.com/#x",
        "https://exa mple.com", "https://example.com:port", "HTTPS://example.com",
        "http://localhost.example.com", "https://ex\xc3\xa4mple.com"}) {
    EXPECT_EQ(ParseWebAddress(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(Challenges, WithoutAnAuthorizationServerNameARealm) {
  const Challenges challenges;
  EXPECT_EQ(challenges.NoToken(), R"(Bearer realm="bandwidth-mcp")");
  EXPECT_EQ(challenges.Error("invalid_token", "Why"),
            R"(Bearer realm="bandwidth-mcp", error="invalid_token", error_description="Why")");
  EXPECT_EQ(challenges.InsufficientScope(Access::kAdmin),
            R"(Bearer realm="bandwidth-mcp", error="insufficient_scope", scope="admin", )"
            R"(error_description="This takes the scope admin")");
}

TEST(Challenges, WithOneLeadToIt) {
  const Challenges challenges(Scopes("bw:"), "https://m.example.com/.well-known/x");
  EXPECT_EQ(challenges.NoToken(),
            R"(Bearer resource_metadata="https://m.example.com/.well-known/x", )"
            R"(scope="bw:read bw:write")");
  EXPECT_EQ(challenges.Error("invalid_token", "Why"),
            R"(Bearer error="invalid_token", error_description="Why", )"
            R"(resource_metadata="https://m.example.com/.well-known/x", scope="bw:read bw:write")");
  EXPECT_EQ(challenges.InsufficientScope(Access::kWrite),
            R"(Bearer error="insufficient_scope", scope="bw:write", )"
            R"(resource_metadata="https://m.example.com/.well-known/x", )"
            R"(error_description="This takes the scope bw:write")");
  EXPECT_EQ(challenges.NoScope("Why"),
            R"(Bearer error="insufficient_scope", scope="bw:read bw:write", )"
            R"(resource_metadata="https://m.example.com/.well-known/x", error_description="Why")");
}

// RFC 6750 §3: what error_description may hold.
TEST(AuthReasons, AreInOrderAndMayBeQuoted) {
  int index = 0;
  for (const AuthReasonRow& row : AuthReasonTable()) {
    EXPECT_EQ(static_cast<int>(row.reason), index++);
    EXPECT_EQ(row.description.empty(), row.meaning == AuthClass::kAccepted);
    for (const char c : row.description) {
      EXPECT_TRUE(c >= 0x20 && c <= 0x7e && c != '"' && c != '\\') << row.description;
    }
  }
  EXPECT_EQ(index, static_cast<int>(AuthReason::kBusy) + 1);
}

TEST(OauthResource, IsFoundWhereTheStandardSays) {
  const auto url = [](const std::string& resource) {
    return OauthResource({resource, {"https://as.example.com"}}, Scopes(), "/mcp").metadata_url();
  };
  EXPECT_EQ(url("https://m.example.com/mcp"),
            "https://m.example.com/.well-known/oauth-protected-resource/mcp");
  EXPECT_EQ(url("https://m.example.com"),
            "https://m.example.com/.well-known/oauth-protected-resource");
  EXPECT_EQ(url("https://m.example.com:1/a/b"),
            "https://m.example.com:1/.well-known/oauth-protected-resource/a/b");
}

TEST(OauthResource, IsServedAtTheRootTheEndpointAndThePublicPath) {
  const OauthResource resource({"https://m.example.com/bw", {"https://as.example.com/t"}},
                               Scopes("bw:"), "/mcp");
  for (const char* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/bw"}) {
    EXPECT_TRUE(resource.Serves(path)) << path;
  }
  EXPECT_FALSE(resource.Serves("/.well-known/oauth-protected-resource/x"));
  http::Request request;
  request.method = "GET";
  const auto response = resource.Answer(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(response.body,
            R"({"resource":"https://m.example.com/bw",)"
            R"("authorization_servers":["https://as.example.com/t"],)"
            R"("scopes_supported":["bw:read","bw:write"],"bearer_methods_supported":["header"],)"
            R"("resource_name":"Bandwidth MCP"})");
  request.method = "OPTIONS";
  EXPECT_EQ(resource.Answer(request).status, 204);
  request.method = "POST";
  EXPECT_EQ(resource.Answer(request).status, 405);
}

TEST(RetryAfter, IsInWholeSecondsAndNeverZero) {
  EXPECT_EQ(RetryAfter(milliseconds(0)), "1");
  EXPECT_EQ(RetryAfter(milliseconds(1'000)), "1");
  EXPECT_EQ(RetryAfter(milliseconds(1'001)), "2");
}

class PrincipalLimitsTest : public ::testing::Test {
 protected:
  FakeClock clock;
};

TEST_F(PrincipalLimitsTest, ABurstThenTheRate) {
  PrincipalLimits limits(clock, {.requests_per_second = 10, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limits.Charge("a"), std::nullopt) << i;
  EXPECT_EQ(limits.Charge("a"), milliseconds(100));
  EXPECT_EQ(limits.Charge("b"), std::nullopt);
  clock.Advance(milliseconds(99));
  EXPECT_EQ(limits.Charge("a"), milliseconds(1));
  clock.Advance(milliseconds(1));
  EXPECT_EQ(limits.Charge("a"), std::nullopt);
  EXPECT_EQ(limits.Charge("a"), milliseconds(100));
  // A long pause gives no more than the burst.
  clock.Advance(seconds(100));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limits.Charge("a"), std::nullopt) << i;
  EXPECT_NE(limits.Charge("a"), std::nullopt);
}

TEST_F(PrincipalLimitsTest, ABatchIsWorkedOff) {
  PrincipalLimits limits(clock, {.requests_per_second = 10, .burst = 3});
  EXPECT_EQ(limits.Charge("a"), std::nullopt);
  limits.Owe("a", 7);
  EXPECT_EQ(limits.Charge("a"), milliseconds(600));
  clock.Advance(milliseconds(600));
  EXPECT_EQ(limits.Charge("a"), std::nullopt);
}

TEST_F(PrincipalLimitsTest, ConcurrencyIsBounded) {
  PrincipalLimits limits(clock, {.requests_per_second = 0, .max_concurrent = 3});
  {
    const auto one = limits.TryEnter("a");
    const auto two = limits.TryEnter("a", 2);
    EXPECT_TRUE(one && two);
    EXPECT_FALSE(limits.TryEnter("a"));
    EXPECT_TRUE(limits.TryEnter("b"));
  }
  // One that is larger than the limit needs all of it.
  {
    const auto batch = limits.TryEnter("a", 100);
    EXPECT_TRUE(batch);
    EXPECT_FALSE(limits.TryEnter("a"));
  }
  EXPECT_TRUE(limits.TryEnter("a", 3));
}

TEST_F(PrincipalLimitsTest, NothingIsKeptWhereNothingIsLimited) {
  PrincipalLimits limits(clock, {.requests_per_second = 0, .max_concurrent = 0});
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(limits.Charge("a"), std::nullopt);
    EXPECT_TRUE(limits.TryEnter("a"));
  }
  EXPECT_EQ(limits.tracked(), 0u);
}

TEST_F(PrincipalLimitsTest, IdlePrincipalsMakeRoom) {
  PrincipalLimits limits(clock, {.requests_per_second = 10, .burst = 2, .max_principals = 2});
  EXPECT_EQ(limits.Charge("a"), std::nullopt);
  EXPECT_EQ(limits.Charge("b"), std::nullopt);
  EXPECT_EQ(limits.Charge("c"), seconds(1));
  EXPECT_EQ(limits.tracked(), 2u);
  clock.Advance(seconds(1));
  EXPECT_EQ(limits.Charge("c"), std::nullopt);
  EXPECT_EQ(limits.tracked(), 2u);
}

TEST_F(PrincipalLimitsTest, WhoHasRequestsUnderWayStays) {
  PrincipalLimits limits(clock,
                         {.requests_per_second = 0, .max_concurrent = 1, .max_principals = 1});
  {
    const auto slot = limits.TryEnter("a");
    EXPECT_TRUE(slot);
    EXPECT_FALSE(limits.TryEnter("b"));
    EXPECT_FALSE(limits.TryEnter("a"));
  }
  EXPECT_TRUE(limits.TryEnter("b"));
  EXPECT_EQ(limits.tracked(), 1u);
}

TEST(Admission, JoinedSlotsAreGivenBackTogether) {
  Admission one(1);
  Admission other(2);
  {
    const auto slot = Admission::Slot::Join(one.TryEnter(), other.TryEnter(2));
    EXPECT_TRUE(slot);
    EXPECT_EQ(one.used(), 1u);
    EXPECT_EQ(other.used(), 2u);
    EXPECT_FALSE(other.TryEnter());
  }
  EXPECT_EQ(one.used(), 0u);
  EXPECT_EQ(other.used(), 0u);
}

TEST(FailureThrottle, OpensAgainWhenTheWindowEnds) {
  FakeClock clock;
  FailureThrottle throttle(clock, {.max_failures = 3, .window = seconds(60)});
  EXPECT_FALSE(throttle.AddFailure("p"));
  clock.Advance(seconds(20));
  EXPECT_FALSE(throttle.AddFailure("p"));
  EXPECT_EQ(throttle.Pause("p"), std::nullopt);
  EXPECT_TRUE(throttle.AddFailure("p"));
  EXPECT_FALSE(throttle.AddFailure("p"));
  EXPECT_EQ(throttle.Pause("p"), seconds(40));
  EXPECT_EQ(throttle.Pause("q"), std::nullopt);
  clock.Advance(seconds(40));
  EXPECT_EQ(throttle.Pause("p"), std::nullopt);
  EXPECT_FALSE(throttle.AddFailure("p"));
  EXPECT_EQ(throttle.tracked(), 1u);
}

TEST(FailureThrottle, KeepsCountOfSoManyPeers) {
  FakeClock clock;
  FailureThrottle throttle(clock, {.max_failures = 1, .max_peers = 2});
  EXPECT_TRUE(throttle.AddFailure("a"));
  EXPECT_TRUE(throttle.AddFailure("b"));
  EXPECT_NE(throttle.Pause("a"), std::nullopt);
  EXPECT_TRUE(throttle.AddFailure("c"));
  EXPECT_EQ(throttle.tracked(), 2u);
  EXPECT_EQ(throttle.Pause("a"), std::nullopt);
  EXPECT_NE(throttle.Pause("b"), std::nullopt);
  EXPECT_NE(throttle.Pause("c"), std::nullopt);
}

TEST(FailureThrottle, ZeroIsAnyNumber) {
  FakeClock clock;
  FailureThrottle throttle(clock, {.max_failures = 0});
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(throttle.AddFailure("p"));
  EXPECT_EQ(throttle.Pause("p"), std::nullopt);
  EXPECT_EQ(throttle.tracked(), 0u);
}

}  // namespace
}  // namespace bw::gateway
