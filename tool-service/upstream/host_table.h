// Which host a request really goes to: production, test, or what the operator put in its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace bw::tool_service {

/// Empty: not overridden. With or without a slash at the end; may have a base path.
struct HostOverrides {
  std::string api_url;        // BW_API_URL; moves the token endpoint too
  std::string voice_url;      // BW_VOICE_URL
  std::string messaging_url;  // BW_MESSAGING_URL
  std::string mfa_url;        // BW_MFA_URL
  std::string insights_url;   // BW_INSIGHTS_URL
};

/// Immutable. Bandwidth's APIs and hosts: reference of 2026, environments and hosts.
class HostTable {
 public:
  /// `environment`: "", "prod", "test" or "uat" (the same as test), trimmed, in any case.
  /// INVALID_ARGUMENT for anything else, never production by mistake, and for overrides that are no
  /// http(s) URL; the message names the variable.
  static StatusOr<HostTable> Make(std::string_view environment, const HostOverrides& overrides);

  struct Route {
    std::string url;
    /// The host is one of Bandwidth's or stands in for one: credentials may go there. Nowhere else.
    bool is_known = false;
    /// HttpRequest::Rules has both.
    bool prefers_password = false;
    std::string_view token_problem = {};
  };
  /// Puts the configured host in place of a known production host, keeping path and query; leaves
  /// any other URL alone.
  Route Resolve(std::string_view url) const;

  /// Where tokens are fetched.
  std::string TokenUrl() const;

 private:
  struct Row {
    std::string production;  // "https://voice.bandwidth.com"
    std::string configured;  // "http://127.0.0.1:8080/base"
    bool prefers_password = false;
    std::string_view token_problem;
  };

  HostTable() = default;

  std::vector<Row> rows_;
};

}  // namespace bw::tool_service
