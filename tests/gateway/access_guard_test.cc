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

class Guard {
 public:
  explicit Guard(AccessOptions options) : guard_(std::move(options), nullptr, failures_) {}
  auto CheckSource(const http::Headers& headers) const { return guard_.CheckSource(headers); }

 private:
  FakeClock clock_;
  FailureThrottle failures_{clock_, {}};
  AccessGuard guard_;
};

TEST(AccessGuard, OnLoopbackOnlyLocalNamesAreServed) {
  const Guard guard({.loopback = true, .allowed_hosts = {"Dev.Example.com"}});
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
  const Guard any({.loopback = false});
  EXPECT_EQ(any.CheckSource(With("whatever.example.com")), std::nullopt);
  const Guard some({.loopback = false, .allowed_hosts = {"mcp.example.com"}});
  EXPECT_EQ(some.CheckSource(With("mcp.example.com:443")), std::nullopt);
  EXPECT_EQ(some.CheckSource(With("localhost")), AccessGuard::Refusal::kHost);
}

TEST(AccessGuard, OriginsAreAllowedByOriginOrName) {
  const Guard guard(
      {.loopback = true, .allowed_origins = {"https://app.example.com", "Tools.example.com"}});
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
  const Guard guard({.loopback = false});
  EXPECT_EQ(guard.CheckSource(With("x", "http://localhost")), AccessGuard::Refusal::kOrigin);
  EXPECT_EQ(guard.CheckSource(With("x")), std::nullopt);
}

TEST(AccessGuard, FailuresAreCountedByNetwork) {
  EXPECT_EQ(PeerNetwork("192.0.2.7:51234"), "192.0.2.7");
  EXPECT_EQ(PeerNetwork("[2001:db8:1:2:3:4:5:6]:443"), "2001:db8:1:2::/64");
  EXPECT_EQ(PeerNetwork("[2001:db8:1:2::9]:80"), "2001:db8:1:2::/64");
  EXPECT_EQ(PeerNetwork("[::ffff:192.0.2.7]:80"), "192.0.2.7");
  EXPECT_EQ(PeerNetwork("unknown"), "unknown");
}

}  // namespace
}  // namespace bw::gateway
