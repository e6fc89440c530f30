#include "sandbox/http/routes.h"

#include <array>
#include <optional>
#include <utility>

#include "sandbox/http/errors.h"

namespace bw::sandbox {
namespace {

// Of a JSON body; the server refuses larger bodies than media may have.
constexpr std::size_t kMaxJsonBytes = 1u << 20;

constexpr std::array kTables = {
    &TokenRoutes,
    &VoiceRoutes,
    &MessagingRoutes,
    &ApplicationRoutes,
    &SiteRoutes,
    &PeerFeatureRoutes,
    &SearchRoutes,
    &InventoryRoutes,
    &OrderRoutes,
    &NumberSetupRoutes,
    &PortingRoutes,
    &PortDocumentRoutes,
    &ReportRoutes,
    &SubscriptionRoutes,
    &CampaignRoutes,
    &EndUserRoutes,
    &EndUserDocumentRoutes,
    &TollFreeRoutes,
    &EndpointRoutes,
    &InsightsRoutes,
    &RecordingRoutes,
    &ConferenceRoutes,
    &MultiChannelRoutes,
    &LookupAndMfaRoutes,
    &ControlRoutes,
};

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return segments;
}

// The values of the pattern's variables, or nullopt when the path does not fit.
std::optional<std::vector<std::string>> Match(std::string_view pattern,
                                              const std::vector<std::string_view>& path) {
  const std::vector<std::string_view> expected = Split(pattern);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    const bool variable = expected[i].starts_with('{');
    if (!variable) {
      if (expected[i] != path[i]) return std::nullopt;
      continue;
    }
    auto value = http::PercentDecode(path[i]);
    if (!value || value->empty()) return std::nullopt;
    values.push_back(*std::move(value));
    if (!expected[i].ends_with("*}")) continue;
    for (std::size_t rest = i + 1; rest < path.size(); ++rest) {
      value = http::PercentDecode(path[rest]);
      if (!value) return std::nullopt;
      values.back() += "/" + *value;
    }
    return values;
  }
  if (path.size() != expected.size()) return std::nullopt;
  return values;
}

// "application/json; charset=utf-8" is application/json.
std::string_view MediaType(const http::Request& request) {
  std::string_view type = request.headers.Get("Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

bool IsAuthorized(const Platform& platform, const http::Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view field = request.headers.Get("Authorization").value_or("");
  return field.size() > kScheme.size() &&
         http::EqualsIgnoringCase(field.substr(0, kScheme.size()), kScheme) &&
         platform.tokens.IsValid(field.substr(kScheme.size()));
}

// A refusal, or nullopt when the caller may go on.
std::optional<http::Response> CheckAccess(const Route& route, const Context& context) {
  if (route.api == Api::kControl || route.api == Api::kToken || route.api == Api::kRegistration) {
    return std::nullopt;
  }
  const std::string_view account = context.platform.account.id;
  if (!IsAuthorized(context.platform, context.request)) {
    return ErrorResponse(route.api, 401, "Unauthorized");
  }
  const bool in_path = route.pattern.find("{accountId}") != std::string_view::npos;
  const auto asked = in_path ? std::string_view(context.path.front())
                             : context.request.Query("accountId").value_or(account);
  if (asked != account) return ErrorResponse(route.api, 403, "Forbidden");
  return std::nullopt;
}

std::optional<http::Response> ReadBody(const Route& route, Context& context) {
  const std::string_view type = MediaType(context.request);
  if (route.body == BodyKind::kXml && !http::EqualsIgnoringCase(type, "application/xml") &&
      !http::EqualsIgnoringCase(type, "text/xml")) {
    return ErrorResponse(route.api, 415, "Content-Type must be application/xml");
  }
  if (route.body != BodyKind::kJson) return std::nullopt;
  if (!http::EqualsIgnoringCase(type, "application/json")) {
    return ErrorResponse(route.api, 415, "Content-Type must be application/json");
  }
  auto body = json::Parse(context.request.body, {.max_bytes = kMaxJsonBytes});
  if (!body.ok()) return ErrorResponse(route.api, body.status());
  context.body = *std::move(body);
  return std::nullopt;
}

// A refusal that somebody asked for at the control desk.
std::optional<http::Response> RefuseAsAsked(const Route& route, Context& context) {
  if (route.api == Api::kControl) return std::nullopt;
  const auto refusal = context.platform.refusals.Take(context.request.method, context.request.path);
  if (!refusal) return std::nullopt;
  return ErrorResponse(route.api, *refusal);
}

http::Response Run(const Route& route, Context& context) {
  context.api = route.api;
  if (auto refusal = CheckAccess(route, context)) return *std::move(refusal);
  if (auto refusal = RefuseAsAsked(route, context)) return *std::move(refusal);
  if (auto refusal = ReadBody(route, context)) return *std::move(refusal);
  return route.handler(context);
}

}  // namespace

http::Response Handle(Platform& platform, const http::Request& request) {
  const std::string_view target = request.target;
  const std::vector<std::string_view> path = Split(target.substr(0, target.find('?')));
  std::string allowed;
  for (auto* table : kTables) {
    for (const Route& route : table()) {
      auto values = Match(route.pattern, path);
      if (!values) continue;
      if (route.method == request.method) {
        Context context{platform, request, *std::move(values), {}, route.api};
        return Run(route, context);
      }
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
  }
  if (allowed.empty()) return http::JsonResponse(404, R"({"message":"Not Found"})");
  http::Response response = http::JsonResponse(405, R"({"message":"Method Not Allowed"})");
  response.headers.Add("Allow", allowed);
  return response;
}

}  // namespace bw::sandbox
