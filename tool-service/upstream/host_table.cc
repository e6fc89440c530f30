#include "tool-service/upstream/host_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace bw::tool_service {
namespace {

enum class Environment { kProduction, kTest };

struct EnvironmentRow {
  std::string_view name;
  Environment environment;
};
constexpr std::array kEnvironments = {
    EnvironmentRow{"", Environment::kProduction}, EnvironmentRow{"prod", Environment::kProduction},
    EnvironmentRow{"test", Environment::kTest}, EnvironmentRow{"uat", Environment::kTest}};

constexpr std::string_view kDashboard = "https://dashboard.bandwidth.com";

struct HostRow {
  std::string_view production;
  /// Where there is no test environment, production serves both.
  std::string_view test;
  std::string HostOverrides::*override_url;
  std::string_view variable;
  /// Reports differ on whether it takes tokens, so user and password go first where they are set.
  bool prefers_password = false;
};
// The first row also has the token endpoint. Documents of old name the dashboard's host; its API is
// now part of the general one.
constexpr std::array kHosts = {
    HostRow{"https://api.bandwidth.com", "https://test.api.bandwidth.com", &HostOverrides::api_url,
            "BW_API_URL"},
    HostRow{"https://voice.bandwidth.com", "https://test.voice.bandwidth.com",
            &HostOverrides::voice_url, "BW_VOICE_URL"},
    HostRow{"https://messaging.bandwidth.com", "https://messaging.bandwidth.com",
            &HostOverrides::messaging_url, "BW_MESSAGING_URL"},
    HostRow{"https://mfa.bandwidth.com", "https://mfa.bandwidth.com", &HostOverrides::mfa_url,
            "BW_MFA_URL", true},
    HostRow{"https://insights.bandwidth.com", "https://insights.bandwidth.com",
            &HostOverrides::insights_url, "BW_INSIGHTS_URL"},
    HostRow{kDashboard, "https://test.api.bandwidth.com", &HostOverrides::api_url, "BW_API_URL"},
};
constexpr std::string_view kTokenPath = "/api/v1/oauth2/token";

constexpr std::string_view kOtherEnvironment =
    "the API's host belongs to another environment than the token, which would be refused: there "
    "is no test environment of messaging, MFA and insights, so set BW_ENVIRONMENT=prod, or name a "
    "stand-in (BW_MESSAGING_URL, BW_MFA_URL, BW_INSIGHTS_URL)";

std::string TrimmedLower(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  std::string lower(text.substr(first, text.find_last_not_of(" \t") - first + 1));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string WithoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool IsBaseUrl(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) {
      return url.size() > scheme.size() &&
             url.find_first_of(" \t\r\n?#@\\") == std::string_view::npos;
    }
  }
  return false;
}

// What follows `origin` in `url`; nullopt unless the host ends there
// ("https://api.bandwidth.com.evil.example" and "https://api.bandwidth.com@evil.example" are other
// hosts).
std::optional<std::string_view> RestAfter(std::string_view url, std::string_view origin) {
  if (!url.starts_with(origin)) return std::nullopt;
  const std::string_view rest = url.substr(origin.size());
  if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return std::nullopt;
  return rest;
}

// Which environment's tokens a host takes; nullopt for hosts that are not Bandwidth's.
std::optional<Environment> RealmOf(std::string_view configured) {
  for (const HostRow& host : kHosts) {
    if (RestAfter(configured, host.production)) return Environment::kProduction;
    if (RestAfter(configured, host.test)) return Environment::kTest;
  }
  return std::nullopt;
}

}  // namespace

StatusOr<HostTable> HostTable::Make(std::string_view environment, const HostOverrides& overrides) {
  const std::string name = TrimmedLower(environment);
  const auto* chosen = std::find_if(kEnvironments.begin(), kEnvironments.end(),
                                    [&](const EnvironmentRow& row) { return row.name == name; });
  if (chosen == kEnvironments.end()) {
    return InvalidArgument("BW_ENVIRONMENT: must be prod, test or uat");
  }
  HostTable table;
  for (const HostRow& host : kHosts) {
    const bool test = chosen->environment == Environment::kTest;
    std::string configured(test ? host.test : host.production);
    if (host.production == kDashboard && !test) configured = kHosts[0].production;
    if (const std::string& url = overrides.*host.override_url; !url.empty()) {
      configured = WithoutSlash(url);
      if (!IsBaseUrl(configured)) {
        return InvalidArgument(std::string(host.variable) +
                               ": must be an http:// or https:// URL without query or user");
      }
    }
    table.rows_.push_back(
        Row{std::string(host.production), std::move(configured), host.prefers_password, {}});
  }
  // A token is only good in the environment that made it.
  const auto token_realm = RealmOf(table.rows_[0].configured);
  for (Row& row : table.rows_) {
    const auto realm = RealmOf(row.configured);
    if (token_realm && realm && *realm != *token_realm) row.token_problem = kOtherEnvironment;
  }
  return table;
}

HostTable::Route HostTable::Resolve(std::string_view url) const {
  for (const Row& row : rows_) {
    if (const auto rest = RestAfter(url, row.production)) {
      return Route{row.configured + std::string(*rest), true, row.prefers_password,
                   row.token_problem};
    }
  }
  for (const Row& row : rows_) {
    if (RestAfter(url, row.configured)) {
      return Route{std::string(url), true, row.prefers_password, row.token_problem};
    }
  }
  return Route{std::string(url)};
}

std::string HostTable::TokenUrl() const { return rows_[0].configured + std::string(kTokenPath); }

}  // namespace bw::tool_service
