#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "gateway/openssl/aead_sealer.h"

namespace bw::gateway {
namespace {

const std::string kOne = "first-secret-first-secret";
const std::string kTwo = "second-secret-second-secret";

std::unique_ptr<AeadSealer> Make(std::vector<std::string> secrets) {
  return *AeadSealer::Create(secrets);
}

TEST(AeadSealer, OpensWhatWasSealedWithTheSameSecret) {
  const auto here = Make({kOne});
  const auto there = Make({kOne});
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("a\0b", 3), std::string(5000, 'z')}) {
    EXPECT_EQ(there->Open("p", here->Seal("p", text)), text);
  }
}

TEST(AeadSealer, SealsDifferAndAreVisibleAscii) {
  const auto sealer = Make({kOne});
  std::set<std::string> seals;
  for (int i = 0; i < 100; ++i) seals.insert(sealer->Seal("p", "same"));
  EXPECT_EQ(seals.size(), 100u);
  for (const char c : *seals.begin()) EXPECT_TRUE(c >= 0x21 && c <= 0x7e);
}

TEST(AeadSealer, AnyChangeIsNoticed) {
  const auto sealer = Make({kOne});
  const std::string bytes = *Base64UrlDecode(sealer->Seal("p", "text"));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(sealer->Open("p", Base64UrlEncode(changed)), std::nullopt) << i;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(sealer->Open("p", Base64UrlEncode(bytes.substr(0, size))), std::nullopt) << size;
  }
  EXPECT_EQ(sealer->Open("p", Base64UrlEncode(bytes + "x")), std::nullopt);
  EXPECT_EQ(sealer->Open("p", "not base64!"), std::nullopt);
}

TEST(AeadSealer, APurposeOpensItsOwnOnly) {
  const auto sealer = Make({kOne});
  EXPECT_EQ(sealer->Open("q", sealer->Seal("p", "text")), std::nullopt);
}

TEST(AeadSealer, KeysRotate) {
  const auto old_key = Make({kOne});
  const auto both = Make({kTwo, kOne});
  const auto new_key = Make({kTwo});
  EXPECT_EQ(both->Open("p", old_key->Seal("p", "t")), "t");
  EXPECT_EQ(new_key->Open("p", both->Seal("p", "t")), "t");
  EXPECT_EQ(new_key->Open("p", old_key->Seal("p", "t")), std::nullopt);
}

TEST(AeadSealer, WithoutSecretsTheKeyIsRandom) {
  const auto one = Make({});
  EXPECT_EQ(one->Open("p", one->Seal("p", "t")), "t");
  EXPECT_EQ(Make({})->Open("p", one->Seal("p", "t")), std::nullopt);
}

TEST(AeadSealer, SecretsAreBounded) {
  const auto code = [](std::vector<std::string> secrets) {
    return AeadSealer::Create(secrets).status().code();
  };
  EXPECT_EQ(code({std::string(AeadSealer::kMinSecretBytes, 's')}), StatusCode::kOk);
  EXPECT_EQ(code({std::string(AeadSealer::kMinSecretBytes - 1, 's')}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::vector<std::string>(AeadSealer::kMaxSecrets, kOne)), StatusCode::kOk);
  EXPECT_EQ(code(std::vector<std::string>(AeadSealer::kMaxSecrets + 1, kOne)),
            StatusCode::kInvalidArgument);
}

TEST(AeadSealerDigest, IsSha256WhateverTheKey) {
  const std::vector<std::string> secrets{std::string(32, 'k')};
  const auto keyed = *AeadSealer::Create(secrets);
  const auto random = *AeadSealer::Create({});
  // FIPS 180-4, the empty message.
  EXPECT_EQ(random->Digest(""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  EXPECT_EQ(random->Digest("abc"), keyed->Digest("abc"));
  EXPECT_NE(random->Digest("abc"), random->Digest("abd"));
}

}  // namespace
}  // namespace bw::gateway
