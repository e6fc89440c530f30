// Documents of end users: a form with metadata and a file (multipart/form-data, RFC 7578).
#include <array>
#include <optional>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/form_data.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kShelf = "documents";

std::optional<FormPart> FindPart(const http::Request& request, std::string_view name) {
  return FindFormPart(request.headers.Get("Content-Type").value_or(""), request.body, name);
}

// Takes over what the form holds; what is wrong with it otherwise.
Status Take(Context& context, const std::string& id, Json& record) {
  if (const auto part = FindPart(context.request, "metadata")) {
    BW_ASSIGN_OR_RETURN(const Json metadata, json::Parse(part->content));
    if (!metadata.is_object()) return InvalidArgument("metadata is not an object");
    record.merge_patch(metadata);
  }
  if (const auto part = FindPart(context.request, "file")) {
    MediaFile file;
    file.name = "documents/" + id;
    file.content_type = "application/octet-stream";
    file.bytes = part->content;
    BW_RETURN_IF_ERROR(context.platform.documents.Put(std::move(file)));
    record["fileContentExists"] = true;
    record["fileName"] = "file";
  }
  record["documentId"] = id;
  record["updatedDateTime"] = FormatIso8601(context.platform.clock.NowMs());
  return OkStatus();
}

Response Create(Context& context) {
  const std::string id = NewUuid(context.platform.random);
  Json record = {{"status", "DRAFT"},
                 {"fileContentExists", false},
                 {"createdDateTime", FormatIso8601(context.platform.clock.NowMs())}};
  if (!FindPart(context.request, "metadata")) {
    return ErrorResponse(context.api, 400, "metadata is required");
  }
  const Status taken = Take(context, id, record);
  if (!taken.ok()) return ErrorResponse(context.api, taken);
  return Envelope(201, context.platform.records.Add(kShelf, id, std::move(record)));
}

Response Get(Context& context) {
  const Json* record = context.platform.records.Find(kShelf, context.path[1]);
  return record == nullptr ? NoSuchRecord(context, "documentId") : Envelope(200, *record);
}

Response Patch(Context& context) {
  Json* record = context.platform.records.Find(kShelf, context.path[1]);
  if (record == nullptr) return NoSuchRecord(context, "documentId");
  const Status taken = Take(context, context.path[1], *record);
  return taken.ok() ? Get(context) : ErrorResponse(context.api, taken);
}

Response Download(Context& context) {
  const auto file = context.platform.documents.Get("documents/" + context.path[1]);
  if (!file.ok()) return NoSuchRecord(context, "the document's file");
  Response response;
  response.headers.Add("Content-Type", (*file)->content_type);
  response.body = (*file)->bytes;
  return response;
}

constexpr auto kApi = Api::kEnvelope;

constexpr std::array<Route, 4> kRoutes = {{
    {"POST", "/api/v2/accounts/{accountId}/compliance/documents", kApi, BodyKind::kBytes, Create},
    {"GET", "/api/v2/accounts/{accountId}/compliance/documents/{id}", kApi, BodyKind::kNone, Get},
    {"PATCH", "/api/v2/accounts/{accountId}/compliance/documents/{id}", kApi, BodyKind::kBytes,
     Patch},
    {"GET", "/api/v2/accounts/{accountId}/compliance/documents/{id}/fileContent", kApi,
     BodyKind::kNone, Download},
}};

}  // namespace

std::span<const Route> EndUserDocumentRoutes() { return kRoutes; }

}  // namespace bw::sandbox
