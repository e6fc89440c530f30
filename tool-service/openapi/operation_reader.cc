#include "tool-service/openapi/operation_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "tool-service/openapi/operation_repairs.h"
#include "tool-service/openapi/output_schema.h"
#include "tool-service/openapi/schema_translator.h"
#include "tool-service/openapi/xml_schema.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kMaxSummaryBytes = 200;
constexpr std::size_t kMaxDescriptionBytes = 4'000;
constexpr std::size_t kMaxParameterNameBytes = 256;
constexpr std::size_t kMaxContentTypes = 100;
constexpr std::size_t kMaxUrlBytes = 2'048;
constexpr std::string_view kNoMediaType = "a content type without a slash is ignored";

// In the order in which tools are listed.
struct MethodRow {
  const char* key;
  const char* method;
};
constexpr std::array kMethods = {MethodRow{"get", "GET"}, MethodRow{"post", "POST"},
                                 MethodRow{"put", "PUT"}, MethodRow{"patch", "PATCH"},
                                 MethodRow{"delete", "DELETE"}};

struct StyleRow {
  std::string_view name;
  Parameter::Style style;
};
constexpr std::array kStyles = {StyleRow{"form", Parameter::Style::kForm},
                                StyleRow{"simple", Parameter::Style::kForm},
                                StyleRow{"spaceDelimited", Parameter::Style::kSpaceDelimited},
                                StyleRow{"pipeDelimited", Parameter::Style::kPipeDelimited},
                                StyleRow{"deepObject", Parameter::Style::kDeepObject}};

struct PlaceRow {
  std::string_view name;
  Parameter::Place place;
};
// Cookies are never sent.
constexpr std::array kPlaces = {PlaceRow{"path", Parameter::Place::kPath},
                                PlaceRow{"query", Parameter::Place::kQuery},
                                PlaceRow{"header", Parameter::Place::kHeader}};

// Header fields that the request builder and the transport set themselves (lower case).
constexpr std::array<std::string_view, 10> kOwnHeaders = {
    "content-type", "accept",     "authorization", "host",   "content-length",
    "connection",   "user-agent", "cookie",        "expect", "transfer-encoding"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// "application/json; charset=utf-8" → "application/json"
std::string MediaType(std::string_view text) {
  const std::string_view type = text.substr(0, text.find(';'));
  return Lower(type.substr(0, type.find_last_not_of(' ') + 1));
}

bool IsJsonType(std::string_view type) {
  return type == "application/json" || type.ends_with("+json");
}
bool IsXmlType(std::string_view type) {
  return type == "application/xml" || type == "text/xml" || type.ends_with("+xml");
}
bool IsTextType(std::string_view type) { return type.starts_with("text/") || IsXmlType(type); }

// A JSON type whose schema says "binary" is a file that happens to be JSON.
RequestBody::Kind KindOf(const std::string& type, const Json& media, const Json& root) {
  const Json* schema = json::Find(media, "schema");
  const Json* resolved = schema == nullptr ? nullptr : Resolve(root, *schema);
  const bool binary = resolved != nullptr && json::StringOr(*resolved, "format") == "binary";
  if (binary) return RequestBody::Kind::kBinary;
  if (IsJsonType(type)) return RequestBody::Kind::kJson;
  if (IsXmlType(type) && schema != nullptr && NamesXmlRoot(root, *schema)) {
    return RequestBody::Kind::kXml;
  }
  if (IsTextType(type)) return RequestBody::Kind::kText;
  if (type == "multipart/form-data") return RequestBody::Kind::kMultipart;
  if (type == "application/x-www-form-urlencoded") return RequestBody::Kind::kForm;
  return RequestBody::Kind::kBinary;
}

std::size_t ObjectsIn(const Json& value) {
  std::size_t objects = value.is_object() ? 1 : 0;
  if (value.is_structured()) {
    for (const Json& member : value) objects += ObjectsIn(member);
  }
  return objects;
}

class OperationReader {
 public:
  OperationReader(const Document& document, const Json& path_item, std::string path,
                  const Json& source, const char* method, Warnings& warnings)
      : document_(document),
        root_(document.root),
        path_item_(path_item),
        source_(source),
        warnings_(warnings),
        where_(std::string(method) + " " + path),
        translator_(document.root, where_, warnings) {
    operation_.method = method;
    operation_.path = std::move(path);
  }

  // Those published, and those that say how XML is written; known once it is read.
  std::size_t schemas() const { return schemas_; }

  StatusOr<Operation> Read() {
    operation_.document = document_.name;
    operation_.id = json::StringOr(source_, "operationId");
    operation_.summary = PlainText(json::StringOr(source_, "summary"), kMaxSummaryBytes);
    operation_.description =
        PlainText(json::StringOr(source_, "description"), kMaxDescriptionBytes);
    operation_.deprecated = json::GetBool(source_, "deprecated").value_or(false);
    BW_ASSIGN_OR_RETURN(operation_.server, ReadServer());
    BW_RETURN_IF_ERROR(CheckPath());
    ReadParameters(source_);
    ReadParameters(path_item_);
    ReadBody();
    ReadAnswers();
    OutputSchema output = OutputSchemaOf(root_, operation_.method, source_);
    operation_.output_schema = std::move(output.schema);
    ReadSecurity();
    for (const OperationRepair& repair : OperationRepairs()) {
      for (const std::string& place : repair.repair(operation_)) {
        if (repair.name.empty()) continue;
        warnings_.Add(where_ + (place.empty() ? "" : " " + place) + ": " +
                      std::string(repair.name));
      }
    }
    schemas_ = translator_.nodes() + output.nodes + ObjectsIn(operation_.body.xml_schema) +
               ObjectsIn(operation_.answer_xml_schema);
    return std::move(operation_);
  }

 private:
  // The nearest `servers` decides; the first entry is used, its variables at their defaults.
  StatusOr<std::string> ReadServer() {
    for (const Json* level : {&source_, &path_item_, &root_}) {
      const Json* servers = json::FindArray(*level, "servers");
      if (servers == nullptr || servers->empty()) continue;
      std::string url = json::StringOr((*servers)[0], "url");
      const Json* variables = json::FindObject((*servers)[0], "variables");
      for (const std::string& name : PathVariables(url)) {
        const Json* variable = variables == nullptr ? nullptr : json::Find(*variables, name);
        const std::string value = variable == nullptr ? "" : json::StringOr(*variable, "default");
        const std::string placeholder = "{" + name + "}";
        const auto at = url.find(placeholder);
        if (at != std::string::npos) url.replace(at, placeholder.size(), value);
      }
      while (url.ends_with('/')) url.pop_back();
      if (url.size() > kMaxUrlBytes) return InvalidArgument("servers: the URL is too long");
      const bool absolute = url.starts_with("https://") || url.starts_with("http://");
      if (!absolute || url.find_first_of(" \t\r\n?#@\\{}") != std::string::npos) {
        return InvalidArgument("servers: the URL must be absolute, without query or user");
      }
      return url;
    }
    return InvalidArgument("servers: none is declared");
  }

  Status CheckPath() const {
    const std::string& path = operation_.path;
    if (path.size() > kMaxUrlBytes) return InvalidArgument("the path is too long");
    if (!path.starts_with('/')) return InvalidArgument("the path must begin with a slash");
    int open = 0;
    for (const char c : path) {
      if (c <= 0x20 || c >= 0x7f || c == '?' || c == '#' || c == '\\') {
        return InvalidArgument("the path has a character that must be percent-encoded");
      }
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (open < 0 || open > 1) break;
    }
    if (open != 0 || path.find("{}") != std::string::npos) {
      return InvalidArgument("the path's braces do not hold one name each");
    }
    return OkStatus();
  }

  void ReadParameters(const Json& level) {
    const Json* parameters = json::FindArray(level, "parameters");
    if (parameters == nullptr) return;
    for (const Json& entry : *parameters) {
      const Json* parameter = Resolve(root_, entry);
      if (parameter == nullptr || !parameter->is_object()) {
        warnings_.Add(where_ + ": a parameter's reference leads nowhere");
      } else if (operation_.parameters.size() < kMaxParameters) {
        ReadParameter(*parameter, &level == &path_item_);
      } else {
        warnings_.Add(where_ + ": too many parameters; the rest is left out");
        return;
      }
    }
  }

  void ReadParameter(const Json& source, bool inherited) {
    const std::string place = json::StringOr(source, "in");
    const auto* row = std::find_if(kPlaces.begin(), kPlaces.end(),
                                   [&](const PlaceRow& entry) { return entry.name == place; });
    Parameter parameter;
    parameter.name = json::StringOr(source, "name");
    if (row == kPlaces.end() || parameter.name.empty()) return;
    if (parameter.name.size() > kMaxParameterNameBytes) {
      warnings_.Add(where_ + ": a parameter's name is too long; it is left out");
      return;
    }
    parameter.place = row->place;
    // The content type is an argument only where there is a choice; the rest is not for agents.
    if (parameter.place == Parameter::Place::kHeader && IsOwnHeader(parameter.name)) return;
    // What the operation declares itself takes the place of what its path declares.
    if (inherited && IsDeclared(parameter)) return;
    parameter.required = json::GetBool(source, "required").value_or(false);
    parameter.description = PlainText(json::StringOr(source, "description"), kMaxDescriptionBytes);
    ReadStyle(source, parameter);
    if (const Json* schema = SchemaOf(source))
      parameter.schema = translator_.TranslateArgument(*schema, "parameter " + parameter.name);
    operation_.parameters.push_back(std::move(parameter));
  }

  static bool IsOwnHeader(const std::string& name) {
    return std::find(kOwnHeaders.begin(), kOwnHeaders.end(), Lower(name)) != kOwnHeaders.end();
  }

  bool IsDeclared(const Parameter& candidate) const {
    return std::any_of(
        operation_.parameters.begin(), operation_.parameters.end(), [&](const Parameter& declared) {
          return declared.place == candidate.place && declared.name == candidate.name;
        });
  }

  // A parameter may carry its schema inside `content` instead.
  static const Json* SchemaOf(const Json& source) {
    if (const Json* schema = json::Find(source, "schema")) return schema;
    const Json* content = json::FindObject(source, "content");
    if (content == nullptr || content->empty()) return nullptr;
    return json::Find(content->begin().value(), "schema");
  }

  static void ReadStyle(const Json& source, Parameter& parameter) {
    const std::string style = json::StringOr(source, "style");
    const auto* row = std::find_if(kStyles.begin(), kStyles.end(),
                                   [&](const StyleRow& entry) { return entry.name == style; });
    if (row != kStyles.end()) parameter.style = row->style;
    const bool by_default = parameter.place == Parameter::Place::kQuery &&
                            (parameter.style == Parameter::Style::kForm ||
                             parameter.style == Parameter::Style::kDeepObject);
    parameter.explode = json::GetBool(source, "explode").value_or(by_default);
  }

  // Of several content types the first kind in the order JSON, XML, text, form, multipart, binary
  // is taken.
  void ReadBody() {
    const Json* declared = json::Find(source_, "requestBody");
    const Json* body = declared == nullptr ? nullptr : Resolve(root_, *declared);
    const Json* content = body == nullptr ? nullptr : json::FindObject(*body, "content");
    if (content == nullptr) return;
    static constexpr std::array kPreference = {
        RequestBody::Kind::kJson, RequestBody::Kind::kXml,       RequestBody::Kind::kText,
        RequestBody::Kind::kForm, RequestBody::Kind::kMultipart, RequestBody::Kind::kBinary};
    for (const RequestBody::Kind kind : kPreference) {
      for (const auto& [type, media] : content->items()) {
        if (type.find('/') == std::string::npos) {
          warnings_.Add(where_ + " body: " + std::string(kNoMediaType));
          continue;
        }
        if (KindOf(MediaType(type), media, root_) == kind) AddContentType(kind, type, media);
      }
      if (operation_.has_body) break;
    }
    operation_.body.required = json::GetBool(*body, "required").value_or(false);
    operation_.body.description =
        PlainText(json::StringOr(*body, "description"), kMaxDescriptionBytes);
  }

  void AddContentType(RequestBody::Kind kind, const std::string& type, const Json& media) {
    RequestBody& body = operation_.body;
    if (body.content_types.size() >= kMaxContentTypes) {
      warnings_.Add(where_ + " body: too many content types; the rest is left out");
      return;
    }
    body.content_types.push_back(MediaType(type));
    if (std::exchange(operation_.has_body, true)) return;
    body.kind = kind;
    const bool by_arguments = kind == RequestBody::Kind::kJson || kind == RequestBody::Kind::kXml ||
                              kind == RequestBody::Kind::kForm ||
                              kind == RequestBody::Kind::kMultipart;
    const Json* schema = json::Find(media, "schema");
    if (schema == nullptr || !by_arguments) return;
    body.schema = translator_.TranslateArgument(*schema, "body");
    if (kind == RequestBody::Kind::kXml) body.xml_schema = XmlSchemaOf(root_, *schema);
  }

  void ReadAnswers() {
    const Json* responses = json::FindObject(source_, "responses");
    if (responses == nullptr) return;
    for (const auto& [status, entry] : responses->items()) {
      const Json* response = Resolve(root_, entry);
      const Json* content = response == nullptr ? nullptr : json::FindObject(*response, "content");
      if (content == nullptr || !(status.starts_with('2') || status == "default")) continue;
      for (const auto& [type, media] : content->items()) {
        if (type.find('/') == std::string::npos) {
          warnings_.Add(where_ + " answer " + status + ": " + std::string(kNoMediaType));
          continue;
        }
        auto& types = operation_.answer_types;
        if (types.size() >= kMaxContentTypes) break;
        const std::string name = MediaType(type);
        if (std::find(types.begin(), types.end(), name) == types.end()) {
          types.push_back(name);
        }
        const Json* schema = json::Find(media, "schema");
        if (status.starts_with('2') && IsXmlType(name) && schema != nullptr &&
            operation_.answer_xml_schema.empty()) {
          operation_.answer_xml_schema = XmlSchemaOf(root_, *schema);
        }
      }
    }
  }

  // `security: []` (or an empty alternative alone) means that no credentials are wanted.
  void ReadSecurity() {
    const Json* security = json::FindArray(source_, "security");
    if (security == nullptr) security = json::FindArray(root_, "security");
    operation_.authorize = security == nullptr ||
                           std::any_of(security->begin(), security->end(), [](const Json& entry) {
                             return entry.is_object() && !entry.empty();
                           });
  }

  const Document& document_;
  const Json& root_;
  const Json& path_item_;
  const Json& source_;
  Warnings& warnings_;
  const std::string where_;
  SchemaTranslator translator_;
  Operation operation_;
  std::size_t schemas_ = 0;
};

// Two operations of one document with one id: the later gets _2, _3, …
void MakeIdsUnique(std::vector<Operation>& operations, Warnings& warnings) {
  std::set<std::string> taken;
  for (Operation& operation : operations) {
    const std::string id = operation.id;
    for (int i = 2; !taken.insert(operation.id).second; ++i) {
      const std::string suffix = "_" + std::to_string(i);
      operation.id = id.substr(0, 64 - suffix.size()) + suffix;
    }
    if (operation.id != id) {
      warnings.Add(operation.method + " " + operation.path + ": the operationId " + id +
                   " is taken; renamed " + operation.id);
    }
  }
}

}  // namespace

StatusOr<LoadedDocument> ReadOperations(const Document& document) {
  LoadedDocument loaded;
  loaded.name = document.name;
  std::size_t schemas = 0;
  Status last_problem = InvalidArgument("paths: the document has no operations");
  for (const auto& [path, entry] : document.root["paths"].items()) {
    const Json* item = Resolve(document.root, entry);
    if (item == nullptr || !item->is_object()) continue;
    for (const MethodRow& row : kMethods) {
      const Json* source = json::FindObject(*item, row.key);
      if (source == nullptr) continue;
      if (loaded.operations.size() >= kMaxOperations) {
        loaded.warnings.Add("more than " + std::to_string(kMaxOperations) +
                            " operations; the rest is left out");
        break;
      }
      OperationReader reader(document, *item, path, *source, row.method, loaded.warnings);
      StatusOr<Operation> operation = reader.Read();
      schemas += reader.schemas();
      if (schemas > kMaxSchemas) {
        return InvalidArgument(
            "the document's schemas, each counted wherever it is referred to, are more than " +
            std::to_string(kMaxSchemas));
      }
      if (operation.ok()) {
        loaded.operations.push_back(*std::move(operation));
      } else {
        last_problem = Annotate(operation.status(), std::string(row.method) + " " + path);
        loaded.warnings.Add(std::string(Message(last_problem)));
      }
    }
  }
  if (loaded.operations.empty()) return last_problem;
  MakeIdsUnique(loaded.operations, loaded.warnings);
  return loaded;
}

StatusOr<LoadedDocument> LoadDocument(const std::string& path) {
  BW_ASSIGN_OR_RETURN(const Document document, ReadDocument(path));
  StatusOr<LoadedDocument> loaded = ReadOperations(document);
  if (!loaded.ok()) return Annotate(loaded.status(), path);
  return loaded;
}

}  // namespace bw::tool_service
