// What WWW-Authenticate says (RFC 6750 §3, RFC 9728 §5.1; 2026-07-28 basic/authorization).
#pragma once

#include <string>
#include <string_view>

#include "gateway/core/scopes.h"

namespace bw::gateway {

class Challenges {
 public:
  /// `metadata_url` leads to the metadata of this resource; empty where there is no authorization
  /// server, so that no client starts a flow that cannot succeed.
  explicit Challenges(Scopes scopes = Scopes(), std::string metadata_url = {})
      : scopes_(std::move(scopes)), metadata_url_(std::move(metadata_url)) {}

  /// No credentials came.
  std::string NoToken() const;
  /// `error` is of RFC 6750 §3.1; `description` has neither quotes nor backslashes.
  std::string Error(std::string_view error, std::string_view description) const;
  std::string InsufficientScope(Access needed) const;
  /// The token has no scope of this server at all.
  std::string NoScope(std::string_view description) const;

 private:
  std::string InsufficientScope(const std::string& scope, std::string_view description) const;

  Scopes scopes_;
  std::string metadata_url_;
};

}  // namespace bw::gateway
