#include "sandbox/http/errors.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/json/json.h"
#include "common/xml/xml.h"

namespace bw::sandbox {
namespace {

using json::Json;

struct StatusName {
  int status;
  std::string_view voice;
  std::string_view messaging;
};

constexpr std::array<StatusName, 9> kNames = {{
    {400, "validation", "request-validation"},
    {401, "authentication-error", "unauthorized"},
    {403, "authorization-error", "forbidden"},
    {404, "validation", "not-found"},
    {405, "validation", "method-not-allowed"},
    {409, "validation", "conflict"},
    {413, "validation", "payload-too-large"},
    {415, "validation", "unsupported-media-type"},
    {429, "error", "max-message-queue-size-exceeded"},
}};

const StatusName& NameOf(int status) {
  static constexpr StatusName kOther = {500, "internal-error", "internal-server-error"};
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const StatusName& n) { return n.status == status; });
  return found == kNames.end() ? kOther : *found;
}

Json MessagingBody(int status, const std::string& description,
                   const std::vector<FieldProblem>& problems) {
  Json fields = Json::array();
  for (const FieldProblem& problem : problems) {
    fields.push_back(
        {{"fieldName", problem.field}, {"description", problem.field + " " + problem.description}});
  }
  return {{"type", NameOf(status).messaging},
          {"description", description},
          {"fieldErrors", std::move(fields)}};
}

Json BodyOf(Api api, int status, const std::string& description,
            const std::vector<FieldProblem>& problems) {
  switch (api) {
    case Api::kVoice:
      return {{"type", NameOf(status).voice}, {"description", description}, {"id", nullptr}};
    case Api::kMessaging:
      return MessagingBody(status, description, problems);
    case Api::kMfa:
      if (status == 401 || status == 403) return {{"message", description}};
      return {{"error", description}, {"requestId", "sandbox"}};
    case Api::kTollFree:
      return {{"type", NameOf(status).voice},
              {"description", description},
              {"errors", Json::array({{{"description", description}}})}};
    case Api::kLookup:
    case Api::kEnvelope:
    case Api::kRegistration:
      return {{"links", Json::array()},
              {"data", nullptr},
              {"errors",
               {{{"code", std::to_string(status)},
                 {"type", NameOf(status).voice},
                 {"description", description}}}}};
    case Api::kToken:
    case Api::kNumbers:
    case Api::kControl:
      break;
  }
  return {{"error", description}};
}

}  // namespace

http::Response ErrorResponse(Api api, int status, std::string_view description,
                             const std::vector<FieldProblem>& problems) {
  http::Response response;
  if (api == Api::kNumbers) {
    // The dashboard's gateway refuses without a word.
    response = status == 401 || status == 403
                   ? http::Response{status, {}, ""}
                   : DashboardError(status, "ErrorResponse", 1019, description);
  } else {
    response = http::JsonResponse(
        status, json::Dump(BodyOf(api, status, std::string(description), problems)));
  }
  if (status == 401) response.headers.Add("WWW-Authenticate", "Bearer realm=\"sandbox\"");
  if (status == 429) response.headers.Add("Retry-After", "1");
  return response;
}

http::Response ErrorResponse(Api api, const Status& error) {
  constexpr std::array<std::pair<StatusCode, int>, 4> kStatuses = {{
      {StatusCode::kInvalidArgument, 400},
      {StatusCode::kNotFound, 404},
      {StatusCode::kFailedPrecondition, 409},
      {StatusCode::kResourceExhausted, 429},
  }};
  const auto* found = std::find_if(kStatuses.begin(), kStatuses.end(),
                                   [&](const auto& row) { return row.first == error.code(); });
  return ErrorResponse(api, found == kStatuses.end() ? 500 : found->second, Message(error));
}

http::Response ErrorResponse(Api api, const Refusal& refusal) {
  http::Response response{refusal.status, {}, ""};
  if (refusal.body) {
    response.body = *refusal.body;
    if (!refusal.content_type.empty()) response.headers.Add("Content-Type", refusal.content_type);
  } else if (api == Api::kNumbers) {
    response = DashboardError(refusal.status, "ErrorResponse", refusal.code, refusal.description);
  } else {
    response = http::JsonResponse(refusal.status,
                                  json::Dump(BodyOf(api, refusal.status, refusal.description, {})));
  }
  if (refusal.retry_after_s > 0) {
    response.headers.Add("Retry-After", std::to_string(refusal.retry_after_s));
  }
  return response;
}

http::Response DashboardError(int status, std::string_view root, int code,
                              std::string_view description) {
  http::Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/xml");
  xml::Element outcome = xml::Branch("ResponseStatus", {});
  // Some of Bandwidth's refusals have no code.
  if (code != 0) outcome.children.push_back(xml::Leaf("ErrorCode", std::to_string(code)));
  outcome.children.push_back(xml::Leaf("Description", description));
  response.body = xml::Write(xml::Branch(root, {std::move(outcome)}), {.standalone = true});
  return response;
}

}  // namespace bw::sandbox
