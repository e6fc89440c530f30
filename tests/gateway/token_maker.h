// An authorization server's keys and the tokens it signs, made with OpenSSL in the test.
#pragma once

#include <string>

#include "common/base64/base64.h"
#include "common/json/json.h"

struct evp_pkey_st;

namespace bw::gateway {

class TestKey {
 public:
  static TestKey Rsa(int bits = 2048);
  /// "P-256", "P-384", …
  static TestKey Ec(const char* curve = "P-256");
  TestKey(TestKey&&) noexcept;
  ~TestKey();

  /// The public half as a JWK; no kid member when it is empty.
  json::Json Jwk(const std::string& key_id = "") const;
  /// As JOSE writes it: r and s side by side for EC keys.
  std::string Sign(const std::string& text) const;

 private:
  TestKey(evp_pkey_st* key, std::string curve) : key_(key), curve_(std::move(curve)) {}
  std::string Number(const char* parameter, int bytes) const;

  evp_pkey_st* key_;
  /// Empty: RSA.
  std::string curve_;
};

inline std::string Unsigned(const json::Json& header, const json::Json& claims) {
  return Base64UrlEncode(json::Dump(header)) + "." + Base64UrlEncode(json::Dump(claims));
}

inline std::string Signed(const TestKey& key, const json::Json& header, const json::Json& claims) {
  const std::string text = Unsigned(header, claims);
  return text + "." + Base64UrlEncode(key.Sign(text));
}

}  // namespace bw::gateway
