// The whole stack over real sockets.
#include "tool-service/upstream/upstream.h"

#include <atomic>
#include <future>
#include <latch>

#include <gtest/gtest.h>

#include "common/http_client/http_client.h"
#include "common/status/unsent.h"
#include "tests/common/http_client/fault_server.h"

namespace bw::tool_service {
namespace {

using test::FaultConnection;
using test::FaultServer;
using test::OkResponse;

StatusOr<HttpResponse> Wait(HttpClient& client, HttpRequest request) {
  std::promise<StatusOr<HttpResponse>> promise;
  client.Send(std::move(request),
              [&](StatusOr<HttpResponse> answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

class UpstreamTest : public ::testing::Test {
 protected:
  UpstreamTest()
      : server_([this](FaultConnection& connection) {
          for (std::string request = connection.ReadRequest(); !request.empty();
               request = connection.ReadRequest()) {
            if (!connection.Send(Respond(request))) return;
          }
        }) {
    EXPECT_TRUE(credentials_.Set("default", {"id", "secret", ""}).ok());
    HostOverrides overrides;
    overrides.api_url = overrides.voice_url = server_.Url("");
    upstream_ =
        MakeUpstream({}, *HostTable::Make("", overrides), credentials_, SystemClock(), observer_);
  }

  std::string Respond(const std::string& request) {
    if (request.starts_with("POST /api/v1/oauth2/token ")) {
      return OkResponse("{\"access_token\":\"t" + std::to_string(++tokens_) + "\"}");
    }
    if (request.starts_with("GET /busy ") && ++busy_ == 1) {
      return "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    }
    if (request.find("Authorization: Bearer t" + std::to_string(good_token_.load())) ==
        std::string::npos) {
      return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    }
    return OkResponse(request);
  }

  HttpRequest Request(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return request;
  }

  std::atomic<int> tokens_{0};
  std::atomic<int> busy_{0};
  std::atomic<int> good_token_{1};
  FaultServer server_;
  CredentialStore credentials_;
  IgnoringObserver observer_;
  std::unique_ptr<Upstream> upstream_;
};

TEST_F(UpstreamTest, RoutesAuthorizesAndAnswers) {
  const auto answer =
      Wait(upstream_->http_client(), Request("https://voice.bandwidth.com/api/v2/calls?a=b"));
  ASSERT_TRUE(answer.ok()) << ToString(answer.status());
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(answer->body.starts_with("GET /api/v2/calls?a=b HTTP/1.1\r\n")) << answer->body;
}

// As after a redirection from the public internet: the last word is spoken where the connection is
// made, for a host of any name and on connections that are kept.
TEST_F(UpstreamTest, PublicPeersOnlyHoldsDownToTheSocket) {
  HttpRequest request = Request("https://api.bandwidth.com/x");
  ASSERT_TRUE(Wait(upstream_->http_client(), request).ok());
  request.rules.public_peers_only = true;
  const auto refused = Wait(upstream_->http_client(), request);
  EXPECT_EQ(refused.status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(IsUnsent(refused.status()));
}

TEST_F(UpstreamTest, AnExpiredTokenIsReplaced) {
  good_token_ = 2;
  const auto answer = Wait(upstream_->http_client(), Request("https://api.bandwidth.com/x"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(tokens_, 2);
}

TEST_F(UpstreamTest, ABusyApiIsAskedAgain) {
  const auto answer = Wait(upstream_->http_client(), Request("https://api.bandwidth.com/busy"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(busy_, 2);
}

TEST_F(UpstreamTest, ConcurrentCallersShareOneToken) {
  constexpr int kCalls = 64;
  std::latch done(kCalls);
  std::atomic<int> good{0};
  for (int i = 0; i < kCalls; ++i) {
    upstream_->http_client().Send(Request("https://api.bandwidth.com/x"),
                                  [&](StatusOr<HttpResponse> answer) {
                                    if (answer.ok() && answer->status == 200) ++good;
                                    done.count_down();
                                  });
  }
  done.wait();
  EXPECT_EQ(good, kCalls);
  EXPECT_EQ(tokens_, 1);
}

TEST(UpstreamStop, EveryCallIsAnsweredWhenItGoes) {
  FaultServer server([](FaultConnection& connection) {
    for (std::string request = connection.ReadRequest(); !request.empty();
         request = connection.ReadRequest()) {
      if (request.starts_with("GET /hang")) {
        connection.WaitForClose();
        return;
      }
      connection.Send(request.starts_with("GET /busy")
                          ? "HTTP/1.1 503 Busy\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n"
                          : OkResponse("{\"access_token\":\"t\"}"));
    }
  });
  CredentialStore credentials;
  ASSERT_TRUE(credentials.Set("default", {"id", "secret", ""}).ok());
  HostOverrides overrides;
  overrides.api_url = server.Url("");
  IgnoringObserver observer;
  std::atomic<int> answered{0};
  {
    const auto upstream =
        MakeUpstream({}, *HostTable::Make("", overrides), credentials, SystemClock(), observer);
    for (const char* path : {"/busy", "/hang", "/busy", "/hang"}) {
      HttpRequest request;
      request.url = std::string("https://api.bandwidth.com") + path;
      upstream->http_client().Send(std::move(request), [&](StatusOr<HttpResponse>) { ++answered; });
    }
  }
  EXPECT_EQ(answered, 4);
}

}  // namespace
}  // namespace bw::tool_service
