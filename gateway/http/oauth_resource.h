// This server as an OAuth 2.0 protected resource: its metadata document (RFC 9728).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "gateway/core/scopes.h"
#include "gateway/core/web_address.h"

namespace bw::gateway {

struct ProtectedResource {
  /// The canonical URI of this server, which is the audience of its tokens.
  std::string url;
  /// Issuer identifiers.
  std::vector<std::string> authorization_servers;
};

/// Immutable.
class OauthResource {
 public:
  /// `resource.url` parses as a WebAddress; `endpoint_path` is where MCP is served here.
  OauthResource(const ProtectedResource& resource, const Scopes& scopes,
                const std::string& endpoint_path);

  /// Where clients find the document (RFC 9728 §3.1).
  const std::string& metadata_url() const { return metadata_url_; }
  bool Serves(std::string_view path) const;
  /// To anybody, on any web page.
  http::Response Answer(const http::Request& request) const;

 private:
  std::string metadata_url_;
  std::vector<std::string> paths_;
  std::string document_;
};

}  // namespace bw::gateway
