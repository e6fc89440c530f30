#include "gateway/http/oauth_resource.h"

#include <algorithm>

#include "common/json/json.h"

namespace bw::gateway {
namespace {

constexpr const char* kWellKnown = "/.well-known/oauth-protected-resource";
constexpr const char* kMethods = "GET, HEAD, OPTIONS";
constexpr const char* kMaxAge = "max-age=3600";

}  // namespace

OauthResource::OauthResource(const ProtectedResource& resource, const Scopes& scopes,
                             const std::string& endpoint_path) {
  const WebAddress address = ParseWebAddress(resource.url).value_or(WebAddress{});
  const std::string path = address.path == "/" ? "" : address.path;
  metadata_url_ = address.origin() + kWellKnown + path;
  // Proxies may show the endpoint under another path than it has here.
  paths_ = {kWellKnown, kWellKnown + endpoint_path, kWellKnown + path};
  json::OrderedJson document;
  document["resource"] = resource.url;
  document["authorization_servers"] = resource.authorization_servers;
  document["scopes_supported"] = {scopes.NameOf(Access::kRead), scopes.NameOf(Access::kWrite)};
  document["bearer_methods_supported"] = {"header"};
  document["resource_name"] = "Bandwidth MCP";
  document_ = document.dump();
}

bool OauthResource::Serves(std::string_view path) const {
  return std::find(paths_.begin(), paths_.end(), path) != paths_.end();
}

http::Response OauthResource::Answer(const http::Request& request) const {
  http::Response response;
  if (request.method == "GET" || request.method == "HEAD") {
    response = http::JsonResponse(200, document_);
    response.headers.Add("Cache-Control", kMaxAge);
  } else if (request.method == "OPTIONS") {
    response.status = 204;
    response.headers.Add("Access-Control-Allow-Methods", kMethods);
    response.headers.Add("Access-Control-Allow-Headers", "mcp-protocol-version");
  } else {
    response = http::TextResponse(405, "Only to be read\n");
    response.headers.Add("Allow", kMethods);
  }
  response.headers.Add("Access-Control-Allow-Origin", "*");
  return response;
}

}  // namespace bw::gateway
