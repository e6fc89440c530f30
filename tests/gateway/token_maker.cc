#include "tests/gateway/token_maker.h"

#include <cstdlib>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace bw::gateway {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string RawSignature(const std::string& der, int half_bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  Require(parts != nullptr);
  std::string raw(static_cast<std::size_t>(2 * half_bytes), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
  Require(BN_bn2binpad(ECDSA_SIG_get0_r(parts), bytes, half_bytes) == half_bytes);
  Require(BN_bn2binpad(ECDSA_SIG_get0_s(parts), bytes + half_bytes, half_bytes) == half_bytes);
  ECDSA_SIG_free(parts);
  return raw;
}

int CoordinateBytes(const std::string& curve) { return curve == "P-256" ? 32 : 48; }

}  // namespace

TestKey TestKey::Rsa(int bits) { return {EVP_RSA_gen(static_cast<unsigned>(bits)), ""}; }
TestKey TestKey::Ec(const char* curve) { return {EVP_EC_gen(curve), curve}; }
TestKey::TestKey(TestKey&& other) noexcept
    : key_(std::exchange(other.key_, nullptr)), curve_(std::move(other.curve_)) {}
TestKey::~TestKey() { EVP_PKEY_free(key_); }

std::string TestKey::Number(const char* parameter, int bytes) const {
  BIGNUM* number = nullptr;
  Require(EVP_PKEY_get_bn_param(key_, parameter, &number) == 1);
  if (bytes == 0) bytes = BN_num_bytes(number);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(text.data()), bytes);
  BN_free(number);
  return Base64UrlEncode(text);
}

json::Json TestKey::Jwk(const std::string& key_id) const {
  json::Json jwk;
  if (!key_id.empty()) jwk["kid"] = key_id;
  if (curve_.empty()) {
    jwk["kty"] = "RSA";
    jwk["n"] = Number(OSSL_PKEY_PARAM_RSA_N, 0);
    jwk["e"] = Number(OSSL_PKEY_PARAM_RSA_E, 0);
  } else {
    jwk["kty"] = "EC";
    jwk["crv"] = curve_;
    jwk["x"] = Number(OSSL_PKEY_PARAM_EC_PUB_X, CoordinateBytes(curve_));
    jwk["y"] = Number(OSSL_PKEY_PARAM_EC_PUB_Y, CoordinateBytes(curve_));
  }
  return jwk;
}

std::string TestKey::Sign(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  Require(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_) == 1);
  Require(EVP_DigestSign(context, nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  Require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                         text.size()) == 1);
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return curve_.empty() ? signature : RawSignature(signature, CoordinateBytes(curve_));
}

}  // namespace bw::gateway
