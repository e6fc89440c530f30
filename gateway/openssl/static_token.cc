#include "gateway/openssl/static_token.h"

#include <utility>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace bw::gateway {
namespace {

std::array<unsigned char, 32> Digest(std::string_view text) {
  std::array<unsigned char, 32> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

StaticToken::StaticToken(std::string_view token, Principal principal)
    : digest_(Digest(token)), principal_(std::move(principal)) {}

std::optional<Principal> StaticToken::Authenticate(std::string_view token) const {
  const auto presented = Digest(token);
  if (CRYPTO_memcmp(presented.data(), digest_.data(), digest_.size()) != 0) return std::nullopt;
  return principal_;
}

}  // namespace bw::gateway
