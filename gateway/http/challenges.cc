#include "gateway/http/challenges.h"

#include <utility>
#include <vector>

namespace bw::gateway {
namespace {

using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;

// Parameters without a value are left out.
std::string Bearer(const Parameters& parameters) {
  std::string challenge = "Bearer";
  const char* separator = " ";
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    challenge += separator;
    challenge += name;
    challenge += "=\"";
    challenge += value;
    challenge += '"';
    separator = ", ";
  }
  return challenge;
}

// Of deployments with tokens of their own only.
std::string_view RealmFor(const std::string& metadata_url) {
  return metadata_url.empty() ? "bandwidth-mcp" : "";
}

}  // namespace

std::string Challenges::NoToken() const {
  const std::string scope = metadata_url_.empty() ? std::string() : scopes_.Everyday();
  return Bearer(
      {{"realm", RealmFor(metadata_url_)}, {"resource_metadata", metadata_url_}, {"scope", scope}});
}

std::string Challenges::Error(std::string_view error, std::string_view description) const {
  const std::string scope = metadata_url_.empty() ? std::string() : scopes_.Everyday();
  return Bearer({{"realm", RealmFor(metadata_url_)},
                 {"error", error},
                 {"error_description", description},
                 {"resource_metadata", metadata_url_},
                 {"scope", scope}});
}

std::string Challenges::InsufficientScope(const std::string& scope,
                                          std::string_view description) const {
  return Bearer({{"realm", RealmFor(metadata_url_)},
                 {"error", "insufficient_scope"},
                 {"scope", scope},
                 {"resource_metadata", metadata_url_},
                 {"error_description", description}});
}

std::string Challenges::InsufficientScope(Access needed) const {
  const std::string scope = scopes_.NameOf(needed);
  return InsufficientScope(scope, "This takes the scope " + scope);
}

std::string Challenges::NoScope(std::string_view description) const {
  return InsufficientScope(scopes_.Everyday(), description);
}

}  // namespace bw::gateway
