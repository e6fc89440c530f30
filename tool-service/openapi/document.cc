#include "tool-service/openapi/document.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "common/http/message.h"
#include "tool-service/openapi/spec_files.h"
#include "tool-service/openapi/yaml_reader.h"

namespace bw::tool_service {
namespace {

using json::Json;

// References to references; real documents have one or two.
constexpr int kMaxReferenceChain = 16;
constexpr int kMaxDepth = 64;

StatusOr<Json> ParseText(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    return json::Parse(text, {.max_bytes = kMaxDocumentBytes, .max_depth = kMaxDepth});
  }
  return ReadYaml(text, {.max_bytes = kMaxDocumentBytes, .max_depth = kMaxDepth});
}

Status CheckIsOpenApi3(const Json& root) {
  if (!root.is_object()) return InvalidArgument("the document is empty or not an object");
  const Json* version = json::Find(root, "openapi");
  if (version == nullptr || !version->is_string() ||
      !version->get_ref<const std::string&>().starts_with("3.")) {
    return InvalidArgument("openapi: must be a version 3.x");
  }
  const Json* paths = json::FindObject(root, "paths");
  if (paths == nullptr || paths->empty()) return InvalidArgument("paths: the document has none");
  return OkStatus();
}

// One token of a JSON pointer (RFC 6901), which in a URI fragment is also percent-encoded.
std::optional<std::string> DecodeToken(std::string_view token) {
  std::optional<std::string> text = http::PercentDecode(token);
  if (!text) return std::nullopt;
  std::string decoded;
  for (std::size_t i = 0; i < text->size(); ++i) {
    const bool escaped = (*text)[i] == '~' && i + 1 < text->size();
    decoded += escaped ? ((*text)[++i] == '1' ? '/' : '~') : (*text)[i];
  }
  return decoded;
}

const Json* Step(const Json& node, const std::string& token) {
  if (node.is_object()) return json::Find(node, token);
  std::size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto result = std::from_chars(token.data(), end, index);
  const bool is_index = node.is_array() && result.ec == std::errc() && result.ptr == end;
  return is_index && index < node.size() ? &node[index] : nullptr;
}

const Json* FollowPointer(const Json& root, std::string_view pointer) {
  const Json* node = &root;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    const auto decoded = DecodeToken(token);
    node = decoded ? Step(*node, *decoded) : nullptr;
    if (node == nullptr) return nullptr;
  }
  return node;
}

}  // namespace

void Warnings::Add(std::string warning) {
  if (std::find(kept_.begin(), kept_.end(), warning) != kept_.end()) return;
  if (++total_ <= kMaxKept) kept_.push_back(std::move(warning));
}

StatusOr<Document> ParseDocument(std::string name, std::string_view text) {
  BW_ASSIGN_OR_RETURN(Json root, ParseText(text));
  BW_RETURN_IF_ERROR(CheckIsOpenApi3(root));
  return Document{std::move(name), std::move(root)};
}

StatusOr<Document> ReadDocument(const std::string& path) {
  BW_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxDocumentBytes));
  StatusOr<Document> document = ParseDocument(std::filesystem::path(path).stem().string(), text);
  if (!document.ok()) return Annotate(document.status(), path);
  return document;
}

const Json* FindReference(const Json& root, std::string_view reference) {
  for (int i = 0; i < kMaxReferenceChain; ++i) {
    if (!reference.starts_with('#')) return nullptr;
    const Json* target = FollowPointer(root, reference.substr(1));
    if (target == nullptr) return nullptr;
    const auto next = json::GetString(*target, "$ref");
    if (!next) return target;
    reference = *next;
  }
  return nullptr;
}

const Json* Resolve(const Json& root, const Json& node) {
  const auto reference = json::GetString(node, "$ref");
  return reference ? FindReference(root, *reference) : &node;
}

}  // namespace bw::tool_service
