// Letters of authorization and other documents of a port-in.
#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kUpload = "fileUploadResponse";
constexpr std::array<std::string_view, 4> kTypes = {"LOA", "INVOICE", "CSR", "OTHER"};

bool IsType(std::string_view type) {
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

NumberOrder* OrderIn(Context& context) {
  return context.platform.orders.book().Find(OrderKind::kPortIn, context.path[1]);
}

std::string Shelf(const Context& context) { return "loas/" + context.path[1]; }
std::string FileOf(const Context& context, std::string_view id) {
  return Shelf(context) + "/" + std::string(id);
}

// Of a document that is there; nullptr otherwise.
Json* MetadataIn(Context& context) {
  return context.platform.records.Find(Shelf(context), context.path[2]);
}

Response Uploaded(Context& context, int status, const std::string& id) {
  const xml::Element root =
      xml::Branch(kUpload, {xml::Leaf("filename", id), xml::Leaf("resultCode", "0"),
                            xml::Leaf("resultMessage", "LOA file uploaded successfully")});
  return status == 201 ? CreatedAt(context, id, root) : XmlResponse(status, root);
}

// Keeps the body as file `id`; what is wrong with it otherwise.
std::optional<Response> Keep(Context& context, const std::string& id) {
  if (context.request.body.empty()) return Refuse({1003, "The file is empty"}, kUpload);
  MediaFile file;
  file.name = FileOf(context, id);
  file.content_type =
      context.request.headers.Get("Content-Type").value_or("application/octet-stream");
  file.bytes = context.request.body;
  const Status stored = context.platform.documents.Put(std::move(file));
  if (stored.ok()) return std::nullopt;
  return Refuse({1006, std::string(Message(stored)), 413}, kUpload);
}

Response Upload(Context& context) {
  NumberOrder* order = OrderIn(context);
  if (order == nullptr) return NoSuch("The order", kUpload);
  const std::string type(context.request.Query("documentType").value_or(""));
  if (!IsType(type)) return Refuse({7640, "documentType is required"}, kUpload);
  const std::size_t count = context.platform.records.List(Shelf(context)).size();
  const std::string id = NewUuid(context.platform.random) + "-" + std::to_string(count + 1);
  if (auto refusal = Keep(context, id)) return *std::move(refusal);
  context.platform.records.Add(Shelf(context), id, {{"id", id}, {"type", type}, {"name", ""}});
  if (type == "LOA") context.platform.ports.OnDocument(*order);
  return Uploaded(context, 201, id);
}

Response Replace(Context& context) {
  if (MetadataIn(context) == nullptr) return NoSuch("The file", kUpload);
  if (auto refusal = Keep(context, context.path[2])) return *std::move(refusal);
  return Uploaded(context, 200, context.path[2]);
}

Response List(Context& context) {
  constexpr std::string_view kRoot = "fileListResponse";
  if (OrderIn(context) == nullptr) return NoSuch("The order", kRoot);
  const auto records = context.platform.records.List(Shelf(context));
  xml::Element root = xml::Branch(kRoot, {Count("fileCount", records.size())});
  for (const Json* record : records) {
    xml::Element file =
        xml::Branch("fileData", {xml::Leaf("FileName", json::StringOr(*record, "id"))});
    if (context.request.Query("metadata") == "true") {
      file.children.push_back(xml::Branch(
          "FileMetaData", {xml::Leaf("DocumentType", json::StringOr(*record, "type"))}));
    }
    root.children.push_back(std::move(file));
  }
  root.children.push_back(xml::Leaf("resultCode", "0"));
  root.children.push_back(xml::Leaf("resultMessage", "Returned"));
  return XmlResponse(200, root);
}

Response Download(Context& context) {
  const auto file = context.platform.documents.Get(FileOf(context, context.path[2]));
  if (!file.ok()) return NoSuch("The file", kUpload);
  Response response;
  response.headers.Add("Content-Type", (*file)->content_type);
  response.body = (*file)->bytes;
  return response;
}

Response Delete(Context& context) {
  if (!context.platform.records.Remove(Shelf(context), context.path[2])) {
    return NoSuch("The file", kUpload);
  }
  // The bytes may have been dropped before, to make room.
  (void)context.platform.documents.Delete(FileOf(context, context.path[2])).ok();
  return Response{200, {}, ""};
}

Response ReadMetadata(Context& context) {
  const Json* record = MetadataIn(context);
  if (record == nullptr) return NoSuch("The file", "FileMetaData");
  return XmlResponse(
      200,
      xml::Branch("FileMetaData", {xml::Leaf("DocumentName", json::StringOr(*record, "name")),
                                   xml::Leaf("DocumentType", json::StringOr(*record, "type"))}));
}

Response UpdateMetadata(Context& context) {
  Json* record = MetadataIn(context);
  if (record == nullptr) return NoSuch("The file", "FileMetaData");
  auto body = ReadXml(context, "FileMetaData", "FileMetaData");
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& update = std::get<xml::Element>(body);
  const std::string type = xml::ChildText(update, "DocumentType");
  if (!IsType(type)) return Refuse({7640, "DocumentType is required"}, "FileMetaData");
  const std::string before = json::StringOr(*record, "type");
  if (!before.empty() && type != before) {
    return Refuse({7641, "DocumentType contradicts that of the upload"}, "FileMetaData");
  }
  (*record)["type"] = type;
  (*record)["name"] = xml::ChildText(update, "DocumentName");
  return Response{200, {}, ""};
}

Response DeleteMetadata(Context& context) {
  Json* record = MetadataIn(context);
  if (record == nullptr) return NoSuch("The file", "FileMetaData");
  (*record)["type"] = "";
  (*record)["name"] = "";
  return Response{200, {}, ""};
}

constexpr std::string_view kMany = "/api/v2/accounts/{accountId}/portins/{orderId}/loas";
constexpr std::string_view kOne = "/api/v2/accounts/{accountId}/portins/{orderId}/loas/{fileid}";
constexpr std::string_view kMetadata =
    "/api/v2/accounts/{accountId}/portins/{orderId}/loas/{fileid}/metadata";

constexpr std::array<Route, 8> kRoutes = {{
    {"GET", kMany, Api::kNumbers, BodyKind::kNone, List},
    {"POST", kMany, Api::kNumbers, BodyKind::kBytes, Upload},
    {"GET", kOne, Api::kNumbers, BodyKind::kNone, Download},
    {"PUT", kOne, Api::kNumbers, BodyKind::kBytes, Replace},
    {"DELETE", kOne, Api::kNumbers, BodyKind::kNone, Delete},
    {"GET", kMetadata, Api::kNumbers, BodyKind::kNone, ReadMetadata},
    {"PUT", kMetadata, Api::kNumbers, BodyKind::kXml, UpdateMetadata},
    {"DELETE", kMetadata, Api::kNumbers, BodyKind::kNone, DeleteMetadata},
}};

}  // namespace

std::span<const Route> PortDocumentRoutes() { return kRoutes; }

}  // namespace bw::sandbox
