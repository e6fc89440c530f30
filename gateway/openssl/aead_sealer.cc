#include "gateway/openssl/aead_sealer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include "common/base64/base64.h"

namespace bw::gateway {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Fails only when the library or the machine is broken, where going on would be unsafe.
void MustSucceed(bool success) {
  if (!success) std::abort();
}

}  // namespace

StatusOr<AeadSealer::Key> AeadSealer::DeriveKey(std::string_view secret) {
  constexpr std::string_view kInfo = "bandwidth-mcp gateway sealing v1";
  Key key;
  std::array<unsigned char, sizeof(key.id) + sizeof(key.bytes)> derived;
  std::size_t size = derived.size();
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr));
  const bool done = context && EVP_PKEY_derive_init(context.get()) > 0 &&
                    EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) > 0 &&
                    EVP_PKEY_CTX_set1_hkdf_key(context.get(), Bytes(secret),
                                               static_cast<int>(secret.size())) > 0 &&
                    EVP_PKEY_CTX_add1_hkdf_info(context.get(), Bytes(kInfo),
                                                static_cast<int>(kInfo.size())) > 0 &&
                    EVP_PKEY_derive(context.get(), derived.data(), &size) > 0;
  if (!done) return Internal("a sealing key could not be derived");
  std::copy_n(derived.begin(), key.id.size(), key.id.begin());
  std::copy_n(derived.begin() + key.id.size(), key.bytes.size(), key.bytes.begin());
  return key;
}

StatusOr<std::unique_ptr<AeadSealer>> AeadSealer::Create(std::span<const std::string> secrets) {
  if (secrets.size() > kMaxSecrets) {
    return InvalidArgument("at most " + std::to_string(kMaxSecrets) + " session keys are allowed");
  }
  std::vector<std::string> used(secrets.begin(), secrets.end());
  if (used.empty()) {
    std::string random(32, '\0');
    MustSucceed(RAND_bytes(Bytes(random), static_cast<int>(random.size())) == 1);
    used.push_back(std::move(random));
  }
  std::vector<Key> keys;
  for (const std::string& secret : used) {
    if (secret.size() < kMinSecretBytes) {
      return InvalidArgument("a session key needs at least " + std::to_string(kMinSecretBytes) +
                             " characters");
    }
    BW_ASSIGN_OR_RETURN(Key key, DeriveKey(secret));
    keys.push_back(key);
  }
  return std::unique_ptr<AeadSealer>(new AeadSealer(std::move(keys)));
}

std::string AeadSealer::Seal(std::string_view purpose, std::string_view text) {
  const Key& key = keys_.front();
  std::string sealed(key.id.size() + kNonceBytes + text.size() + kTagBytes, '\0');
  unsigned char* const out = Bytes(sealed);
  std::copy(key.id.begin(), key.id.end(), out);
  unsigned char* const nonce = out + key.id.size();
  unsigned char* const cipher_text = nonce + kNonceBytes;
  MustSucceed(RAND_bytes(nonce, kNonceBytes) == 1);
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  MustSucceed(
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), nonce) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &written, Bytes(purpose),
                        static_cast<int>(purpose.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), cipher_text, &written, Bytes(text),
                        static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), cipher_text + written, &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          cipher_text + text.size()) == 1);
  return Base64UrlEncode(sealed);
}

std::optional<std::string> AeadSealer::Open(std::string_view purpose, std::string_view sealed) {
  auto bytes = Base64UrlDecode(sealed);
  constexpr std::size_t kIdBytes = std::tuple_size_v<decltype(Key::id)>;
  if (!bytes || bytes->size() < kIdBytes + kNonceBytes + kTagBytes) return std::nullopt;
  const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const Key& candidate) {
    return std::memcmp(candidate.id.data(), bytes->data(), kIdBytes) == 0;
  });
  if (key == keys_.end()) return std::nullopt;
  unsigned char* const nonce = Bytes(*bytes) + kIdBytes;
  unsigned char* const cipher_text = nonce + kNonceBytes;
  const std::size_t size = bytes->size() - kIdBytes - kNonceBytes - kTagBytes;
  std::string text(size, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool genuine = context &&
                       EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                          key->bytes.data(), nonce) == 1 &&
                       EVP_DecryptUpdate(context.get(), nullptr, &written, Bytes(purpose),
                                         static_cast<int>(purpose.size())) == 1 &&
                       EVP_DecryptUpdate(context.get(), Bytes(text), &written, cipher_text,
                                         static_cast<int>(size)) == 1 &&
                       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                                           cipher_text + size) == 1 &&
                       EVP_DecryptFinal_ex(context.get(), Bytes(text) + written, &written) == 1;
  if (!genuine) return std::nullopt;
  return text;
}

std::string AeadSealer::Digest(std::string_view text) const {
  std::string digest(32, '\0');
  unsigned int size = 0;
  MustSucceed(EVP_Digest(text.data(), text.size(), Bytes(digest), &size, EVP_sha256(), nullptr) ==
                  1 &&
              size == digest.size());
  return Base64UrlEncode(digest);
}

}  // namespace bw::gateway
