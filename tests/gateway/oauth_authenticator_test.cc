// Tokens against keys that come and go, with an HTTP client that the test answers for.
#include "gateway/oauth/oauth_authenticator.h"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/openssl/openssl_crypto.h"
#include "tests/gateway/token_maker.h"

namespace bw::gateway {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kIssuer = "https://as.example.com/t";
constexpr const char* kAudience = "https://mcp.example.com/mcp";
constexpr const char* kKeysUrl = "https://as.example.com/keys?v=1";

const TestKey& First() {
  static const TestKey key = TestKey::Rsa();
  return key;
}
const TestKey& Second() {
  static const TestKey key = TestKey::Ec();
  return key;
}

std::string SetOf(const std::vector<json::Json>& keys) { return json::Dump({{"keys", keys}}); }

/// What was asked and is not answered yet; outlives the client.
struct Upstream {
  struct Exchange {
    std::string url;
    http_client::HttpClient::Done done;
  };
  std::deque<Exchange> open;

  void Answer(StatusOr<http_client::Response> response) {
    const auto exchange = std::move(open.front());
    open.pop_front();
    exchange.done(std::move(response));
  }
  void Answer(const std::string& body, int status = 200) {
    Answer(http_client::Response{status, {}, body});
  }
};

class FakeHttpClient : public http_client::HttpClient {
 public:
  explicit FakeHttpClient(Upstream& upstream) : upstream_(upstream) {}
  ~FakeHttpClient() override {
    while (!upstream_.open.empty()) upstream_.Answer(Cancelled("the client goes"));
  }
  std::shared_ptr<http_client::Cancellation> Send(http_client::Request request,
                                                  Done done) override {
    upstream_.open.push_back({request.url, std::move(done)});
    return nullptr;
  }

 private:
  Upstream& upstream_;
};

class OauthTest : public ::testing::Test {
 protected:
  OauthTest() {
    rules_.issuer = kIssuer;
    rules_.audience = kAudience;
    keys_.issuer = kIssuer;
    keys_.keys_url = kKeysUrl;
    keys_.max_waiting = 3;
  }

  void Start() {
    authenticator_ = std::make_unique<OauthAuthenticator>(
        rules_, keys_,
        OauthAuthenticator::Dependencies{
            std::make_unique<FakeHttpClient>(upstream_), clock_, scheduler_, crypto_,
            [this](const auto& fetched) { (fetched.ok() ? fetches_ : failures_) += 1; }});
  }
  void StartWithKeys(const std::vector<json::Json>& keys) {
    Start();
    upstream_.Answer(SetOf(keys));
  }
  json::Json Claims() const {
    return {{"iss", kIssuer},
            {"aud", kAudience},
            {"sub", "ann"},
            {"scope", "write"},
            {"exp", clock_.NowMs() / 1'000 + 3'600}};
  }
  std::string TokenOf(const TestKey& key, const std::string& key_id) const {
    return Signed(key, {{"alg", &key == &Second() ? "ES256" : "RS256"}, {"kid", key_id}}, Claims());
  }
  // Where the reason of each token verified goes, in the order of their answers.
  void Verify(const std::string& token) {
    authenticator_->Verify(token,
                           [this](const AuthResult& result) { reasons_.push_back(result.reason); });
  }
  AuthReason Verified(const std::string& token) {
    const std::size_t before = reasons_.size();
    Verify(token);
    EXPECT_EQ(reasons_.size(), before + 1) << "no answer yet";
    return reasons_.back();
  }

  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  OpensslCrypto crypto_;
  Upstream upstream_;
  TokenRules rules_;
  KeySource::Options keys_;
  int fetches_ = 0;
  int failures_ = 0;
  std::vector<AuthReason> reasons_;
  std::unique_ptr<OauthAuthenticator> authenticator_;
};

TEST_F(OauthTest, AGoodTokenIsVerifiedOnceAndThenRecognised) {
  StartWithKeys({First().Jwk("one"), Second().Jwk("two")});
  for (const std::string& token : {TokenOf(First(), "one"), TokenOf(Second(), "two")}) {
    EXPECT_EQ(authenticator_->Recognize(token), std::nullopt);
    EXPECT_EQ(Verified(token), AuthReason::kAccepted);
    const auto known = authenticator_->Recognize(token);
    ASSERT_TRUE(known.has_value());
    EXPECT_EQ(known->principal.name, "oauth:ann");
    EXPECT_EQ(known->principal.access, Access::kWrite);
    EXPECT_EQ(authenticator_->Recognize(token + "x"), std::nullopt);
  }
  EXPECT_EQ(authenticator_->verified_tokens(), 2u);
  clock_.Advance(hours(1) + seconds(60));
  EXPECT_EQ(authenticator_->Recognize(TokenOf(First(), "one")), std::nullopt);
}

TEST_F(OauthTest, ForgeriesAreRefused) {
  StartWithKeys({First().Jwk("one"), Second().Jwk("two")});
  const std::string good = TokenOf(First(), "one");
  const std::size_t payload = good.find('.') + 1;
  // Another payload under the same signature.
  json::Json claims = Claims();
  claims["sub"] = "eve";
  const std::string other =
      Unsigned({{"alg", "RS256"}, {"kid", "one"}}, claims) + good.substr(good.rfind('.'));
  EXPECT_EQ(Verified(other), AuthReason::kSignature);
  EXPECT_EQ(Verified(good.substr(0, good.rfind('.') + 1)), AuthReason::kSignature);
  EXPECT_EQ(Verified(Unsigned({{"alg", "none"}}, Claims()) + "."), AuthReason::kAlgorithm);
  EXPECT_EQ(Verified(Unsigned({{"alg", "none"}}, Claims()) + ".AAAA"), AuthReason::kAlgorithm);
  // Signed by somebody else under our key's id.
  const TestKey evil = TestKey::Ec();
  EXPECT_EQ(Verified(Signed(evil, {{"alg", "ES256"}, {"kid", "two"}}, Claims())),
            AuthReason::kSignature);
  // The public key as a shared secret, and one key under the other's algorithm.
  EXPECT_EQ(Verified(Signed(First(), {{"alg", "HS256"}, {"kid", "one"}}, Claims())),
            AuthReason::kAlgorithm);
  const std::string garbage = good.substr(0, payload) + "!" + good.substr(payload + 1);
  EXPECT_EQ(Verified(garbage), AuthReason::kMalformed);
  EXPECT_EQ(upstream_.open.size(), 0u);
}

TEST_F(OauthTest, AnAlgorithmOfAnotherKeyTypeFindsNoKey) {
  StartWithKeys({First().Jwk("one")});
  Verify(Signed(Second(), {{"alg", "ES256"}, {"kid", "one"}}, Claims()));
  clock_.Advance(keys_.retry);
  EXPECT_EQ(reasons_, (std::vector{AuthReason::kKey}));
}

TEST_F(OauthTest, WithoutAKeyIdTheOnlyKeyIsMeant) {
  StartWithKeys({First().Jwk("one"), Second().Jwk()});
  EXPECT_EQ(Verified(Signed(Second(), {{"alg", "ES256"}}, Claims())), AuthReason::kAccepted);
  EXPECT_EQ(Verified(Signed(First(), {{"alg", "RS256"}}, Claims())), AuthReason::kAccepted);
}

TEST_F(OauthTest, ClaimsAreJudgedBeforeAnythingIsFetched) {
  StartWithKeys({First().Jwk("one")});
  clock_.Advance(keys_.retry);
  json::Json claims = Claims();
  claims["aud"] = "https://other.example.com";
  EXPECT_EQ(Verified(Signed(First(), {{"alg", "RS256"}, {"kid", "new"}}, claims)),
            AuthReason::kAudience);
  claims = Claims();
  claims["exp"] = clock_.NowMs() / 1'000 - 61;
  EXPECT_EQ(Verified(Signed(First(), {{"alg", "RS256"}, {"kid", "new"}}, claims)),
            AuthReason::kExpired);
  EXPECT_EQ(upstream_.open.size(), 0u);
}

TEST_F(OauthTest, ATokenWithoutScopeIsRememberedToo) {
  StartWithKeys({First().Jwk("one")});
  json::Json claims = Claims();
  claims["scope"] = "openid";
  const std::string token = Signed(First(), {{"alg", "RS256"}, {"kid", "one"}}, claims);
  EXPECT_EQ(Verified(token), AuthReason::kScope);
  EXPECT_EQ(authenticator_->Recognize(token)->reason, AuthReason::kScope);
}

TEST_F(OauthTest, RequestsWaitForTheFirstKeys) {
  Start();
  EXPECT_EQ(authenticator_->keys(), nullptr);
  Verify(TokenOf(First(), "one"));
  Verify(TokenOf(Second(), "two"));
  EXPECT_TRUE(reasons_.empty());
  upstream_.Answer(SetOf({First().Jwk("one")}));
  EXPECT_EQ(reasons_, (std::vector{AuthReason::kAccepted, AuthReason::kKey}));
}

TEST_F(OauthTest, SoManyMayWait) {
  Start();
  for (int i = 0; i < 3; ++i) Verify(TokenOf(First(), "one"));
  EXPECT_TRUE(reasons_.empty());
  EXPECT_EQ(Verified(TokenOf(First(), "one")), AuthReason::kBusy);
  upstream_.Answer(SetOf({First().Jwk("one")}));
  EXPECT_EQ(reasons_.size(), 4u);
}

TEST_F(OauthTest, ANewKeyIsFetchedOnceAndAtMostOncePerInterval) {
  StartWithKeys({First().Jwk("one")});
  const std::string token = TokenOf(Second(), "two");
  // The last fetch is too new for another.
  EXPECT_EQ(Verified(token), AuthReason::kKey);
  EXPECT_EQ(upstream_.open.size(), 0u);
  clock_.Advance(keys_.retry);
  Verify(token);
  Verify(token);
  EXPECT_EQ(upstream_.open.size(), 1u);
  upstream_.Answer(SetOf({First().Jwk("one"), Second().Jwk("two")}));
  EXPECT_EQ(reasons_,
            (std::vector{AuthReason::kKey, AuthReason::kAccepted, AuthReason::kAccepted}));
  EXPECT_EQ(fetches_, 2);
}

TEST_F(OauthTest, ARevokedKeysTokensEndWithIt) {
  StartWithKeys({First().Jwk("one"), Second().Jwk("two")});
  const std::string token = TokenOf(First(), "one");
  EXPECT_EQ(Verified(token), AuthReason::kAccepted);
  scheduler_.Advance(keys_.refresh);
  ASSERT_EQ(upstream_.open.size(), 1u);
  upstream_.Answer(SetOf({Second().Jwk("two")}));
  EXPECT_EQ(authenticator_->Recognize(token), std::nullopt);
  EXPECT_EQ(Verified(token), AuthReason::kKey);
}

TEST_F(OauthTest, AnOutageLeavesTheKeysInUseForADay) {
  StartWithKeys({First().Jwk("one")});
  const std::string token = TokenOf(First(), "one");
  EXPECT_EQ(Verified(token), AuthReason::kAccepted);
  scheduler_.Advance(keys_.refresh);
  upstream_.Answer(Unavailable("down"));
  EXPECT_EQ(failures_, 1);
  EXPECT_TRUE(authenticator_->Recognize(token).has_value());
  // Tried again soon.
  scheduler_.Advance(keys_.retry);
  ASSERT_EQ(upstream_.open.size(), 1u);
  upstream_.Answer("<html>", 200);
  scheduler_.Advance(keys_.retry);
  upstream_.Answer("", 500);
  EXPECT_EQ(failures_, 3);
  EXPECT_EQ(Verified(TokenOf(First(), "one")), AuthReason::kAccepted);
  clock_.Advance(keys_.max_age);
  scheduler_.Advance(keys_.retry);
  upstream_.Answer(Unavailable("down"));
  EXPECT_EQ(authenticator_->keys(), nullptr);
  EXPECT_EQ(authenticator_->Recognize(token), std::nullopt);
  scheduler_.Advance(keys_.retry);
  upstream_.Answer(SetOf({First().Jwk("one")}));
  EXPECT_EQ(Verified(TokenOf(First(), "one")), AuthReason::kAccepted);
}

TEST_F(OauthTest, WithoutKeysNothingIsDecided) {
  Start();
  Verify(TokenOf(First(), "one"));
  upstream_.Answer(Unavailable("down"));
  EXPECT_EQ(reasons_, (std::vector{AuthReason::kKeysUnavailable}));
  EXPECT_EQ(Verified(TokenOf(First(), "one")), AuthReason::kKeysUnavailable);
  EXPECT_EQ(upstream_.open.size(), 0u);
}

TEST_F(OauthTest, KeysAreFoundThroughTheMetadata) {
  keys_.keys_url.clear();
  Start();
  ASSERT_EQ(upstream_.open.size(), 1u);
  EXPECT_EQ(upstream_.open.front().url,
            "https://as.example.com/.well-known/oauth-authorization-server/t");
  upstream_.Answer("", 404);
  EXPECT_EQ(upstream_.open.front().url,
            "https://as.example.com/.well-known/openid-configuration/t");
  upstream_.Answer(
      R"({"issuer":"https://evil.example.com","jwks_uri":"https://evil.example.com"})");
  EXPECT_EQ(upstream_.open.front().url,
            "https://as.example.com/t/.well-known/openid-configuration");
  upstream_.Answer(
      R"({"issuer":"https://as.example.com/t","jwks_uri":"https://as.example.com/k"})");
  EXPECT_EQ(upstream_.open.front().url, "https://as.example.com/k");
  upstream_.Answer(SetOf({First().Jwk("one")}));
  EXPECT_EQ(Verified(TokenOf(First(), "one")), AuthReason::kAccepted);
  // It is remembered until it fails.
  scheduler_.Advance(keys_.refresh);
  EXPECT_EQ(upstream_.open.front().url, "https://as.example.com/k");
  upstream_.Answer("", 404);
  scheduler_.Advance(keys_.retry);
  EXPECT_EQ(upstream_.open.front().url,
            "https://as.example.com/.well-known/oauth-authorization-server/t");
}

TEST_F(OauthTest, WithoutMetadataThereIsAFailure) {
  keys_.keys_url.clear();
  Start();
  for (int i = 0; i < 3; ++i) upstream_.Answer("", 404);
  EXPECT_EQ(failures_, 1);
  EXPECT_EQ(upstream_.open.size(), 0u);
}

TEST_F(OauthTest, GoingAnswersWhoWaits) {
  keys_.keys_url.clear();
  Start();
  Verify(TokenOf(First(), "one"));
  authenticator_.reset();
  EXPECT_EQ(reasons_, (std::vector{AuthReason::kKeysUnavailable}));
  EXPECT_EQ(upstream_.open.size(), 0u);
  scheduler_.Advance(hours(1));
  EXPECT_EQ(upstream_.open.size(), 0u);
}

TEST(Metadata, IsWhereTheStandardsSay) {
  EXPECT_EQ(
      MetadataUrls("https://as.example.com/"),
      (std::vector<std::string>{"https://as.example.com/.well-known/oauth-authorization-server",
                                "https://as.example.com/.well-known/openid-configuration"}));
  EXPECT_EQ(MetadataUrls("https://as.example.com:1/a/b/").back(),
            "https://as.example.com:1/a/b/.well-known/openid-configuration");
}

TEST(Metadata, NamesKeysThatMayBeFetched) {
  const auto with = [](const std::string& url) {
    return KeysUrlOf(R"({"issuer":"i","jwks_uri":")" + url + "\"}", "i");
  };
  EXPECT_EQ(*with("https://keys.example.com/k?p=x"), "https://keys.example.com/k?p=x");
  EXPECT_EQ(*with("http://127.0.0.1:8/k"), "http://127.0.0.1:8/k");
  for (const char* bad : {"http://keys.example.com/k", "file:///etc/passwd", "", "/keys",
                          "https://u@keys.example.com/", "https://keys.example.com/?a b"}) {
    EXPECT_FALSE(with(bad).ok()) << bad;
  }
  EXPECT_FALSE(KeysUrlOf(R"({"issuer":"i"})", "i").ok());
  EXPECT_FALSE(KeysUrlOf(R"({"issuer":"i/","jwks_uri":"https://k"})", "i").ok());
  EXPECT_FALSE(KeysUrlOf("[]", "i").ok());
}

}  // namespace
}  // namespace bw::gateway
