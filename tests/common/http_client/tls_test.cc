// Whom the client trusts, and what it speaks with them.
#include <atomic>
#include <fstream>
#include <latch>

#include <gtest/gtest.h>

#include "common/http_client/http_client.h"
#include "common/status/unsent.h"
#include "tests/common/http_client/tls_server.h"

namespace bw::http_client {
namespace {

using test::TlsIdentity;
using test::TlsServer;

Request Get(std::string url) {
  Request request;
  request.url = std::move(url);
  request.timeout = std::chrono::seconds(20);
  return request;
}

StatusOr<Response> Ask(const std::string& ca_file, const TlsServer& server) {
  Options options;
  options.ca_file = ca_file;
  Request request = Get(server.Url());
  request.method = "POST";
  request.headers = {{"Authorization", "Bearer secret"}};
  return SendAndWait(*MakeHttpClient(options), request);
}

TEST(Tls, TheConfiguredAuthorityIsTrusted) {
  const TlsIdentity identity("IP:127.0.0.1");
  const TlsServer server(identity, TlsServer::Protocol::kHttp1);
  Options options;
  options.ca_file = identity.certificate_file();
  const auto client = MakeHttpClient(options);
  for (int i = 0; i < 3; ++i) {
    const auto answer = SendAndWait(*client, Get(server.Url("/a?b")));
    ASSERT_TRUE(answer.ok()) << ToString(answer.status());
    EXPECT_TRUE(answer->body.starts_with("GET /a?b HTTP/1.1\r\n")) << answer->body;
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests(), 3);
}

// In each case the server would answer; the request with its secret must not reach it.
void ExpectDistrust(const StatusOr<Response>& answer, const TlsServer& server, const char* why) {
  ASSERT_FALSE(answer.ok()) << why;
  EXPECT_EQ(answer.status().code(), StatusCode::kUnavailable) << why;
  EXPECT_TRUE(IsUnsent(answer.status())) << why;
  EXPECT_EQ(server.requests(), 0) << why;
}

TEST(Tls, EverythingElseIsRefusedBeforeTheRequestLeaves) {
  const TlsIdentity identity("IP:127.0.0.1");
  const TlsServer server(identity, TlsServer::Protocol::kHttp1);
  ExpectDistrust(Ask("", server), server, "nobody vouches for it");
  const TlsIdentity stranger("IP:127.0.0.1");
  ExpectDistrust(Ask(stranger.certificate_file(), server), server, "another authority");
  ExpectDistrust(Ask("/no/such/file.pem", server), server, "no authorities can be read");
  const TlsIdentity garbage("IP:127.0.0.1");
  std::ofstream(garbage.certificate_file(), std::ios::trunc) << "no certificate\n";
  ExpectDistrust(Ask(garbage.certificate_file(), server), server, "the file holds none");

  const TlsIdentity other_name("IP:127.0.0.2,DNS:other.example");
  const TlsServer misnamed(other_name, TlsServer::Protocol::kHttp1);
  ExpectDistrust(Ask(other_name.certificate_file(), misnamed), misnamed, "of another name");
  const TlsIdentity outdated("IP:127.0.0.1", -3600);
  const TlsServer expired(outdated, TlsServer::Protocol::kHttp1);
  ExpectDistrust(Ask(outdated.certificate_file(), expired), expired, "expired");
}

TEST(Tls, Http2SharesOneConnection) {
  const TlsIdentity identity("IP:127.0.0.1");
  const TlsServer server(identity, TlsServer::Protocol::kHttp2);
  Options options;
  options.ca_file = identity.certificate_file();
  const auto client = MakeHttpClient(options);
  const auto first = SendAndWait(*client, Get(server.Url()));
  ASSERT_TRUE(first.ok()) << ToString(first.status());
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "over HTTP/2");
  constexpr int kRequests = 32;
  std::latch done(kRequests);
  std::atomic<int> good{0};
  for (int i = 0; i < kRequests; ++i) {
    Request request = Get(server.Url());
    if (i % 2 == 1) {
      request.method = "POST";
      request.body = "{}";
    }
    client->Send(std::move(request), [&](StatusOr<Response> answer) {
      if (answer.ok() && answer->body == "over HTTP/2") ++good;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(good, kRequests);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests(), kRequests + 1);
}

}  // namespace
}  // namespace bw::http_client
