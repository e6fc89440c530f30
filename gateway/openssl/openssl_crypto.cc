#include "gateway/openssl/openssl_crypto.h"

#include <string>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "common/base64/base64.h"
#include "gateway/openssl/sha256.h"

namespace bw::gateway {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// RFC 7518 §6.2.1 and §3.4: coordinates of P-256 and the halves of its signatures.
constexpr std::size_t kP256Bytes = 32;
// Longer exponents make verification slow and exist nowhere.
constexpr int kMaxExponentBits = 64;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Owned<BIGNUM> NumberOf(std::string_view bytes) {
  return Owned<BIGNUM>(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// The bytes of a member in base64url; "" when it is not there or not of that form.
std::string Decoded(const json::Json& jwk, std::string_view member) {
  const auto text = json::GetString(jwk, member);
  return text ? Base64UrlDecode(*text).value_or("") : std::string();
}

// JOSE signatures of ECDSA are two numbers side by side; OpenSSL wants them in DER. "" when it is
// not one.
std::string DerOf(std::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return {};
  Owned<ECDSA_SIG> parts(ECDSA_SIG_new());
  Owned<BIGNUM> r = NumberOf(signature.substr(0, kP256Bytes));
  Owned<BIGNUM> s = NumberOf(signature.substr(kP256Bytes));
  if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return {};
  // They belong to `parts` now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

class EvpKey : public SignatureKey {
 public:
  EvpKey(SignatureAlgorithm algorithm, Owned<EVP_PKEY> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  SignatureAlgorithm algorithm() const override { return algorithm_; }

  bool Verifies(std::string_view text, std::string_view signature) const override {
    std::string der;
    if (algorithm_ == SignatureAlgorithm::kEs256) {
      der = DerOf(signature);
      signature = der;
    }
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    const bool right =
        !signature.empty() && context &&
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                         text.size()) == 1;
    // What went wrong stays in this thread's queue otherwise.
    if (!right) ERR_clear_error();
    return right;
  }

 private:
  const SignatureAlgorithm algorithm_;
  const Owned<EVP_PKEY> key_;
};

// Null when the parameters are no key; a point that is not on its curve is none.
Owned<EVP_PKEY> MakeKey(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  const bool done =
      parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  Owned<EVP_PKEY> key(made);
  if (!done) return nullptr;
  const Owned<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

Owned<EVP_PKEY> ReadRsa(const json::Json& jwk) {
  const std::string modulus_bytes = Decoded(jwk, "n");
  const std::string exponent_bytes = Decoded(jwk, "e");
  if (modulus_bytes.size() > kMaxRsaBits / 8 + 1 || exponent_bytes.size() > kMaxExponentBits / 8) {
    return nullptr;
  }
  const Owned<BIGNUM> modulus = NumberOf(modulus_bytes);
  const Owned<BIGNUM> exponent = NumberOf(exponent_bytes);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !builder) return nullptr;
  const int bits = BN_num_bits(modulus.get());
  if (bits < kMinRsaBits || bits > kMaxRsaBits) return nullptr;
  if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get())) return nullptr;
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return MakeKey("RSA", builder.get());
}

Owned<EVP_PKEY> ReadP256(const json::Json& jwk) {
  const std::string x = Decoded(jwk, "x");
  const std::string y = Decoded(jwk, "y");
  if (json::GetString(jwk, "crv") != "P-256" || x.size() != kP256Bytes || y.size() != kP256Bytes) {
    return nullptr;
  }
  // Uncompressed, SEC 1 §2.3.3.
  const std::string point = "\x04" + x + y;
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  const bool built = builder &&
                     OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                                     "prime256v1", 0) == 1 &&
                     OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                                      point.data(), point.size()) == 1;
  return built ? MakeKey("EC", builder.get()) : nullptr;
}

struct TypeRow {
  std::string_view name;
  SignatureAlgorithm algorithm;
  Owned<EVP_PKEY> (*read)(const json::Json&);
};
// RFC 7518 §6.1. A key's type decides what it verifies, so that no token can.
constexpr TypeRow kTypes[] = {{"RSA", SignatureAlgorithm::kRs256, ReadRsa},
                              {"EC", SignatureAlgorithm::kEs256, ReadP256}};

}  // namespace

TokenDigest OpensslCrypto::Digest(std::string_view text) const { return Sha256(text); }

StatusOr<std::shared_ptr<const SignatureKey>> OpensslCrypto::ReadKey(const json::Json& jwk) const {
  const auto type = json::GetString(jwk, "kty");
  for (const TypeRow& row : kTypes) {
    if (type != row.name) continue;
    auto key = row.read(jwk);
    if (key != nullptr) return std::make_shared<EvpKey>(row.algorithm, std::move(key));
    ERR_clear_error();
    return InvalidArgument("not a key of 2048 to 8192 bits, or not a point of P-256");
  }
  return InvalidArgument("a key of another type than RSA and EC");
}

}  // namespace bw::gateway
