// POST /api/v1/oauth2/token: client credentials for an access token.
#include <array>
#include <optional>

#include "common/base64/base64.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;

std::optional<Credentials> BasicCredentials(const http::Request& request) {
  constexpr std::string_view kScheme = "basic ";
  const std::string_view field = request.headers.Get("Authorization").value_or("");
  if (field.size() <= kScheme.size() ||
      !http::EqualsIgnoringCase(field.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  const auto decoded = Base64Decode(field.substr(kScheme.size()));
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

// The value of `name` in a form body, or nullopt.
std::optional<std::string> FormValue(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const std::size_t end = form.find('&');
    const std::string_view pair = form.substr(0, end);
    form = end == std::string_view::npos ? std::string_view() : form.substr(end + 1);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name || equals == std::string_view::npos) continue;
    return http::PercentDecode(pair.substr(equals + 1), /*plus_is_blank=*/true);
  }
  return std::nullopt;
}

Response IssueToken(Context& context) {
  const std::string_view type = context.request.headers.Get("Content-Type").value_or("");
  if (!http::EqualsIgnoringCase(type.substr(0, type.find(';')),
                                "application/x-www-form-urlencoded")) {
    return http::JsonResponse(415, R"({"error":"invalid_request"})");
  }
  if (BasicCredentials(context.request) != context.platform.client) {
    Response response = http::JsonResponse(401, R"({"error":"invalid_client"})");
    response.headers.Add("WWW-Authenticate", "Basic realm=\"sandbox\"");
    return response;
  }
  if (FormValue(context.request.body, "grant_type") != "client_credentials") {
    return http::JsonResponse(400, R"({"error":"unsupported_grant_type"})");
  }
  TokenStore& tokens = context.platform.tokens;
  Response response = http::JsonResponse(200, json::Dump({{"access_token", tokens.Issue()},
                                                          {"expires_in", tokens.lifetime().count()},
                                                          {"token_type", "bearer"}}));
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

constexpr std::array<Route, 1> kRoutes = {
    {{"POST", "/api/v1/oauth2/token", Api::kToken, BodyKind::kBytes, IssueToken}}};

}  // namespace

std::span<const Route> TokenRoutes() { return kRoutes; }

}  // namespace bw::sandbox
