#include "tests/common/http_client/tls_server.h"

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace bw::test {
namespace {

// Length-prefixed, as in the TLS extension (RFC 7301).
constexpr std::string_view kHttp1Name = "\x08http/1.1";
constexpr std::string_view kHttp2Name = "\x02h2";

void Require(bool fine) {
  if (!fine) std::abort();
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Require(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* SelfSigned(EVP_PKEY* key, const std::string& names, long seconds_left) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  // Two certificates of one issuer must not share a number.
  static std::atomic<long> serial{1};
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds_left);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::string common = "test " + names;
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate, NID_subject_alt_name, names);
  Require(X509_sign(certificate, key, EVP_sha256()) > 0);
  return certificate;
}

int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_length,
                   const unsigned char* offered, unsigned offered_length, void* wanted) {
  const auto& name = *static_cast<const std::string_view*>(wanted);
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(
          &chosen, out_length, reinterpret_cast<const unsigned char*>(name.data()),
          static_cast<unsigned>(name.size()), offered, offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool ReadExactly(SSL* session, void* into, std::size_t size) {
  auto* at = static_cast<char*>(into);
  while (size > 0) {
    const int count = SSL_read(session, at, static_cast<int>(size));
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool Write(SSL* session, std::string_view bytes) {
  return SSL_write(session, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

// RFC 9113 §4.1 and §6.
constexpr int kData = 0;
constexpr int kHeaders = 1;
constexpr int kSettings = 4;
constexpr int kEndStream = 1;
constexpr int kAck = 1;
constexpr int kEndHeaders = 4;

std::string Frame(int type, int flags, std::uint32_t stream, std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift & 0xff);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift & 0xff);
  return frame.append(payload);
}

}  // namespace

TlsIdentity::TlsIdentity(const std::string& names, long seconds_left)
    : context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  Require(context_ != nullptr && key != nullptr);
  X509* certificate = SelfSigned(key, names, seconds_left);
  Require(SSL_CTX_use_certificate(context_, certificate) == 1);
  Require(SSL_CTX_use_PrivateKey(context_, key) == 1);
  std::array<char, 32> path{"/tmp/bw_tls_XXXXXX"};
  const int descriptor = mkstemp(path.data());
  Require(descriptor >= 0);
  file_ = path.data();
  std::FILE* file = fdopen(descriptor, "w");
  Require(file != nullptr && PEM_write_X509(file, certificate) == 1);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TlsIdentity::~TlsIdentity() {
  SSL_CTX_free(context_);
  unlink(file_.c_str());
}

TlsServer::TlsServer(const TlsIdentity& identity, Protocol protocol)
    : identity_(identity),
      protocol_(protocol),
      server_([this](FaultConnection& connection) { Serve(connection); }) {
  // OpenSSL writes to sockets that the client has closed.
  std::signal(SIGPIPE, SIG_IGN);
}

std::string TlsServer::Url(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(server_.port()) + path;
}

void TlsServer::Serve(FaultConnection& connection) {
  const bool http2 = protocol_ == Protocol::kHttp2;
  SSL* session = SSL_new(identity_.context());
  Require(session != nullptr);
  // One protocol per identity in these tests: the callback belongs to the context.
  SSL_CTX_set_alpn_select_cb(identity_.context(), &ChooseProtocol,
                             const_cast<std::string_view*>(http2 ? &kHttp2Name : &kHttp1Name));
  SSL_set_fd(session, connection.socket());
  if (SSL_accept(session) == 1) {
    if (http2) {
      ServeHttp2(session);
    } else {
      ServeHttp1(session);
    }
    SSL_shutdown(session);
  }
  SSL_free(session);
}

void TlsServer::ServeHttp1(SSL* session) {
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const int count = SSL_read(session, chunk.data(), static_cast<int>(chunk.size()));
    if (count <= 0) return;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.find("\r\n\r\n") == std::string::npos) continue;
    ++requests_;
    if (!Write(session, OkResponse(text))) return;
    text.clear();
  }
}

void TlsServer::ServeHttp2(SSL* session) {
  std::array<char, 24> preface{};
  if (!ReadExactly(session, preface.data(), preface.size())) return;
  Write(session, Frame(kSettings, 0, 0, ""));
  std::array<unsigned char, 9> head{};
  while (ReadExactly(session, head.data(), head.size())) {
    std::string payload(static_cast<std::size_t>(head[0] << 16 | head[1] << 8 | head[2]), '\0');
    if (!payload.empty() && !ReadExactly(session, payload.data(), payload.size())) return;
    const int type = head[3];
    const int flags = head[4];
    const std::uint32_t stream =
        (head[5] & 0x7fu) << 24 | head[6] << 16u | head[7] << 8u | head[8] << 0u;
    if (type == kSettings && (flags & kAck) == 0) Write(session, Frame(kSettings, kAck, 0, ""));
    if ((type != kHeaders && type != kData) || (flags & kEndStream) == 0) continue;
    ++requests_;
    // 0x88 is ":status 200" of HPACK's static table (RFC 7541, appendix A).
    Write(session, Frame(kHeaders, kEndHeaders, stream, "\x88") +
                       Frame(kData, kEndStream, stream, "over HTTP/2"));
  }
}

}  // namespace bw::test
