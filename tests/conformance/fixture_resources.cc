#include "tests/conformance/fixture_resources.h"

#include <array>
#include <string>
#include <string_view>

#include "tests/conformance/fixture_answer.h"

namespace bw::conformance {
namespace {

namespace v1 = bw::tool_service::v1;

struct Row {
  const char* uri;
  const char* name;
  const char* description;
  const char* mime_type;
  const char* text;  // nullptr: the picture
};
constexpr std::array<Row, 3> kRows{{
    {"test://static-text", "static-text", "A text that stays", "text/plain",
     "This is the content of the static text resource."},
    {"test://static-binary", "static-binary", "A picture that stays", "image/png", nullptr},
    {"test://watched-resource", "watched-resource", "To subscribe to", "text/plain",
     "This is the content of the watched resource."},
}};

// The {id} of a URI of the template; empty for any other.
std::string TemplateId(std::string_view uri) {
  constexpr std::string_view before = "test://template/";
  constexpr std::string_view after = "/data";
  if (!uri.starts_with(before) || !uri.ends_with(after)) return "";
  if (uri.size() < before.size() + after.size()) return "";
  const std::string id(uri.substr(before.size(), uri.size() - before.size() - after.size()));
  return id.find('/') == std::string::npos ? id : "";
}

}  // namespace

void ListResources(v1::ListResourcesResponse& response) {
  for (const Row& row : kRows) {
    v1::Resource* resource = response.add_resources();
    resource->set_uri(row.uri);
    resource->set_name(row.name);
    resource->set_description(row.description);
    resource->set_mime_type(row.mime_type);
  }
  response.set_revision("0");
}

void ListResourceTemplates(v1::ListResourceTemplatesResponse& response) {
  v1::ResourceTemplate* added = response.add_templates();
  added->set_uri_template(kTemplateUri);
  added->set_name("template");
  added->set_description("Says which id it was read with");
  added->set_mime_type("application/json");
}

grpc::Status ReadResource(const v1::ReadResourceRequest& request,
                          v1::ReadResourceResponse& response) {
  v1::ResourceContent content;
  content.set_uri(request.uri());
  for (const Row& row : kRows) {
    if (request.uri() != row.uri) continue;
    content.set_mime_type(row.mime_type);
    if (row.text == nullptr) {
      content.set_blob(PngBytes());
    } else {
      content.set_text(row.text);
    }
    *response.add_contents() = content;
    return grpc::Status::OK;
  }
  const std::string id = TemplateId(request.uri());
  if (id.empty()) return {grpc::StatusCode::NOT_FOUND, "no resource " + request.uri()};
  content.set_mime_type("application/json");
  content.set_text(
      json::Dump({{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}}));
  *response.add_contents() = content;
  return grpc::Status::OK;
}

}  // namespace bw::conformance
