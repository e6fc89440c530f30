// The whole gateway as a protected resource, with an authorization server on loopback that is
// discovered, rotates its keys and goes away.
#include <atomic>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "common/clock/clock.h"
#include "common/http/server.h"
#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/rpc/rpc.h"
#include "gateway/app.h"
#include "gateway/openssl/sha256.h"
#include "tests/gateway/fake_tool_service.h"
#include "tests/gateway/token_maker.h"

namespace bw::gateway {
namespace {

constexpr const char* kResource = "https://mcp.example.com/mcp";
constexpr const char* kMetadataUrl =
    "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
constexpr const char* kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

/// An authorization server: its metadata and its keys.
class AuthorizationServer {
 public:
  AuthorizationServer() {
    server_ = *http::StartServer({.port = 0}, [this](std::shared_ptr<http::Exchange> exchange) {
      exchange->Reply(Answer(exchange->request().path));
    });
  }

  std::string issuer() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  void Publish(const std::vector<json::Json>& keys) {
    const std::lock_guard lock(mutex_);
    keys_ = json::Dump({{"keys", keys}});
  }
  void SetDown(bool down) { down_ = down; }
  int key_requests() const { return key_requests_; }

 private:
  http::Response Answer(const std::string& path) {
    if (down_) return http::TextResponse(503, "down");
    if (path == "/.well-known/openid-configuration") {
      return http::JsonResponse(
          200, json::Dump({{"issuer", issuer()}, {"jwks_uri", issuer() + "/keys"}}));
    }
    if (path != "/keys") return http::TextResponse(404, "");
    ++key_requests_;
    const std::lock_guard lock(mutex_);
    return http::JsonResponse(200, keys_);
  }

  std::atomic<bool> down_{false};
  std::atomic<int> key_requests_{0};
  std::mutex mutex_;  // guards keys_
  std::string keys_ = R"({"keys":[]})";
  std::unique_ptr<http::Server> server_;
};

class OauthAppTest : public ::testing::Test {
 protected:
  OauthAppTest() : tools_(*rpc::Server::Start({}, {&service_})) {
    config_.log_level = "off";
    config_.port = 0;
    config_.admin_port = -1;
    config_.oauth_issuer = authority_.issuer();
    config_.resource_url = kResource;
    config_.oauth_retry_ms = 100;
    // Some tests ask until something changes.
    config_.rate_per_second = 0;
    config_.max_auth_failures = 0;
    authority_.Publish({first_.Jwk("first")});
  }

  void Start() {
    auto started = App::Start(config_, {.tool_service = tools_->InProcessChannel()});
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    app_ = *std::move(started);
  }
  http_client::Response Send(const std::string& method, const std::string& path,
                             const std::string& token, const std::string& body = "") {
    http_client::Request request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(app_->port()) + path;
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}};
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    request.body = body;
    auto response = http_client::SendAndWait(*client_, std::move(request));
    EXPECT_TRUE(response.ok()) << ToString(response.status());
    return response.value_or(http_client::Response{});
  }
  int Ping(const std::string& token) { return Send("POST", "/mcp", token, kPing).status; }
  // Asks until the gateway, which learns of a change in its own time, answers so.
  void AwaitPing(const std::string& token, int status) {
    while (Ping(token) != status) std::this_thread::yield();
  }
  std::string Token(const TestKey& key, const std::string& key_id, const std::string& scope,
                    const std::string& subject = "ann") const {
    const char* algorithm = &key == &first_ ? "RS256" : "ES256";
    return Signed(key, {{"alg", algorithm}, {"kid", key_id}, {"typ", "at+jwt"}},
                  {{"iss", authority_.issuer()},
                   {"aud", {kResource}},
                   {"sub", subject},
                   {"scope", scope},
                   {"exp", SystemClock().NowMs() / 1'000 + 600}});
  }

  static const TestKey& RsaKey() {
    static const TestKey key = TestKey::Rsa();
    return key;
  }

  const TestKey& first_ = RsaKey();
  const TestKey second_ = TestKey::Ec();
  AuthorizationServer authority_;
  FakeToolService service_;
  std::unique_ptr<rpc::Server> tools_;
  std::unique_ptr<http_client::HttpClient> client_ = http_client::MakeHttpClient();
  Config config_;
  std::unique_ptr<App> app_;
};

TEST_F(OauthAppTest, LeadsClientsToTheAuthorizationServer) {
  Start();
  const auto refused = Send("POST", "/mcp", "", kPing);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(http_client::FindHeader(refused.headers, "WWW-Authenticate"),
            std::string("Bearer resource_metadata=\"") + kMetadataUrl + "\", scope=\"read write\"");
  for (const char* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
    const auto metadata = Send("GET", path, "");
    EXPECT_EQ(metadata.status, 200);
    const auto document = *json::Parse(metadata.body);
    EXPECT_EQ(document["resource"], kResource);
    EXPECT_EQ(document["authorization_servers"][0], authority_.issuer());
  }
}

TEST_F(OauthAppTest, TakesItsTokensThroughDiscoveredKeys) {
  Start();
  EXPECT_EQ(Ping(Token(first_, "first", "read")), 200);
  EXPECT_EQ(Ping(Token(first_, "first", "openid")), 403);
  const auto wrong = Send("POST", "/mcp", Token(second_, "first", "read"), kPing);
  EXPECT_EQ(wrong.status, 401);
  const std::string challenge(http_client::FindHeader(wrong.headers, "WWW-Authenticate"));
  EXPECT_EQ(challenge.find("Bearer error=\"invalid_token\", error_description=\""), 0u);
  EXPECT_NE(challenge.find(kMetadataUrl), std::string::npos);
}

TEST_F(OauthAppTest, KeysRotateWhileItRuns) {
  Start();
  const std::string old_token = Token(first_, "first", "read");
  EXPECT_EQ(Ping(old_token), 200);
  authority_.Publish({first_.Jwk("first"), second_.Jwk("second")});
  AwaitPing(Token(second_, "second", "read"), 200);
  EXPECT_EQ(Ping(old_token), 200);
  // The old key goes; the next unknown one makes the gateway see it.
  authority_.Publish({second_.Jwk("second")});
  const TestKey third = TestKey::Ec();
  while (Ping(old_token) != 401) Ping(Token(third, "third", "read", "bob"));
  EXPECT_EQ(Ping(Token(second_, "second", "read")), 200);
}

TEST_F(OauthAppTest, AnOutageStopsNobodyWhoseKeyIsKnown) {
  Start();
  EXPECT_EQ(Ping(Token(first_, "first", "read")), 200);
  authority_.SetDown(true);
  // Makes it ask, in vain.
  EXPECT_EQ(Ping(Token(second_, "second", "read")), 401);
  EXPECT_EQ(Ping(Token(first_, "first", "write")), 200);
}

TEST_F(OauthAppTest, WithoutKeysItSaysSoAndRecovers) {
  authority_.SetDown(true);
  Start();
  const std::string token = Token(first_, "first", "read");
  const auto refused = Send("POST", "/mcp", token, kPing);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(http_client::FindHeader(refused.headers, "Retry-After"), "5");
  authority_.SetDown(false);
  AwaitPing(token, 200);
}

TEST_F(OauthAppTest, KeysThatAreKnownAreNotFetchedAgain) {
  Start();
  EXPECT_EQ(Ping(Token(first_, "first", "read")), 200);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Ping(Token(first_, "first", "read")), 200);
  EXPECT_EQ(authority_.key_requests(), 1);
}

TEST_F(OauthAppTest, StaticTokensWorkBesideIt) {
  const std::string path = ::testing::TempDir() + "oauth-app-" + std::to_string(::getpid());
  std::string hex;
  for (const unsigned char byte : Sha256("robot-token")) {
    constexpr const char* kDigits = "0123456789abcdef";
    hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  std::ofstream(path) << R"([{"sha256":")" << hex
                      << R"(","principal":"robot","tenant":"default","scopes":["read"]}])";
  config_.tokens_file = path;
  Start();
  EXPECT_EQ(Ping("robot-token"), 200);
  EXPECT_EQ(Ping(Token(first_, "first", "read")), 200);
  EXPECT_EQ(Ping("other-token"), 401);
  // Revoked without a restart.
  std::ofstream(path) << "[]";
  AwaitPing("robot-token", 401);
  std::remove(path.c_str());
}

TEST_F(OauthAppTest, ABrokenTokensFileIsRefused) {
  config_.tokens_file = "/nowhere/tokens.json";
  const auto started = App::Start(config_, {.tool_service = tools_->InProcessChannel()});
  EXPECT_EQ(started.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(started.status()).find("BW_MCP_TOKENS_FILE"), std::string::npos);
}

}  // namespace
}  // namespace bw::gateway
