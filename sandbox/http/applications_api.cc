// The dashboard's XML API: applications.
#include <array>
#include <string>
#include <utility>

#include "common/xml/xml.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/routes.h"
#include "sandbox/http/xml_response.h"

namespace bw::sandbox {
namespace {

using http::Response;

constexpr std::string_view kRoot = "ApplicationProvisioningResponse";
constexpr std::size_t kMaxBodyBytes = 64u << 10;

Response ProblemResponse(const ApplicationProblem& problem) {
  return DashboardError(problem.status, kRoot, problem.code, problem.description);
}

Response NoSuchApplication() {
  return DashboardError(404, kRoot, 1016, "The application does not exist");
}

Response ShowApplication(int status, const Application& application) {
  return XmlResponse(status, xml::Branch(kRoot, {PublicElement(application)}));
}

Response ListApplications(Context& context) {
  xml::Element list = xml::Branch("ApplicationList", {});
  for (const Application& application : context.platform.account.applications) {
    list.children.push_back(PublicElement(application));
  }
  return XmlResponse(200, xml::Branch(kRoot, {std::move(list)}));
}

Response GetApplication(Context& context) {
  const Application* application = context.platform.account.FindApplication(context.path[1]);
  return application == nullptr ? NoSuchApplication() : ShowApplication(200, *application);
}

StatusOr<xml::Element> ReadBody(const Context& context) {
  return xml::Parse(context.request.body, {.max_bytes = kMaxBodyBytes});
}

Response PostApplication(Context& context) {
  const auto wanted = ReadBody(context);
  if (!wanted.ok()) return DashboardError(400, kRoot, 1019, Message(wanted.status()));
  Platform& platform = context.platform;
  const auto made = CreateApplication(*wanted, NewUuid(platform.random), platform.account);
  if (const auto* problem = std::get_if<ApplicationProblem>(&made)) {
    return ProblemResponse(*problem);
  }
  const Application& application = *std::get<const Application*>(made);
  Response response = ShowApplication(201, application);
  response.headers.Add(
      "Location", platform.settings.api_base_url + context.request.path + "/" + application.id);
  return response;
}

Response ChangeApplication(Context& context, bool merge) {
  Application* application = context.platform.account.FindApplication(context.path[1]);
  if (application == nullptr) return NoSuchApplication();
  const auto update = ReadBody(context);
  if (!update.ok()) return DashboardError(400, kRoot, 1019, Message(update.status()));
  if (const auto problem = UpdateApplication(*update, merge, *application)) {
    return ProblemResponse(*problem);
  }
  return GetApplication(context);
}

Response PutApplication(Context& context) { return ChangeApplication(context, /*merge=*/false); }
Response PatchApplication(Context& context) { return ChangeApplication(context, /*merge=*/true); }

Response RemoveApplication(Context& context) {
  if (!context.platform.sites.UsersOf(context.path[1]).empty()) {
    return ProblemResponse({12107, "Locations still use the application"});
  }
  if (const auto problem = DeleteApplication(context.path[1], context.platform.account)) {
    return ProblemResponse(*problem);
  }
  return Response{200, {}, ""};
}

constexpr std::string_view kMany = "/api/v2/accounts/{accountId}/applications";
constexpr std::string_view kOne = "/api/v2/accounts/{accountId}/applications/{applicationId}";

constexpr std::array<Route, 6> kRoutes = {{
    {"GET", kMany, Api::kNumbers, BodyKind::kNone, ListApplications},
    {"POST", kMany, Api::kNumbers, BodyKind::kXml, PostApplication},
    {"GET", kOne, Api::kNumbers, BodyKind::kNone, GetApplication},
    {"PUT", kOne, Api::kNumbers, BodyKind::kXml, PutApplication},
    {"PATCH", kOne, Api::kNumbers, BodyKind::kXml, PatchApplication},
    {"DELETE", kOne, Api::kNumbers, BodyKind::kNone, RemoveApplication},
}};

}  // namespace

std::span<const Route> ApplicationRoutes() { return kRoutes; }

}  // namespace bw::sandbox
