#include "gateway/openssl/sha256.h"

#include <openssl/sha.h>

namespace bw::gateway {

TokenDigest Sha256(std::string_view text) {
  TokenDigest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace bw::gateway
