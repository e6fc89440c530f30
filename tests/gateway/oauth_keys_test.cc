// Keys and signatures: what is taken from a JWK set, and which signatures it makes right.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/oauth/key_set.h"
#include "gateway/oauth/verified_tokens.h"
#include "gateway/openssl/openssl_crypto.h"
#include "tests/gateway/token_maker.h"

namespace bw::gateway {
namespace {

constexpr auto kRs256 = SignatureAlgorithm::kRs256;
constexpr auto kEs256 = SignatureAlgorithm::kEs256;

const TestKey& Rsa() {
  static const TestKey key = TestKey::Rsa();
  return key;
}
const TestKey& Ec() {
  static const TestKey key = TestKey::Ec();
  return key;
}

std::string SetOf(const std::vector<json::Json>& keys) { return json::Dump({{"keys", keys}}); }

TEST(OpensslCrypto, VerifiesWhatItsKeySigned) {
  const OpensslCrypto crypto;
  for (const TestKey* key : {&Rsa(), &Ec()}) {
    const auto read = crypto.ReadKey(key->Jwk());
    ASSERT_TRUE(read.ok()) << ToString(read.status());
    EXPECT_EQ((*read)->algorithm(), key == &Rsa() ? kRs256 : kEs256);
    const std::string signature = key->Sign("text");
    EXPECT_TRUE((*read)->Verifies("text", signature));
    EXPECT_FALSE((*read)->Verifies("texT", signature));
    EXPECT_FALSE((*read)->Verifies("text", ""));
    EXPECT_FALSE((*read)->Verifies("text", signature.substr(1)));
    EXPECT_FALSE((*read)->Verifies("text", signature + "x"));
    EXPECT_FALSE((*read)->Verifies("text", std::string(signature.size(), '\0')));
    for (std::size_t i = 0; i < signature.size(); i += 7) {
      std::string changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_FALSE((*read)->Verifies("text", changed)) << i;
    }
  }
}

TEST(OpensslCrypto, OneKeysSignatureIsNotAnothers) {
  const OpensslCrypto crypto;
  const TestKey other = TestKey::Ec();
  EXPECT_FALSE((*crypto.ReadKey(Ec().Jwk()))->Verifies("text", other.Sign("text")));
  EXPECT_FALSE((*crypto.ReadKey(Ec().Jwk()))->Verifies("text", Rsa().Sign("text")));
  EXPECT_FALSE((*crypto.ReadKey(Rsa().Jwk()))->Verifies("text", Ec().Sign("text")));
}

TEST(OpensslCrypto, WeakOrForeignKeysAreRefused) {
  const OpensslCrypto crypto;
  EXPECT_FALSE(crypto.ReadKey(TestKey::Rsa(1024).Jwk()).ok());
  EXPECT_FALSE(crypto.ReadKey(TestKey::Ec("P-384").Jwk()).ok());
  const auto changed = [&](const TestKey& key, const char* member, json::Json value) {
    json::Json jwk = key.Jwk();
    jwk[member] = std::move(value);
    return crypto.ReadKey(jwk).ok();
  };
  EXPECT_FALSE(changed(Rsa(), "kty", "oct"));
  EXPECT_FALSE(changed(Rsa(), "kty", "EC"));
  EXPECT_FALSE(changed(Ec(), "kty", "RSA"));
  EXPECT_FALSE(changed(Rsa(), "e", "AQ"));    // 1
  EXPECT_FALSE(changed(Rsa(), "e", "AQAA"));  // even
  EXPECT_FALSE(changed(Rsa(), "e", "not base64!"));
  EXPECT_FALSE(changed(Rsa(), "n", 5));
  EXPECT_FALSE(changed(Rsa(), "n", Base64UrlEncode(std::string(kMaxRsaBits / 8 + 1, '\xff'))));
  EXPECT_FALSE(changed(Ec(), "crv", "P-384"));
  EXPECT_FALSE(changed(Ec(), "crv", "secp256k1"));
  // Not on the curve.
  EXPECT_FALSE(changed(Ec(), "x", Base64UrlEncode(std::string(32, '\1'))));
  EXPECT_FALSE(changed(Ec(), "y", Base64UrlEncode(std::string(31, '\1'))));
  EXPECT_FALSE(crypto.ReadKey(json::Json::object()).ok());
  EXPECT_FALSE(crypto.ReadKey(json::Json("RSA")).ok());
}

TEST(KeySet, LeavesOutWhatIsNotForSignatures) {
  const OpensslCrypto crypto;
  json::Json for_secrets = Rsa().Jwk("enc");
  for_secrets["use"] = "enc";
  json::Json only_signs = Rsa().Jwk("sign");
  only_signs["key_ops"] = {"sign"};
  json::Json other_algorithm = Rsa().Jwk("ps");
  other_algorithm["alg"] = "PS256";
  json::Json confused = Ec().Jwk("confused");
  confused["alg"] = "RS256";
  json::Json good = Rsa().Jwk("good");
  good["use"] = "sig";
  good["key_ops"] = {"verify"};
  good["alg"] = "RS256";
  const json::Json secret{{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "hs"}};
  const auto set = KeySet::Parse(SetOf({for_secrets, only_signs, other_algorithm, confused, good,
                                        secret, json::Json(5), json::Json()}),
                                 crypto, nullptr);
  ASSERT_TRUE(set.ok()) << ToString(set.status());
  EXPECT_EQ((*set)->size(), 1u);
  EXPECT_EQ((*set)->Find("good", kRs256).size(), 1u);
}

TEST(KeySet, FindsByIdAndAlgorithm) {
  const OpensslCrypto crypto;
  const TestKey second = TestKey::Ec();
  const auto set =
      *KeySet::Parse(SetOf({Rsa().Jwk("a"), Ec().Jwk("a"), second.Jwk("b")}), crypto, nullptr);
  EXPECT_EQ(set->Find("a", kRs256).size(), 1u);
  EXPECT_EQ(set->Find("a", kEs256).size(), 1u);
  EXPECT_EQ(set->Find("b", kEs256).size(), 1u);
  EXPECT_TRUE(set->Find("b", kRs256).empty());
  EXPECT_TRUE(set->Find("c", kEs256).empty());
  // Without an id: the only one, or none.
  EXPECT_EQ(set->Find(std::nullopt, kRs256).size(), 1u);
  EXPECT_TRUE(set->Find(std::nullopt, kEs256).empty());
}

TEST(KeySet, KeepsTheKeysThatStay) {
  const OpensslCrypto crypto;
  const auto before = *KeySet::Parse(SetOf({Rsa().Jwk("a"), Ec().Jwk("b")}), crypto, nullptr);
  const auto after = *KeySet::Parse(SetOf({Ec().Jwk("b")}), crypto, before.get());
  EXPECT_EQ(before->Find("b", kEs256), after->Find("b", kEs256));
  EXPECT_TRUE(after->Holds(before->Find("b", kEs256)[0]));
  EXPECT_FALSE(after->Holds(before->Find("a", kRs256)[0]));
}

TEST(KeySet, IsBoundedAndNeverEmpty) {
  const OpensslCrypto crypto;
  const auto many = [&](std::size_t count) {
    std::vector<json::Json> keys;
    for (std::size_t i = 0; i < count; ++i) keys.push_back(Ec().Jwk("k" + std::to_string(i)));
    return KeySet::Parse(SetOf(keys), crypto, nullptr);
  };
  EXPECT_EQ((*many(kMaxKeys))->size(), kMaxKeys);
  EXPECT_FALSE(many(kMaxKeys + 1).ok());
  const std::string one = SetOf({Ec().Jwk("a")});
  const auto padded = [&](std::size_t bytes) {
    return KeySet::Parse(one + std::string(bytes - one.size(), ' '), crypto, nullptr).ok();
  };
  EXPECT_TRUE(padded(kMaxKeySetBytes));
  EXPECT_FALSE(padded(kMaxKeySetBytes + 1));
  for (const char* bad : {"", "[]", "{}", R"({"keys":5})", R"({"keys":[]})", "<html>"}) {
    EXPECT_FALSE(KeySet::Parse(bad, crypto, nullptr).ok()) << bad;
  }
}

class VerifiedTokensTest : public ::testing::Test {
 protected:
  VerifiedTokensTest() {
    both_ = *KeySet::Parse(SetOf({Rsa().Jwk("a"), Ec().Jwk("b")}), crypto_, nullptr);
    one_ = *KeySet::Parse(SetOf({Ec().Jwk("b")}), crypto_, both_.get());
    tokens_.UseKeys(both_);
  }
  void Add(const std::string& token, const char* key_id, std::int64_t good_until_ms = 100) {
    const auto found = both_->Find(key_id, std::string(key_id) == "a" ? kRs256 : kEs256);
    tokens_.Add(crypto_.Digest(token), {AuthReason::kAccepted, {token}}, good_until_ms, found[0]);
  }
  bool Has(const std::string& token, std::int64_t now_ms = 0) {
    const auto found = tokens_.Find(crypto_.Digest(token), now_ms);
    EXPECT_TRUE(!found || found->principal.name == token);
    return found.has_value();
  }

  OpensslCrypto crypto_;
  Keys both_;
  Keys one_;
  VerifiedTokens tokens_{3};
};

TEST_F(VerifiedTokensTest, AreForgottenWhenTheyExpire) {
  Add("t", "a", 100);
  EXPECT_TRUE(Has("t", 99));
  EXPECT_FALSE(Has("t", 100));
  EXPECT_EQ(tokens_.size(), 0u);
}

TEST_F(VerifiedTokensTest, AreForgottenWithTheirKey) {
  Add("t", "a");
  Add("u", "b");
  tokens_.UseKeys(one_);
  EXPECT_FALSE(Has("t"));
  EXPECT_TRUE(Has("u"));
  // One that was being verified while its key went.
  Add("v", "a");
  EXPECT_FALSE(Has("v"));
  tokens_.UseKeys(nullptr);
  EXPECT_FALSE(Has("u"));
  EXPECT_EQ(tokens_.size(), 0u);
}

TEST_F(VerifiedTokensTest, AreBounded) {
  for (const char* token : {"1", "2", "3"}) Add(token, "a");
  EXPECT_TRUE(Has("1"));
  Add("4", "a");
  EXPECT_FALSE(Has("1"));
  EXPECT_TRUE(Has("2") && Has("3") && Has("4"));
  EXPECT_EQ(tokens_.size(), 3u);
}

}  // namespace
}  // namespace bw::gateway
