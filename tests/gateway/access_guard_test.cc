#include "gateway/http/access_guard.h"

#include <string>

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

http::Headers With(const std::string& host, const std::string& origin = "") {
  http::Headers headers;
  if (!host.empty()) headers.Add("Host", host);
  if (!origin.empty()) headers.Add("Origin", origin);
  return headers;
}

TEST(AccessGuard, OnLoopbackOnlyLocalNamesAreServed) {
  const AccessGuard guard({.loopback = true, .allowed_hosts = {"Dev.Example.com"}}, nullptr);
  for (const char* host : {"localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1",
                           "127.0.0.1:80", "[::1]", "[::1]:8080", "dev.example.com:8080"}) {
    EXPECT_EQ(guard.CheckSource(With(host)), std::nullopt) << host;
  }
  for (const char* host :
       {"evil.example.com", "localhost.evil.example.com", "127.0.0.1.evil.example.com", "",
        "localhost:", "localhost:x", "localhost:123456", "[::1", "[::1]x", "user@localhost",
        "localhost/", "0.0.0.0"}) {
    EXPECT_EQ(guard.CheckSource(With(host)), AccessGuard::Refusal::kHost) << host;
  }
  http::Headers twice = With("localhost");
  twice.Add("host", "localhost");
  EXPECT_EQ(guard.CheckSource(twice), AccessGuard::Refusal::kHost);
}

TEST(AccessGuard, BeyondLoopbackTheConfiguredHostsAre) {
  const AccessGuard any({.loopback = false}, nullptr);
  EXPECT_EQ(any.CheckSource(With("whatever.example.com")), std::nullopt);
  const AccessGuard some({.loopback = false, .allowed_hosts = {"mcp.example.com"}}, nullptr);
  EXPECT_EQ(some.CheckSource(With("mcp.example.com:443")), std::nullopt);
  EXPECT_EQ(some.CheckSource(With("localhost")), AccessGuard::Refusal::kHost);
}

TEST(AccessGuard, OriginsAreAllowedByOriginOrName) {
  const AccessGuard guard(
      {.loopback = true, .allowed_origins = {"https://app.example.com", "Tools.example.com"}},
      nullptr);
  for (const char* origin :
       {"http://localhost:3000", "https://127.0.0.1", "http://[::1]:5", "https://app.example.com",
        "HTTPS://APP.example.com", "http://tools.example.com:81"}) {
    EXPECT_EQ(guard.CheckSource(With("localhost", origin)), std::nullopt) << origin;
  }
  for (const char* origin :
       {"http://app.example.com", "https://app.example.com:444", "https://app.example.com.evil.com",
        "null", "file://", "localhost", "https://evil.com/localhost"}) {
    EXPECT_EQ(guard.CheckSource(With("localhost", origin)), AccessGuard::Refusal::kOrigin)
        << origin;
  }
  http::Headers twice = With("localhost", "http://localhost");
  twice.Add("Origin", "http://evil.com");
  EXPECT_EQ(guard.CheckSource(twice), AccessGuard::Refusal::kOrigin);
}

TEST(AccessGuard, BeyondLoopbackLocalOriginsAreNothingSpecial) {
  const AccessGuard guard({.loopback = false}, nullptr);
  EXPECT_EQ(guard.CheckSource(With("x", "http://localhost")), AccessGuard::Refusal::kOrigin);
  EXPECT_EQ(guard.CheckSource(With("x")), std::nullopt);
}

TEST(AccessGuard, KnowsWhichAddressesStayOnThisMachine) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "192.168.0.1", "127.example.com", "localhost.example",
                           "", "example.com"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(AccessGuard, WithoutAuthenticationEverybodyIsTheConfiguredTenant) {
  const AccessGuard guard({.loopback = true, .anonymous = {"", "acme"}}, nullptr);
  const auto verdict = guard.Check(With("localhost"));
  EXPECT_FALSE(verdict.refusal.has_value());
  EXPECT_EQ(verdict.principal.tenant, "acme");
}

}  // namespace
}  // namespace bw::gateway
