// A TLS server with a certificate made for the test: proves what the client trusts, and that it
// speaks HTTP/2 where it is offered.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "tests/common/http_client/fault_server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace bw::test {

/// A self-signed certificate and its key; the certificate's PEM file is removed with it.
class TlsIdentity {
 public:
  /// `names` as OpenSSL writes them: "IP:127.0.0.1" or "DNS:localhost". Good until
  /// `seconds_left` from now.
  explicit TlsIdentity(const std::string& names, long seconds_left = 3600);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  const std::string& certificate_file() const { return file_; }
  ssl_ctx_st* context() const { return context_; }

 private:
  std::string file_;
  ssl_ctx_st* context_;
};

class TlsServer {
 public:
  enum class Protocol { kHttp1, kHttp2 };

  /// HTTP/1.1: answers each request with its own text. HTTP/2: answers 200 and "over HTTP/2" as
  /// soon as a request is complete. `identity` outlives the server.
  TlsServer(const TlsIdentity& identity, Protocol protocol);

  /// "https://127.0.0.1:PORT" + path
  std::string Url(const std::string& path = "/") const;
  int connections() const { return server_.connections(); }
  /// Requests that were read through TLS.
  int requests() const { return requests_; }

 private:
  void Serve(FaultConnection& connection);
  void ServeHttp1(ssl_st* session);
  void ServeHttp2(ssl_st* session);

  const TlsIdentity& identity_;
  const Protocol protocol_;
  std::atomic<int> requests_{0};
  FaultServer server_;
};

}  // namespace bw::test
